import Basics
import Scheduling
import Testing

@Suite(.timeLimit(.minutes(1)))
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

  @Test func `a replica that attaches anew, or is cleared, holds nothing and others keep theirs`() {
    var index = index(slots: 2)
    for slot: Int32 in [0, 1] { index.store(slot, [1, 2].span) }
    index.attach(0, blockLimit: 10)
    #expect(matched(index, [1, 2]) == [0, 2])
    index.clear(1)
    #expect(matched(index, [1, 2]) == [0, 0])
    #expect(index.entryCount == 0)
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

  @Test(arguments: 0..<12)
  func `random events leave it equal to its naive twin`(round: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    print("PrefixIndex round \(round): seed \(seed)")
    var random = PRNG(seed: seed)
    let slots = [1, 3, 64, 150][round % 4]
    var (index, naive) = (PrefixIndex(seed: random.next()), NaivePrefixIndex())
    let chains = Self.branchingChains(count: 8, depth: 24)
    func attach(_ slot: Int32) {
      let limit = Int(random.next() % 120)
      index.attach(slot, blockLimit: limit)
      naive.attach(slot, blockLimit: limit)
    }
    for slot in 0..<Int32(slots) { attach(slot) }
    for _ in 0..<8_000 {
      let slot = Int32(random.next() % UInt64(slots))
      let chain = chains[Int(random.next() % UInt64(chains.count))]
      let start = Int(random.next() % UInt64(chain.count))
      let some = chain[start...].prefix(1 + Int(random.next() % 6)).map { $0 }
      switch random.next() % 500 {
      case 0:
        index.clear(slot)
        naive.clear(slot)
      case 1: attach(slot)
      case 2..<170:
        index.remove(slot, some.span)
        naive.remove(slot, some.span)
      case 170..<450:
        index.store(slot, some.span)
        naive.store(slot, some.span)
      default:
        let expected = (0..<Int32(slots)).map { Int32(naive.matched(chain.span, slot: $0)) }
        #expect(matched(index, chain) == expected, "seed \(seed)")
      }
    }
    #expect(index.counters == naive.counters, "seed \(seed)")
    #expect(index.entryCount == naive.entryCount, "seed \(seed)")
    for slot in 0..<Int32(slots) {
      #expect(index.blockCount(slot) == naive.blockCount(slot), "seed \(seed)")
    }
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
