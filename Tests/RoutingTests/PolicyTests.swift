import Basics
import FleetSpec
import KVIndex
import TestSupport
import Testing

@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct PolicyTests {
  /// Two regions, 0.1 s apart; slots 0 and 1 are in "eu", 2 in "us".
  private func twoRegions(waitingMax: Int = 1024) throws -> TestFleet {
    var fleet = TestFleet()
    try fleet.add("eu/0", waitingMax: waitingMax)
    try fleet.add("eu/1", waitingMax: waitingMax)
    try fleet.add("us/0", region: "us", waitingMax: waitingMax)
    try fleet.setRoundTrip("eu", "us", 0.1)
    return fleet
  }

  @Test func `warm goes far for a prefill longer than the way`() throws {
    var fleet = try twoRegions()
    let prompt = chain("long", blocks: 1000)
    fleet.index.store(2, prompt.span)
    let placement = try fleet.place(fleet.request(16_010), prompt)
    #expect(placement.slot == 2)
    #expect(placement.cachedTokens == 16_000)
    let rows = try fleet.explain(fleet.request(16_010), prompt).rows
    let (near, far) = (try #require(rows[0].cost), try #require(rows[2].cost))
    #expect(near[PrefillTerm.self] - far[PrefillTerm.self] > 0.1 - 0.0005)
    #expect(try fleet.place(fleet.request(16_010, from: "us"), prompt).slot == 2)
  }

  @Test func `warm stays near when the way is longer than the prefill`() throws {
    var fleet = try twoRegions()
    let prompt = chain("short", blocks: 60)
    fleet.index.store(2, prompt.span)
    let placement = try fleet.place(fleet.request(970), prompt)
    #expect([0, 1].contains(placement.slot))
    #expect(placement.cachedTokens == 0)
    try fleet.setRoundTrip("eu", "us", 0.001)
    #expect(try fleet.place(fleet.request(970), prompt).slot == 2, "the way decides")
  }

  @Test func `warm leaves a warm replica whose queue is longer than the prefill`() throws {
    var fleet = try twoRegions()
    let prompt = chain("long", blocks: 1000)
    fleet.index.store(0, prompt.span)
    #expect(try fleet.place(fleet.request(16_010), prompt).slot == 0)
    fleet.view.report(0, .init(waiting: 10, prefillTokensQueued: 60_000))
    #expect(try fleet.place(fleet.request(16_010), prompt).slot == 1)
  }

  @Test func `nearest leaves the region only when all there are full, for the next nearest`() throws
  {
    var fleet = try twoRegions(waitingMax: 3)
    try fleet.add("asia/0", region: "asia")
    try fleet.setRoundTrip("eu", "asia", 0.2)
    let slots = try (0..<11).map { _ in
      let placement = try fleet.place(fleet.request(1000), policy: "nearest")
      _ = fleet.reserve(placement)
      return placement.slot
    }
    #expect(slots[..<6].sorted() == [0, 0, 0, 1, 1, 1])
    #expect(Array(slots[6...]) == [2, 2, 2, 3, 3])
  }

  @Test func `least-loaded counts requests wherever they are, and breaks ties evenly`() throws {
    var fleet = try twoRegions()
    fleet.view.report(0, .init(running: 3, decoding: 3))
    fleet.view.report(1, .init(waiting: 2))
    #expect(try fleet.place(fleet.request(1000), policy: "least-loaded").slot == 2)
    fleet.view.report(2, .init(running: 1, waiting: 1))
    var counts = [0, 0, 0]
    for _ in 0..<400 {
      counts[Int(try fleet.place(fleet.request(1000), policy: "least-loaded").slot)] += 1
    }
    #expect(counts[0] == 0)
    #expect((150...250).contains(counts[1]), "\(counts)")
  }

  @Test func `round-robin takes each in turn and skips those that are out of the question`() throws
  {
    var fleet = TestFleet()
    for number in 0..<5 { try fleet.add("n/\(number)") }
    fleet.view.setReadiness(2, .cordoned)
    let slots = try (0..<8).map { _ in
      try fleet.place(fleet.request(1000), policy: "round-robin").slot
    }
    #expect(slots == [0, 1, 3, 4, 0, 1, 3, 4])
  }

  @Test func `session-hash keeps a conversation in its place and moves only those of a lost one`()
    throws
  {
    var fleet = TestFleet()
    for number in 0..<10 { try fleet.add("n/\(number)") }
    func places() throws -> [Int32] {
      try (1...1000).map { session in
        try fleet.place(
          fleet.request(1000, session: UInt64(session)),
          policy: "session-hash"
        ).slot
      }
    }
    let before = try places()
    #expect(try places() == before)
    for slot in 0..<Int32(10) {
      #expect((60...140).contains(before.count { $0 == slot }), "slot \(slot)")
    }
    fleet.view.setReadiness(7, .lost)
    let after = try places()
    for (old, new) in zip(before, after) { #expect(old == 7 ? new != 7 : new == old) }
    #expect(Set(zip(before, after).filter { $0.0 == 7 }.map { $0.1 }).count > 4, "they scatter")
    fleet.view.setReadiness(7, .ready)
    #expect(try places() == before)
  }

  @Test func `session-hash goes by the replica's name, not by its slot`() throws {
    var (forth, back) = (TestFleet(), TestFleet())
    for number in 0..<6 { try forth.add("n/\(number)") }
    for number in (0..<6).reversed() { try back.add("n/\(number)") }
    for session in 1...100 as ClosedRange<UInt64> {
      let request = try forth.request(1000, session: session)
      let slots = try (
        forth.place(request, policy: "session-hash").slot,
        back.place(request, policy: "session-hash").slot
      )
      #expect(forth.view.spec(slots.0)?.id == back.view.spec(slots.1)?.id)
    }
  }

  @Test func `turns without a conversation go anywhere`() throws {
    var fleet = TestFleet()
    for number in 0..<4 { try fleet.add("n/\(number)") }
    let slots = try (0..<100).map { _ in
      try fleet.place(fleet.request(1000), policy: "session-hash").slot
    }
    #expect(Set(slots).count == 4)
  }

  @Test func `an unknown region is equally far from all`() throws {
    var fleet = try twoRegions()
    var request = try fleet.request(1000)
    request.origin = -1
    let rows = try fleet.explain(request).rows
    #expect(rows.map { $0.cost?[NetworkTerm.self] } == [0, 0, 0])
    #expect(try fleet.place(request).ttftSeconds > 0)
  }
}
