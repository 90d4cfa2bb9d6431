public import Basics
public import KVIndex

import func Glibc.exp

/// A prefix of prompts that is asked for often.
public struct PrefixDemand: Sendable, Hashable {
  /// The chained hash of its last block, which names all of it.
  public var hash: BlockHash
  /// The hash at half its depth; 0 for a single block.
  public var parent: BlockHash
  /// Blocks that it has.
  public var depth: Int
  /// Tokens in a block.
  public var blockTokens: Int
  /// Number of the region where it is asked for; -1 when unknown.
  public var origin: Int16
  /// A hash of its model's name, see ``BlockHasher``.
  public var model: UInt64
  /// Turns a second that begin with it, over the last minutes.
  public var turns: Double
  /// The same over a longer time, to tell what rises.
  public var turnsBefore: Double
  /// Those of ``turns`` whose prompt did not go on from that of the turn before: nearly all where
  /// many conversations share the prefix, none where one repeats what it said.
  public var shared: Double
  /// One of those turns.
  public var example = Example()

  /// A turn as its client named it.
  public struct Example: Sendable, Hashable {
    /// Whose it was; empty when unknown.
    public var tenant = ""
    /// Its name; empty when it had none.
    public var request = ""

    /// Makes an example.
    public init(tenant: String = "", request: String = "") {
      (self.tenant, self.request) = (tenant, request)
    }
  }
}

/// Counts which prefixes are asked for most, in bounded memory: 4,096 pairs of a prefix and a
/// region, half a megabyte.
///
/// A prompt counts at depths of 1, 2, 4, 8 and so on blocks. In each of 512 sets of eight the
/// rarest makes room for a newcomer, which takes over its count: who is counted was asked for at
/// most as often as it says, and none is missing that makes up more than an eighth of its set
/// (Metwally, Agrawal, El Abbadi, "Efficient computation of frequent and top-k elements in data
/// streams", 2005). A turn counts 1/e as much after two minutes, in the other count after ten.
///
/// What conversations share is told from what one of them repeats, whose prompts begin with one
/// another. A prompt that has nothing beyond the prefix counts as shared.
public struct PrefixSketch: Sendable {
  private static let (sets, ways) = (512, 8)
  private static let tau = (fast: 120.0, slow: 600.0)
  private static let exponentMax = 40.0

  private struct Counter {
    var prefix: PrefixDemand
    /// Counted for those that had its place before.
    var error = 0.0
    /// Blocks of the prompt that came last, and the hash of the last of them.
    var latest: (depth: Int, hash: BlockHash)
  }

  /// Names of prefix and region, together; 0 for none.
  ///
  /// Apart from the rest, so that looking through a set touches two lines of memory.
  private var keys: [UInt64]
  private var weights: [Double]
  private var counters: [Counter]
  private var start: Instant?
  private var landmark = Instant.zero
  private var latest = Instant.zero

  /// Makes an empty sketch.
  public init() {
    let free = PrefixDemand(
      hash: 0,
      parent: 0,
      depth: 0,
      blockTokens: 0,
      origin: -1,
      model: 0,
      turns: 0,
      turnsBefore: 0,
      shared: 0
    )
    let count = Self.sets * Self.ways
    keys = Array(repeating: 0, count: count)
    weights = Array(repeating: 0, count: count)
    counters = Array(repeating: Counter(prefix: free, latest: (0, 0)), count: count)
  }

  /// Counts the prefixes of a turn; takes no memory.
  public mutating func record(
    _ hashes: Span<BlockHash>,
    blockTokens: Int,
    model: UInt64,
    origin: Int16,
    example: PrefixDemand.Example = .init(),
    at now: Instant
  ) {
    latest = max(latest, now)
    if start == nil { (start, landmark) = (latest, latest) }
    if landmark.seconds(to: latest) > Self.exponentMax * Self.tau.fast { rescale() }
    let age = landmark.seconds(to: latest)
    let weight = (exp(age / Self.tau.fast), exp(age / Self.tau.slow))
    var (depth, parent) = (1, BlockHash(0))
    while depth <= hashes.count {
      let hash = hashes[depth - 1]
      count(
        PrefixDemand(
          hash: hash,
          parent: parent,
          depth: depth,
          blockTokens: blockTokens,
          origin: origin,
          model: model,
          turns: weight.0,
          turnsBefore: weight.1,
          shared: 0,
          example: example
        ),
        of: hashes
      )
      (parent, depth) = (hash, depth * 2)
    }
  }

  /// The prefixes that are asked for at least `turns` times a second, for certain.
  public func prefixes(atLeast turns: Double, at now: Instant) -> [PrefixDemand] {
    guard let start else { return [] }
    let age = landmark.seconds(to: max(latest, now))
    let elapsed = max(10, start.seconds(to: max(latest, now)))
    func scale(_ tau: Double) -> Double { exp(-age / tau) / (tau * (1 - exp(-elapsed / tau))) }
    let (fast, slow) = (scale(Self.tau.fast), scale(Self.tau.slow))
    return counters.indices.compactMap { place in
      guard keys[place] != 0 else { return nil }
      var prefix = counters[place].prefix
      prefix.turns = (weights[place] - counters[place].error) * fast
      prefix.turnsBefore *= slow
      prefix.shared *= fast
      return prefix.turns >= turns ? prefix : nil
    }.sorted { ($1.turns, $0.hash, $0.origin) < ($0.turns, $1.hash, $1.origin) }
  }

  private mutating func count(_ prefix: PrefixDemand, of hashes: Span<BlockHash>) {
    let region = UInt64(truncatingIfNeeded: Int(prefix.origin) + 2)
    let key = max(1, PRNG.mix(prefix.hash ^ region << 48))
    let first = Int(key % UInt64(Self.sets)) * Self.ways
    var rarest = first
    for place in first..<first + Self.ways {
      if keys[place] == key {
        weights[place] += prefix.turns
        counters[place].prefix.turnsBefore += prefix.turnsBefore
        let (depth, hash) = counters[place].latest
        let goesOn = depth <= hashes.count && hashes[depth - 1] == hash
        if !goesOn || hashes.count == prefix.depth {
          counters[place].prefix.shared += prefix.turns
        }
        counters[place].latest = (hashes.count, hashes[hashes.count - 1])
        return
      }
      if weights[place] < weights[rarest] { rarest = place }
    }
    keys[rarest] = key
    counters[rarest] = Counter(
      prefix: prefix,
      error: weights[rarest],
      latest: (hashes.count, hashes[hashes.count - 1])
    )
    weights[rarest] += prefix.turns
  }

  private mutating func rescale() {
    let age = landmark.seconds(to: latest)
    let scale = (exp(-age / Self.tau.fast), exp(-age / Self.tau.slow))
    for place in keys.indices {
      weights[place] *= scale.0
      counters[place].prefix.turnsBefore *= scale.1
      counters[place].prefix.shared *= scale.0
      counters[place].error *= scale.0
    }
    landmark = latest
  }
}
