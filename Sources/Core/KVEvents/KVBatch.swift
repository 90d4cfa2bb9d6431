/// Where an engine holds a block.
public enum KVTier: UInt8, Sendable, CaseIterable {
  /// In the memory of its GPUs.
  case gpu
  /// In the memory of its host.
  case host
  /// Further away: on disks, or in a store that engines share.
  case storage
}

/// What an engine says of blocks that it holds now.
public struct KVStored: Equatable, Sendable {
  /// What it calls them, each the next one's parent.
  public var hashes: [UInt64]
  /// The block before the first; nil at the beginning of a prompt, and where tokens are not told.
  public var parent: UInt64?
  /// The tokens of all of them; empty where only the place of known blocks is told.
  public var tokens: [UInt32]
  /// Tokens in each.
  public var blockTokens: Int
  /// The LoRA adapter that they were computed with, or empty.
  public var adapter: String
  /// Where they are.
  public var tier: KVTier

  /// Makes what an engine says.
  public init(
    hashes: [UInt64],
    parent: UInt64?,
    tokens: [UInt32],
    blockTokens: Int,
    adapter: String = "",
    tier: KVTier = .gpu
  ) {
    (self.hashes, self.parent, self.tokens) = (hashes, parent, tokens)
    (self.blockTokens, self.adapter, self.tier) = (blockTokens, adapter, tier)
  }
}

/// A change of an engine's prefix cache.
public enum KVEvent: Equatable, Sendable {
  case stored(KVStored)
  /// These are in this place no longer.
  case removed([UInt64], KVTier)
  /// Nothing is held.
  case cleared
}

/// What an engine tells in one message, in order.
public struct KVBatch: Equatable, Sendable {
  /// What happened.
  public var events: [KVEvent]

  /// Makes a batch.
  public init(_ events: [KVEvent] = []) { self.events = events }

  /// Hashes and tokens in it: what it takes in memory.
  var weight: Int {
    events.reduce(1) { sum, event in
      switch event {
      case .stored(let stored): sum + stored.hashes.count + stored.tokens.count
      case .removed(let hashes, _): sum + hashes.count
      case .cleared: sum
      }
    }
  }
}
