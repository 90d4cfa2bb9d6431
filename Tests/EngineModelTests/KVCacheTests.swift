import Basics
import Testing

@testable import EngineModel

@Suite(.timeLimit(.minutes(5)))
struct KVCacheTests {
  /// Runs one sequence of `hashes` through `cache`, start to end.
  private func run(
    _ hashes: [UInt64],
    in cache: inout KVCache,
    into events: inout Actions<KVEvent>
  ) -> Int {
    var table = cache.adopt(hashes, limit: hashes.count)
    let reused = table.count
    #expect(cache.grow(&table, to: hashes.count, into: &events))
    cache.publish(&table, hashes: hashes, through: hashes.count, into: &events)
    cache.release(&table)
    return reused
  }

  @Test func `blocks of a finished prompt are reused by one that starts the same`() {
    var (cache, events) = (KVCache(capacity: 8, blockTokens: 16), Actions<KVEvent>())
    #expect(run([1, 2, 3], in: &cache, into: &events) == 0)
    #expect(run([1, 2, 4], in: &cache, into: &events) == 2)
    #expect(cache.matchCount([1, 2, 3], limit: 2) == 2)
    #expect(cache.matchCount([2, 3], limit: 2) == 0, "a hash is found only after its prefix")
    #expect(events.take() == [.stored([1, 2, 3]), .stored([4])])
    #expect((cache.residentCount, cache.evictableCount, cache.heldCount) == (4, 4, 0))
  }

  @Test func `the leaf unused for longest goes first, a block before those it continues`() {
    var (cache, events) = (KVCache(capacity: 5, blockTokens: 16), Actions<KVEvent>())
    _ = run([1, 2, 3], in: &cache, into: &events)
    _ = run([1, 9], in: &cache, into: &events)
    events.removeAll()
    var table = KVTable()
    for count in 2...5 { #expect(cache.grow(&table, to: count, into: &events)) }
    #expect(events.take() == [.removed([3]), .removed([2]), .removed([9]), .removed([1])])
    #expect(!cache.grow(&table, to: 6, into: &events))
    #expect((table.count, events.count, cache.availableCount) == (5, 0, 0))
  }

  @Test func `held blocks are never evicted, and a failed allocation changes nothing`() {
    var (cache, events) = (KVCache(capacity: 4, blockTokens: 16), Actions<KVEvent>())
    _ = run([1, 2, 3], in: &cache, into: &events)
    let held = cache.adopt([1, 2], limit: 2)
    var other = KVTable()
    #expect(!cache.grow(&other, to: 3, into: &events))
    #expect((other.count, cache.contains(3)) == (0, true))
    #expect(cache.grow(&other, to: 2, into: &events))
    #expect(
      (held.count, cache.contains(1), cache.contains(2), cache.contains(3)) == (
        2, true, true, false
      )
    )
  }

  @Test func `two sequences that compute the same prompt end up sharing its blocks`() {
    var (cache, events) = (KVCache(capacity: 8, blockTokens: 16), Actions<KVEvent>())
    var (first, second) = (KVTable(), KVTable())
    #expect(cache.grow(&first, to: 3, into: &events))
    #expect(cache.grow(&second, to: 3, into: &events))
    cache.publish(&first, hashes: [1, 2], through: 2, into: &events)
    #expect(cache.heldCount == 6)
    cache.publish(&second, hashes: [1, 2], through: 2, into: &events)
    #expect(cache.heldCount == 4)
    cache.release(&first)
    cache.release(&second)
    #expect((cache.heldCount, cache.residentCount, cache.evictableCount) == (0, 2, 2))
    #expect(events.take() == [.stored([1, 2])])
  }

  @Test func `a hash that names two prefixes stays with the first`() {
    var (cache, events) = (KVCache(capacity: 8, blockTokens: 16), Actions<KVEvent>())
    _ = run([1, 2], in: &cache, into: &events)
    #expect(run([2, 5], in: &cache, into: &events) == 0)
    #expect(run([7, 7, 8], in: &cache, into: &events) == 0)
    #expect(events.take() == [.stored([1, 2]), .stored([7])])
    #expect((cache.matchCount([1, 2], limit: 2), cache.residentCount) == (2, 3))
  }

  @Test func `after a clear nothing is reused, and running sequences keep their blocks`() {
    var (cache, events) = (KVCache(capacity: 6, blockTokens: 16), Actions<KVEvent>())
    _ = run([1, 2, 3], in: &cache, into: &events)
    var (first, second) = (cache.adopt([1, 2], limit: 2), cache.adopt([1, 2], limit: 2))
    cache.clear(into: &events)
    #expect((cache.residentCount, cache.heldCount, cache.availableCount) == (0, 2, 4))
    #expect(cache.grow(&first, to: 3, into: &events))
    cache.publish(&first, hashes: [1, 2, 3], through: 3, into: &events)
    #expect(events.take() == [.stored([1, 2, 3]), .cleared])
    cache.release(&first)
    #expect(cache.heldCount == 2)
    cache.release(&second)
    #expect((cache.heldCount, cache.residentCount, cache.availableCount) == (0, 0, 6))
  }

  @Test(arguments: [1, 2, 3, UInt64.random(in: 4...UInt64.max)])
  func `the cache equals its naive twin`(seed: UInt64) {
    print("KVCacheTests seed \(seed)")
    var random = PRNG(seed: seed)
    let capacity = Int.random(in: 4...24, using: &random)
    var (cache, naive) = (
      KVCache(capacity: capacity, blockTokens: 4), NaiveKVCache(capacity: capacity)
    )
    var sequences: [(hashes: [UInt64], table: KVTable, twin: NaiveKVCache.Table)] = []
    var (events, replayed) = (Actions<KVEvent>(), Set<UInt64>())

    for step in 0..<3000 {
      let pick = sequences.isEmpty ? -1 : Int.random(in: 0..<sequences.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where sequences.count < 5:
        let hashes = Self.prompt(using: &random)
        let limit = Int.random(in: 0...hashes.count, using: &random)
        #expect(cache.matchCount(hashes, limit: limit) == naive.matchCount(hashes, limit: limit))
        sequences.append(
          (hashes, cache.adopt(hashes, limit: limit), naive.adopt(hashes, limit: limit))
        )
      case 1 where pick >= 0:
        let count = sequences[pick].table.count + Int.random(in: 0...3, using: &random)
        let grown = cache.grow(&sequences[pick].table, to: count, into: &events)
        #expect(grown == naive.grow(&sequences[pick].twin, to: count), "step \(step)")
      case 2 where pick >= 0:
        let (hashes, count) = (sequences[pick].hashes, sequences[pick].table.count)
        let through = Int.random(in: 0...count, using: &random)
        cache.publish(&sequences[pick].table, hashes: hashes, through: through, into: &events)
        naive.publish(&sequences[pick].twin, hashes: hashes, through: through)
      case 3 where pick >= 0:
        cache.release(&sequences[pick].table)
        naive.release(&sequences[pick].twin)
        sequences.remove(at: pick)
      default: break
      }
      for event in events.take() {
        switch event {
        case .stored(let hashes): for hash in hashes { #expect(replayed.insert(hash).inserted) }
        case .removed(let hashes): for hash in hashes { #expect(replayed.remove(hash) != nil) }
        case .cleared: replayed = []
        }
      }
      let residents = Set(naive.residents.keys)
      #expect(replayed == residents, "step \(step)")
      #expect(cache.residentCount == residents.count && residents.allSatisfy(cache.contains))
      #expect(cache.availableCount == naive.availableCount, "step \(step)")
      #expect(residents.allSatisfy { naive.residents[$0]?.parent.map(residents.contains) ?? true })
    }
    for pick in sequences.indices { cache.release(&sequences[pick].table) }
    #expect(cache.heldCount == 0)
  }

  /// A short prompt over few hashes, so that prefixes are often shared; sometimes one whose hashes
  /// come after other prefixes than before.
  private static func prompt(using random: inout PRNG) -> [UInt64] {
    var (hashes, hash): ([UInt64], UInt64) = ([], 0)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let child = UInt64.random(in: 1...2, using: &random)
      let isAstray = Int.random(in: 0..<20, using: &random) == 0
      hash = isAstray ? child : hash * 2 + child
      hashes.append(hash)
    }
    return hashes
  }
}

extension NaiveKVCache {
  func matchCount(_ hashes: [UInt64], limit: Int) -> Int {
    var copy = self
    return copy.adopt(hashes, limit: limit).count
  }
}
