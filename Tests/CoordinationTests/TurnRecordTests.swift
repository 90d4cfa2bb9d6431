import Basics
import Coordination
import HearthMessages
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TurnRecordTests {
  private var record = TurnRecord(reservation: 7, at: Fixture.instant(10))

  private mutating func answered(_ event: HearthV1.GenerateResponse.Event, at seconds: Double) {
    record.answered(.init(event: event), at: Fixture.instant(seconds))
  }

  @Test mutating func `a request that its engine finds wrong is told so`() {
    answered(.head(.init(status: 400, contentType: "application/json")), at: 10.5)
    answered(.body(.init(bytes: [123, 125])), at: 10.5)
    answered(.finished(.init(reason: .stop, promptTokens: 600)), at: 11)
    let outcome = record.outcome(at: Fixture.instant(11))
    #expect(outcome.ending == .rejected && outcome.ttftNs == 0 && outcome.outputTokens == 0)
  }

  @Test mutating func `a complete turn is told as its engine saw it`() {
    answered(.started(.init(cachedTokens: 512, queuedNs: 250_000_000)), at: 10.3)
    answered(.tokens(.init(count: 1, text: "a")), at: 11)
    answered(.tokens(.init(count: 3, text: "b")), at: 12)
    answered(
      .finished(
        .init(
          reason: .stop,
          promptTokens: 600,
          cachedTokens: 512,
          outputTokens: 4,
          ttftNs: 900_000_000
        )
      ),
      at: 12
    )
    let outcome = record.outcome(at: Fixture.instant(12))
    #expect(
      outcome
        == HearthV1.TurnOutcome(
          reservation: 7,
          cachedTokens: 512,
          outputTokens: 4,
          queuedNs: 250_000_000,
          ttftNs: 900_000_000,
          totalNs: 2_000_000_000,
          ending: .completed,
          promptTokens: 600
        )
    )
  }

  @Test mutating func `a turn that broke off has what was seen of it`() {
    answered(.started(.init(cachedTokens: 16, queuedNs: 0)), at: 10)
    answered(.tokens(.init(count: 2, text: "a")), at: 10.5)
    record.ending = .cancelled
    let outcome = record.outcome(at: Fixture.instant(13))
    #expect(outcome.ending == .cancelled)
    #expect((outcome.cachedTokens, outcome.outputTokens) == (16, 2))
    #expect((outcome.ttftNs, outcome.totalNs) == (500_000_000, 3_000_000_000))
  }

  @Test mutating func `of the blocks of an answer no more are told than may be`() {
    record.answerBlocks = [UInt64](0..<5_000)
    let outcome = record.outcome(at: Fixture.instant(11))
    #expect(outcome.answerBlocks == [UInt64](0..<1_024))
    var update = HearthV1.NodeUpdate()
    update.replicas = [.init(index: 0, outcomes: [outcome])]
    #expect(update.fault == nil)
    update.replicas[0].outcomes[0].answerBlocks.append(1)
    #expect(update.fault == "answer_blocks: at most 1024, not 1025")
  }

  @Test func `a turn that never ran waited until its end, and had no first token`() {
    let outcome = record.outcome(at: Fixture.instant(14))
    #expect(outcome.ending == .aborted)
    #expect((outcome.queuedNs, outcome.ttftNs) == (4_000_000_000, 0))
  }

  @Test mutating func `an engine's impossible figures do not end the session`() {
    answered(.started(.init(cachedTokens: 0, queuedNs: -5)), at: 9)
    answered(.tokens(.init(count: .max, text: "")), at: 9)
    answered(.tokens(.init(count: .max, text: "")), at: 9)
    let outcome = record.outcome(at: Fixture.instant(9))
    #expect(outcome.outputTokens == .max)
    #expect(min(outcome.queuedNs, outcome.ttftNs, outcome.totalNs) == 0)
  }
}
