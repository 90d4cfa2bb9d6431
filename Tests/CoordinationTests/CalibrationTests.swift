import Basics
import Dispatching
import FleetSpec
import HearthMessages
import Routing
import Testing

@testable import Coordination

@Suite(.timeLimit(.minutes(5)))
struct CalibrationTests {
  private func calibration(_ driver: ServingDriver, _ node: String) throws -> ReplicaCalibration {
    let view = driver.control.core.dispatcher.view
    let slot = try #require(ReplicaID("\(node)/0").flatMap { view.slot(of: $0) })
    let found = try #require(view.calibration(slot))
    #expect(view.state(slot)?.rates == found.rates)
    return found
  }

  @Test(arguments: [1.0, 20])
  func `a replica that is half as fast as its figures is found so, and no other`(
    _ timeScale: Double
  ) throws {
    var driver = try ServingDriver(nodes: ["a", "b"], speeds: ["a": 0.5], timeScale: timeScale)
    for number in 0..<200 {
      try driver.turn(on: "a", tokens: 4_000 + 20 * number)
      try driver.turn(on: "b", tokens: 4_000 + 20 * number)
    }
    let (slow, right) = (try calibration(driver, "a"), try calibration(driver, "b"))
    for factor in [slow.prefill, slow.decode] {
      #expect(factor.count > 100 && abs(factor.value / 0.5 - 1) < 0.1, "\(slow)")
    }
    for factor in [right.prefill, right.decode] {
      #expect(factor.count > 100 && abs(factor.value - 1) < 0.05, "\(right)")
    }
    // So is what turns are told there.
    for node in ["a", "b"] {
      let time = try driver.turn(on: node)
      #expect(abs(time.predicted / time.actual - 1) < 0.1, "\(node): \(time)")
    }
    let model = driver.control.core.dispatcher.view.estimates(of: 0)
    #expect(model.answerCount == 402 && abs(model.outputTokens - 100) < 25, "\(model)")
  }

  @Test func `a replica that says nonsense is not believed beyond bounds, and spoils no other`()
    throws
  {
    let seed = UInt64.random(in: 0 ... .max)
    print("CalibrationTests: seed \(seed)")
    var random = PRNG(seed: seed)
    func wild() -> Int64 {
      [0, 1, 1_000_000, .max, Int64(random.next() >> 1), Int64(random.next() >> 30)][
        Int(random.next() % 6)
      ]
    }
    var driver = try ServingDriver(nodes: ["a", "b"])
    for _ in 0..<400 {
      let reservation = try driver.place(on: "a", tokens: 1_000).reservation
      let load = HearthV1.ReplicaLoad(
        blocksUsed: UInt32(truncatingIfNeeded: wild()),
        running: UInt32(truncatingIfNeeded: random.next() % 8),
        prefillTokensQueued: UInt64(wild()),
        decoding: UInt32(truncatingIfNeeded: wild()),
        contextTokens: UInt64(wild())
      )
      driver.control.update(1, "a", .init(index: 0, load: load, accepted: [reservation]))
      driver.pass(Double(random.next() % 1_000) / 1_000)
      driver.control.update(1, "a", .init(index: 0, load: .init(), removed: [random.next()]))
      driver.pass(Double(random.next() % 1_000) / 1_000)
      let outcomes = [reservation, random.next(), 0].map { id in
        HearthV1.TurnOutcome(
          reservation: id,
          cachedTokens: UInt32(truncatingIfNeeded: wild()),
          outputTokens: UInt32(truncatingIfNeeded: wild()),
          queuedNs: wild(),
          ttftNs: wild(),
          totalNs: wild(),
          ending: .completed,
          promptTokens: UInt32(truncatingIfNeeded: wild())
        )
      }
      driver.control.update(1, "a", .init(index: 0, outcomes: outcomes))
      driver.pass(0.1)
    }
    let found = try calibration(driver, "a")
    #expect(CorrectionFactor.bounds.contains(found.prefill.value), "\(found), seed \(seed)")
    #expect(CorrectionFactor.bounds.contains(found.decode.value), "\(found), seed \(seed)")
    let other = try calibration(driver, "b")
    #expect(other.prefill.count == 0 && other.decode.count == 0)
    let model = driver.control.core.dispatcher.view.estimates(of: 0)
    #expect(model.outputTokens > 0 && model.outputTokens < 5e9 && model.promptTokens.count == 0)
    let time = try driver.turn(on: "b")
    #expect(abs(time.predicted / time.actual - 1) < 0.05, "\(time), seed \(seed)")
    #expect(try driver.place(on: "a", tokens: 1_000).predictedTtftNs > 0)
  }

  @Test func `a replica that is replaced starts afresh`() throws {
    var driver = try ServingDriver(nodes: ["a"], speeds: ["a": 0.5])
    for _ in 0..<20 { try driver.turn(on: "a") }
    let old = try driver.place(on: "a", tokens: 6_000).reservation
    driver.control.attachNode(1, "a", incarnation: 2)
    _ = driver.run(old, on: "a", tokens: 6_000, output: 100)
    let found = try calibration(driver, "a")
    #expect(found.prefill == CorrectionFactor() && found.decode == CorrectionFactor())
  }

  @Test func `turns from before a resynchronisation tell nothing, and what was learnt holds`()
    throws
  {
    var driver = try ServingDriver(nodes: ["a"], speeds: ["a": 0.5])
    for _ in 0..<20 { try driver.turn(on: "a") }
    let before = try calibration(driver, "a")
    #expect(before.prefill.count == 20)
    let turns = try (0..<2).map { _ in try driver.place(on: "a", tokens: 300).reservation }
    driver.accept(turns[0], on: "a", tokens: 300)
    driver.control.update(1, "a", reset: true, synced: true, .init(index: 0))
    for turn in turns { _ = driver.run(turn, on: "a", tokens: 300, output: 100) }
    #expect(try calibration(driver, "a") == before)
    try driver.turn(on: "a")
    #expect(try calibration(driver, "a").prefill.count == 21)
  }

  @Test func `the length of prompts that nobody counted is corrected`() throws {
    var driver = try ServingDriver(nodes: ["a"])
    for turn in 0..<120 {
      let isCounted = turn % 2 == 0
      let reservation = try driver.place(on: "a", tokens: 1_000) {
        $0.promptEstimated = !isCounted
      }.reservation
      let outcome = HearthV1.TurnOutcome(
        reservation: reservation,
        outputTokens: 1,
        ttftNs: 1,
        totalNs: 1,
        ending: .completed,
        promptTokens: isCounted ? 1_000 : 1_500
      )
      driver.control.update(1, "a", .init(index: 0, outcomes: [outcome]))
      driver.pass(0.1)
    }
    let factor = driver.control.core.dispatcher.view.estimates(of: 0).promptTokens
    #expect(factor.count == 60 && abs(factor.value - 1.5) < 0.1, "\(factor)")
    _ = try driver.place(on: "a", tokens: 1_000) {
      $0.promptEstimated = true
      $0.requestId = "estimated"
    }
    let decision = try #require(try driver.control.explain("estimated").decisions.first)
    #expect(Int(decision.promptTokens) == Int(1_000 * factor.value))
  }

  @Test func `what goes on from a prompt that was counted is estimated from there`() throws {
    var driver = try ServingDriver(nodes: ["a"])
    func place(_ name: String, tokens: Int) throws -> UInt64 {
      try driver.place(on: "a", tokens: tokens) {
        ($0.promptEstimated, $0.requestId) = (true, name)
        ($0.blockHashes, $0.blockTokens) = ([UInt64](1...UInt64(tokens / 16)), 16)
      }.reservation
    }
    let outcome = HearthV1.TurnOutcome(
      reservation: try place("first", tokens: 1_000),
      outputTokens: 30,
      ttftNs: 1,
      totalNs: 1,
      ending: .completed,
      promptTokens: 2_000,
      answerBlocks: [63, 64]
    )
    driver.control.update(1, "a", .init(index: 0, outcomes: [outcome]))
    _ = try place("second", tokens: 1_200)
    let decision = try #require(try driver.control.explain("second").decisions.first)
    let factor = driver.control.core.dispatcher.view.estimates(of: 0).promptTokens.value
    let rest = Double(1_200 - 64 * 16) * factor
    #expect(Int(decision.promptTokens) == Int(2_030 + rest))
  }
}
