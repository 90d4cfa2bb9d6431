import Glibc

/// Named texts in order, each written as `name=value` and a zero byte: what shims read and write.
///
/// A zero byte is in no argument, variable or path, so nothing needs an escape.
struct Record: Equatable {
  /// Most bytes of one that is read.
  static let bytesMax = 1 << 20

  private(set) var fields: [(name: String, value: String)] = []

  init() {}

  /// Reads a record strictly: the fault says at which field it ends.
  init(_ bytes: some Collection<UInt8>) throws(WorkerFault) {
    guard bytes.count <= Self.bytesMax else {
      throw WorkerFault("a record of more than \(Self.bytesMax) bytes")
    }
    guard bytes.isEmpty || bytes.dropFirst(bytes.count - 1).first == 0 else {
      throw WorkerFault("a record is cut short: its last byte is not zero")
    }
    for field in bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast() {
      guard let text = String(validating: field, as: UTF8.self),
        let equals = text.firstIndex(of: "="), equals != text.startIndex
      else { throw WorkerFault("field \(fields.count + 1) of a record is not name=value in UTF-8") }
      fields.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
    }
  }

  /// The record's bytes; a value ends at its first zero byte.
  var bytes: [UInt8] {
    fields.flatMap { Array($0.name.utf8) + [0x3D] + $0.value.utf8.prefix { $0 != 0 } + [0] }
  }

  mutating func add(_ name: String, _ value: some CustomStringConvertible) {
    fields.append((name, value.description))
  }

  mutating func add(_ prefix: String, fieldsOf record: Record) {
    for field in record.fields { add("\(prefix).\(field.name)", field.value) }
  }

  /// The fields that were added under a prefix; none were, if that is empty.
  func under(_ prefix: String) -> Record {
    var record = Record()
    for field in fields where field.name.hasPrefix(prefix + ".") {
      record.add(String(field.name.dropFirst(prefix.count + 1)), field.value)
    }
    return record
  }

  func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// The value of a field that may be there once.
  func one(_ name: String) throws(WorkerFault) -> String? {
    let values = all(name)
    guard values.count <= 1 else { throw WorkerFault("\(name) is given \(values.count) times") }
    return values.first
  }

  /// A number that may be there once.
  func number(_ name: String, in range: ClosedRange<Int> = 0...Int.max) throws(WorkerFault) -> Int?
  {
    guard let text = try one(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw WorkerFault("\(name)=\(text) is not a number from \(range.lowerBound)")
    }
    return value
  }

  func required<T>(_ name: String, _ value: T?) throws(WorkerFault) -> T {
    guard let value else { throw WorkerFault("\(name) is missing") }
    return value
  }

  /// Refuses fields that have another name.
  func allow(_ names: Set<String>) throws(WorkerFault) {
    for field in fields where !names.contains(field.name) {
      throw WorkerFault("\(field.name) is not a field of this record")
    }
  }

  static func == (a: Record, b: Record) -> Bool { a.bytes == b.bytes }
}

/// Why something can't be done to a worker: what is wrong, where, and what helps.
package struct WorkerFault: Error, Equatable, CustomStringConvertible {
  package let description: String

  /// Says what is wrong.
  package init(_ description: String) { self.description = description }

  init(_ what: String, _ errno: Int32) {
    self.init("\(what): \(String(cString: strerror(errno)))")
  }
}
