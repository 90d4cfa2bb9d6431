// Generated from proto/hearth/v1/capacity.proto by generate-proto.

extension HearthV1 {
  /// The message `hearth.v1.GetCapacityRequest`.
  public struct GetCapacityRequest: Equatable, Sendable {
    /// The region or the node whose loss is of interest; empty for each region and the worst node.
    public var lose: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      lose: String = ""
    ) {
      self.lose = lose
    }
  }
}

extension HearthV1 {
  /// Demand beside supply.
  ///
  /// Rates are turns a second, in the fleet's time.
  public struct CapacityReport: Equatable, Sendable {
    /// The field `models`.
    public var models: [HearthV1.ModelCapacity]
    /// All models; its load is that of the GPUs.
    public var fleet: HearthV1.CapacityFigure?
    /// Whether some model is asked for more than its replicas sustain.
    public var exceeded: Bool
    /// The field `losses`.
    public var losses: [HearthV1.CapacityLoss]
    /// The field `moves`.
    public var moves: [HearthV1.PlacementMove]
    /// The field `shortages`.
    public var shortages: [HearthV1.CapacityShortage]
    /// The field `adapter_moves`.
    public var adapterMoves: [HearthV1.AdapterMove]
    /// The field `adapter_shortages`.
    public var adapterShortages: [HearthV1.AdapterShortage]
    /// The field `prefixes`.
    public var prefixes: [HearthV1.PrefixPlacement]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      models: [HearthV1.ModelCapacity] = [],
      fleet: HearthV1.CapacityFigure? = nil,
      exceeded: Bool = false,
      losses: [HearthV1.CapacityLoss] = [],
      moves: [HearthV1.PlacementMove] = [],
      shortages: [HearthV1.CapacityShortage] = [],
      adapterMoves: [HearthV1.AdapterMove] = [],
      adapterShortages: [HearthV1.AdapterShortage] = [],
      prefixes: [HearthV1.PrefixPlacement] = []
    ) {
      self.models = models
      self.fleet = fleet
      self.exceeded = exceeded
      self.losses = losses
      self.moves = moves
      self.shortages = shortages
      self.adapterMoves = adapterMoves
      self.adapterShortages = adapterShortages
      self.prefixes = prefixes
    }
  }
}

extension HearthV1 {
  /// One model, in all regions and in each.
  public struct ModelCapacity: Equatable, Sendable {
    /// The field `model`.
    public var model: String
    /// The field `total`.
    public var total: HearthV1.CapacityFigure?
    /// The field `regions`.
    public var regions: [HearthV1.CapacityFigure]
    /// Tokens of a turn on average: of its prompt, of that not cached, of its answer.
    public var promptTokens: Double
    /// The field `uncached_tokens`.
    public var uncachedTokens: Double
    /// The field `output_tokens`.
    public var outputTokens: Double
    /// Time to the first token and for each token after it that 95 in 100 of the turns are to keep
    /// to whose prompts can be computed in time, in nanoseconds of the fleet's time.
    public var ttftNs: Int64
    /// The field `tpot_ns`.
    public var tpotNs: Int64
    /// The share of prompts that can't: the fastest replica takes longer, even when it is idle.
    public var lateShare: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      model: String = "",
      total: HearthV1.CapacityFigure? = nil,
      regions: [HearthV1.CapacityFigure] = [],
      promptTokens: Double = 0,
      uncachedTokens: Double = 0,
      outputTokens: Double = 0,
      ttftNs: Int64 = 0,
      tpotNs: Int64 = 0,
      lateShare: Double = 0
    ) {
      self.model = model
      self.total = total
      self.regions = regions
      self.promptTokens = promptTokens
      self.uncachedTokens = uncachedTokens
      self.outputTokens = outputTokens
      self.ttftNs = ttftNs
      self.tpotNs = tpotNs
      self.lateShare = lateShare
    }
  }
}

extension HearthV1 {
  /// What is asked of some replicas, and what they sustain.
  public struct CapacityFigure: Equatable, Sendable {
    /// Where turns enter and where replicas are; empty for all regions, and for an origin that is
    /// not known.
    public var region: String
    /// Replicas that take turns.
    public var replicas: UInt32
    /// The field `gpus`.
    public var gpus: UInt32
    /// Asked for over the last minutes.
    public var offered: Double
    /// Asked for over the last hour.
    public var offeredHour: Double
    /// Of those of the last minutes, not placed when they were first asked for.
    public var unmet: Double
    /// The field `sustainable`.
    public var sustainable: Double
    /// What is asked for as a share of what is sustained; infinite where nothing is.
    public var load: Double
    /// compute, memory-bandwidth, kv-memory, batch-size or nothing-fits; empty without replicas.
    public var bound: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = "",
      replicas: UInt32 = 0,
      gpus: UInt32 = 0,
      offered: Double = 0,
      offeredHour: Double = 0,
      unmet: Double = 0,
      sustainable: Double = 0,
      load: Double = 0,
      bound: String = ""
    ) {
      self.region = region
      self.replicas = replicas
      self.gpus = gpus
      self.offered = offered
      self.offeredHour = offeredHour
      self.unmet = unmet
      self.sustainable = sustainable
      self.load = load
      self.bound = bound
    }
  }
}

extension HearthV1 {
  /// What the loss of a region or a node would mean.
  public struct CapacityLoss: Equatable, Sendable {
    /// One of the two.
    public var region: String
    /// The field `node`.
    public var node: String
    /// The field `gpus`.
    public var gpus: UInt32
    /// The field `models`.
    public var models: [HearthV1.ModelLoss]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      region: String = "",
      node: String = "",
      gpus: UInt32 = 0,
      models: [HearthV1.ModelLoss] = []
    ) {
      self.region = region
      self.node = node
      self.gpus = gpus
      self.models = models
    }
  }
}

extension HearthV1 {
  /// A model that has replicas there.
  public struct ModelLoss: Equatable, Sendable {
    /// The field `model`.
    public var model: String
    /// The field `lost_replicas`.
    public var lostReplicas: UInt32
    /// The field `left_replicas`.
    public var leftReplicas: UInt32
    /// The field `offered`.
    public var offered: Double
    /// What the replicas that are left sustain.
    public var sustainable: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      model: String = "",
      lostReplicas: UInt32 = 0,
      leftReplicas: UInt32 = 0,
      offered: Double = 0,
      sustainable: Double = 0
    ) {
      self.model = model
      self.lostReplicas = lostReplicas
      self.leftReplicas = leftReplicas
      self.offered = offered
      self.sustainable = sustainable
    }
  }
}

extension HearthV1 {
  /// A replica that should have another model.
  ///
  /// Nobody carries it out.
  public struct PlacementMove: Equatable, Sendable {
    /// The field `replica`.
    public var replica: String
    /// The field `region`.
    public var region: String
    /// The field `from_model`.
    public var fromModel: String
    /// The field `to_model`.
    public var toModel: String
    /// short, unserved or second-region.
    public var reason: String
    /// The field `drain_seconds`.
    public var drainSeconds: Double
    /// The field `load_seconds`.
    public var loadSeconds: Double
    /// The field `recompute_seconds`.
    public var recomputeSeconds: Double
    /// GPU time over an hour, in seconds.
    public var gainSeconds: Double
    /// The field `cost_seconds`.
    public var costSeconds: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      replica: String = "",
      region: String = "",
      fromModel: String = "",
      toModel: String = "",
      reason: String = "",
      drainSeconds: Double = 0,
      loadSeconds: Double = 0,
      recomputeSeconds: Double = 0,
      gainSeconds: Double = 0,
      costSeconds: Double = 0
    ) {
      self.replica = replica
      self.region = region
      self.fromModel = fromModel
      self.toModel = toModel
      self.reason = reason
      self.drainSeconds = drainSeconds
      self.loadSeconds = loadSeconds
      self.recomputeSeconds = recomputeSeconds
      self.gainSeconds = gainSeconds
      self.costSeconds = costSeconds
    }
  }
}

extension HearthV1 {
  /// A model that is asked for more than is sustained even after all moves.
  public struct CapacityShortage: Equatable, Sendable {
    /// The field `model`.
    public var model: String
    /// The field `turns`.
    public var turns: Double
    /// GPUs that are missing, of the kind of which the fewest are; 0 when none can serve it.
    public var gpus: UInt32
    /// The field `gpu`.
    public var gpu: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      model: String = "",
      turns: Double = 0,
      gpus: UInt32 = 0,
      gpu: String = ""
    ) {
      self.model = model
      self.turns = turns
      self.gpus = gpus
      self.gpu = gpu
    }
  }
}

extension HearthV1 {
  /// An adapter that should be loaded.
  ///
  /// Nobody carries it out.
  public struct AdapterMove: Equatable, Sendable {
    /// The field `adapter`.
    public var adapter: String
    /// The field `model`.
    public var model: String
    /// The field `replica`.
    public var replica: String
    /// The adapter that makes room, or empty.
    public var replacing: String
    /// The field `offered`.
    public var offered: Double
    /// The field `load_seconds`.
    public var loadSeconds: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      adapter: String = "",
      model: String = "",
      replica: String = "",
      replacing: String = "",
      offered: Double = 0,
      loadSeconds: Double = 0
    ) {
      self.adapter = adapter
      self.model = model
      self.replica = replica
      self.replacing = replacing
      self.offered = offered
      self.loadSeconds = loadSeconds
    }
  }
}

extension HearthV1 {
  /// An adapter for which there is no place.
  public struct AdapterShortage: Equatable, Sendable {
    /// The field `adapter`.
    public var adapter: String
    /// The field `model`.
    public var model: String
    /// The field `offered`.
    public var offered: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      adapter: String = "",
      model: String = "",
      offered: Double = 0
    ) {
      self.adapter = adapter
      self.model = model
      self.offered = offered
    }
  }
}

extension HearthV1 {
  /// A prefix that more replicas of a region should hold than do.
  ///
  /// Nobody carries it out.
  public struct PrefixPlacement: Equatable, Sendable {
    /// The chained hash of its last block.
    public var hash: UInt64
    /// Blocks that it has.
    public var depth: UInt32
    /// The field `model`.
    public var model: String
    /// The field `region`.
    public var region: String
    /// Turns a second that are expected to begin with it there.
    public var turns: Double
    /// The field `holders`.
    public var holders: UInt32
    /// The field `desired`.
    public var desired: UInt32
    /// Replicas that should compute it.
    public var targets: [String]
    /// Prefill that is saved in five minutes, less the cost.
    public var gainSeconds: Double
    /// Tokens that it has.
    public var tokens: UInt64
    /// A turn that began with it: whose it was, and its name.
    public var tenant: String
    /// The field `request_id`.
    public var requestId: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      hash: UInt64 = 0,
      depth: UInt32 = 0,
      model: String = "",
      region: String = "",
      turns: Double = 0,
      holders: UInt32 = 0,
      desired: UInt32 = 0,
      targets: [String] = [],
      gainSeconds: Double = 0,
      tokens: UInt64 = 0,
      tenant: String = "",
      requestId: String = ""
    ) {
      self.hash = hash
      self.depth = depth
      self.model = model
      self.region = region
      self.turns = turns
      self.holders = holders
      self.desired = desired
      self.targets = targets
      self.gainSeconds = gainSeconds
      self.tokens = tokens
      self.tenant = tenant
      self.requestId = requestId
    }
  }
}
