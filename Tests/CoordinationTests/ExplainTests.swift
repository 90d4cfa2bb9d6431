import Admission
import Basics
import Coordination
import FleetSpec
import HearthMessages
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ExplainTests {
  private func fleet(waitingMax: Int = 1_024) -> ControlDriver {
    var admission = AdmissionSettings()
    admission.waitingMax = waitingMax
    var driver = ControlDriver(settings: .init(admission: admission, seed: 1))
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "a", blocks: Array(1...100))
    driver.attachNode(1, "b")
    return driver
  }

  @Test func `a placement is explained with what was predicted, weighed and found`() throws {
    var driver = fleet()
    let asked = try driver.route(Array(1...110), explain: true)
    let placement = try #require(try driver.route(Array(1...110), id: "req/1").placement)
    #expect(placement.node == "a")
    driver.update(1, "a", .init(index: 0, accepted: [placement.reservation]))
    #expect(try driver.explain("req/1").decisions.map(\.state) == [.accepted])
    let outcome = HearthV1.TurnOutcome(
      reservation: placement.reservation,
      cachedTokens: 32,
      outputTokens: 5,
      queuedNs: 1_000_000,
      ttftNs: 50_000_000,
      totalNs: 900_000_000,
      ending: .completed
    )
    driver.update(1, "a", .init(index: 0, ended: [placement.reservation], outcomes: [outcome]))
    driver.now = driver.now.advanced(by: .seconds(3))
    let list = try driver.explain("req")
    let decision = try #require(list.decisions.first)
    #expect(decision.candidates == asked.candidates)
    #expect(decision.choice == .init(reason: .cheapest, candidates: 2, replicas: 2))
    #expect(asked.choice == decision.choice)
    #expect((decision.requestId, decision.tenant, decision.model) == ("req/1", "", "llama"))
    #expect((decision.originRegion, decision.promptTokens) == ("eu", 1_760))
    #expect((decision.ageNs, decision.policy, decision.state) == (3_000_000_000, "warm", .ended))
    guard case .placed(let place) = decision.verdict else {
      Issue.record("\(String(describing: decision.verdict))")
      return
    }
    #expect((place.replica, place.region, place.cachedTokens) == ("a/0", "eu", 1_600))
    #expect(place.predictedTtftNs == placement.predictedTtftNs)
    var told = outcome
    told.reservation = 0
    #expect(decision.outcome == told)
    #expect(list.reach == .init(latest: 1, oldestAgeNs: 3_000_000_000))
  }

  @Test func `a refusal is explained with every replica's reason`() throws {
    var driver = fleet()
    _ = try driver.order("a", .cordoned, message: "no")
    _ = try driver.route(excluding: ["b/0"], id: "r")
    let decision = try #require(try driver.explain("r").decisions.first)
    #expect(decision.state == .refused)
    #expect(decision.candidates.map(\.excluded) == ["cordoned", "excluded by the caller"])
  }

  @Test func `a request that was tried again has all its attempts, in order`() throws {
    var driver = fleet()
    let first = try #require(try driver.route([1, 2], id: "r").placement)
    driver.update(
      1,
      first.node,
      .init(index: 0, outcomes: [.init(reservation: first.reservation, ending: .refused)])
    )
    let second = try #require(
      try driver.route([1, 2], excluding: [first.replica], id: "r").placement
    )
    let decisions = try driver.explain("r").decisions
    #expect(decisions.map(\.state) == [.ended, .placed])
    #expect(decisions[0].outcome?.ending == .refused)
    #expect(second.replica != first.replica)
    // A replica that is gone keeps its name.
    driver.say(1, .nodeState(.init(node: first.node, state: .lost)))
    #expect(try driver.explain("r").decisions == decisions)
  }

  @Test func `an unknown request is answered with how far back the memory goes`() throws {
    var driver = fleet(waitingMax: 1)
    let never = #expect(throws: Rejection.self) { try driver.explain("x") }
    #expect(never?.code == .notFound)
    #expect(never?.message.contains("no decision has been made since the start") == true)
    for number in 0..<5_000 { _ = try driver.route(id: "r/\(number)") }
    driver.now = driver.now.advanced(by: .seconds(90))
    let late = #expect(throws: Rejection.self) { try driver.explain("x\n") }
    #expect(
      late?.message
        == "no decision about request \"x\n\" is kept; the latest 4096 decisions are kept, "
        + "back to 1m30s ago, and 512 of 904 older ones"
    )
    let vague = #expect(throws: Rejection.self) { try driver.explain("r/49") }
    #expect(vague?.code == .notFound)
    #expect(vague?.message.hasSuffix("r/4999, r/4998, r/4997, r/4996, r/4995, ...") == true)
    #expect(throws: Rejection.self) { try driver.explain("") }
    let list = driver.core.decisions(.init(limit: .max), at: driver.now)
    #expect(list.decisions.count == ControlCore.listedMax)
    #expect(driver.core.decisions(.init(), at: driver.now).decisions.count == 20)
    #expect(list.decisions.first?.requestId == "r/4999")
    #expect(list.decisions.allSatisfy { $0.candidates.isEmpty })
  }
}
