/// Why bytes are no message, or a message can't become bytes.
public struct ProtoError: Error, Equatable, CustomStringConvertible {
  /// What is wrong; more kinds may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String { case malformed, tooLarge, outOfMemory, invalidText }
    private let kind: Kind

    /// The bytes are not an encoding of the message.
    public static let malformed = Self(kind: .malformed)
    /// The message is longer than ``WireLimits/messageBytesMax``.
    public static let tooLarge = Self(kind: .tooLarge)
    /// The message needs more memory than ``WireLimits/arenaBytesMax``.
    public static let outOfMemory = Self(kind: .outOfMemory)
    /// A string is not UTF-8, or has a NUL in it.
    public static let invalidText = Self(kind: .invalidText)

    /// The code in one word.
    public var description: String { kind.rawValue }
  }

  /// What is wrong.
  public let code: Code

  /// Where: the message's full name and the way to the field, such as
  /// `hearth.v1.NodeHello.replicas[3].id`.
  public let path: String

  init(_ code: Code, at name: StaticString, index: Int? = nil) {
    self.code = code
    self.path = index.map { "\(name)[\($0)]" } ?? "\(name)"
  }

  private init(code: Code, path: String) {
    self.code = code
    self.path = path
  }

  /// The same error as seen from the message or field that holds the failed one.
  func within(_ name: StaticString, index: Int? = nil) -> Self {
    Self(code: code, path: index.map { "\(name)[\($0)].\(path)" } ?? "\(name).\(path)")
  }

  /// The code and the path.
  public var description: String { "\(code): \(path)" }
}
