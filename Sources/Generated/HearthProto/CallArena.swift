import CHearthProto

/// The memory of one call: messages are decoded into it and encoded out of it, and ``reset()`` frees
/// it all at once.
///
/// Nothing in it outlives the call: what the API hands out is a copy, or a view that ends with its
/// closure. An arena belongs to one thread; reused, it stops allocating once it has grown to what
/// its calls need.
@safe public final class CallArena {
  /// What messages and this arena may take.
  public let limits: WireLimits

  /// What C functions get; lives as long as the arena.
  let allocator: UnsafeMutablePointer<ProtobufCAllocator>
  private let blocks: UnsafeMutablePointer<ArenaBlocks>

  /// Makes an arena that starts with 16 KiB.
  public init(limits: WireLimits = WireLimits()) {
    self.limits = limits
    unsafe blocks = .allocate(capacity: 1)
    unsafe blocks.initialize(to: ArenaBlocks(limit: limits.arenaBytesMax))
    unsafe allocator = .allocate(capacity: 1)
    unsafe allocator.initialize(
      to: ProtobufCAllocator(
        alloc: { data, size in
          unsafe data?.assumingMemoryBound(to: ArenaBlocks.self).pointee.allocate(size)
        },
        free: { _, _ in },
        allocator_data: blocks
      )
    )
  }

  deinit {
    unsafe blocks.pointee.deallocate()
    unsafe blocks.deallocate()
    unsafe allocator.deallocate()
  }

  /// Frees what calls left: the arena is as new, except that it keeps its largest block.
  public func reset() {
    unsafe blocks.pointee.reset(keeping: limits.arenaBytesKept)
  }

  /// How much is allocated since the last reset, in bytes.
  var bytesUsed: Int { unsafe blocks.pointee.used }

  /// Whether an allocation was refused since the last reset.
  var isExhausted: Bool { unsafe blocks.pointee.isExhausted }

  /// Uninitialised memory for `count` values, until the next reset.
  func make<Value>(
    _ count: Int,
    of type: Value.Type = Value.self
  ) throws(ProtoError) -> UnsafeMutablePointer<Value> {
    let size = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    guard !size.overflow, let memory = unsafe blocks.pointee.allocate(size.partialValue) else {
      throw ProtoError(.outOfMemory, at: "arena")
    }
    return unsafe memory.bindMemory(to: Value.self, capacity: count)
  }
}

/// Blocks of memory that are filled from the front, newest first.
///
/// Each allocation is aligned to 8 bytes and has its size in the 8 bytes before it.
@safe private struct ArenaBlocks {
  /// The head of a block; its memory follows.
  @unsafe struct Block {
    var older: UnsafeMutablePointer<Block>?
    var capacity: Int
  }

  private(set) var used = 0
  private(set) var isExhausted = false
  private let limit: Int
  private var newest: UnsafeMutablePointer<Block>
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer

  static let initialCapacity = 16 << 10

  init(limit: Int) {
    self.limit = limit
    unsafe newest = Self.makeBlock(capacity: Self.initialCapacity, older: nil)
    unsafe next = UnsafeMutableRawPointer(newest + 1)
    unsafe end = unsafe next + Self.initialCapacity
  }

  mutating func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    // A C size past Int.max comes as a negative count.
    guard count >= 0, count <= limit - used else {
      isExhausted = true
      return nil
    }
    let needed = (count + 15) & ~7
    if unsafe needed > end - next {
      addBlock(for: needed)
    }
    unsafe next.storeBytes(of: UInt64(count), as: UInt64.self)
    let memory = unsafe next + 8
    unsafe next += needed
    used += needed
    return unsafe memory
  }

  private mutating func addBlock(for needed: Int) {
    let capacity = unsafe max(needed, newest.pointee.capacity * 2)
    unsafe newest = Self.makeBlock(capacity: capacity, older: newest)
    unsafe next = UnsafeMutableRawPointer(newest + 1)
    unsafe end = unsafe next + capacity
  }

  mutating func reset(keeping kept: Int) {
    unsafe Self.deallocate(newest.pointee.older)
    unsafe newest.pointee.older = nil
    let capacity = unsafe newest.pointee.capacity
    if capacity > max(kept, Self.initialCapacity) {
      deallocate()
      self = ArenaBlocks(limit: limit)
      return
    }
    unsafe next = UnsafeMutableRawPointer(newest + 1)
    (used, isExhausted) = (0, false)
  }

  func deallocate() {
    unsafe Self.deallocate(newest)
  }

  private static func makeBlock(
    capacity: Int,
    older: UnsafeMutablePointer<Block>?
  ) -> UnsafeMutablePointer<Block> {
    let bytes = unsafe MemoryLayout<Block>.size + capacity
    let block = unsafe UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
      .bindMemory(to: Block.self, capacity: 1)
    unsafe block.initialize(to: Block(older: older, capacity: capacity))
    return unsafe block
  }

  private static func deallocate(_ first: UnsafeMutablePointer<Block>?) {
    var block = unsafe first
    while let current = unsafe block {
      unsafe block = current.pointee.older
      unsafe current.deallocate()
    }
  }
}
