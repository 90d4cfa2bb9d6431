public import Basics

/// One engine that serves one model on some GPUs of one node: what stays the same while the node
/// is attached.
public struct ReplicaSpec: Sendable, Hashable {
  /// Name, unique in the fleet.
  public var id: ReplicaID
  /// The node that runs it.
  public var node: NodeID
  /// The node's region.
  public var region: RegionID
  /// The model that it serves.
  public var model: ModelID
  /// What its steps take.
  public var roofline: Roofline
  /// Tokens in one KV block.
  public var blockTokens: Int
  /// KV blocks that the engine can hold.
  public var blockCount: Int
  /// Most sequences in one batch.
  public var runningMax: Int
  /// Most requests that may wait in the engine.
  public var waitingMax: Int
  /// Most tokens in one engine step, prefill and decode together.
  public var stepTokensMax: Int
  /// Whether its engine tells which blocks it keeps and drops; if not, that is inferred from the
  /// turns that it takes.
  public var publishesEvents: Bool
  /// Whether it runs turns of the LoRA adapters that it names, and of no others; else of any.
  public var namesAdapters = false

  /// Makes a replica with as many blocks as fit beside the weights, unless `blockCount` is given.
  public init(
    id: ReplicaID,
    node: NodeID,
    region: RegionID,
    model: ModelID,
    roofline: Roofline,
    blockTokens: Int = 16,
    blockCount: Int? = nil,
    runningMax: Int = 256,
    waitingMax: Int = 1024,
    stepTokensMax: Int = 8192,
    publishesEvents: Bool = true
  ) {
    self.id = id
    self.node = node
    self.region = region
    self.model = model
    self.roofline = roofline
    self.blockTokens = blockTokens
    self.blockCount = blockCount ?? roofline.blockCount(blockTokens: blockTokens)
    self.runningMax = runningMax
    self.waitingMax = waitingMax
    self.stepTokensMax = stepTokensMax
    self.publishesEvents = publishesEvents
  }

  /// Longest prompt that the replica can hold, in tokens.
  public var promptTokensMax: Int {
    let (capacity, overflow) = blockCount.multipliedReportingOverflow(by: blockTokens)
    return overflow
      ? roofline.model.contextTokensMax : min(roofline.model.contextTokensMax, capacity)
  }

  /// What is wrong with the figures, those of the GPU and the model included; empty when nothing
  /// is.
  public func faults() -> [Fault] {
    var faults: [Fault] = []
    let figures: [(String, Int, Int)] = [
      ("gpuCount", roofline.gpuCount, 1024), ("blockTokens", blockTokens, 65_536),
      ("blockCount", blockCount, 1 << 30), ("runningMax", runningMax, 1 << 20),
      ("waitingMax", waitingMax, 1 << 20), ("stepTokensMax", stepTokensMax, 1 << 30),
    ]
    for (field, value, limit) in figures where !(1...limit).contains(value) {
      faults.append(Fault(field: field, message: "\(value) is not in 1 ... \(limit)"))
    }
    let parts = [("gpu", roofline.gpu.faults()), ("model", roofline.model.faults())]
    for (part, found) in parts {
      faults += found.map { Fault(field: part + "." + $0.field, message: $0.message) }
    }
    return faults
  }
}

/// What a replica carries at one moment, as its engine reports it.
public struct ReplicaLoad: Sendable, Hashable {
  /// KV blocks that running sequences hold; blocks kept for reuse are not counted.
  public var blocksUsed: Int
  /// KV blocks kept for reuse, which an allocation may evict.
  public var blocksCached: Int
  /// Sequences in the batch.
  public var running: Int
  /// Requests that wait for a place in the batch.
  public var waiting: Int
  /// Prompt tokens neither cached nor computed yet, of running and waiting requests.
  public var prefillTokensQueued: Int
  /// Sequences in the decode phase.
  public var decoding: Int
  /// KV tokens that one decode step reads, over all decoding sequences.
  public var contextTokens: Int

  /// Makes a load; nothing by default.
  public init(
    blocksUsed: Int = 0,
    blocksCached: Int = 0,
    running: Int = 0,
    waiting: Int = 0,
    prefillTokensQueued: Int = 0,
    decoding: Int = 0,
    contextTokens: Int = 0
  ) {
    self.blocksUsed = blocksUsed
    self.blocksCached = blocksCached
    self.running = running
    self.waiting = waiting
    self.prefillTokensQueued = prefillTokensQueued
    self.decoding = decoding
    self.contextTokens = contextTokens
  }
}

/// Whether a replica takes new turns.
public enum Readiness: String, Sendable, CaseIterable {
  /// The engine starts, or its residency and load are not all known yet.
  case starting
  /// Takes new turns.
  case ready
  /// Takes no new turns because an operator said so; what runs goes on.
  case cordoned
  /// Takes no new turns; what runs may finish until a deadline.
  case draining
  /// Draining, and nothing runs any more.
  case drained
  /// Missed heartbeats; may come back.
  case suspect
  /// Given up; its placements were released.
  case lost
  /// The engine or a GPU failed.
  case failed
}
