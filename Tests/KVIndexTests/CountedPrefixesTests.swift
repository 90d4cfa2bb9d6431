import Basics
import KVIndex
import Testing

struct CountedPrefixesTests {
  private func chain(_ count: Int, _ seed: UInt64 = 0) -> [BlockHash] {
    (0..<UInt64(count)).map { PRNG.mix($0 ^ seed << 32) }
  }

  @Test func `what goes on from a transcript is known up to its end`() {
    var counted = CountedPrefixes()
    #expect(counted.longest(of: chain(10)) == nil)
    for count in [1, 63, 64, 65, 200] {
      counted.note(.init(chain(count, UInt64(count))), blockTokens: 20)
      for more in [0, 1, 62, 63, 64, 500] {
        let found = counted.longest(of: chain(count + more, UInt64(count)))
        #expect(found == .init(blocks: count, tokens: Double(count) * 20), "\(count) and \(more)")
      }
      // One that ends before is known as far as it was noted on the way.
      let part = counted.longest(of: chain(count - 1, UInt64(count)))
      #expect(part?.blocks ?? 0 == (count - 1) / 64 * 64)
    }
    #expect(counted.longest(of: chain(500, 7)) == nil && counted.longest(of: []) == nil)
  }

  @Test func `an end that was counted stays, and an answer's end is one`() {
    var counted = CountedPrefixes()
    counted.note(.init(chain(64)), blockTokens: 10)
    counted.note(.init(chain(128)), blockTokens: 30)
    #expect(counted.longest(of: chain(64)) == .init(blocks: 64, tokens: 640))
    counted.note(chain(140)[139], tokens: 4_321)
    #expect(counted.longest(of: chain(150)) == .init(blocks: 140, tokens: 4_321))
    counted.note(.init(chain(140)), blockTokens: 31)
    #expect(counted.longest(of: chain(150)) == .init(blocks: 140, tokens: 4_340))
    counted.note(.init(chain(150)), blockTokens: .nan)
    #expect(counted.longest(of: chain(150))?.blocks == 140)
  }

  @Test func `memory is bounded, and the oldest go`() {
    var counted = CountedPrefixes(countMax: 10)
    for seed in 1...100 as ClosedRange<UInt64> {
      counted.note(.init(chain(8, seed)), blockTokens: 16)
      #expect(counted.count <= 10)
    }
    #expect(counted.longest(of: chain(8, 90)) == nil)
    #expect(counted.longest(of: chain(8, 91))?.blocks == 8)
  }
}
