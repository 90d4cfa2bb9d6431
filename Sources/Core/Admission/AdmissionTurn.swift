public import Basics
public import FleetSpec

/// One turn, as far as admitting it needs.
public struct AdmissionTurn: Sendable, Hashable {
  /// What the caller calls it; the queue only keeps it.
  public var number: UInt64
  /// The model that it is for: only turns of one model wait for each other.
  public var model: ModelID
  /// Who is served and accounted.
  public var tenant: TenantID
  /// The priority that it asks for, at most its tenant's own; nil for that.
  public var priority: Int?
  /// Length of the prompt, in tokens.
  public var promptTokens: Int
  /// Tokens that the answer is expected to have.
  public var outputTokens: Int
  /// Seconds of work until its first token, such as its predicted prefill; taken into 0...3600.
  ///
  /// Of one tenant's turns those go first that can still meet the objective, the one with the least
  /// time to lose before the others; then those that may not (see ``marginSeconds``); then those
  /// that can't, the shortest first. So a turn that is in time is overtaken by no other of its
  /// tenant and priority that comes after its own time to the first token has passed; of those that
  /// are late, one of rank r by none that comes more than r / ``AdmissionSettings/ageing`` seconds
  /// after it.
  public var rank: Double
  /// Seconds by which its first token may well come later than that; from 0.
  ///
  /// So long before it begins to be late the turn is doubtful, and goes behind those that surely
  /// are in time: where there are more than can be served, they are served well.
  public var marginSeconds = 0.0
  /// Seconds from its start to its first token, as far as that can be told; 0 when it can't.
  public var firstTokenSeconds: Double
  /// What it should be given: without a deadline its time to the first token sets the order.
  public var objective: ServiceObjective
  /// When its first token is worthless; nil for never.
  public var deadline: Instant?
  /// When it was first asked for, if it has been refused and told to come back; nil for now.
  ///
  /// Its place among its tenant's turns of its priority is as if it had waited since; whether it is
  /// late, how long it may wait and its deadline count from its offer.
  public var firstArrival: Instant?
  /// Memory that it takes while it waits, in bytes.
  public var bytes = 0

  /// Makes a turn.
  public init(
    number: UInt64,
    model: ModelID,
    tenant: TenantID,
    priority: Int? = nil,
    promptTokens: Int,
    outputTokens: Int,
    rank: Double = 0,
    firstTokenSeconds: Double = 0,
    objective: ServiceObjective = .init(),
    deadline: Instant? = nil
  ) {
    self.number = number
    self.model = model
    self.tenant = tenant
    self.priority = priority
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.rank = rank
    self.firstTokenSeconds = firstTokenSeconds
    self.objective = objective
    self.deadline = deadline
  }

  /// The rank, within its bounds.
  var workSeconds: Double { rank.isNaN ? 0 : max(0, min(3600, rank)) }

  /// Tokens that it takes of a quota.
  var tokens: Int { promptTokens + outputTokens }
}

/// Stands for one turn in an ``AdmissionQueue``, from its arrival to its end; never used again.
public struct AdmissionTicket: Sendable, Hashable {
  let index: Int32
  let generation: UInt64
}

/// A turn that is in the queue no more, and why.
public struct DroppedTurn: Sendable, Hashable {
  /// The ticket that it had.
  public let ticket: AdmissionTicket
  /// The turn.
  public let turn: AdmissionTurn
  /// How long it had waited.
  public let waitedSeconds: Double
  /// Why.
  public let refusal: AdmissionRefusal
}

/// A turn that waits, for those who want to know.
public struct WaitingTurn: Sendable, Hashable {
  /// The turn.
  public let turn: AdmissionTurn
  /// The priority that it has.
  public let priority: Int
  /// How long it has waited, in seconds.
  public let waitedSeconds: Double
  /// How much longer it will wait, in seconds, if nobody comes who goes before it.
  public let estimateSeconds: Double
}
