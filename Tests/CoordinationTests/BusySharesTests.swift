import Basics
import Coordination
import TestSupport
import Testing

struct BusySharesTests {
  @Test func `turns share the time that they have together`() {
    var shares = BusyShares()
    shares.began(1, at: Fixture.instant(10))
    shares.began(2, at: Fixture.instant(12))
    #expect(shares.ended(1, at: Fixture.instant(16)) == 4)
    #expect(shares.ended(2, at: Fixture.instant(17)) == 3)
    #expect(shares.busySeconds == 7)
    shares.began(3, at: Fixture.instant(30))
    #expect(shares.ended(3, at: Fixture.instant(31)) == 1)
    #expect(shares.ended(3, at: Fixture.instant(32)) == 0)
    #expect(shares.busySeconds == 8)
  }

  @Test func `the shares add up to the busy time`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed)
    var shares = BusyShares()
    var (now, turns, sum, busy) = (0.0, [UInt64](), 0.0, 0.0)
    for id in 0..<5_000 as Range<UInt64> {
      let step = Double(random.below(1_000)) / 512
      if !turns.isEmpty { busy += step }
      now += step
      if turns.isEmpty || random.below(2) == 0 {
        turns.append(id)
        shares.began(id, at: Fixture.instant(now))
      } else {
        let turn = turns.remove(at: random.below(turns.count))
        sum += shares.ended(turn, at: Fixture.instant(now))
      }
    }
    for turn in turns { sum += shares.ended(turn, at: Fixture.instant(now)) }
    #expect(abs(sum - busy) < 1e-3 && abs(shares.busySeconds - busy) < 1e-3, "seed \(seed)")
  }
}
