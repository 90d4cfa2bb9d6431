import Basics
import Client
import EngineModel
import EventLoop
import HearthMessages
import Synchronization
import Traces
import Wire

/// A paced replay of a trace through a running fleet.
struct Replay: Sendable {
  let runner: TurnRunner
  let turns: [TurnRequest]
  /// When each turn is sent, since the start, in the fleet's time.
  let arrivals: [Duration]

  /// Sends every turn at its time and waits for all of them; `progress` sees the report grow.
  func run(
    into report: SharedReport,
    progress: @escaping @Sendable (ReplayReport) -> Void
  ) async {
    let start = runner.clock.now
    let reporter = Task {
      while !Task.isCancelled {
        progress(report.value.withLock { $0 })
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
    await withDiscardingTaskGroup { group in
      for (turn, arrival) in zip(turns, arrivals) {
        let wait = runner.clock.now.duration(to: start.advanced(by: arrival))
        if wait > .zero { try? await Task.sleep(for: wait / runner.clock.rate) }
        report.value.withLock { $0.submitted(from: turn.origin) }
        group.addTask {
          let outcome = await runner.run(turn)
          report.value.withLock { $0.add(outcome, of: turn) }
        }
      }
    }
    reporter.cancel()
    progress(report.value.withLock { $0 })
  }
}

extension ReplayReport {
  /// Counts how a turn ended.
  fileprivate mutating func add(_ outcome: TurnMachine.Outcome, of turn: TurnRequest) {
    switch outcome {
    case .completed(let completion)
    where turn.hasExactLength && Int(completion.usage.outputTokens) < turn.outputTokensMax:
      failed(Self.cutAnswer, from: turn.origin)
    case .completed(let completion):
      for _ in 0..<completion.retries { retried() }
      waited(.nanoseconds(completion.placement.waitedNs))
      completed(
        usage: EngineUsage(
          promptTokens: Int(completion.usage.promptTokens),
          cachedTokens: Int(completion.usage.cachedTokens),
          outputTokens: Int(completion.usage.outputTokens)
        ),
        ttft: completion.timeToFirstToken,
        total: completion.duration,
        objective: completion.objective,
        isOutOfRegion: completion.placement.region != turn.origin,
        at: ServingPlace(
          region: completion.placement.region,
          replica: completion.placement.replica
        )
      )
    case .refused(let refusal):
      refused(
        refusal.reason.word,
        retryAfter: .nanoseconds(refusal.retryAfterNs),
        from: turn.origin
      )
      waited(.nanoseconds(refusal.waitedNs))
    case .failed(let code, _):
      let name = GRPCStatus.Code(rawValue: UInt8(clamping: code)).map { "\($0)" }
      failed(name ?? "code \(code)", from: turn.origin)
    }
  }
}

extension HearthV1.RefusalReason {
  /// The reason in few words, without numbers.
  var word: String {
    switch self {
    case .atCapacity: "at capacity"
    case .noReplica: "no replica"
    case .noneReady: "none ready"
    case .tooLong: "prompt too long"
    case .allExcluded: "all excluded"
    case .quota: "quota"
    case .deadline: "deadline"
    default: "unknown"
    }
  }
}
