public import Admission
import Basics

/// The outcome of one routing decision.
public enum Verdict: Sendable {
  /// The turn runs there.
  case placed(Placement)
  /// The turn runs nowhere now.
  case refused(Refusal)
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
  /// Full.
  public internal(set) var full = 0
  /// Longest prompt that one of them can hold, in tokens.
  public internal(set) var promptTokensMax = 0
}

/// Why a turn runs nowhere now, with every number that led to it.
public struct Refusal: Sendable, Hashable, CustomStringConvertible {
  /// The kinds of refusal.
  public enum Reason: Sendable, Hashable {
    /// Every replica that could run it is full.
    case atCapacity
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
  public let reason: Reason
  /// Length of the prompt.
  public let promptTokens: Int
  /// What the replicas of the model were.
  public let rejections: RejectionTally
  /// When to try again; 0 when that would not help.
  public var retryAfterSeconds: Double
  /// Where it would go if there were room; only when at capacity, and not every replica is full.
  public var preferred: Placement?
  /// The refusal of admission, where that refuses.
  public var admission: AdmissionRefusal?

  /// Who refuses.
  public var author: String { admission?.author ?? "router" }

  /// Whether the turn may run after a while, without anything being done about it.
  public var mayPass: Bool { reason == .atCapacity || reason == .noneReady }

  /// The refusal in words, with its numbers.
  public var description: String {
    if let admission { return "\(admission)" }
    let parts = [
      (rejections.full, "full"), (rejections.notReady, "not ready"),
      (rejections.excluded, "excluded"),
      (rejections.tooSmall, "too small"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let counts =
      "\(rejections.serving) replicas serve the model"
      + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    switch reason {
    case .atCapacity:
      let wait = Duration(inSeconds: retryAfterSeconds).text
      guard preferred == nil else {
        return "We are at capacity, try again in \(wait) (\(counts); the best one is busy)"
      }
      return "We are at capacity, try again in \(wait) (\(counts))"
    case .noReplica: return "no replica serves the model"
    case .noneReady: return "no replica is ready (\(counts))"
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
      reason: .atCapacity,
      promptTokens: promptTokens,
      rejections: RejectionTally(),
      retryAfterSeconds: admission.retryAfterSeconds,
      admission: admission
    )
  }
}
