public import Admission
import Basics

/// The outcome of one routing decision.
public enum Verdict: Sendable {
  /// The turn runs there.
  case placed(Placement)
  /// There is no headroom for the turn yet.
  case waits(Wait)
  /// The turn runs nowhere.
  case refused(Refusal)
}

/// What made a replica the one that a turn is placed on; others are named by their slots.
public enum Choice: Sendable, Hashable {
  /// No other could have the turn.
  case onlyCandidate
  /// The turn costs least there.
  case cheapest
  /// It costs least there of what is left: the other, where it would cost less, is kept for turns
  /// that wait for it and go first.
  case otherKept(Int32)
  /// The turn had waited as long as it may, and the other, where it costs least, had no headroom:
  /// of those that had, it costs least here.
  case otherWithoutHeadroom(Int32)
  /// The turn had waited as long as it may. It costs least here, and though there was no headroom
  /// it did not go to the other, which had: much more of its prompt would be recomputed there.
  case otherRecomputes(Int32)
  /// The policy does not go by cost.
  case notByCost

  /// The other replica's slot.
  public var other: Int32? {
    switch self {
    case .onlyCandidate, .cheapest, .notByCost: nil
    case .otherKept(let slot), .otherWithoutHeadroom(let slot), .otherRecomputes(let slot): slot
    }
  }
}

/// Where a turn runs.
public struct Placement: Sendable, Hashable {
  /// The replica.
  public let slot: Int32
  /// Tokens of the prompt that are expected in its cache.
  public let cachedTokens: Int
  /// Predicted time to the first token.
  public let ttftSeconds: Double
  /// That part of it in which its own prompt is computed.
  public let prefillSeconds: Double
  /// What the turn adds to the replica; until that reports it.
  public let demand: Demand
  /// How many replicas it was chosen from.
  public let candidateCount: Int
  /// How many serve the model.
  public let servingCount: Int
  /// What made it the one.
  public internal(set) var choice: Choice
}

/// A turn that there is no headroom for yet.
public struct Wait: Sendable, Hashable {
  /// Where it would go if there were; nil when every replica that could run it is full.
  public let preferred: Placement?
  /// Seconds until there is, by the estimate.
  public let seconds: Double
}

/// How many of a model's replicas could not take a turn, and why; each counts once.
public struct RejectionTally: Sendable, Hashable {
  /// Replicas of the model.
  public internal(set) var serving = 0
  /// Not ready.
  public internal(set) var notReady = 0
  /// Excluded by the caller.
  public internal(set) var excluded = 0
  /// Too small for the prompt, even when empty.
  public internal(set) var tooSmall = 0
  /// With blocks of another size than those that were hashed.
  public internal(set) var otherBlocks = 0
  /// Without the turn's adapter.
  public internal(set) var noAdapter = 0
  /// Full.
  public internal(set) var full = 0
  /// Longest prompt that one of them can hold, in tokens.
  public internal(set) var promptTokensMax = 0
}

/// Why a turn runs nowhere, with every number that led to it.
public struct Refusal: Sendable, Hashable, CustomStringConvertible {
  /// The kinds of refusal.
  public enum Reason: Sendable, Hashable {
    /// Admission did not let it in, or not wait longer.
    case notAdmitted(AdmissionRefusal)
    /// No replica serves the model.
    case noReplica
    /// Replicas serve the model, but none is ready.
    case noneReady
    /// The prompt fits no replica even when it is empty.
    case tooLong
    /// Every replica that could run it was excluded by the caller.
    case allExcluded
  }

  /// Why.
  public internal(set) var reason: Reason
  /// Length of the prompt.
  public let promptTokens: Int
  /// What the replicas of the model were.
  public let rejections: RejectionTally

  /// When to try again; 0 when that would not help.
  public var retryAfterSeconds: Double { admission?.retryAfterSeconds ?? readySeconds }
  /// Until a replica may be ready, by the estimate; 0 when that would not help.
  var readySeconds = 0.0

  /// The refusal of admission, where that refuses.
  public var admission: AdmissionRefusal? {
    if case .notAdmitted(let refusal) = reason { refusal } else { nil }
  }

  /// Who refuses.
  public var author: String { admission?.author ?? "router" }

  /// When to ask again while nobody is ready, in wall time: nodes attach within about that.
  static let readyTime = Duration.milliseconds(500)

  /// The refusal while replicas that could run the turn may still come, or come back.
  public func untilReady(in view: RoutingView) -> Refusal {
    var refusal = self
    refusal.reason = .noneReady
    refusal.readySeconds = Self.readyTime.inSeconds * view.timeScale
    return refusal
  }

  /// The refusal in words, with its numbers.
  public var description: String {
    let parts = [
      (rejections.full, "full"), (rejections.notReady, "not ready"),
      (rejections.excluded, "excluded"),
      (rejections.tooSmall, "too small"),
      (rejections.noAdapter, "without the adapter"),
      (rejections.otherBlocks, "with blocks of another size than the prompt's hashes"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let counts =
      count(rejections.serving, "replica", ("serves", "serve")) + " the model"
      + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    switch reason {
    case .notAdmitted(let refusal): return "\(refusal)"
    case .noReplica:
      guard rejections.serving > 0 else { return "no replica serves the model" }
      let lack = rejections.noAdapter > 0 ? "has the adapter" : "can use the hashes"
      return "no replica of the model \(lack) (\(counts))"
    case .noneReady:
      let wait = Duration(inSeconds: retryAfterSeconds).text
      return "no replica is ready, try again in \(wait) (\(counts))"
    case .tooLong:
      return "the prompt has \(promptTokens) tokens, but no replica that could take it holds more "
        + "than \(rejections.promptTokensMax) (\(counts))"
    case .allExcluded: return "the caller excluded every replica that could run it (\(counts))"
    }
  }
}

extension Refusal {
  /// A turn that was not admitted.
  public init(_ admission: AdmissionRefusal, promptTokens: Int) {
    self.init(
      reason: .notAdmitted(admission),
      promptTokens: promptTokens,
      rejections: RejectionTally()
    )
  }
}
