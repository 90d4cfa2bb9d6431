/// A text of JSON that grows value by value.
public struct JSONText: Sendable {
  /// The text so far.
  public private(set) var bytes: [UInt8] = []
  private var isFirst = true

  /// Makes an empty text.
  public init() {}

  /// Writes an object of the fields that `body` writes.
  public mutating func object(_ body: (inout Self) -> Void) {
    enclose("{", "}", body)
  }

  /// Writes a field of the object that is being written.
  public mutating func field(_ name: String, _ value: some JSONWritable) {
    element {
      $0.write(name)
      $0.write(raw: ":")
      value.write(to: &$0)
    }
  }

  /// Writes a list.
  public mutating func list(_ values: some Sequence<some JSONWritable>) {
    enclose("[", "]") { text in
      for value in values { text.element { value.write(to: &$0) } }
    }
  }

  /// Writes a text in quotes.
  public mutating func write(_ text: String) {
    write(raw: text.quoted())
  }

  /// Writes what is JSON already.
  public mutating func write(raw: String) {
    bytes += raw.utf8
  }

  private mutating func enclose(_ open: String, _ close: String, _ body: (inout Self) -> Void) {
    write(raw: open)
    isFirst = true
    body(&self)
    write(raw: close)
    isFirst = false
  }

  private mutating func element(_ body: (inout Self) -> Void) {
    if !isFirst { write(raw: ",") }
    body(&self)
    isFirst = false
  }
}

/// What can be written as JSON.
public protocol JSONWritable {
  /// Writes the value.
  func write(to json: inout JSONText)
}

extension JSONWritable {
  /// The value as JSON on one line.
  public var jsonBytes: [UInt8] {
    var json = JSONText()
    write(to: &json)
    return json.bytes
  }
}

extension String: JSONWritable {
  /// Writes the text in quotes.
  public func write(to json: inout JSONText) { json.write(self) }
}

extension Bool: JSONWritable {
  /// Writes `true` or `false`.
  public func write(to json: inout JSONText) { json.write(raw: self ? "true" : "false") }
}

extension Int32: JSONWritable {
  /// Writes the number.
  public func write(to json: inout JSONText) { json.write(raw: "\(self)") }
}

extension UInt32: JSONWritable {
  /// Writes the number.
  public func write(to json: inout JSONText) { json.write(raw: "\(self)") }
}

extension Int64: JSONWritable {
  /// Writes the number as a text, since readers of JSON keep 53 bits of a number.
  public func write(to json: inout JSONText) { json.write(raw: "\"\(self)\"") }
}

extension UInt64: JSONWritable {
  /// Writes the number as a text, since readers of JSON keep 53 bits of a number.
  public func write(to json: inout JSONText) { json.write(raw: "\"\(self)\"") }
}

extension Double: JSONWritable {
  /// Writes the number; null where it is infinite or none.
  public func write(to json: inout JSONText) {
    json.write(raw: isFinite ? "\(self)" : "null")
  }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
  /// Writes the value, or null.
  public func write(to json: inout JSONText) {
    if let self { self.write(to: &json) } else { json.write(raw: "null") }
  }
}

extension Array: JSONWritable where Element: JSONWritable {
  /// Writes a list.
  public func write(to json: inout JSONText) { json.list(self) }
}
