import Basics
import FleetSpec
import KVIndex
import Testing
import TestSupport

@testable import Routing

/// A fleet whose decisions are recorded.
struct RecordedFleet {
  var fleet = TestFleet()
  var audit: PredictionAudit
  var now = Instant.zero
  private var predictions: [UInt64: Prediction] = [:]

  init(
    replicas: Int = 3,
    log: DecisionLog.Settings = .init(),
    hitRates: HitRateMonitor.Settings = .init()
  ) throws {
    audit = PredictionAudit(log: log, hitRates: hitRates, seed: 1)
    for number in 0..<replicas { try fleet.add("n/\(number)") }
  }

  /// Decides, records and reserves; returns the number of the decision and the reservation.
  @discardableResult
  mutating func decide(
    _ id: String,
    _ hashes: [BlockHash] = [],
    excluding: [Int32] = [],
    policy: String = "warm"
  ) throws -> (number: UInt64, reservation: UInt64) {
    let request = try fleet.request(max(100, hashes.count * 16 + 1))
    let verdict = try fleet.route(request, hashes, excluding: excluding, policy: policy)
    let number = audit.log.record(
      .init(request: id, tenant: "t", model: "llama-3.1-8b", origin: "eu"),
      request,
      verdict,
      policy: policy,
      by: fleet.router,
      in: fleet.view,
      excluding: excluding,
      at: now
    )
    guard case .placed(let placement) = verdict else { return (number, 0) }
    let reservation = fleet.reserve(placement)
    predictions[reservation] = Prediction(
      decision: number,
      slot: placement.slot,
      generation: fleet.view.state(placement.slot)?.generation ?? 0,
      origin: request.origin,
      promptTokens: request.promptTokens,
      cachedTokens: placement.cachedTokens,
      ttftSeconds: placement.ttftSeconds
    )
    return (number, reservation)
  }

  mutating func accept(_ reservation: UInt64) throws {
    audit.accepted(try #require(predictions[reservation]))
  }

  mutating func end(_ reservation: UInt64, _ ending: TurnEnding) throws {
    let prediction = try #require(predictions[reservation])
    audit.ended(
      prediction,
      TurnOutcome(
        cachedTokens: 0,
        outputTokens: 7,
        queueSeconds: 0.1,
        ttftSeconds: 0.5,
        totalSeconds: 2,
        isComplete: ending == .completed
      ),
      ending,
      at: now
    )
  }

  func slot(of decision: Decision) -> Int32? {
    audit.log.name(of: decision.chosen).flatMap { fleet.view.slot(of: $0.replica) }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct DecisionLogTests {
  @Test func `a decision is kept with every candidate, every term and what was predicted`() throws {
    var recorded = try RecordedFleet(replicas: 3)
    let prompt = chain("p", blocks: 50)
    recorded.fleet.index.store(1, prompt.span)
    recorded.fleet.view.setReadiness(2, .cordoned)
    let request = try recorded.fleet.request(801)
    let explained = try recorded.fleet.explain(request, prompt)
    try recorded.decide("a/1", prompt)
    let decision = try #require(recorded.audit.log.decisions(on: "a/1").first)
    guard case .placed(let placement) = decision.verdict else {
      Issue.record("refused")
      return
    }
    #expect(placement.cachedTokens == 800)
    #expect((decision.promptTokens, decision.policy, decision.isDetailed) == (801, "warm", true))
    #expect(decision.rows.map { Int($0.cachedTokens) } == explained.rows.map(\.cachedTokens))
    #expect(decision.rows.map(\.exclusion) == explained.rows.map(\.exclusion))
    #expect(decision.rows.prefix(2).map(\.cost) == explained.rows.prefix(2).compactMap(\.cost))
    let names = decision.rows.map { recorded.audit.log.name(of: $0.generation)?.replica.text }
    #expect(names == ["n/0", "n/1", "n/2"])
    #expect(recorded.slot(of: decision) == 1)
    #expect(decision.fate == .open)
  }

  @Test func `what happened joins what was predicted, attempt by attempt`() throws {
    var recorded = try RecordedFleet()
    let first = try recorded.decide("a")
    try recorded.accept(first.reservation)
    let decision = try #require(recorded.audit.log.decisions(on: "a").first)
    let slot = try #require(recorded.slot(of: decision))
    #expect(recorded.audit.log.decisions(on: "a").map(\.fate) == [.accepted])
    try recorded.end(first.reservation, .refused)
    try recorded.decide("b")
    let second = try recorded.decide("a", excluding: [slot])
    let attempts = recorded.audit.log.decisions(on: "a")
    #expect(attempts.map(\.number) == [first.number, second.number])
    guard case .ended(let outcome, .refused) = attempts[0].fate else {
      Issue.record("\(attempts[0].fate)")
      return
    }
    #expect(outcome.outputTokens == 7)
    #expect(attempts[1].rows[Int(slot)].exclusion == .byCaller)
  }

  @Test func `a turn that waits is kept with why it can go nowhere, and is not refused`() throws {
    var recorded = try RecordedFleet(replicas: 3)
    recorded.fleet.view.setReadiness(0, .draining)
    recorded.fleet.view.report(1, .init(running: 256, waiting: 1024))
    try recorded.decide("a", excluding: [2])
    let decision = try #require(recorded.audit.log.decisions(on: "a").first)
    #expect(
      decision.rows.map(\.exclusion) == [
        .notReady(.draining), .full(waiting: 1024, limit: 1024), .byCaller,
      ]
    )
    guard case .waits(let wait) = decision.verdict else {
      Issue.record("\(String(describing: decision.verdict))")
      return
    }
    #expect(wait.preferred == nil && decision.chosen == 0 && decision.other == 0)
  }

  @Test(arguments: [64, 65, 100, 300])
  func `in a large fleet the chosen, the cheapest and counts of the rest are kept`(
    replicas: Int
  ) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed)
    var recorded = try RecordedFleet(replicas: replicas)
    for slot in 0..<Int32(replicas) {
      let load = ReplicaLoad(running: Int(random.next() % 200), waiting: Int(random.next() % 9))
      recorded.fleet.view.report(slot, load)
      if random.next() % 4 == 0 { recorded.fleet.view.setReadiness(slot, .suspect) }
    }
    let request = try recorded.fleet.request(100)
    let explained = try recorded.fleet.explain(request, policy: "session-hash")
    try recorded.decide("a", policy: "session-hash")
    let decision = try #require(recorded.audit.log.decisions(on: "a").first)
    let others = decision.others
    #expect(decision.rows.count == (replicas > 64 ? 16 : replicas), "seed \(seed)")
    #expect(decision.rows.contains { $0.generation == decision.chosen }, "seed \(seed)")
    #expect(decision.rows.count + others.costlier + others.notReady == replicas, "seed \(seed)")
    guard replicas > 64 else { return }
    let chosen = explained.chosen?.slot
    let cheapest = explained.rows.filter { $0.slot != chosen }.compactMap(\.cost?.totalSeconds)
    let kept = decision.rows.filter { $0.generation != decision.chosen }.map(\.cost.totalSeconds)
    #expect(kept == Array(cheapest.sorted().prefix(15)), "seed \(seed)")
    #expect(decision.rows.first?.generation == decision.chosen, "seed \(seed)")
  }

  @Test func `the latest are kept all, and of older ones each is as likely to be kept`() throws {
    var recorded = try RecordedFleet(
      replicas: 1,
      log: .init(latestMax: 10, sampleMax: 20, detailedPerSecond: 1e9)
    )
    var kept = [Int](repeating: 0, count: 10)
    for _ in 0..<50 {
      for number in 0..<210 {
        try recorded.decide("r/\(number)")
        recorded.fleet.view.report(0, .init())
      }
      for number in 200..<210 {
        #expect(recorded.audit.log.decisions(on: "r/\(number)").last?.isDetailed == true)
      }
    }
    let reach = recorded.audit.log.reach
    #expect((reach.latestCount, reach.sampleCount, reach.sampledFrom) == (10, 20, 10_490))
    // Over the whole run, older decisions are spread evenly over time.
    for number in 0..<210 {
      for decision in recorded.audit.log.decisions(on: "r/\(number)")
      where decision.number <= 10_490 {
        kept[Int((decision.number - 1) / 1_049)] += 1
      }
    }
    #expect(kept.reduce(0, +) == 20)
    #expect(kept.allSatisfy { $0 <= 9 }, "\(kept)")
    #expect(recorded.audit.log.newest(3).map(\.id) == ["r/209", "r/208", "r/207"])
    #expect(recorded.audit.log.newest(1_000).count == 10)
  }

  @Test func `an old decision in the sample still learns what became of it`() throws {
    var recorded = try RecordedFleet(replicas: 1, log: .init(latestMax: 2, sampleMax: 4))
    let turn = try recorded.decide("old")
    for number in 0..<4 { try recorded.decide("r/\(number)") }
    try recorded.end(turn.reservation, .aborted)
    guard case .ended(_, .aborted) = recorded.audit.log.decisions(on: "old").first?.fate else {
      Issue.record("not ended")
      return
    }
  }

  @Test func `faster than candidates are kept, placements are without them and refusals are not`()
    throws
  {
    var recorded = try RecordedFleet(log: .init(detailedPerSecond: 5))
    for number in 0..<8 { try recorded.decide("a/\(number)") }
    let isDetailed = (0..<8).map {
      recorded.audit.log.decisions(on: "a/\($0)").first?.isDetailed
    }
    #expect(isDetailed == [true, true, true, true, true, false, false, false])
    let last = try #require(recorded.audit.log.decisions(on: "a/7").first)
    #expect(last.rows.isEmpty)
    #expect(recorded.audit.log.name(of: last.chosen) != nil)
    #expect(recorded.audit.log.reach.undetailedCount == 3)
    try recorded.decide("refused", excluding: [0, 1, 2])
    #expect(recorded.audit.log.decisions(on: "refused").first?.rows.count == 3)
    recorded.now = recorded.now.advanced(by: .milliseconds(200))
    try recorded.decide("later")
    #expect(recorded.audit.log.decisions(on: "later").first?.isDetailed == true)
  }

  @Test func `requests are found by the beginning of their names`() throws {
    var recorded = try RecordedFleet()
    for id in ["run/1", "run/10", "run/11", "other", ""] { try recorded.decide(id) }
    try recorded.decide("run/1")
    let log = recorded.audit.log
    #expect(log.ids(beginning: "o", limit: 5) == ["other"])
    #expect(log.ids(beginning: "run/1", limit: 5) == ["run/1"])
    #expect(log.ids(beginning: "run", limit: 5) == ["run/1", "run/11", "run/10"])
    #expect(log.ids(beginning: "run", limit: 2) == ["run/1", "run/11"])
    #expect(log.ids(beginning: "x", limit: 5).isEmpty)
    #expect(log.decisions(on: "decision/5").count == 1)
  }

  @Test func `names that are too long are cut, and replicas that come and go are forgotten`() throws
  {
    let subject = DecisionSubject(
      request: "r",
      tenant: String(repeating: "é", count: 1_000_000),
      model: "m",
      origin: ""
    )
    #expect(subject.tenant.utf8.count <= 128)
    var recorded = try RecordedFleet(replicas: 1, log: .init(latestMax: 4, sampleMax: 4))
    try recorded.decide("first")
    let first = try #require(recorded.audit.log.decisions(on: "first").first?.chosen)
    for _ in 0..<20_000 {
      recorded.fleet.view.detach(0)
      _ = try recorded.fleet.add("n/0")
      try recorded.decide("r")
    }
    let sample = recorded.audit.log.decisions(on: "first")
    #expect((recorded.audit.log.name(of: first) == nil) == sample.isEmpty)
    let known = (1...20_000 as ClosedRange<UInt32>).count {
      recorded.audit.log.name(of: $0) != nil
    }
    #expect(known < 16_500)
  }
}
