import Basics
import Dispatching
import FleetSpec
import Routing
import Testing

@testable import Coordination

/// What a token is worth.
@Suite(.timeLimit(.minutes(5)))
struct RetryTokensTests {
  private let tokens = RetryTokens(secret: 7)
  private let first = Instant(nanoseconds: 5_000_700_000)
  private let later = Instant(nanoseconds: 65_000_900_000)

  private func turn(_ tenant: String = "a", _ model: String = "m") -> Turn {
    Turn(
      subject: .init(request: "", tenant: tenant, model: model, origin: ""),
      tenant: TenantID(tenant),
      model: ModelID(model),
      promptTokens: 1
    )
  }

  @Test func `a token tells when its turn was first asked for, to the millisecond`() {
    let token = tokens.token(of: turn(), arrival: first)
    let found = tokens.firstArrival(of: token, turn(), at: later)
    #expect(found == Instant(nanoseconds: 5_000_000_000))
    // What comes back and is refused again has the same.
    var back = turn()
    back.firstArrival = found
    #expect(tokens.token(of: back, arrival: later) == token)
  }

  @Test func `one of another tenant or model is worth nothing, nor one of before a restart`() {
    let token = tokens.token(of: turn(), arrival: first)
    for other in [turn("b"), turn("a", "n"), turn("m", "a"), turn("", "m")] {
      #expect(tokens.firstArrival(of: token, other, at: later) == nil)
    }
    #expect(RetryTokens(secret: 8).firstArrival(of: token, turn(), at: later) == nil)
  }

  @Test func `one that was made up is worth nothing`() {
    var random = PRNG(seed: 1)
    let token = tokens.token(of: turn(), arrival: first)
    let forged =
      [0, 1, .max] + (0..<64).map { token ^ 1 << $0 } + (0..<10_000).map { _ in random.next() }
    #expect(forged.allSatisfy { tokens.firstArrival(of: $0, turn(), at: later) == nil })
  }

  @Test func `it is good for ten minutes, and not before its time`() {
    let token = tokens.token(of: turn(), arrival: first)
    func isGood(after seconds: Double) -> Bool {
      let now = first.advanced(by: Duration(inSeconds: seconds))
      return tokens.firstArrival(of: token, turn(), at: now) != nil
    }
    #expect(isGood(after: 0) && isGood(after: 599.9))
    #expect(!isGood(after: 600.1) && !isGood(after: -1) && !isGood(after: 1e6))
  }

  @Test func `it outlives the 49 days after which its milliseconds begin again`() {
    let end = Instant(nanoseconds: 1_000_000 << 32)
    let before = end.advanced(by: .seconds(-1))
    let token = tokens.token(of: turn(), arrival: before)
    #expect(tokens.firstArrival(of: token, turn(), at: end.advanced(by: .seconds(1))) == before)
  }
}
