// Generated from proto/hearth/v1/admin.proto by generate-proto.

extension HearthV1 {
  /// What became of a decision's turn.
  public enum DecisionState: ProtoEnum {
    /// Not stated.
    case unspecified
    /// It was refused, and that was all.
    case refused
    /// Its node has not said yet that it has it, or never had it.
    case placed
    /// Its node has it, and has not told of its end.
    case accepted
    /// Its node told how it ended.
    case ended
    /// It had to wait; what came of that is another decision.
    case waited
    /// It waits, and nothing has been decided about it yet; the age is how long.
    case waiting
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .refused
      case 2: self = .placed
      case 3: self = .accepted
      case 4: self = .ended
      case 5: self = .waited
      case 6: self = .waiting
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .refused: 1
      case .placed: 2
      case .accepted: 3
      case .ended: 4
      case .waited: 5
      case .waiting: 6
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// What a report has a row for each of.
  public enum ComputeGroup: ProtoEnum {
    /// Tenants.
    case unspecified
    /// The value `COMPUTE_GROUP_TENANT`.
    case tenant
    /// The value `COMPUTE_GROUP_MODEL`.
    case model
    /// The value `COMPUTE_GROUP_ADAPTER`.
    case adapter
    /// The value `COMPUTE_GROUP_JOB`.
    case job
    /// The value `COMPUTE_GROUP_REGION`.
    case region
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .tenant
      case 2: self = .model
      case 3: self = .adapter
      case 4: self = .job
      case 5: self = .region
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .tenant: 1
      case .model: 2
      case .adapter: 3
      case .job: 4
      case .region: 5
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.GetStatusRequest`.
  public struct GetStatusRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// What is to be forgotten: a node, or a region with its nodes.
  public struct ForgetRequest: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// The field `region`.
    public var region: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      region: String = ""
    ) {
      self.node = node
      self.region = region
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ForgetResponse`.
  public struct ForgetResponse: Equatable, Sendable {
    /// Nodes that were forgotten.
    public var nodes: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      nodes: UInt32 = 0
    ) {
      self.nodes = nodes
    }
  }
}

extension HearthV1 {
  /// The fleet at one moment.
  public struct FleetStatus: Equatable, Sendable {
    /// The field `version`.
    public var version: String
    /// How long the control plane has been up, in nanoseconds of wall time.
    public var uptimeNs: Int64
    /// How much faster than real time the fleet runs; 1 for a real fleet.
    public var timeScale: Double
    /// The policy that decides unless a request names another.
    public var policy: String
    /// The field `regions`.
    public var regions: UInt32
    /// The field `nodes`.
    public var nodes: UInt32
    /// Nodes that take new turns.
    public var nodesReady: UInt32
    /// The field `replicas`.
    public var replicas: UInt32
    /// The field `replicas_ready`.
    public var replicasReady: UInt32
    /// Blocks known to be held, counted once for each replica that holds them.
    public var blocksIndexed: UInt64
    /// Turns placed since the start.
    public var placed: UInt64
    /// Answers since the start that refused a turn: one that is asked for again may be refused
    /// again.
    public var refused: UInt64
    /// Reservations that wait for a node's word.
    public var reservations: UInt32
    /// Reservations that expired without a node's word, since the start.
    public var reservationsExpired: UInt64
    /// Names of the policies that a request may ask for.
    public var policies: [String]
    /// Turns whose nodes told since the start that the answer is complete.
    public var completed: UInt64
    /// Turns that ended otherwise since the start, or were lost with their nodes.
    public var cutShort: UInt64
    /// The field `predictions`.
    public var predictions: HearthV1.PredictionStatus?
    /// Turns that wait for room.
    public var waiting: UInt32
    /// Turns placed since the start that had to wait.
    public var placedAfterWait: UInt64
    /// What the replicas are bound by that have reported; nothing that none is bound by.
    public var bounds: [HearthV1.BoundCount]
    /// Copies of prefixes that were asked for since the start, ahead of need.
    public var prefixCopies: UInt64
    /// Whether the control plane ends with the process that started it, as that of `hearth dev`
    /// does.
    public var endsWithParent: Bool
    /// Turns placed since the start that never began: their nodes refused them, or nobody came in
    /// time.
    public var notTaken: UInt64
    /// Turns placed since the start that have not ended, as far as is known: placed = completed +
    /// cut_short + not_taken + running, always.
    ///
    /// What became of a turn whose node was lost, or whose client did not come in time, may be told
    /// for 10 s; it runs until then.
    public var running: UInt64
    /// Of the refusals, those that said that trying again will not help.
    public var refusedForGood: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      version: String = "",
      uptimeNs: Int64 = 0,
      timeScale: Double = 0,
      policy: String = "",
      regions: UInt32 = 0,
      nodes: UInt32 = 0,
      nodesReady: UInt32 = 0,
      replicas: UInt32 = 0,
      replicasReady: UInt32 = 0,
      blocksIndexed: UInt64 = 0,
      placed: UInt64 = 0,
      refused: UInt64 = 0,
      reservations: UInt32 = 0,
      reservationsExpired: UInt64 = 0,
      policies: [String] = [],
      completed: UInt64 = 0,
      cutShort: UInt64 = 0,
      predictions: HearthV1.PredictionStatus? = nil,
      waiting: UInt32 = 0,
      placedAfterWait: UInt64 = 0,
      bounds: [HearthV1.BoundCount] = [],
      prefixCopies: UInt64 = 0,
      endsWithParent: Bool = false,
      notTaken: UInt64 = 0,
      running: UInt64 = 0,
      refusedForGood: UInt64 = 0
    ) {
      self.version = version
      self.uptimeNs = uptimeNs
      self.timeScale = timeScale
      self.policy = policy
      self.regions = regions
      self.nodes = nodes
      self.nodesReady = nodesReady
      self.replicas = replicas
      self.replicasReady = replicasReady
      self.blocksIndexed = blocksIndexed
      self.placed = placed
      self.refused = refused
      self.reservations = reservations
      self.reservationsExpired = reservationsExpired
      self.policies = policies
      self.completed = completed
      self.cutShort = cutShort
      self.predictions = predictions
      self.waiting = waiting
      self.placedAfterWait = placedAfterWait
      self.bounds = bounds
      self.prefixCopies = prefixCopies
      self.endsWithParent = endsWithParent
      self.notTaken = notTaken
      self.running = running
      self.refusedForGood = refusedForGood
    }
  }
}

extension HearthV1 {
  /// How many replicas are bound by one thing.
  public struct BoundCount: Equatable, Sendable {
    /// kv-memory, compute, memory-bandwidth, network or nothing.
    public var bound: String
    /// The field `replicas`.
    public var replicas: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      bound: String = "",
      replicas: UInt32 = 0
    ) {
      self.bound = bound
      self.replicas = replicas
    }
  }
}

extension HearthV1 {
  /// How right predictions have been lately.
  public struct PredictionStatus: Equatable, Sendable {
    /// Of the whole fleet.
    public var hitRate: HearthV1.HitRate?
    /// The replicas whose hit rate drifts from the prediction.
    public var drifting: [HearthV1.HitRate]
    /// Turns that the two figures below come from.
    public var ttftSamples: UInt32
    /// Median ratio of the time to the first token at the engine to the prediction.
    public var ttftRatioMedian: Double
    /// Nine of ten predictions are off by this factor at most, either way.
    public var ttftFactorP90: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      hitRate: HearthV1.HitRate? = nil,
      drifting: [HearthV1.HitRate] = [],
      ttftSamples: UInt32 = 0,
      ttftRatioMedian: Double = 0,
      ttftFactorP90: Double = 0
    ) {
      self.hitRate = hitRate
      self.drifting = drifting
      self.ttftSamples = ttftSamples
      self.ttftRatioMedian = ttftRatioMedian
      self.ttftFactorP90 = ttftFactorP90
    }
  }
}

extension HearthV1 {
  /// Predicted and actual share of prompt tokens found in caches; the newer a turn, the more it
  /// counts.
  public struct HitRate: Equatable, Sendable {
    /// Empty for the whole fleet.
    public var replica: String
    /// From 0 to 1.
    public var predicted: Double
    /// From 0 to 1.
    public var actual: Double
    /// Turns that the shares come from, in effect.
    public var samples: Double
    /// Whether the two are too far apart: an alarm.
    public var drifting: Bool

    /// Makes a message; fields that are left out have their defaults.
    public init(
      replica: String = "",
      predicted: Double = 0,
      actual: Double = 0,
      samples: Double = 0,
      drifting: Bool = false
    ) {
      self.replica = replica
      self.predicted = predicted
      self.actual = actual
      self.samples = samples
      self.drifting = drifting
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ExplainRequest`.
  public struct ExplainRequest: Equatable, Sendable {
    /// The request's, or as much of its beginning as no other request has.
    public var requestId: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      requestId: String = ""
    ) {
      self.requestId = requestId
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListDecisionsRequest`.
  public struct ListDecisionsRequest: Equatable, Sendable {
    /// Most decisions in the answer; 0 for 20.
    public var limit: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      limit: UInt32 = 0
    ) {
      self.limit = limit
    }
  }
}

extension HearthV1 {
  /// Decisions, and which are kept.
  public struct DecisionList: Equatable, Sendable {
    /// The field `decisions`.
    public var decisions: [HearthV1.Decision]
    /// The field `reach`.
    public var reach: HearthV1.DecisionReach?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      decisions: [HearthV1.Decision] = [],
      reach: HearthV1.DecisionReach? = nil
    ) {
      self.decisions = decisions
      self.reach = reach
    }
  }
}

extension HearthV1 {
  /// How far back the control plane's memory of decisions goes.
  public struct DecisionReach: Equatable, Sendable {
    /// How many of the latest decisions are kept.
    public var latest: UInt64
    /// Age of the oldest of those, in nanoseconds of wall time.
    public var oldestAgeNs: Int64
    /// How many older decisions are kept, as a sample.
    public var sampled: UInt64
    /// Out of how many those were drawn.
    public var sampledFrom: UInt64
    /// Placements since the start of which the candidates were not kept: they came too fast.
    public var undetailed: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      latest: UInt64 = 0,
      oldestAgeNs: Int64 = 0,
      sampled: UInt64 = 0,
      sampledFrom: UInt64 = 0,
      undetailed: UInt64 = 0
    ) {
      self.latest = latest
      self.oldestAgeNs = oldestAgeNs
      self.sampled = sampled
      self.sampledFrom = sampledFrom
      self.undetailed = undetailed
    }
  }
}

extension HearthV1 {
  /// One decision about one request, which may have had several.
  public struct Decision: Equatable, Sendable {
    /// What `verdict` may be.
    public enum Verdict: Equatable, Sendable {
      /// Without addresses and reservation.
      ///
      /// Its replica may be gone.
      case placed(HearthV1.Placement)
      /// The field `refused`.
      case refused(HearthV1.Refusal)
      /// The field `waits`.
      case waits(HearthV1.Wait)
    }

    /// The field `request_id`.
    public var requestId: String
    /// The field `tenant`.
    public var tenant: String
    /// The field `model`.
    public var model: String
    /// The field `origin_region`.
    public var originRegion: String
    /// The field `prompt_tokens`.
    public var promptTokens: UInt32
    /// How long ago it was made, in nanoseconds of wall time.
    public var ageNs: Int64
    /// The field `policy`.
    public var policy: String
    /// The field `verdict`.
    public var verdict: Verdict?
    /// The part of the predicted time to the first token that the engine does not see, in
    /// nanoseconds of the fleet's time.
    public var networkNs: Int64
    /// Every replica of the model; the chosen one and the cheapest where there are more than 64.
    public var candidates: [HearthV1.Candidate]
    /// What the other replicas of the model were.
    public var others: [HearthV1.CandidateCount]
    /// The candidates were not kept: too many turns were placed in that second.
    public var undetailed: Bool
    /// The field `state`.
    public var state: HearthV1.DecisionState
    /// When the state is ENDED.
    public var outcome: HearthV1.TurnOutcome?
    /// Why there, when it was placed.
    public var choice: HearthV1.Choice?
    /// When the state is WAITING: which it is, from 1, of those of its model that wait.
    public var position: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      requestId: String = "",
      tenant: String = "",
      model: String = "",
      originRegion: String = "",
      promptTokens: UInt32 = 0,
      ageNs: Int64 = 0,
      policy: String = "",
      verdict: Verdict? = nil,
      networkNs: Int64 = 0,
      candidates: [HearthV1.Candidate] = [],
      others: [HearthV1.CandidateCount] = [],
      undetailed: Bool = false,
      state: HearthV1.DecisionState = .init(rawValue: 0),
      outcome: HearthV1.TurnOutcome? = nil,
      choice: HearthV1.Choice? = nil,
      position: UInt32 = 0
    ) {
      self.requestId = requestId
      self.tenant = tenant
      self.model = model
      self.originRegion = originRegion
      self.promptTokens = promptTokens
      self.ageNs = ageNs
      self.policy = policy
      self.verdict = verdict
      self.networkNs = networkNs
      self.candidates = candidates
      self.others = others
      self.undetailed = undetailed
      self.state = state
      self.outcome = outcome
      self.choice = choice
      self.position = position
    }
  }
}

extension HearthV1 {
  /// Replicas that are counted only.
  public struct CandidateCount: Equatable, Sendable {
    /// What they were, such as "not ready".
    public var what: String
    /// The field `count`.
    public var count: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      what: String = "",
      count: UInt32 = 0
    ) {
      self.what = what
      self.count = count
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListRegionsRequest`.
  public struct ListRegionsRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListRegionsResponse`.
  public struct ListRegionsResponse: Equatable, Sendable {
    /// The field `regions`.
    public var regions: [HearthV1.RegionStatus]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      regions: [HearthV1.RegionStatus] = []
    ) {
      self.regions = regions
    }
  }
}

extension HearthV1 {
  /// One region as the control plane sees it.
  public struct RegionStatus: Equatable, Sendable {
    /// The field `region`.
    public var region: String
    /// "host:port" of its agent.
    public var address: String
    /// READY, SUSPECT or LOST.
    public var state: HearthV1.Availability
    /// The field `nodes`.
    public var nodes: UInt32
    /// The field `nodes_ready`.
    public var nodesReady: UInt32
    /// The field `distances`.
    public var distances: [HearthV1.RegionDistance]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = "",
      address: String = "",
      state: HearthV1.Availability = .init(rawValue: 0),
      nodes: UInt32 = 0,
      nodesReady: UInt32 = 0,
      distances: [HearthV1.RegionDistance] = []
    ) {
      self.region = region
      self.address = address
      self.state = state
      self.nodes = nodes
      self.nodesReady = nodesReady
      self.distances = distances
    }
  }
}

extension HearthV1 {
  /// The round trip between two regions, in nanoseconds of the fleet's time.
  public struct RegionDistance: Equatable, Sendable {
    /// The field `region`.
    public var region: String
    /// The field `round_trip_ns`.
    public var roundTripNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = "",
      roundTripNs: Int64 = 0
    ) {
      self.region = region
      self.roundTripNs = roundTripNs
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListNodesRequest`.
  public struct ListNodesRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListNodesResponse`.
  public struct ListNodesResponse: Equatable, Sendable {
    /// The field `nodes`.
    public var nodes: [HearthV1.NodeStatus]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      nodes: [HearthV1.NodeStatus] = []
    ) {
      self.nodes = nodes
    }
  }
}

extension HearthV1 {
  /// One node as the control plane sees it.
  public struct NodeStatus: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// The field `region`.
    public var region: String
    /// The field `address`.
    public var address: String
    /// The field `version`.
    public var version: String
    /// The field `availability`.
    public var availability: HearthV1.Availability
    /// Why, in an operator's or the engine's words.
    public var reason: String
    /// When a drain ends by force, in nanoseconds of wall time from now; 0 for none.
    public var drainLeftNs: Int64
    /// Time since the last word from the node, in nanoseconds of wall time.
    public var silentNs: Int64
    /// The field `replicas`.
    public var replicas: [HearthV1.ReplicaStatus]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      region: String = "",
      address: String = "",
      version: String = "",
      availability: HearthV1.Availability = .init(rawValue: 0),
      reason: String = "",
      drainLeftNs: Int64 = 0,
      silentNs: Int64 = 0,
      replicas: [HearthV1.ReplicaStatus] = []
    ) {
      self.node = node
      self.region = region
      self.address = address
      self.version = version
      self.availability = availability
      self.reason = reason
      self.drainLeftNs = drainLeftNs
      self.silentNs = silentNs
      self.replicas = replicas
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListReplicasRequest`.
  public struct ListReplicasRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListReplicasResponse`.
  public struct ListReplicasResponse: Equatable, Sendable {
    /// The field `replicas`.
    public var replicas: [HearthV1.ReplicaStatus]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      replicas: [HearthV1.ReplicaStatus] = []
    ) {
      self.replicas = replicas
    }
  }
}

extension HearthV1 {
  /// One replica as the control plane sees it.
  public struct ReplicaStatus: Equatable, Sendable {
    /// The field `replica`.
    public var replica: HearthV1.Replica?
    /// The field `node`.
    public var node: String
    /// The field `region`.
    public var region: String
    /// The field `availability`.
    public var availability: HearthV1.Availability
    /// The field `load`.
    public var load: HearthV1.ReplicaLoad?
    /// Blocks that the index knows it holds.
    public var blocksIndexed: UInt64
    /// Turns placed there that its load does not show yet.
    public var pending: UInt32
    /// Why it failed, when it did.
    public var reason: String
    /// What it does; absent until it has reported.
    public var operation: HearthV1.ReplicaOperation?
    /// The field `calibration`.
    public var calibration: HearthV1.ReplicaCalibration?
    /// Its LoRA adapters, where it names them.
    public var adapters: HearthV1.AdapterList?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      replica: HearthV1.Replica? = nil,
      node: String = "",
      region: String = "",
      availability: HearthV1.Availability = .init(rawValue: 0),
      load: HearthV1.ReplicaLoad? = nil,
      blocksIndexed: UInt64 = 0,
      pending: UInt32 = 0,
      reason: String = "",
      operation: HearthV1.ReplicaOperation? = nil,
      calibration: HearthV1.ReplicaCalibration? = nil,
      adapters: HearthV1.AdapterList? = nil
    ) {
      self.replica = replica
      self.node = node
      self.region = region
      self.availability = availability
      self.load = load
      self.blocksIndexed = blocksIndexed
      self.pending = pending
      self.reason = reason
      self.operation = operation
      self.calibration = calibration
      self.adapters = adapters
    }
  }
}

extension HearthV1 {
  /// What a replica does, in the terms that operators judge it by.
  ///
  /// Shares are from 0 to 1.
  public struct ReplicaOperation: Equatable, Sendable {
    /// What it is bound by: kv-memory, compute, memory-bandwidth, network or nothing.
    public var bound: String
    /// Share of the KV blocks that running sequences hold: at its last report, and on average over
    /// the last 10 s or so of the fleet's time.
    public var kvUsed: Double
    /// The field `kv_used_mean`.
    public var kvUsedMean: Double
    /// Share of the KV blocks that are kept for reuse.
    public var kvCached: Double
    /// Sequences that decode.
    public var batch: UInt32
    /// Sequences like those at which decoding takes arithmetic as long as memory, the ridge point;
    /// 0 when it never does.
    public var ridgeBatch: UInt32
    /// Operations for each byte of decoding those, as a share of the ridge point.
    public var ridgeShare: Double
    /// Prompt tokens that are to be computed, those included that it has not reported yet.
    public var prefillTokensQueued: UInt64
    /// How long that takes, in nanoseconds of the fleet's time.
    public var prefillQueuedNs: Int64
    /// Share of the time in which arithmetic works at the rate that it reaches: in the step of its
    /// last report, and on average.
    public var compute: Double
    /// The field `compute_mean`.
    public var computeMean: Double
    /// Share of the time in which memory moves bytes at the rate that it reaches, likewise.
    public var memoryBandwidth: Double
    /// The field `memory_bandwidth_mean`.
    public var memoryBandwidthMean: Double
    /// Share of the time to the first token that is distance, of the turns served lately; 0 when
    /// there were too few.
    public var networkMean: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      bound: String = "",
      kvUsed: Double = 0,
      kvUsedMean: Double = 0,
      kvCached: Double = 0,
      batch: UInt32 = 0,
      ridgeBatch: UInt32 = 0,
      ridgeShare: Double = 0,
      prefillTokensQueued: UInt64 = 0,
      prefillQueuedNs: Int64 = 0,
      compute: Double = 0,
      computeMean: Double = 0,
      memoryBandwidth: Double = 0,
      memoryBandwidthMean: Double = 0,
      networkMean: Double = 0
    ) {
      self.bound = bound
      self.kvUsed = kvUsed
      self.kvUsedMean = kvUsedMean
      self.kvCached = kvCached
      self.batch = batch
      self.ridgeBatch = ridgeBatch
      self.ridgeShare = ridgeShare
      self.prefillTokensQueued = prefillTokensQueued
      self.prefillQueuedNs = prefillQueuedNs
      self.compute = compute
      self.computeMean = computeMean
      self.memoryBandwidth = memoryBandwidth
      self.memoryBandwidthMean = memoryBandwidthMean
      self.networkMean = networkMean
    }
  }
}

extension HearthV1 {
  /// What was learnt from the turns that a replica and its model served.
  public struct ReplicaCalibration: Equatable, Sendable {
    /// How many times faster its arithmetic is than its figures say.
    public var prefill: HearthV1.CorrectionFactor?
    /// How many times faster its memory is, and what every step takes besides.
    public var decode: HearthV1.CorrectionFactor?
    /// By what the length of a prompt must be multiplied that was only estimated; of its model.
    public var promptTokens: HearthV1.CorrectionFactor?
    /// Tokens of an answer whose length nobody knows, and from how many answers; of its model.
    public var outputTokens: Double
    /// The field `answers`.
    public var answers: UInt64
    /// Chance that an evicted block has to be computed again within five minutes, and from how many
    /// that were followed; of its model.
    public var reuseChance: Double
    /// The field `evictions`.
    public var evictions: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      prefill: HearthV1.CorrectionFactor? = nil,
      decode: HearthV1.CorrectionFactor? = nil,
      promptTokens: HearthV1.CorrectionFactor? = nil,
      outputTokens: Double = 0,
      answers: UInt64 = 0,
      reuseChance: Double = 0,
      evictions: UInt64 = 0
    ) {
      self.prefill = prefill
      self.decode = decode
      self.promptTokens = promptTokens
      self.outputTokens = outputTokens
      self.answers = answers
      self.reuseChance = reuseChance
      self.evictions = evictions
    }
  }
}

extension HearthV1 {
  /// A figure that is learnt; it begins at 1 and stays within 0.25 and 4.
  public struct CorrectionFactor: Equatable, Sendable {
    /// The field `value`.
    public var value: Double
    /// From how many observations: from a hundred on it is off by some 2 % where they scatter by 20
    /// %.
    public var count: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      value: Double = 0,
      count: UInt64 = 0
    ) {
      self.value = value
      self.count = count
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.SetNodeAvailabilityRequest`.
  public struct SetNodeAvailabilityRequest: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// READY, CORDONED or DRAINING.
    public var availability: HearthV1.Availability
    /// For DRAINING: how long running turns may take, in nanoseconds of wall time.
    public var deadlineNs: Int64
    /// Kept and shown with the node.
    public var message: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      availability: HearthV1.Availability = .init(rawValue: 0),
      deadlineNs: Int64 = 0,
      message: String = ""
    ) {
      self.node = node
      self.availability = availability
      self.deadlineNs = deadlineNs
      self.message = message
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.SetNodeAvailabilityResponse`.
  public struct SetNodeAvailabilityResponse: Equatable, Sendable {
    /// The field `node`.
    public var node: HearthV1.NodeStatus?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: HearthV1.NodeStatus? = nil
    ) {
      self.node = node
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ResetCachesRequest`.
  public struct ResetCachesRequest: Equatable, Sendable {

    /// Makes a message; fields that are left out have their defaults.
    public init() {}
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ResetCachesResponse`.
  public struct ResetCachesResponse: Equatable, Sendable {
    /// Nodes that were told.
    public var nodes: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      nodes: UInt32 = 0
    ) {
      self.nodes = nodes
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListQueueRequest`.
  public struct ListQueueRequest: Equatable, Sendable {
    /// Most turns in the answer; 0 for 1,000, which is also the most.
    public var limit: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      limit: UInt32 = 0
    ) {
      self.limit = limit
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListQueueResponse`.
  public struct ListQueueResponse: Equatable, Sendable {
    /// The field `turns`.
    public var turns: [HearthV1.QueuedTurn]
    /// How many wait, those included that are not in the answer.
    public var waiting: UInt32
    /// How many may.
    public var waitingMax: UInt32
    /// Turns that run, as far as the control plane has placed them.
    public var running: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      turns: [HearthV1.QueuedTurn] = [],
      waiting: UInt32 = 0,
      waitingMax: UInt32 = 0,
      running: UInt32 = 0
    ) {
      self.turns = turns
      self.waiting = waiting
      self.waitingMax = waitingMax
      self.running = running
    }
  }
}

extension HearthV1 {
  /// A turn that waits for room.
  ///
  /// Times are in nanoseconds of the fleet's time.
  public struct QueuedTurn: Equatable, Sendable {
    /// The field `request_id`.
    public var requestId: String
    /// The field `model`.
    public var model: String
    /// The field `tenant`.
    public var tenant: String
    /// The field `origin_region`.
    public var originRegion: String
    /// The field `priority`.
    public var priority: UInt32
    /// The field `prompt_tokens`.
    public var promptTokens: UInt32
    /// How long it has waited.
    public var waitedNs: Int64
    /// How much longer it will wait, by the estimate.
    public var estimateNs: Int64
    /// Until its deadline; 0 for none.
    public var deadlineLeftNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      requestId: String = "",
      model: String = "",
      tenant: String = "",
      originRegion: String = "",
      priority: UInt32 = 0,
      promptTokens: UInt32 = 0,
      waitedNs: Int64 = 0,
      estimateNs: Int64 = 0,
      deadlineLeftNs: Int64 = 0
    ) {
      self.requestId = requestId
      self.model = model
      self.tenant = tenant
      self.originRegion = originRegion
      self.priority = priority
      self.promptTokens = promptTokens
      self.waitedNs = waitedNs
      self.estimateNs = estimateNs
      self.deadlineLeftNs = deadlineLeftNs
    }
  }
}

extension HearthV1 {
  /// Asks for what ended in a time.
  ///
  /// Times are in nanoseconds since 1970.
  public struct ReportComputeRequest: Equatable, Sendable {
    /// The field `by`.
    public var by: HearthV1.ComputeGroup
    /// 0 for all from the beginning.
    public var sinceUnixNs: Int64
    /// What ended then is not included; 0 for all until now.
    public var untilUnixNs: Int64
    /// Most rows in the answer; 0 for 1,000; at most 10,000.
    public var limit: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      by: HearthV1.ComputeGroup = .init(rawValue: 0),
      sinceUnixNs: Int64 = 0,
      untilUnixNs: Int64 = 0,
      limit: UInt32 = 0
    ) {
      self.by = by
      self.sinceUnixNs = sinceUnixNs
      self.untilUnixNs = untilUnixNs
      self.limit = limit
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ComputeReport`.
  public struct ComputeReport: Equatable, Sendable {
    /// Those with the most GPU time first.
    public var rows: [HearthV1.ComputeRow]
    /// Of all, those included that are not in the answer.
    public var total: HearthV1.ComputeUsage?
    /// Rows that are not in the answer.
    public var leftOut: UInt64
    /// The time that was added up, where it was asked for a part: whole hours where the turns of an
    /// hour that is cut are not kept one by one any more.
    public var sinceUnixNs: Int64
    /// The field `until_unix_ns`.
    public var untilUnixNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      rows: [HearthV1.ComputeRow] = [],
      total: HearthV1.ComputeUsage? = nil,
      leftOut: UInt64 = 0,
      sinceUnixNs: Int64 = 0,
      untilUnixNs: Int64 = 0
    ) {
      self.rows = rows
      self.total = total
      self.leftOut = leftOut
      self.sinceUnixNs = sinceUnixNs
      self.untilUnixNs = untilUnixNs
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ComputeRow`.
  public struct ComputeRow: Equatable, Sendable {
    /// Empty for what has none, such as turns of no adapter.
    public var name: String
    /// The field `usage`.
    public var usage: HearthV1.ComputeUsage?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: String = "",
      usage: HearthV1.ComputeUsage? = nil
    ) {
      self.name = name
      self.usage = usage
    }
  }
}

extension HearthV1 {
  /// What some turns and jobs took.
  public struct ComputeUsage: Equatable, Sendable {
    /// The field `turns`.
    public var turns: UInt64
    /// Tokens of prompts, those included that were found in caches.
    public var promptTokens: UInt64
    /// The field `cached_tokens`.
    public var cachedTokens: UInt64
    /// The field `output_tokens`.
    public var outputTokens: UInt64
    /// Busy time of their replicas times GPUs, in seconds of the fleet's time.
    public var gpuSeconds: Double
    /// Operations, counted from the model's dimensions.
    public var forwardOperations: Double
    /// The field `backward_operations`.
    public var backwardOperations: Double
    /// Those that computing the cached tokens would have taken.
    public var savedOperations: Double
    /// Operations by GPU time: GPU seconds times peak times utilisation.
    public var gpuTimeOperations: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      turns: UInt64 = 0,
      promptTokens: UInt64 = 0,
      cachedTokens: UInt64 = 0,
      outputTokens: UInt64 = 0,
      gpuSeconds: Double = 0,
      forwardOperations: Double = 0,
      backwardOperations: Double = 0,
      savedOperations: Double = 0,
      gpuTimeOperations: Double = 0
    ) {
      self.turns = turns
      self.promptTokens = promptTokens
      self.cachedTokens = cachedTokens
      self.outputTokens = outputTokens
      self.gpuSeconds = gpuSeconds
      self.forwardOperations = forwardOperations
      self.backwardOperations = backwardOperations
      self.savedOperations = savedOperations
      self.gpuTimeOperations = gpuTimeOperations
    }
  }
}
