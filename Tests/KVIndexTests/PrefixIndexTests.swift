import Basics
import Testing

@testable import KVIndex

@Suite(.timeLimit(.minutes(5)))
struct PrefixIndexTests {
  private func matched(_ index: PrefixIndex, _ hashes: [BlockHash]) -> [Int32] {
    var match = PrefixMatch()
    index.match(hashes.span, into: &match)
    return match.blocks
  }

  private func index(slots: Int32, blockLimit: Int = 1000) -> PrefixIndex {
    var index = PrefixIndex(seed: 9)
    for slot in 0..<slots { index.attach(slot, blockLimit: blockLimit) }
    return index
  }

  @Test func `the longest prefix without a gap is found for every replica`() {
    var index = index(slots: 3)
    index.store(0, [1, 2, 3].span)
    index.store(2, [1, 3].span)
    index.store(1, [2].span)
    #expect(matched(index, [1, 2, 3, 4]) == [3, 0, 1])
    #expect(matched(index, [1]) == [1, 0, 1])
    #expect(matched(index, [9, 1]) == [0, 0, 0])
    #expect(matched(index, []) == [0, 0, 0])
  }

  @Test func `what could not be so changes nothing and is counted`() {
    var index = index(slots: 2, blockLimit: 3)
    index.store(0, [0, 0, 7].span)
    index.remove(1, [0, 8].span)
    index.store(0, [5, 6].span)
    #expect(matched(index, [0, 7, 5, 6]) == [3, 0])
    #expect(index.counters.duplicates == 1)
    #expect(index.counters.unknownRemovals == 2)
    #expect(index.counters.overLimit == 1)
    #expect((index.entryCount, index.blockCount(0), index.blockCount(1)) == (3, 3, 0))
  }

  @Test func `a replica that attaches again, or is cleared, holds nothing and others keep theirs`()
  {
    var index = index(slots: 2)
    for slot: Int32 in [0, 1] { index.store(slot, [1, 2].span) }
    index.attach(0, blockLimit: 10)
    #expect(matched(index, [1, 2]) == [0, 2])
    index.clear(1)
    #expect(matched(index, [1, 2]) == [0, 0])
    index.sweep()
    #expect((index.entryCount, index.blockCount) == (0, 0))
  }

  @Test func `a buffer serves indices of other widths`() {
    var (narrow, wide) = (index(slots: 2), index(slots: 130))
    narrow.store(1, [1].span)
    wide.store(129, [1, 2].span)
    var match = PrefixMatch()
    for _ in 0..<2 {
      wide.match([1, 2].span, into: &match)
      #expect(match.blocks == Array(repeating: 0, count: 129) + [2])
      narrow.match([1, 2].span, into: &match)
      #expect(match.blocks == [0, 1])
    }
  }

  @Test func `a fleet that grows keeps what it held, and more may hold the same`() {
    var index = PrefixIndex(seed: 9)
    let hashes: [BlockHash] = [1, 2, 3]
    for slot: Int32 in 0..<700 {
      index.attach(slot, blockLimit: 1000)
      index.store(slot, hashes.span)
      if slot % 50 == 49 {
        #expect(matched(index, hashes) == Array(repeating: 3, count: Int(slot) + 1))
      }
    }
    for slot: Int32 in 0..<699 { index.remove(slot, hashes.span) }
    #expect(matched(index, hashes) == Array(repeating: 0, count: 699) + [3])
    #expect(index.counters == PrefixIndex.Counters())
  }

  @Test(arguments: [1, 3, 64, 65, 150, 1000, 4096], 0..<3)
  func `random events leave it equal to its naive twin`(slots: Int, round: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    print("PrefixIndex, \(slots) slots, round \(round): seed \(seed)")
    var random = PRNG(seed: seed)
    var (index, naive) = (PrefixIndex(seed: random.next()), NaivePrefixIndex())
    let chains = Self.branchingChains(count: 12, depth: 30)
    func attach(_ slot: Int32) {
      let limit = Int(random.next() % 120)
      index.attach(slot, blockLimit: limit)
      naive.attach(slot, blockLimit: limit)
    }
    for slot in 0..<Int32(slots) { attach(slot) }
    for _ in 0..<8_000 {
      // Few replicas and prompts have most events, so that blocks have one holder to thousands.
      let slot = Int32(random.next() % (1 + random.next() % UInt64(slots)))
      let chain = chains[Int(random.next() % (1 + random.next() % UInt64(chains.count)))]
      let start = Int(random.next() % UInt64(chain.count))
      let some = chain[start...].prefix(1 + Int(random.next() % 6)).map { $0 }
      switch random.next() % 1000 {
      case 0..<20:
        index.clear(slot)
        naive.clear(slot)
      case 20..<30: attach(slot)
      case 30..<31: index.sweep()
      case 31..<340:
        index.remove(slot, some.span)
        naive.remove(slot, some.span)
      case 340..<995:
        index.store(slot, some.span)
        naive.store(slot, some.span)
      default:
        let expected = (0..<Int32(slots)).map { Int32(naive.matched(chain.span, slot: $0)) }
        #expect(matched(index, chain) == expected, "seed \(seed)")
      }
    }
    index.sweep()
    #expect(index.counters == naive.counters, "seed \(seed)")
    #expect(index.entryCount == naive.entryCount, "seed \(seed)")
    for slot in 0..<Int32(slots) {
      #expect(index.blockCount(slot) == naive.blockCount(slot), "seed \(seed)")
    }
  }

  @Test(arguments: 0..<6)
  func `long prefixes without gaps are matched exactly, and gaps never shorten them`(round: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    print("PrefixIndex, long prompts, round \(round): seed \(seed)")
    var random = PRNG(seed: seed)
    let slots = [2, 70, 300][round % 3]
    var (index, naive) = (index(slots: Int32(slots), blockLimit: 9999), NaivePrefixIndex())
    for slot in 0..<Int32(slots) { naive.attach(slot, blockLimit: 9999) }
    let chain = Self.branchingChains(count: 1, depth: 1200)[0]
    let depths = (0..<4).map { _ in Int(random.next() % 1201) }
    for slot in 0..<Int32(slots) {
      let alone = random.next() % 8 == 0
      let depth = alone ? Int(random.next() % 1201) : depths[Int(random.next() % 4)]
      let held = Array(chain[..<depth])
      index.store(slot, held.span)
      naive.store(slot, held.span)
    }
    let exact = (0..<Int32(slots)).map { Int32(naive.matched(chain.span, slot: $0)) }
    #expect(matched(index, chain) == exact, "seed \(seed)")
    #expect(matched(index, Array(chain[..<500])) == exact.map { min($0, 500) }, "seed \(seed)")

    for _ in 0..<slots * 3 {
      let slot = Int32(random.next() % UInt64(slots))
      let start = Int(random.next() % 1200)
      let gap = Array(chain[start...].prefix(1 + Int(random.next() % 90)))
      index.remove(slot, gap.span)
      naive.remove(slot, gap.span)
    }
    let found = matched(index, chain)
    for slot in 0..<Int32(slots) {
      let (depth, expected) = (Int(found[Int(slot)]), naive.matched(chain.span, slot: slot))
      if expected < 32 { #expect(depth == expected, "seed \(seed)") }
      #expect(depth >= expected, "seed \(seed)")
      let missing = (0..<depth).map { !naive.holds(chain[$0], slot: slot) }
      #expect(!(missing.last ?? false), "seed \(seed)")
      #expect(missing.split(separator: false).allSatisfy { $0.count < 64 }, "seed \(seed)")
      #expect(depth == chain.count || !naive.holds(chain[depth], slot: slot), "seed \(seed)")
    }
  }

  @Test func `what a cleared replica held is swept by the events that follow`() {
    var index = index(slots: 2, blockLimit: 100_000)
    let chain = Self.branchingChains(count: 1, depth: 20_000)[0]
    index.store(0, chain.span)
    index.clear(0)
    #expect(index.entryCount == 20_000)
    var events = 0
    while index.entryCount > 0, events < 40_000 {
      index.remove(1, [1, 2, 3, 4].span)
      events += 4
    }
    #expect(index.entryCount == 0)
  }

  @Test func `sweeping by the clock goes on where it stopped`() {
    var index = index(slots: 2, blockLimit: 100_000)
    let chain = Self.branchingChains(count: 1, depth: 20_000)[0]
    index.store(0, chain.span)
    #expect(!index.isSweeping)
    index.clear(0)
    var counts = [index.entryCount]
    while index.isSweeping, counts.count < 100 {
      index.sweep(places: 1_000)
      counts.append(index.entryCount)
    }
    #expect(counts.first == 20_000 && counts.last == 0 && counts.count > 10)
    #expect(counts == counts.sorted(by: >))
  }

  @Test func `a replica cleared a thousand times never regains what it held`() {
    var index = index(slots: 3)
    let (prompt, other): ([BlockHash], [BlockHash]) = ([1, 2, 3, 4], [7])
    index.store(1, prompt.span)
    for _ in 0..<1000 {
      index.store(0, prompt.span)
      #expect(matched(index, prompt) == [4, 4, 0])
      index.clear(0)
      index.store(0, other.span)
      #expect(matched(index, prompt) == [0, 4, 0])
      index.clear(0)
    }
    index.sweep()
    #expect((index.entryCount, index.blockCount) == (4, 4))
  }

  /// Prompts that share a start of 0, 3, 6, ... blocks.
  private static func branchingChains(count: Int, depth: Int) -> [[BlockHash]] {
    (0..<count).map { prompt in
      var hasher = BlockHasher(model: "m")
      return (0..<depth).map { block in
        hasher.append(identity: UInt64(block < prompt * 3 ? block : prompt * 100 + block))
      }
    }
  }
}
