import Basics
import KVIndex
import MallocCount

/// Matches prompts of 2,048 blocks in an index that holds many others, and says what that took.
///
/// The first 512 blocks are a system prompt that every replica holds. Each prompt goes on with a
/// conversation that one replica holds up to some depth, and another up to a lesser one. Then
/// the worst case: prompts of which every replica holds another depth.
struct MatchBench {
  private static let promptBlocks = 2048
  private static let systemBlocks = 512
  private static let conversations = 2000

  private var fleet: Fleet

  init(replicas: Int, pairs: Int, holders: Int) {
    fleet = Fleet(replicas: replicas, pairs: pairs, holders: holders)
  }

  func run() {
    var fleet = fleet
    var index = fleet.makeIndex()
    for number in 0..<fleet.holders {
      for run in 0..<fleet.runs { fleet.store(number, of: run, in: &index) }
    }
    var random = PRNG(seed: 3)
    let system = Self.chain(0)
    for slot in 0..<Int32(fleet.replicas) {
      let known = Array(system[..<Self.systemBlocks])
      index.store(slot, known.span)
    }
    let held = (0..<Self.conversations).map { conversation in
      Self.hold(Self.chain(conversation), fleet, &index, &random)
    }
    var match = PrefixMatch()
    let common = measure(index, into: &match) { conversation, match in
      match.blocks[Int(held[conversation].slot)] == held[conversation].depth
    }
    let ladder = Self.chain(Self.conversations)
    for slot in 0..<fleet.replicas {
      let known = Array(ladder[..<(1 + slot * Self.promptBlocks / fleet.replicas)])
      index.store(Int32(slot), known.span)
    }
    let worst = time(index, ladder, count: 500, into: &match)
    report([
      "replicas": Double(fleet.replicas),
      "pairs": Double(index.blockCount),
      "match_p50_us": common.times[common.times.count / 2],
      "match_p99_us": common.times[common.times.count * 99 / 100],
      "allocations": Double(common.allocations),
      "all_depths_p50_us": worst[worst.count / 2],
    ])
  }

  /// Two replicas hold a conversation; the one that holds more, and how much.
  private static func hold(
    _ chain: [BlockHash],
    _ fleet: Fleet,
    _ index: inout PrefixIndex,
    _ random: inout PRNG
  ) -> (slot: Int32, depth: Int32) {
    let slot = Int(random.next() % UInt64(fleet.replicas))
    let depth = systemBlocks + 1 + Int(random.next() % UInt64(promptBlocks - systemBlocks))
    let lesser = systemBlocks + Int(random.next() % UInt64(depth - systemBlocks))
    let (more, less) = (Array(chain[systemBlocks..<depth]), Array(chain[systemBlocks..<lesser]))
    index.store(Int32(slot), more.span)
    if fleet.replicas > 1 { index.store(Int32((slot + 1) % fleet.replicas), less.span) }
    return (Int32(slot), Int32(depth))
  }

  /// Matches every conversation five times, in turns.
  private func measure(
    _ index: PrefixIndex,
    into match: inout PrefixMatch,
    isRight: (Int, PrefixMatch) -> Bool
  ) -> (times: [Double], allocations: UInt64) {
    let chains = (0..<Self.conversations).map { Self.chain($0) }
    var times: [Double] = []
    times.reserveCapacity(5 * chains.count)
    let warm = chains[0]
    index.match(warm.span, into: &match)
    let before = malloc_count()
    for _ in 0..<5 {
      for conversation in chains.indices {
        let chain = chains[conversation]
        let start = seconds()
        index.match(chain.span, into: &match)
        times.append((seconds() - start) * 1e6)
        guard isRight(conversation, match) else { fail("conversation \(conversation) is wrong") }
      }
    }
    let allocations = malloc_count() - before
    return (times.sorted(), allocations)
  }

  private func time(
    _ index: PrefixIndex,
    _ chain: [BlockHash],
    count: Int,
    into match: inout PrefixMatch
  ) -> [Double] {
    (0..<count).map { _ in
      let start = seconds()
      index.match(chain.span, into: &match)
      return (seconds() - start) * 1e6
    }.sorted()
  }

  private static func chain(_ conversation: Int) -> [BlockHash] {
    var hasher = BlockHasher(model: "m")
    return (0..<promptBlocks).map { block in
      hasher.append(identity: UInt64(block < systemBlocks ? block : conversation << 16 | block))
    }
  }
}
