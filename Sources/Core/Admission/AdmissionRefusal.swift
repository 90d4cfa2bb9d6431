public import Basics

/// Why a turn is neither run nor let wait, with the numbers.
public struct AdmissionRefusal: Sendable, Hashable, CustomStringConvertible {
  /// The kinds of refusal.
  public enum Reason: Sendable, Hashable {
    /// The tenant has begun as many turns as its quota allows.
    case requestQuota(perMinute: Int, burst: Int)
    /// The tenant has used as many tokens as its quota allows.
    case tokenQuota(perMinute: Int, burst: Int, asked: Int)
    /// The tenant has as many turns waiting and running as it may.
    case concurrency(limit: Int)
    /// The queue is full, and no turn in it should give way.
    case queueFull(waiting: Int)
    /// The tenant has used up its share of the queue.
    case tenantShare(waiting: Int)
    /// It waited, and gave way to one of a higher priority or of a tenant with fewer turns.
    case displaced(waiting: Int)
    /// Its first token would come too late by the estimate.
    case deadline(estimateSeconds: Double, leftSeconds: Double)
    /// It waited until its first token could no longer be in time.
    case deadlinePassed(waitedSeconds: Double)
    /// It waited as long as a turn may.
    case waitedTooLong(waitedSeconds: Double)
    /// So many of its places, or of those of the address that asks, wait to be claimed.
    case unclaimed(open: Int, isTenant: Bool)
    /// More turns or tenants are known than can be tracked.
    case overLimit(limit: Int)
  }

  /// Why.
  public let reason: Reason
  /// Whose turn it was.
  public let tenant: TenantID
  /// When to try again, in seconds of the fleet's time; from 0.01 to 600.
  public let retryAfterSeconds: Double

  /// Makes a refusal whose time is taken into its bounds.
  public init(_ reason: Reason, of tenant: TenantID, retryAfterSeconds: Double) {
    self.reason = reason
    self.tenant = tenant
    self.retryAfterSeconds = max(0.01, min(600, retryAfterSeconds))
  }

  /// Whether it is for what the tenant may have, whatever room there is.
  public var isOfQuota: Bool {
    switch reason {
    case .requestQuota, .tokenQuota, .concurrency: true
    default: false
    }
  }

  /// Who refuses.
  public var author: String { "admission" }

  /// The refusal in words, with its numbers.
  public var description: String {
    let again = "try again in \(Self.text(retryAfterSeconds))"
    let capacity = "We are at capacity, \(again)"
    switch reason {
    case .requestQuota(let perMinute, let burst):
      let turns = count(perMinute, "turn")
      return "tenant \(tenant) may start \(turns) a minute (\(burst) at once): \(again)"
    case .tokenQuota(let perMinute, let burst, let asked):
      let tokens = count(perMinute, "token")
      return "tenant \(tenant) may use \(tokens) a minute (\(burst) at once), and this "
        + "turn needs \(asked): \(again)"
    case .concurrency(let limit):
      let turns = count(limit, "turn")
      return "tenant \(tenant) has reached its limit of \(turns) at one time: \(again)"
    case .queueFull(let waiting):
      return "\(capacity) (\(Self.full(waiting)))"
    case .tenantShare(let waiting):
      let turns = count(waiting, "turn")
      return "\(capacity) (tenant \(tenant) has \(turns) waiting, its share of the queue)"
    case .displaced(let waiting):
      return "\(capacity) (\(Self.full(waiting)), and another took this one's place)"
    case .deadline(let estimate, let left):
      return "\(capacity) (the first token would take about \(Self.text(estimate)), and the "
        + "deadline is in \(Self.text(left)))"
    case .deadlinePassed(let waited):
      return "\(capacity) (it waited \(Self.text(waited)) and can no longer meet its deadline)"
    case .waitedTooLong(let waited):
      return "\(capacity) (it waited \(Self.text(waited)), the longest wait allowed)"
    case .unclaimed(let open, let isTenant):
      let whose = isTenant ? "tenant \(tenant)" : "this address"
      let places = count(open, "place", ("was", "were"))
      return "\(capacity) (\(places) given to \(whose) that no turn has come for)"
    case .overLimit(let limit):
      return "\(capacity) (the limit of \(limit) tracked turns or tenants is reached)"
    }
  }

  private static func full(_ waiting: Int) -> String {
    "the queue is full: " + count(waiting, "turn", ("is", "are")) + " waiting"
  }

  private static func text(_ seconds: Double) -> String { Duration(inSeconds: seconds).text }
}
