import Basics
import KVIndex
import Testing

@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct GhostCacheTests {
  /// Hashes of which evictions are followed.
  private func followed(_ count: Int, seed: UInt64 = 1) -> [BlockHash] {
    var random = PRNG(seed: seed)
    var hashes: [BlockHash] = []
    while hashes.count < count {
      let hash = random.next()
      if PRNG.mix(hash) & 15 == 0 { hashes.append(hash) }
    }
    return hashes
  }

  @Test func `what was evicted counts after five minutes, as reused or not`() {
    var memory = GhostCache()
    let hashes = followed(4)
    for hash in hashes { memory.evicted(hash, of: 3, at: 10) }
    memory.evicted(hashes[0], of: 3, at: 200)
    memory.computes(hashes[1])
    memory.computes(hashes[3])
    #expect(memory.popSettled(at: 309) == nil && memory.count == 4)
    var settled: [Bool] = []
    while let (model, wasReused) = memory.popSettled(at: 310) {
      #expect(model == 3)
      settled.append(wasReused)
    }
    #expect(settled == [false, true, false, true] && memory.count == 0)
    memory.computes(hashes[0])
    memory.evicted(hashes[0], of: 3, at: 400)
    #expect(memory.popSettled(at: 700).map(\.wasReused) == false, "earlier use does not count")
  }

  @Test func `one in sixteen is followed, and fewer when there are too many`() {
    var (memory, random) = (GhostCache(), PRNG(seed: 7))
    for _ in 0..<16_000 { memory.evicted(random.next(), of: 0, at: 0) }
    #expect((900...1100).contains(memory.count) && memory.mask == 15)
    for _ in 0..<300_000 { memory.evicted(random.next(), of: 0, at: 1) }
    #expect(memory.count <= GhostCache.limit && memory.mask > 15)
    let wide = memory.mask
    while memory.popSettled(at: 1000) != nil {}
    memory.evicted(followed(1)[0], of: 0, at: 1000)
    #expect(memory.mask < wide, "a burst is over")
  }

  @Test func `the chance of reuse is found, whatever the rate of evictions`() {
    for perSecond in [4, 20] {
      var (memory, model, random) = (GhostCache(), ModelEstimates(), PRNG(seed: 3))
      // Reuse comes after one minute or, which is too late, after seven.
      var (soon, late): ([BlockHash], [BlockHash]) = ([], [])
      for second in 0..<1000 {
        for _ in 0..<perSecond * 16 {
          let hash = random.next()
          memory.evicted(hash, of: 0, at: Double(second))
          let fate = random.nextUnit()
          soon.append(fate < 0.3 ? hash : 0)
          late.append(fate > 0.7 ? hash : 0)
        }
        for (list, delay) in [(soon, 60), (late, 420)] where second >= delay {
          for hash in list[
            (second - delay) * perSecond * 16..<(second - delay + 1) * perSecond * 16
          ] {
            memory.computes(hash)
          }
        }
        while let (_, wasReused) = memory.popSettled(at: Double(second)) {
          model.observe(wasReused: wasReused)
        }
      }
      #expect(model.evictionCount > 500, "\(perSecond) a second: \(model.evictionCount)")
      #expect(abs(model.reuseChance - 0.3) < 0.06, "\(perSecond) a second: \(model.reuseChance)")
    }
  }

  @Test func `the chance stays within bounds`() {
    var model = ModelEstimates()
    for _ in 0..<20_000 { model.observe(wasReused: false) }
    #expect(model.reuseChance == 0.01)
    for _ in 0..<40_000 { model.observe(wasReused: true) }
    #expect(model.reuseChance == 0.95)
  }
}
