import Basics
import FleetSpec
import KVIndex
import Routing
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(5)))
struct InFlightPrefixesTests {
  private let blocks = 60
  private var tokens: Int { blocks * TestFleet.blockTokens + 1 }

  /// Where a turn goes and how much counts as cached there; it is sent, and reserved.
  private func send(
    _ prompt: [BlockHash],
    _ reservation: UInt64,
    in fleet: inout TestFleet
  ) throws -> Placement {
    let request = try fleet.request(prompt.count * TestFleet.blockTokens + 1, output: 50)
    let placement = try fleet.place(request, prompt)
    fleet.router.inFlight.sent(reservation, prompt, to: placement.slot, at: fleet.view.fleetNow)
    _ = fleet.reserve(placement)
    return placement
  }

  private func fleet() throws -> TestFleet {
    var fleet = TestFleet()
    for number in 0..<4 { try fleet.add("n/\(number)") }
    return fleet
  }

  @Test func `turns with one prefix that come together go to one replica`() throws {
    let prompt = chain("prompt", blocks: 400)
    var fleet = try fleet()
    let first = try send(prompt, 1, in: &fleet)
    #expect(first.cachedTokens == 0)
    // Elsewhere it would begin a little later, which is all that tells them apart.
    let busy = ReplicaLoad(running: 1, prefillTokensQueued: 500)
    for slot in Int32(0)..<4 where slot != first.slot { fleet.view.report(slot, busy) }
    for reservation in 2...4 {
      let next = try send(prompt, UInt64(reservation), in: &fleet)
      #expect(next.slot == first.slot && next.cachedTokens == 400 * TestFleet.blockTokens)
    }
    let another = chain("another", blocks: 400)
    let other = try send(another, 5, in: &fleet)
    #expect(other.slot != first.slot && other.cachedTokens == 0)
  }

  @Test func `policies of others know only what was reported`() throws {
    let prompt = chain("prompt", blocks: 400)
    var fleet = try fleet()
    let first = try send(prompt, 1, in: &fleet)
    let request = try fleet.request(prompt.count * TestFleet.blockTokens + 1, output: 50)
    for policy in fleet.router.policyNames where policy != "warm" {
      let next = try fleet.place(request, prompt, policy: policy)
      #expect(next.cachedTokens == 0, "\(policy)")
    }
    let rows = try fleet.explain(request, prompt).rows
    #expect(rows.map { $0.slot == first.slot } == rows.map { $0.cachedTokens > 0 })
  }

  @Test func `what ended, is long ago or was dropped counts no more`() throws {
    let prompt = chain("prompt", blocks: blocks)
    let request = try fleet().request(tokens, output: 50)
    func cached(_ change: (inout TestFleet) -> Void) throws -> Int {
      var fleet = try fleet()
      for slot in Int32(0)..<4 {
        fleet.router.inFlight.sent(UInt64(slot) + 1, prompt, to: slot, at: fleet.view.fleetNow)
      }
      change(&fleet)
      return try fleet.place(request, prompt).cachedTokens
    }
    #expect(try cached { _ in } == blocks * TestFleet.blockTokens)
    #expect(
      try cached { fleet in
        for slot in Int32(0)..<4 { fleet.router.inFlight.ended(UInt64(slot) + 1, on: slot) }
      } == 0
    )
    #expect(
      try cached { fleet in for slot in Int32(0)..<4 { fleet.router.inFlight.clear(slot) } } == 0
    )
    #expect(
      try cached { $0.view.advance(to: .zero.advanced(by: InFlightPrefixes.lifetime)) } == 0
    )
    #expect(
      try cached { fleet in
        for slot in Int32(0)..<4 {
          for number in 0..<InFlightPrefixes.promptsMax {
            let other = chain("other \(slot) \(number)", blocks: 3)
            fleet.router.inFlight.sent(UInt64(100 + number), other, to: slot, at: .zero)
          }
        }
      } == 0
    )
  }

  @Test func `the longest common prefix counts, of what is held and what is under way`() throws {
    for _ in 0..<200 {
      let seed = UInt64.random(in: 0 ... .max)
      var random = PRNG(seed: seed, stream: "under way")
      var fleet = TestFleet()
      let slot = try fleet.add("n/0")
      let prompt = chain("prompt", blocks: 1 + random.below(blocks))
      let held = random.below(prompt.count + 1)
      fleet.index.store(slot, Array(prompt[..<held]).span)
      var longest = held
      for number in 0..<random.below(InFlightPrefixes.promptsMax + 1) {
        let common = random.below(prompt.count + 1)
        let hashes = Array(prompt[..<common]) + chain("tail \(number)", blocks: random.below(9))
        fleet.router.inFlight.sent(UInt64(number + 1), hashes, to: slot, at: .zero)
        longest = max(longest, common)
      }
      let request = try fleet.request(prompt.count * TestFleet.blockTokens + 1, output: 50)
      let placement = try fleet.place(request, prompt)
      #expect(placement.cachedTokens == longest * TestFleet.blockTokens, "seed \(seed)")
    }
  }
}
