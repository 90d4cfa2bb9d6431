public import Basics
public import FleetSpec

/// What a turn is called, for people who ask about it later.
public struct DecisionSubject: Sendable, Hashable {
  /// Names the request, also when it is asked for again; empty when unknown.
  public var request: String
  /// Who is served.
  public var tenant: String
  /// The model by name.
  public var model: String
  /// The region where the request entered; empty when unknown.
  public var origin: String

  /// Names a turn; each name is cut at 128 bytes.
  public init(request: String, tenant: String, model: String, origin: String) {
    self.request = Self.bounded(request)
    self.tenant = Self.bounded(tenant)
    self.model = Self.bounded(model)
    self.origin = Self.bounded(origin)
  }

  private static func bounded(_ text: String) -> String {
    text.utf8.count <= RequestID.lengthMax ? text : String(text.prefix(RequestID.lengthMax / 4))
  }
}

/// One decision as it was made, and what became of it.
///
/// A request that was refused by a node, or lost, is decided again: each time is a decision.
public struct Decision: Sendable {
  /// One replica of the model, as it was seen.
  public struct Row: Sendable {
    /// Which replica; see ``DecisionLog/name(of:)``.
    public let generation: UInt32
    /// Tokens of the prompt that needed no computing there.
    public let cachedTokens: Int32
    /// Why it was out of the question; nil for a candidate.
    public let exclusion: Exclusion?
    /// What the turn would have cost there; zero when it was out of the question.
    public let cost: Cost

    /// Candidates by cost, then those that were out of the question.
    var rank: Double { exclusion == nil ? cost.totalSeconds : .infinity }
  }

  /// How many replicas have no row of their own, and what they were.
  public struct Others: Sendable, Hashable {
    /// Candidates that cost more than those with a row.
    public var costlier = 0
    /// Not ready.
    public var notReady = 0
    /// Excluded by the caller.
    public var excluded = 0
    /// Had blocks of another size than those that were hashed.
    public var otherBlocks = 0
    /// Had no such adapter.
    public var noAdapter = 0
    /// Too small for the prompt.
    public var tooSmall = 0
    /// Full.
    public var full = 0

    /// Makes the count of none.
    public init() {}

    mutating func add(_ exclusion: Exclusion?) {
      switch exclusion {
      case .notReady: notReady += 1
      case .byCaller: excluded += 1
      case .otherBlocks: otherBlocks += 1
      case .noAdapter: noAdapter += 1
      case .tooSmall: tooSmall += 1
      case .full: full += 1
      case nil: costlier += 1
      }
    }
  }

  /// What became of the turn.
  public enum Fate: Sendable, Hashable {
    /// It was refused here, or its replica has not said yet that it has it.
    case open
    /// Its replica has it.
    case accepted
    /// Its replica told how it ended.
    case ended(TurnOutcome, TurnEnding)
  }

  /// Counts decisions from 1, since the start; 0 for a place that was never used.
  public internal(set) var number: UInt64 = 0
  /// What the turn is called.
  public internal(set) var subject = DecisionSubject(request: "", tenant: "", model: "", origin: "")
  /// Name of the policy that decided.
  public internal(set) var policy = ""
  /// Length of the prompt.
  public internal(set) var promptTokens = 0
  /// When it was decided.
  public internal(set) var instant = Instant.zero
  /// The decision; nil for a place that was never used.
  public internal(set) var verdict: Verdict?
  /// The replica that was chosen, 0 when none was; see ``DecisionLog/name(of:)``.
  public internal(set) var chosen: UInt32 = 0
  /// What made it the one; nil when none was chosen.
  public internal(set) var choice: Choice?
  /// The replica that the choice names, or that the turn waits for; 0 when there is none.
  public internal(set) var other: UInt32 = 0
  /// The part of the predicted time to the first token that the engine does not see.
  public internal(set) var networkSeconds = 0.0
  /// What became of it.
  public internal(set) var fate = Fate.open
  /// Whether the replicas were kept.
  public internal(set) var isDetailed = false
  /// The replicas of the model by slot; where they are more than ``DecisionLog/rowsMax``, the
  /// chosen one and the cheapest by cost, as many as ``DecisionLog/keptMax``.
  public internal(set) var rows: [Row] = []
  /// What the other replicas of the model were.
  public internal(set) var others = Others()

  /// What to ask for it by: the request's name, or else one made of its number.
  public var id: String { subject.request.isEmpty ? "decision/\(number)" : subject.request }
}

/// How a turn ended.
public enum TurnEnding: Sendable, Hashable {
  /// The answer is complete.
  case completed
  /// The client took it back, or went away.
  case cancelled
  /// Its node or engine ended it.
  case aborted
  /// Its node did not take it.
  case refused
  /// Its engine found the request wrong, and computed nothing.
  case rejected
}
