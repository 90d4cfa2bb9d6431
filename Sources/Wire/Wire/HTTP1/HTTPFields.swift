import Basics

/// The fields of a head, in the order in which they came; names compare without regard to case.
///
/// The bytes are kept as they came, in one piece of memory.
public struct HTTPFields: Sendable {
  struct Entry {
    var nameStart: UInt32
    var nameEnd: UInt32
    var valueStart: UInt32
    var valueEnd: UInt32
  }

  private(set) var bytes: [UInt8]
  private var entries: [Entry] = []

  /// Makes an empty list.
  public init() { bytes = [] }

  /// Makes a list of fields that are in `bytes`, among others.
  init(bytes: [UInt8], entries: [Entry]) {
    self.bytes = bytes
    self.entries = entries
  }

  /// How many fields there are.
  public var count: Int { entries.count }

  /// The name of field `index`, as it came.
  public func name(_ index: Int) -> ArraySlice<UInt8> {
    bytes[Int(entries[index].nameStart)..<Int(entries[index].nameEnd)]
  }

  /// The value of field `index`, without the white space around it.
  public func value(_ index: Int) -> ArraySlice<UInt8> {
    bytes[Int(entries[index].valueStart)..<Int(entries[index].valueEnd)]
  }

  /// Whether field `index` has the name `name`, which is in lower case.
  public func isNamed(_ index: Int, _ name: StaticString) -> Bool {
    let entry = entries[index]
    return bytes.span.extracting(Int(entry.nameStart)..<Int(entry.nameEnd)).equalsLowercased(name)
  }

  /// The value of the first field that is called `name`, in lower case; nil where none is.
  public func first(_ name: StaticString) -> ArraySlice<UInt8>? {
    for index in entries.indices where isNamed(index, name) { return value(index) }
    return nil
  }

  /// The same as text; nil where it is not UTF-8.
  public func text(_ name: StaticString) -> String? {
    first(name).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// How many fields are called `name`, in lower case.
  public func count(of name: StaticString) -> Int {
    var count = 0
    for index in entries.indices where isNamed(index, name) { count += 1 }
    return count
  }

  /// Whether the first field called `name` has the value `value`, both in lower case.
  func has(_ value: StaticString, in name: StaticString) -> Bool {
    guard let found = first(name) else { return false }
    return found.span.equalsLowercased(value)
  }

  /// Whether a field called `name` lists `token`, both in lower case, among the words between its
  /// commas.
  public func lists(_ token: StaticString, in name: StaticString) -> Bool {
    for index in entries.indices where isNamed(index, name) {
      for word in value(index).split(separator: UInt8(ascii: ",")) {
        if word.trimmingBlanks().span.equalsLowercased(token) { return true }
      }
    }
    return false
  }

  /// Adds a field; bytes that can't be in a value, which could end the field early, become `?`.
  public mutating func append(_ name: String, _ value: String) {
    append(name.utf8, value.utf8)
  }

  /// Adds a field; bytes that can't be in a value, which could end the field early, become `?`.
  public mutating func append(_ name: some Collection<UInt8>, _ value: some Collection<UInt8>) {
    let start = UInt32(bytes.count)
    bytes.append(contentsOf: name)
    let middle = UInt32(bytes.count)
    for byte in value { bytes.append(HTTPBytes.isValue(byte) ? byte : UInt8(ascii: "?")) }
    entries.append(
      Entry(nameStart: start, nameEnd: middle, valueStart: middle, valueEnd: UInt32(bytes.count))
    )
  }

  /// The bytes of all fields, their names in lower case, as HTTP/2 has them.
  var lowercasedBytes: [UInt8] {
    var bytes = bytes
    for entry in entries {
      for index in Int(entry.nameStart)..<Int(entry.nameEnd) where bytes[index] &- 0x41 < 26 {
        bytes[index] |= 0x20
      }
    }
    return bytes
  }

  /// Where the name and the value of each field are.
  func forEachRange(_ body: (Range<Int>, Range<Int>) -> Void) {
    for entry in entries {
      body(
        Int(entry.nameStart)..<Int(entry.nameEnd),
        Int(entry.valueStart)..<Int(entry.valueEnd)
      )
    }
  }

  /// Writes the fields as lines.
  func write(into output: inout Bytes) {
    for entry in entries {
      let span = bytes.span
      output.append(span.extracting(Int(entry.nameStart)..<Int(entry.nameEnd)))
      output.append(": ")
      output.append(span.extracting(Int(entry.valueStart)..<Int(entry.valueEnd)))
      output.append("\r\n")
    }
  }
}

extension ArraySlice<UInt8> {
  /// Without the spaces and tabs at both ends.
  func trimmingBlanks() -> Self {
    var slice = self
    while let first = slice.first, HTTPBytes.isBlank(first) { slice.removeFirst() }
    while let last = slice.last, HTTPBytes.isBlank(last) { slice.removeLast() }
    return slice
  }
}

extension Bytes {
  /// Appends the bytes of a literal.
  mutating func append(_ text: StaticString) {
    unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends a number in decimal or hexadecimal digits.
  mutating func appendDigits(of number: Int, radix: Int = 10) {
    unsafe append(count: 20) { memory in
      var (left, digits) = (number, 0)
      repeat {
        let digit = UInt8(left % radix)
        unsafe memory[19 - digits] = digit < 10 ? 0x30 + digit : 0x57 + digit
        left /= radix
        digits += 1
      } while left > 0
      unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[(20 - digits)...]))
      return digits
    }
  }
}

/// Which bytes may be where in a head (RFC 9110, 5.5 and 5.6.2).
enum HTTPBytes {
  /// A bit for each ASCII character that may be in a token: letters, digits and !#$%&'*+-.^_`|~.
  private static let tokenLow: UInt64 = 0x03ff_6cfa_0000_0000
  private static let tokenHigh: UInt64 = 0x57ff_ffff_c7ff_fffe

  @inline(__always)
  static func isToken(_ byte: UInt8) -> Bool {
    byte < 128 && (byte < 64 ? tokenLow : tokenHigh) >> UInt64(byte & 63) & 1 == 1
  }

  @inline(__always)
  static func isValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == 9 }

  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 9 }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}

extension Span<UInt8> {
  /// Whether the bytes are those of `text`, which is in lower case, without regard to case.
  @inline(__always)
  func equalsLowercased(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in indices {
      let byte = self[index]
      let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
      if unsafe lower != text.utf8Start[index] { return false }
    }
    return true
  }
}

extension StaticString {
  /// Whether the text is `other`.
  public func equals(_ other: StaticString) -> Bool {
    guard utf8CodeUnitCount == other.utf8CodeUnitCount else { return false }
    for index in 0..<utf8CodeUnitCount {
      if unsafe utf8Start[index] != other.utf8Start[index] { return false }
    }
    return true
  }
}
