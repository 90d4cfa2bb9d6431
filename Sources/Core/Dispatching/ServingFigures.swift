import Admission
public import Basics
import FleetSpec
import Routing

/// What became of turns since the start, counted for those who watch a fleet.
///
/// Only what an addition can count is here; what is so at one moment is asked for when somebody
/// wants it.
public struct ServingFigures: Sendable {
  /// What was served of one model in one region.
  public struct Served: Sendable {
    /// From the offer to the first token at the client, in seconds of the fleet's time.
    public fileprivate(set) var ttft = Histogram(bounds: Self.ttftBounds)
    /// From token to token after the first, on average over a turn, likewise.
    public fileprivate(set) var tpot = Histogram(bounds: Self.tpotBounds)
    /// Tokens of prompts.
    public fileprivate(set) var promptTokens = 0
    /// Those of them that were expected in caches.
    public fileprivate(set) var predictedTokens = 0
    /// Those of them that engines found in caches.
    public fileprivate(set) var cachedTokens = 0
    /// Tokens of answers.
    public fileprivate(set) var outputTokens = 0

    private static let ttftBounds = [
      0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 20, 30, 60,
    ]
    private static let tpotBounds = [
      0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.25, 0.5, 1,
    ]

    fileprivate init() {}
  }

  /// A model in a region.
  public struct Place: Hashable, Sendable {
    /// The model; nil for one without a name.
    public let model: ModelID?
    /// Where its replica is.
    public let region: RegionID?
  }

  /// A policy, and what made it choose a replica.
  public struct Reason: Hashable, Sendable {
    /// The policy's number.
    public let policy: Int
    /// The choice, in a word.
    public let choice: String
  }

  /// By model and the replica's region.
  public private(set) var served = BoundedTable<Place, Served>(countMax: 256, initial: Served())
  /// How long placed turns waited for headroom, in seconds of the fleet's time, by model.
  public private(set) var waits = BoundedTable<ModelID?, Histogram>(
    countMax: 256,
    initial: Histogram(bounds: [0, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 15, 30, 60])
  )
  /// Placements.
  public private(set) var placements: [Reason: Int] = [:]
  /// Refusals by their reason in a word.
  public private(set) var refusals: [String: Int] = [:]

  mutating func chose(_ choice: Choice, policy: Int) {
    placements[Reason(policy: policy, choice: choice.word), default: 0] += 1
  }

  mutating func placed(_ model: ModelID?, waitedSeconds: Double) {
    waits.update(model) { $0.record(waitedSeconds) }
  }

  mutating func refused(_ refusal: Refusal) { refusals[refusal.word, default: 0] += 1 }

  /// A turn had its first token, at the latest, after `earlierSeconds` before its engine had it.
  mutating func ended(
    _ prediction: Prediction,
    _ outcome: TurnOutcome,
    at place: Place,
    earlierSeconds: Double
  ) {
    guard let ttft = outcome.ttftSeconds else { return }
    served.update(place) { served in
      served.ttft.record(earlierSeconds + ttft)
      if outcome.outputTokens > 1 {
        let seconds = max(0, outcome.totalSeconds - ttft)
        served.tpot.record(seconds / Double(outcome.outputTokens - 1))
      }
      served.promptTokens += prediction.promptTokens
      served.predictedTokens += min(prediction.cachedTokens, prediction.promptTokens)
      served.cachedTokens += min(max(0, outcome.cachedTokens), prediction.promptTokens)
      served.outputTokens += max(0, outcome.outputTokens)
    }
  }
}

extension Choice {
  /// The choice in a word, as metrics name it.
  fileprivate var word: String {
    switch self {
    case .onlyCandidate: "only_candidate"
    case .cheapest: "cheapest"
    case .otherKept: "other_kept"
    case .otherWithoutHeadroom: "other_without_headroom"
    case .otherRecomputes: "other_recomputes"
    case .notByCost: "not_by_cost"
    }
  }
}

extension Refusal {
  /// The reason in a word, as metrics name it.
  fileprivate var word: String {
    switch reason {
    case .notAdmitted(let refusal): refusal.reason.word
    case .noReplica: "no_replica"
    case .noneReady: "none_ready"
    case .tooLong: "too_long"
    case .allExcluded: "all_excluded"
    }
  }
}

extension AdmissionRefusal.Reason {
  fileprivate var word: String {
    switch self {
    case .requestQuota: "request_quota"
    case .tokenQuota: "token_quota"
    case .concurrency: "concurrency"
    case .queueFull: "queue_full"
    case .tenantShare: "tenant_share"
    case .displaced: "displaced"
    case .deadline: "deadline"
    case .deadlinePassed: "deadline_passed"
    case .waitedTooLong: "waited_too_long"
    case .unclaimed: "unclaimed"
    case .overLimit: "over_limit"
    }
  }
}
