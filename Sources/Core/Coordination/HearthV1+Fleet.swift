import Basics
public import FleetSpec
public import HearthMessages
public import Routing

/// The fleet's values and their messages, either way.
extension GPUModel {
  /// The GPU that a message describes.
  public init(_ message: HearthV1.GPU) {
    self.init(
      name: message.name,
      memoryBytes: message.memoryBytes,
      memoryBytesPerSecond: message.memoryBytesPerSecond,
      bf16FLOPs: message.bf16Flops,
      fp8FLOPs: message.fp8Flops > 0 ? message.fp8Flops : nil,
      interconnectBytesPerSecond: message.interconnectBytesPerSecond,
      source: "its node"
    )
  }

  /// The GPU as a message.
  public var message: HearthV1.GPU {
    HearthV1.GPU(
      name: name,
      memoryBytes: memoryBytes,
      memoryBytesPerSecond: memoryBytesPerSecond,
      bf16Flops: bf16FLOPs,
      fp8Flops: fp8FLOPs ?? 0,
      interconnectBytesPerSecond: interconnectBytesPerSecond
    )
  }
}

extension ModelArchitecture {
  /// The model that a message describes.
  public init(_ message: HearthV1.Model) {
    self.init(
      name: message.name,
      parameters: message.parameters,
      activeParameters: message.activeParameters,
      layers: Int(message.layers),
      heads: Int(message.heads),
      kvHeads: Int(message.kvHeads),
      headSize: Int(message.headSize),
      weightBytes: message.weightBytes,
      kvBytes: message.kvBytes,
      contextTokensMax: Int(message.contextTokensMax)
    )
  }

  /// The model as a message.
  public var message: HearthV1.Model {
    HearthV1.Model(
      name: name,
      parameters: parameters,
      activeParameters: activeParameters,
      layers: UInt32(layers),
      heads: UInt32(heads),
      kvHeads: UInt32(kvHeads),
      headSize: UInt32(headSize),
      weightBytes: weightBytes,
      kvBytes: kvBytes,
      contextTokensMax: UInt32(contextTokensMax)
    )
  }
}

extension ReplicaSpec {
  /// The replica that a node announces; nil when a name is not well-formed or there is no hardware.
  public init?(_ replica: HearthV1.Replica, of node: HearthV1.NodeHello) {
    guard let id = ReplicaID(replica.id), let nodeID = NodeID(node.node),
      let region = RegionID(node.region), let model = replica.model,
      let modelID = ModelID(canonical: model.name), let gpu = replica.gpu
    else { return nil }
    self.init(
      id: id,
      node: nodeID,
      region: region,
      model: modelID,
      roofline: Roofline(
        gpu: GPUModel(gpu),
        gpuCount: Int(replica.gpuCount),
        model: ModelArchitecture(model),
        efficiency: .init(
          compute: replica.computeEfficiency,
          memory: replica.memoryEfficiency,
          stepOverheadSeconds: Duration.nanoseconds(replica.stepOverheadNs).inSeconds
        )
      ),
      blockTokens: Int(replica.blockTokens),
      blockCount: Int(replica.blockCount),
      runningMax: Int(replica.runningMax),
      waitingMax: Int(replica.waitingMax),
      stepTokensMax: Int(replica.stepTokensMax),
      publishesEvents: !replica.infersResidency
    )
    namesAdapters = replica.namesAdapters
  }

  /// The replica as a message.
  public var message: HearthV1.Replica {
    HearthV1.Replica(
      id: id.text,
      model: roofline.model.message,
      gpu: roofline.gpu.message,
      gpuCount: UInt32(roofline.gpuCount),
      blockTokens: UInt32(blockTokens),
      blockCount: UInt32(blockCount),
      runningMax: UInt32(runningMax),
      waitingMax: UInt32(waitingMax),
      stepTokensMax: UInt32(stepTokensMax),
      computeEfficiency: roofline.efficiency.compute,
      memoryEfficiency: roofline.efficiency.memory,
      stepOverheadNs: Duration(inSeconds: roofline.efficiency.stepOverheadSeconds).nanoseconds,
      infersResidency: !publishesEvents,
      namesAdapters: namesAdapters
    )
  }
}

extension ReplicaLoad {
  /// The load that a message tells of.
  public init(_ message: HearthV1.ReplicaLoad) {
    self.init(
      blocksUsed: Int(message.blocksUsed),
      blocksCached: Int(message.blocksCached),
      running: Int(message.running),
      waiting: Int(message.waiting),
      prefillTokensQueued: Int(clamping: message.prefillTokensQueued),
      decoding: Int(message.decoding),
      contextTokens: Int(clamping: message.contextTokens)
    )
  }

  /// The load as a message.
  public var message: HearthV1.ReplicaLoad {
    HearthV1.ReplicaLoad(
      blocksUsed: UInt32(clamping: blocksUsed),
      blocksCached: UInt32(clamping: blocksCached),
      running: UInt32(clamping: running),
      waiting: UInt32(clamping: waiting),
      prefillTokensQueued: UInt64(clamping: prefillTokensQueued),
      decoding: UInt32(clamping: decoding),
      contextTokens: UInt64(clamping: contextTokens)
    )
  }
}

extension TurnOutcome {
  /// The outcome that a message tells of.
  public init(_ message: HearthV1.TurnOutcome) {
    self.init(
      promptTokens: Int(message.promptTokens),
      cachedTokens: Int(message.cachedTokens),
      outputTokens: Int(message.outputTokens),
      queueSeconds: Duration.nanoseconds(message.queuedNs).inSeconds,
      ttftSeconds: message.ttftNs > 0 ? Duration.nanoseconds(message.ttftNs).inSeconds : nil,
      totalSeconds: Duration.nanoseconds(message.totalNs).inSeconds,
      isComplete: message.ending == .completed
    )
    answerBlocks = message.answerBlocks
  }
}

extension TurnEnding {
  /// The ending that a message tells of; one that it does not state is the node's doing.
  public init(_ message: HearthV1.TurnEnding) {
    switch message {
    case .completed: self = .completed
    case .cancelled: self = .cancelled
    case .refused: self = .refused
    case .rejected: self = .rejected
    default: self = .aborted
    }
  }

  /// The ending as a message's value.
  public var message: HearthV1.TurnEnding {
    switch self {
    case .completed: .completed
    case .cancelled: .cancelled
    case .aborted: .aborted
    case .refused: .refused
    case .rejected: .rejected
    }
  }
}

extension Readiness {
  /// What an availability means for new turns.
  public init(_ availability: HearthV1.Availability) {
    switch availability {
    case .ready: self = .ready
    case .cordoned: self = .cordoned
    case .draining: self = .draining
    case .drained: self = .drained
    case .failed: self = .failed
    case .suspect: self = .suspect
    case .lost: self = .lost
    default: self = .starting
    }
  }

  /// The readiness as a message's value.
  public var message: HearthV1.Availability {
    switch self {
    case .starting: .starting
    case .ready: .ready
    case .cordoned: .cordoned
    case .draining: .draining
    case .drained: .drained
    case .suspect: .suspect
    case .lost: .lost
    case .failed: .failed
    }
  }
}
