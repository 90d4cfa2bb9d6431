// Generated from proto/hearth/v1/routing.proto by generate-proto.

extension HearthV1 {
  /// What made a replica the one that a turn is placed on.
  public enum ChoiceReason: ProtoEnum {
    /// Not stated.
    case unspecified
    /// No other replica could have the turn.
    case onlyCandidate
    /// The turn costs least there.
    case cheapest
    /// It costs least there of what is left: the other replica, where it would cost less, is kept
    /// for turns that wait for it and go first.
    case otherKept
    /// The turn had waited as long as it may, and the other replica, where it costs least, had no
    /// headroom: of those that had, it costs least here.
    case otherWithoutHeadroom
    /// The turn had waited as long as it may.
    ///
    /// It costs least here, and though there was no headroom it did not go to the other replica,
    /// which had: much more of its prompt would be recomputed there.
    case otherRecomputes
    /// The policy does not go by cost.
    case notByCost
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .onlyCandidate
      case 2: self = .cheapest
      case 3: self = .otherKept
      case 4: self = .otherWithoutHeadroom
      case 5: self = .otherRecomputes
      case 6: self = .notByCost
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .onlyCandidate: 1
      case .cheapest: 2
      case .otherKept: 3
      case .otherWithoutHeadroom: 4
      case .otherRecomputes: 5
      case .notByCost: 6
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// Why a turn was not placed.
  public enum RefusalReason: ProtoEnum {
    /// Not stated.
    case unspecified
    /// Every replica that could run it is full.
    case atCapacity
    /// No replica serves the model.
    case noReplica
    /// Replicas serve the model, but none is ready.
    case noneReady
    /// The request fits no replica even when it is empty.
    case tooLong
    /// Every replica that could run it was excluded by the caller.
    case allExcluded
    /// The tenant has had as much as its quotas allow.
    case quota
    /// The first token can't come before the deadline.
    case deadline
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .atCapacity
      case 2: self = .noReplica
      case 3: self = .noneReady
      case 4: self = .tooLong
      case 5: self = .allExcluded
      case 6: self = .quota
      case 7: self = .deadline
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .atCapacity: 1
      case .noReplica: 2
      case .noneReady: 3
      case .tooLong: 4
      case .allExcluded: 5
      case .quota: 6
      case .deadline: 7
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// One turn, as far as placing it needs.
  public struct RouteRequest: Equatable, Sendable {
    /// Names the request in logs and explanations; at most 128 characters of [A-Za-z0-9._/:-].
    public var requestId: String
    /// The field `model`.
    public var model: String
    /// LoRA adapter, or empty.
    public var adapter: String
    /// Who is served and charged.
    ///
    /// Only tenants of its trust group find its prompts cached.
    public var tenant: String
    /// Region where the request entered; empty when unknown: then no region is near.
    public var originRegion: String
    /// Names the conversation, for policies that stick to one; empty when unknown.
    public var session: String
    /// Length of the prompt, in tokens.
    public var promptTokens: UInt32
    /// Tokens that the answer is expected to have; 0 when unknown.
    public var outputTokens: UInt32
    /// Chained hashes of the prompt's full blocks, in order: each names the whole prefix that it
    /// ends.
    public var blockHashes: [UInt64]
    /// Tokens in each of those blocks.
    public var blockTokens: UInt32
    /// Replicas that must not be chosen: they refused or failed this request before.
    public var excludedReplicas: [String]
    /// Policy by name for this request; empty for the fleet's own.
    public var policy: String
    /// Return every candidate with its cost.
    ///
    /// Nothing is reserved.
    public var explain: Bool
    /// 1 to 7, the higher the sooner; 0 for the tenant's own.
    ///
    /// More than that counts as that.
    public var priority: UInt32
    /// When the first token is worthless, in nanoseconds of the fleet's time from now; 0 for never.
    ///
    /// A turn that can't meet it is refused, as soon as that is known.
    public var deadlineNs: Int64
    /// The length of the prompt was not counted but estimated, as from its text: it is corrected by
    /// what engines counted of other such prompts of the model.
    public var promptEstimated: Bool
    /// Who asks makes the copy that the response may ask for.
    public var makesCopies: Bool
    /// Time to the first token that the turn should meet, in nanoseconds of the fleet's time, from
    /// 10 ms to an hour; 0 for what its tenant, its model or the fleet has.
    ///
    /// A turn that misses it is not refused, but goes behind those that can still meet theirs.
    public var ttftNs: Int64
    /// Mean time for each token after the first that the turn should meet, in nanoseconds of the
    /// fleet's time, from 1 ms to a minute; 0 for what its tenant, its model or the fleet has.
    public var tpotNs: Int64
    /// The retry_token of the refusal that told to come back; 0 for none.
    ///
    /// Of its tenant's turns of this priority the turn goes before those that came after it was
    /// first asked for. A token is ignored if it is of another tenant or model, of before a restart
    /// or older than 10 minutes of the fleet's time.
    public var retryToken: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      requestId: String = "",
      model: String = "",
      adapter: String = "",
      tenant: String = "",
      originRegion: String = "",
      session: String = "",
      promptTokens: UInt32 = 0,
      outputTokens: UInt32 = 0,
      blockHashes: [UInt64] = [],
      blockTokens: UInt32 = 0,
      excludedReplicas: [String] = [],
      policy: String = "",
      explain: Bool = false,
      priority: UInt32 = 0,
      deadlineNs: Int64 = 0,
      promptEstimated: Bool = false,
      makesCopies: Bool = false,
      ttftNs: Int64 = 0,
      tpotNs: Int64 = 0,
      retryToken: UInt64 = 0
    ) {
      self.requestId = requestId
      self.model = model
      self.adapter = adapter
      self.tenant = tenant
      self.originRegion = originRegion
      self.session = session
      self.promptTokens = promptTokens
      self.outputTokens = outputTokens
      self.blockHashes = blockHashes
      self.blockTokens = blockTokens
      self.excludedReplicas = excludedReplicas
      self.policy = policy
      self.explain = explain
      self.priority = priority
      self.deadlineNs = deadlineNs
      self.promptEstimated = promptEstimated
      self.makesCopies = makesCopies
      self.ttftNs = ttftNs
      self.tpotNs = tpotNs
      self.retryToken = retryToken
    }
  }
}

extension HearthV1 {
  /// Where a turn goes, or why nowhere.
  public struct RouteResponse: Equatable, Sendable {
    /// What `verdict` may be.
    public enum Verdict: Equatable, Sendable {
      /// The field `placed`.
      case placed(HearthV1.Placement)
      /// The field `refused`.
      case refused(HearthV1.Refusal)
      /// Only when the request asked to explain: a turn would wait first.
      case waits(HearthV1.Wait)
    }

    /// The field `verdict`.
    public var verdict: Verdict?
    /// Name of the policy that decided.
    public var policy: String
    /// Every candidate, when the request asked to explain.
    public var candidates: [HearthV1.Candidate]
    /// Absent unless who asks makes copies and a prefix of the prompt is wanted on one more
    /// replica.
    public var copy: HearthV1.PrefixCopy?
    /// What the turn should meet, by its own word, its tenant's, its model's or the fleet's: time
    /// to the first token and mean time for each token after it, in nanoseconds of the fleet's
    /// time.
    public var ttftNs: Int64
    /// The field `tpot_ns`.
    public var tpotNs: Int64
    /// Why there, when the request asked to explain and a turn would be placed.
    public var choice: HearthV1.Choice?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      verdict: Verdict? = nil,
      policy: String = "",
      candidates: [HearthV1.Candidate] = [],
      copy: HearthV1.PrefixCopy? = nil,
      ttftNs: Int64 = 0,
      tpotNs: Int64 = 0,
      choice: HearthV1.Choice? = nil
    ) {
      self.verdict = verdict
      self.policy = policy
      self.candidates = candidates
      self.copy = copy
      self.ttftNs = ttftNs
      self.tpotNs = tpotNs
      self.choice = choice
    }
  }
}

extension HearthV1 {
  /// Why a turn is placed where it is.
  public struct Choice: Equatable, Sendable {
    /// The field `reason`.
    public var reason: HearthV1.ChoiceReason
    /// The other replica, where the reason has one.
    public var otherReplica: String
    /// How many replicas could have the turn.
    public var candidates: UInt32
    /// How many serve its model.
    public var replicas: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      reason: HearthV1.ChoiceReason = .init(rawValue: 0),
      otherReplica: String = "",
      candidates: UInt32 = 0,
      replicas: UInt32 = 0
    ) {
      self.reason = reason
      self.otherReplica = otherReplica
      self.candidates = candidates
      self.replicas = replicas
    }
  }
}

extension HearthV1 {
  /// A turn that is neither placed nor refused yet.
  public struct Wait: Equatable, Sendable {
    /// Where it would go once there is headroom; empty when every replica that could run it is
    /// full.
    public var preferredReplica: String
    /// How long until then by the estimate, in nanoseconds of the fleet's time.
    public var estimateNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      preferredReplica: String = "",
      estimateNs: Int64 = 0
    ) {
      self.preferredReplica = preferredReplica
      self.estimateNs = estimateNs
    }
  }
}

extension HearthV1 {
  /// Asks whoever sends the turn to have a prefix of its prompt computed on another replica too,
  /// since more turns begin so than those that hold it can answer: Generate with that much of the
  /// prompt and an answer of one token, which nobody needs.
  public struct PrefixCopy: Equatable, Sendable {
    /// Where.
    public var place: HearthV1.Placement?
    /// How much of the prompt, in tokens from its start.
    public var promptTokens: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      place: HearthV1.Placement? = nil,
      promptTokens: UInt32 = 0
    ) {
      self.place = place
      self.promptTokens = promptTokens
    }
  }
}

extension HearthV1 {
  /// A place that is reserved.
  public struct Placement: Equatable, Sendable {
    /// Passed on to the node, which reports it; 0 when nothing was reserved.
    public var reservation: UInt64
    /// The field `replica`.
    public var replica: String
    /// The field `node`.
    public var node: String
    /// The field `region`.
    public var region: String
    /// The node's "host:port": for clients inside its region.
    public var nodeAddress: String
    /// The region agent's "host:port": for clients of other regions.
    public var regionAddress: String
    /// Prompt tokens expected to be found in the cache.
    public var cachedTokens: UInt32
    /// Predicted time to the first token, in nanoseconds of the fleet's time.
    public var predictedTtftNs: Int64
    /// How long the turn waited for room, in nanoseconds of the fleet's time.
    public var waitedNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      reservation: UInt64 = 0,
      replica: String = "",
      node: String = "",
      region: String = "",
      nodeAddress: String = "",
      regionAddress: String = "",
      cachedTokens: UInt32 = 0,
      predictedTtftNs: Int64 = 0,
      waitedNs: Int64 = 0
    ) {
      self.reservation = reservation
      self.replica = replica
      self.node = node
      self.region = region
      self.nodeAddress = nodeAddress
      self.regionAddress = regionAddress
      self.cachedTokens = cachedTokens
      self.predictedTtftNs = predictedTtftNs
      self.waitedNs = waitedNs
    }
  }
}

extension HearthV1 {
  /// A turn that was not placed.
  public struct Refusal: Equatable, Sendable {
    /// The field `reason`.
    public var reason: HearthV1.RefusalReason
    /// For a person.
    public var message: String
    /// When to try again, in nanoseconds of the fleet's time; 0 when trying again will not help.
    public var retryAfterNs: Int64
    /// How long the turn waited, in nanoseconds of the fleet's time.
    public var waitedNs: Int64
    /// Keeps the turn's place for when it is tried again: see RouteRequest.
    ///
    /// 0 unless there is no capacity now and trying again may help.
    public var retryToken: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      reason: HearthV1.RefusalReason = .init(rawValue: 0),
      message: String = "",
      retryAfterNs: Int64 = 0,
      waitedNs: Int64 = 0,
      retryToken: UInt64 = 0
    ) {
      self.reason = reason
      self.message = message
      self.retryAfterNs = retryAfterNs
      self.waitedNs = waitedNs
      self.retryToken = retryToken
    }
  }
}

extension HearthV1 {
  /// One replica that was considered.
  public struct Candidate: Equatable, Sendable {
    /// The field `replica`.
    public var replica: String
    /// The field `region`.
    public var region: String
    /// Why it was out of the question; empty for a real candidate.
    public var excluded: String
    /// Prompt tokens found in its cache.
    public var cachedTokens: UInt32
    /// The field `terms`.
    public var terms: [HearthV1.CostTerm]
    /// Sum of the terms by their weights, in seconds.
    public var totalSeconds: Double
    /// The field `chosen`.
    public var chosen: Bool

    /// Makes a message; fields that are left out have their defaults.
    public init(
      replica: String = "",
      region: String = "",
      excluded: String = "",
      cachedTokens: UInt32 = 0,
      terms: [HearthV1.CostTerm] = [],
      totalSeconds: Double = 0,
      chosen: Bool = false
    ) {
      self.replica = replica
      self.region = region
      self.excluded = excluded
      self.cachedTokens = cachedTokens
      self.terms = terms
      self.totalSeconds = totalSeconds
      self.chosen = chosen
    }
  }
}

extension HearthV1 {
  /// One part of a candidate's cost.
  public struct CostTerm: Equatable, Sendable {
    /// The field `name`.
    public var name: String
    /// The field `seconds`.
    public var seconds: Double
    /// What a second of it counts in the total.
    public var weight: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: String = "",
      seconds: Double = 0,
      weight: Double = 0
    ) {
      self.name = name
      self.seconds = seconds
      self.weight = weight
    }
  }
}
