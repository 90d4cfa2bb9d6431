/// The headers or trailers of a call that its application sees: names and values in one run of
/// bytes, looked up on demand.
///
/// Names are lower case. Values are ASCII, or bytes where the name ends in `-bin`. A name may occur
/// several times. All of it together is at most ``bytesMax`` long.
public struct Metadata: Hashable, Sendable {
  /// The most bytes that names and values take together, with 6 for each entry.
  public static let bytesMax = 16 << 10

  /// Entries one after the other: the name's length in 2 bytes, the value's in 4, name, value.
  private var storage: [UInt8] = []

  /// How many entries there are.
  public private(set) var count = 0

  /// Makes empty metadata, without allocating.
  public init() {}

  /// Whether there are no entries.
  public var isEmpty: Bool { count == 0 }

  /// Adds an entry with a text value.
  ///
  /// Throws when the name is not made of `a-z 0-9 . _ -`, is gRPC's own (`grpc-`) or ends in
  /// `-bin`, the value is not printable ASCII or has a space at either end, which HTTP/2 forbids,
  /// or there is no more room.
  public mutating func append(_ name: String, _ value: String) throws(WireError) {
    guard !name.hasSuffix("-bin"), value.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw WireError(.invalid, "metadata \(name) has a value that is not ASCII")
    }
    guard !value.hasPrefix(" "), !value.hasSuffix(" ") else {
      throw WireError(.invalid, "metadata \(name) has a value with a leading or trailing space")
    }
    try append(checked: name, Array(value.utf8))
  }

  /// Adds an entry with bytes for a value; the name must end in `-bin`.
  ///
  /// Throws like ``append(_:_:)``.
  public mutating func append(_ name: String, bytes: [UInt8]) throws(WireError) {
    guard name.hasSuffix("-bin") else {
      throw WireError(.invalid, "metadata \(name) has bytes, so its name must end in -bin")
    }
    var text: [UInt8] = []
    Base64.append(bytes.span, to: &text)
    try append(checked: name, text)
  }

  /// The first value of this name, or nil.
  public subscript(name: String) -> String? {
    find(name).map { String(decoding: storage[$0], as: UTF8.self) }
  }

  /// The first value of this `-bin` name as bytes, or nil when there is none or it is not base64.
  public func bytes(of name: String) -> [UInt8]? {
    guard let range = find(name) else { return nil }
    let value = storage[range]
    return Base64.decode(value.prefix { $0 != UInt8(ascii: ",") })
  }

  /// The same with a text value in place of all entries of a name.
  ///
  /// Throws like ``append(_:_:)``.
  public func replacing(_ name: String, with value: String) throws(WireError) -> Metadata {
    var copy = Metadata()
    forEachRange { own, value in
      if !storage[own].elementsEqual(name.utf8) {
        copy.storage += storage[(own.lowerBound - 6)..<value.upperBound]
        copy.count += 1
      }
      return true
    }
    try copy.append(name, value)
    return copy
  }

  /// All entries in order, values as they are on the wire.
  public var entries: [(name: String, value: String)] {
    var entries: [(name: String, value: String)] = []
    forEachRange { name, value in
      entries.append(
        (
          String(decoding: storage[name], as: UTF8.self),
          String(decoding: storage[value], as: UTF8.self)
        )
      )
      return true
    }
    return entries
  }

  /// Forgets all entries and keeps the memory.
  public mutating func removeAll() {
    storage.removeAll(keepingCapacity: true)
    count = 0
  }

  /// Adds an entry that is well-formed, as nghttp2 has checked; false when there is no more room.
  mutating func append(
    name: UnsafeBufferPointer<UInt8>,
    value: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard name.count <= 0xffff, storage.count + name.count + value.count + 6 <= Self.bytesMax
    else { return false }
    let (nameCount, valueCount) = (name.count, value.count)
    storage.append(UInt8(truncatingIfNeeded: nameCount))
    storage.append(UInt8(truncatingIfNeeded: nameCount >> 8))
    storage.append(UInt8(truncatingIfNeeded: valueCount))
    storage.append(UInt8(truncatingIfNeeded: valueCount >> 8))
    storage.append(UInt8(truncatingIfNeeded: valueCount >> 16))
    storage.append(UInt8(truncatingIfNeeded: valueCount >> 24))
    unsafe storage.append(contentsOf: name)
    unsafe storage.append(contentsOf: value)
    count += 1
    return true
  }

  /// Calls `body` with all entries as they are stored; see ``forEachRange(_:)``.
  func withStorage<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    unsafe storage.withUnsafeBufferPointer(body)
  }

  private mutating func append(checked name: String, _ value: [UInt8]) throws(WireError) {
    guard !name.isEmpty, !name.hasPrefix("grpc-"), name.utf8.allSatisfy(Self.allows) else {
      throw WireError(.invalid, "\(name) is not a valid metadata name")
    }
    let fits = unsafe Array(name.utf8).withUnsafeBufferPointer { name in
      unsafe value.withUnsafeBufferPointer { unsafe append(name: name, value: $0) }
    }
    guard fits else {
      throw WireError(.invalid, "metadata \(name) is over the limit of \(Self.bytesMax) bytes")
    }
  }

  private func find(_ name: String) -> Range<Int>? {
    var found: Range<Int>?
    forEachRange { range, value in
      guard storage[range].elementsEqual(name.utf8) else { return true }
      found = value
      return false
    }
    return found
  }

  /// Calls `body` with where each name and value is in the storage, until it returns false.
  func forEachRange(_ body: (Range<Int>, Range<Int>) -> Bool) {
    var index = 0
    while index < storage.count {
      let nameCount = Int(storage[index]) | Int(storage[index + 1]) << 8
      let valueCount =
        Int(storage[index + 2]) | Int(storage[index + 3]) << 8 | Int(storage[index + 4]) << 16
        | Int(storage[index + 5]) << 24
      let name = index + 6..<index + 6 + nameCount
      let value = name.upperBound..<name.upperBound + valueCount
      guard body(name, value) else { return }
      index = value.upperBound
    }
  }

  private static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
