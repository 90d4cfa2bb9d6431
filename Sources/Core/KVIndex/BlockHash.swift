import Basics

/// The hash of one block of a prompt, chained with all blocks before it: it names a whole prefix.
public typealias BlockHash = UInt64

/// Makes the chain of block hashes of one prompt: h(i) = H(h(i-1), block i).
///
/// The first link is seeded with model, adapter and a salt, so that equal prompts under different
/// ones have no hash in common. The functions are fixed: they give
/// the same hashes on every platform and in every version, since engines, gateways and the index
/// compare them. They are no defence against who may choose both prompt and salt.
public struct BlockHasher: Sendable, Hashable {
  /// The hash of all that was appended: the last link of the chain.
  public private(set) var hash: BlockHash

  /// Starts a chain.
  public init(model: String, adapter: String = "", salt: String = "") {
    hash = 0
    for part in [model, adapter, salt] {
      hash = Self.link(hash, part.utf8.withContiguousBytes { Self.hash(of: $0) })
    }
  }

  /// Appends a block that has an identity already, as in a trace, and returns its hash.
  public mutating func append(identity: UInt64) -> BlockHash {
    let linked = Self.link(hash, identity)
    hash = linked
    return linked
  }

  /// Appends a block by its bytes and returns its hash.
  public mutating func append(bytes: Span<UInt8>) -> BlockHash {
    append(identity: Self.hash(of: bytes))
  }

  /// One link of the chain: link(a, b) is not link(b, a).
  private static func link(_ parent: UInt64, _ identity: UInt64) -> UInt64 {
    PRNG.mix(PRNG.mix(parent &+ 0x9e37_79b9_7f4a_7c15) ^ identity &* 0xd6e8_feb8_6659_fd93)
  }

  /// A 64-bit hash of bytes.
  ///
  /// Eight bytes at a time, little-endian: state = fold((state ^ word) x k), where fold is the
  /// exclusive or of the two halves of the 128-bit product; the length and what is left over come
  /// last, then SplitMix64's finaliser.
  private static func hash(of bytes: Span<UInt8>) -> UInt64 {
    var state: UInt64 = 0x2545_f491_4f6c_dd1d
    var index = 0
    while index < bytes.count {
      var word: UInt64 = 0
      let end = min(bytes.count, index + 8)
      for place in index..<end { word |= UInt64(bytes[place]) << UInt64(8 * (place - index)) }
      state = fold(state ^ word)
      index = end
    }
    return PRNG.mix(fold(state ^ UInt64(bytes.count)))
  }

  private static func fold(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
    return product.high ^ product.low
  }
}

extension String.UTF8View {
  /// Calls `body` with the bytes of the text.
  fileprivate func withContiguousBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    if let result = withContiguousStorageIfAvailable({ body($0.span) }) { return result }
    return Array(self).withUnsafeBufferPointer { body($0.span) }
  }
}

extension [BlockHash] {
  /// The hashes that groups keep have this bit, and no others.
  private static let ofGroups: BlockHash = 1 << 63

  /// The hashes of the same prompt under an adapter and in a trust group, whose cache is none for
  /// the model itself, for another adapter or for another group.
  ///
  /// Clients choose their hashes and know the groups' names, so a group's function is one-way, and
  /// what it gives has a bit that is cleared in the hashes of those without a group: nobody finds
  /// the hash that becomes in one group what another becomes in a second one, or without one.
  /// Whoever places turns and whoever runs them has to change them alike.
  public func under(adapter: String = "", trustGroup: String = "") -> [BlockHash] {
    let salt = adapter.isEmpty ? 0 : BlockHasher(model: adapter).hash
    let hashes = adapter.isEmpty ? self : map { PRNG.mix($0 ^ salt) }
    guard !trustGroup.isEmpty else { return hashes.map { $0 & ~Self.ofGroups } }
    let key = (BlockHasher(model: trustGroup).hash, BlockHasher(model: "", salt: trustGroup).hash)
    let group = SipHash(key: key)
    return hashes.map { group.hash($0) | Self.ofGroups }
  }
}
