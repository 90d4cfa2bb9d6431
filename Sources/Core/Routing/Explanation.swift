import Basics
public import FleetSpec

/// Why a replica was out of the question for a turn.
public enum Exclusion: Sendable, Hashable, CustomStringConvertible {
  /// It takes no new turns.
  case notReady(Readiness)
  /// The caller excluded it: it refused or failed this turn before.
  case byCaller
  /// It neither has the turn's adapter nor can load it.
  case noAdapter
  /// It could not hold the prompt even when it is empty.
  case tooSmall(promptTokens: Int, limit: Int)
  /// Its blocks are not those that the prompt was hashed in: no hash fits.
  case otherBlocks(tokens: Int, hashed: Int)
  /// As many requests wait there as may.
  case full(waiting: Int, limit: Int)

  /// Why the replica in `slot` can't take a turn; nil when it can.
  init?(
    of state: ReplicaState,
    slot: Int32,
    for request: RoutingRequest,
    excluding: [Int32]
  ) {
    if request.promptTokens > state.promptTokensMax {
      self = .tooSmall(promptTokens: request.promptTokens, limit: state.promptTokensMax)
    } else if request.hashedBlockTokens > 0, request.hashedBlockTokens != state.blockTokens {
      self = .otherBlocks(tokens: state.blockTokens, hashed: request.hashedBlockTokens)
    } else if request.slotsWithoutAdapter.contains(slot) {
      self = .noAdapter
    } else if state.readiness != .ready {
      self = .notReady(state.readiness)
    } else if excluding.contains(slot) {
      self = .byCaller
    } else if state.isFull {
      self = .full(waiting: state.waitingCount, limit: state.waitingMax)
    } else {
      return nil
    }
  }

  /// Why, in words.
  public var description: String {
    switch self {
    case .notReady(let readiness): readiness.rawValue
    case .byCaller: "excluded by the caller"
    case .noAdapter: "without the adapter"
    case .tooSmall(let tokens, let limit):
      "holds prompts of \(count(limit, "token")), this has \(tokens)"
    case .otherBlocks(let tokens, let hashed):
      "keeps blocks of \(count(tokens, "token")), the prompt is hashed in blocks of \(hashed)"
    case .full(let waiting, let limit):
      "full: \(count(waiting, "request", ("waits", "wait"))), of at most \(limit)"
    }
  }
}

/// One decision with all that it weighed: every replica of the model, and every part of its cost.
public struct Explanation: Sendable {
  /// One replica of the model.
  public struct Row: Sendable, Hashable {
    /// The replica.
    public let slot: Int32
    /// Tokens of the prompt that need not be computed there.
    public let cachedTokens: Int
    /// Why it was out of the question; nil for a candidate.
    public let exclusion: Exclusion?
    /// What the turn would cost there; nil when it was out of the question.
    public let cost: Cost?
  }

  /// The decision.
  public var verdict: Verdict
  /// Name of the policy that made it.
  public let policy: String
  /// Every replica of the model, in the order of slots.
  public let rows: [Row]

  /// The replica that was chosen; nil when none was.
  public var chosen: Row? {
    guard case .placed(let placement) = verdict else { return nil }
    return rows.first { $0.slot == placement.slot }
  }
}
