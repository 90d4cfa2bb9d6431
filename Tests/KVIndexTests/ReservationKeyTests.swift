import Basics
import KVIndex
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReservationKeyTests {
  private let key = ReservationKey(secret: 5)

  @Test func `a reservation holds for its turn, and for none that differs in anything`() {
    func digest(
      _ model: String = "m",
      _ adapter: String = "a",
      _ tokens: Int = 40,
      _ hashes: [BlockHash] = [1, 2],
      _ block: Int = 16
    ) -> UInt32 {
      key.digest(
        model: model,
        adapter: adapter,
        promptTokens: tokens,
        hashes: hashes.span,
        blockTokens: block
      )
    }
    let others = [
      digest("n"), digest("m", "b"), digest("ma", ""), digest("m", "a", 41),
      digest("m", "a", 40, [1]), digest("m", "a", 40, [2, 1]), digest("m", "a", 40, [1, 2, 3]),
      digest("m", "a", 40, [9, 2]), digest("m", "a", 40, [1, 2], 17), digest("m", "a", 40, []),
    ]
    let reservation = key.reservation(7, for: digest())
    #expect(key.digest(of: reservation) == digest())
    #expect(Set(others + [digest()]).count == others.count + 1)
    #expect(digest("m", "a", 40, [], 16) == digest("m", "a", 40, [], 0), "there is no block")
  }

  @Test func `reservations of one turn are as many as their numbers, and look random`() {
    let all = (0..<10_000).map { key.reservation($0, for: 3) }
    #expect(Set(all).count == all.count && all.allSatisfy { key.digest(of: $0) == 3 })
    let bits = all.reduce(0) { $0 + $1.nonzeroBitCount }
    #expect(abs(bits - 320_000) < 2_000)
    #expect(zip(all, all.dropFirst()).allSatisfy { ($0 ^ $1).nonzeroBitCount > 8 })
  }

  @Test func `another key, as after a restart, tells nothing of a reservation`() {
    let other = ReservationKey(secret: 6)
    let found = (0..<10_000).count { other.digest(of: key.reservation($0, for: 3)) == 3 }
    #expect(found == 0 && other.words != key.words)
    #expect(ReservationKey(key.words[0], key.words[1]) == key)
  }
}
