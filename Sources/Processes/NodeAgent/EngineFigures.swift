import Basics
import Engines
import FleetSpec
import HearthMessages

/// What a node counts of one engine.
struct EngineFigures {
  /// What it is.
  var replica: ReplicaSpec
  private var hasFailed = false
  /// How often it failed: each start of one that fails again counts.
  private(set) var failures = 0
  /// What it carries now.
  var load = ReplicaLoad()
  /// Turns that ended, by how.
  private(set) var endings: [HearthV1.TurnEnding: Int] = [:]
  /// Tokens of prompts whose first token came, those of them found in caches, and of answers.
  private(set) var (promptTokens, cachedTokens, outputTokens) = (0, 0, 0)
  /// From submission to the first token, in seconds of the fleet's time.
  private(set) var ttft = Histogram(bounds: [
    0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 20, 30, 60,
  ])

  init(of replica: ReplicaSpec) { self.replica = replica }

  mutating func changed(to state: EngineState) {
    let hadFailed = hasFailed
    hasFailed = if case .failed = state { true } else { false }
    if hasFailed, !hadFailed { failures += 1 }
  }

  mutating func ended(_ outcome: HearthV1.TurnOutcome) {
    endings[outcome.ending, default: 0] += 1
    outputTokens += Int(outcome.outputTokens)
    guard outcome.ttftNs > 0 else { return }
    ttft.record(.nanoseconds(outcome.ttftNs))
    promptTokens += Int(max(outcome.promptTokens, outcome.cachedTokens))
    cachedTokens += Int(outcome.cachedTokens)
  }
}
