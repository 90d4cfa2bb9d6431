/// A place in a text: line and column, both from 1.
public struct YAMLMark: Sendable, Hashable {
  /// The line.
  public var line: Int
  /// The column, in characters.
  public var column: Int

  /// Makes a place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// One node of a YAML document, and where it begins.
public struct YAMLNode: Sendable, Hashable {
  /// What the node is.
  public enum Value: Sendable, Hashable {
    /// No value, `null` or `~`.
    case null
    /// A text; YAML's numbers and booleans are for the reader to tell.
    case scalar(String)
    /// A sequence.
    case list([YAMLNode])
    /// A mapping, in the order of the text; the same key may be there twice.
    case map([YAMLEntry])
  }

  /// What the node is.
  public var value: Value
  /// Where it begins; nil when it is from no text.
  public var mark: YAMLMark?

  /// Makes a node.
  public init(_ value: Value, mark: YAMLMark? = nil) {
    self.value = value
    self.mark = mark
  }
}

/// One key of a mapping and its value.
public struct YAMLEntry: Sendable, Hashable {
  /// The key.
  public var key: String
  /// Where the key begins; nil when it is from no text.
  public var mark: YAMLMark?
  /// The value.
  public var value: YAMLNode

  /// Makes an entry.
  public init(key: String, mark: YAMLMark? = nil, value: YAMLNode) {
    self.key = key
    self.mark = mark
    self.value = value
  }
}

/// Why a text is not YAML, or not the part of it that is read.
public struct YAMLError: Error, Hashable, CustomStringConvertible {
  /// Where.
  public let mark: YAMLMark
  /// What is wrong, in words.
  public let message: String

  /// Makes an error.
  public init(mark: YAMLMark, message: String) {
    self.mark = mark
    self.message = message
  }

  /// Line, column and words.
  public var description: String { "\(mark.line):\(mark.column): \(message)" }
}
