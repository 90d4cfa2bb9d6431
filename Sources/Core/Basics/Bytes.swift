/// A growable run of bytes with a read end and a write end, for what arrives or leaves in pieces.
///
/// Appending is amortised O(1); consuming is O(1). Memory that was consumed is reused before the
/// buffer grows. The owner bounds it: see ``count``.
public struct Bytes: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer?
  @usableFromInline var capacity = 0
  @usableFromInline var start = 0
  @usableFromInline var end = 0

  /// Makes an empty buffer, without allocating.
  @inlinable
  public init() {}

  deinit { base?.deallocate() }

  /// How many bytes wait to be read.
  @inlinable public var count: Int { end - start }

  /// Whether nothing waits to be read.
  @inlinable public var isEmpty: Bool { start == end }

  /// Calls `body` with the bytes that wait to be read.
  @inlinable
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBytes { (bytes) throws(Failure) in
      try body(Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)))
    }
  }

  /// Appends a copy of `bytes`.
  @inlinable
  public mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { append(UnsafeRawBufferPointer($0)) }
  }

  /// Appends a copy of the memory at `bytes`, for what a C library hands out.
  @inlinable
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    end += bytes.count
  }

  /// Appends one byte.
  @inlinable
  public mutating func append(_ byte: UInt8) {
    reserve(1).storeBytes(of: byte, as: UInt8.self)
    end += 1
  }

  /// Appends up to `count` bytes that `body` writes in place; it returns how many it wrote.
  @inlinable
  public mutating func append<Failure: Error>(
    count: Int,
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    let written = try body(.init(start: reserve(count), count: count))
    precondition(written >= 0 && written <= count, "wrote \(written) bytes into \(count)")
    end += written
  }

  /// Drops the first `count` bytes: they were read.
  @inlinable
  public mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= self.count, "consumed \(count) of \(self.count) bytes")
    start += count
    if start == end { (start, end) = (0, 0) }
  }

  /// Overwrites the four bytes that begin `offset` bytes into those that wait to be read, for a
  /// length that is known only after what it counts was appended.
  @inlinable
  public mutating func overwrite(at offset: Int, bigEndian value: UInt32) {
    precondition(offset >= 0 && offset + 4 <= count, "overwrote \(offset) of \(count) bytes")
    guard let base else { return }
    (base + start + offset).storeBytes(of: value.bigEndian, as: UInt32.self)
  }

  /// Drops the last `count` bytes: they should not have been appended.
  @inlinable
  public mutating func removeLast(_ count: Int) {
    precondition(count >= 0 && count <= self.count, "removed \(count) of \(self.count) bytes")
    end -= count
  }

  /// Drops all bytes; keeps the memory unless it is more than `keeping` bytes.
  public mutating func removeAll(keeping: Int = .max) {
    (start, end) = (0, 0)
    guard capacity > keeping else { return }
    base?.deallocate()
    (base, capacity) = (nil, 0)
  }

  /// A copy of the bytes that wait to be read.
  public func array() -> [UInt8] {
    withUnsafeBytes { [UInt8]($0) }
  }

  /// Calls `body` with the bytes that wait to be read, for handing them to a C library.
  @inlinable
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base.map { $0 + start }, count: count))
  }

  /// Makes room for `count` more bytes, of which it is known that they come.
  public mutating func makeRoom(_ count: Int) { _ = reserve(count) }

  /// The memory for `count` more bytes, after moving or growing where there is no room.
  @usableFromInline
  mutating func reserve(_ count: Int) -> UnsafeMutableRawPointer {
    precondition(count >= 0, "reserved \(count) bytes")
    if let base, end + count <= capacity { return base + end }
    let used = self.count
    if let base, used + count <= capacity / 2 {
      base.copyMemory(from: base + start, byteCount: used)
      (start, end) = (0, used)
      return base + used
    }
    let larger = max(256, used + count, capacity * 2)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    if let base {
      memory.copyMemory(from: base + start, byteCount: used)
      base.deallocate()
    }
    (base, capacity, start, end) = (memory, larger, 0, used)
    return memory + used
  }
}
