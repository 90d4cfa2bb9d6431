import Basics
import EngineModel
import FleetSpec
import KVIndex
import Routing
import Simulator
import Testing

/// What is inferred of an engine, beside what the engine does.
@Suite(.timeLimit(.minutes(5)))
struct InferenceAccuracyTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `what is inferred is what an engine finds, but for a tenth`(seed: UInt64) throws {
    let spec = try SmallFleet.specs(count: 1)[0]
    // Room for a third of what the conversations have.
    let settings = EngineSettings(roofline: spec.roofline, blockTokens: 512, blockCount: 150)
    var engine = SimulatedEngine(settings: try #require(settings))
    engine.reportsTokens = false
    var (index, inferred) = (PrefixIndex(seed: 1), InferredResidency())
    index.attach(0, blockLimit: 150)
    inferred.attach(0, blockCount: 150, blockTokens: 512)
    var (expected, found, errors) = (0, 0, 0)
    var (match, outputs) = (PrefixMatch(), Actions<EngineOutput>())
    var predicted: [UInt64: Int] = [:]
    var prompts: [UInt64: InferredResidency.Prompt] = [:]
    func take(at now: Instant) {
      for output in outputs.take() {
        guard case .finished(let id, let finish) = output else { continue }
        let cached = finish.usage.cachedTokens
        if let prompt = prompts.removeValue(forKey: id) {
          inferred.ended(prompt, cachedTokens: cached, by: 0, at: now, in: &index)
        }
        let guess = predicted[id] ?? 0
        (expected, found, errors) = (expected + guess, found + cached, errors + abs(guess - cached))
      }
    }
    let turns = try (0..<10).flatMap { try SmallFleet.turns(150, seed: seed * 100 + $0) }
    for (number, turn) in turns.enumerated() {
      let now = Instant.zero.advanced(by: .milliseconds(250) * number)
      while let step = engine.deadline, step < now {
        engine.advance(to: step, into: &outputs)
        take(at: step)
      }
      let id = UInt64(number + 1)
      let request = RoutingRequest(
        model: 0,
        promptTokens: turn.promptTokens,
        blockTokens: turn.blockTokens
      )
      index.match(turn.blockHashes.span, into: &match)
      predicted[id] = request.cachedTokens(blocks: Int(match.blocks[0]))
      var prompt = inferred.placed(
        turn.blockHashes,
        blockTokens: Double(turn.blockTokens),
        usable: min(turn.blockHashes.count, request.usableBlocks),
        on: 0
      )
      let refusal = engine.submit(
        EngineRequest(
          id: id,
          blockHashes: turn.blockHashes,
          blockTokens: 512,
          promptTokens: turn.promptTokens,
          length: .exactly(turn.outputTokens)
        ),
        at: now,
        into: &outputs
      )
      take(at: now)
      #expect(refusal == nil)
      if prompt != nil { inferred.accepted(&prompt!, by: 0, at: now, in: &index) }
      prompts[id] = prompt
    }
    #expect(found > 1_000_000, "there was nothing to infer")
    #expect(errors * 10 < found, "expected \(expected), found \(found), errors \(errors)")
  }
}
