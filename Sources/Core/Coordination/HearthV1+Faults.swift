import Basics
import FleetSpec
public import HearthMessages

extension HearthV1.NodeHello {
  /// Most replicas of one node.
  public static var replicasMax: Int { 64 }

  /// What is wrong with the hello, in words for its sender; nil when nothing is.
  public var fault: String? {
    guard NodeID(node) != nil else { return "\(quoted(node)) is not a valid node name" }
    guard RegionID(region) != nil else { return "\(quoted(region)) is not a valid region name" }
    guard (1...Self.replicasMax).contains(replicas.count) else {
      return "a node has 1 to \(Self.replicasMax) replicas, not \(replicas.count)"
    }
    guard isAddress(address) else { return "\(quoted(address)) is not host:port" }
    guard version.utf8.count <= textMax else { return "version: at most \(textMax) bytes" }
    if let jobs {
      guard (1...64).contains(jobs.gpus), jobs.drivers.count <= 8,
        ([jobs.rail, jobs.domain] + jobs.drivers).allSatisfy({ $0.utf8.count <= textMax })
      else { return "jobs: 1 to 64 GPUs, and names of at most \(textMax) bytes" }
    }
    for (index, replica) in replicas.enumerated() {
      if let fault = replica.fault { return "replicas[\(index)]: \(fault)" }
      guard replica.id == "\(node)/\(index)" else {
        return "replicas[\(index)].id: \(quoted(replica.id)) must be \(node)/\(index)"
      }
    }
    return nil
  }
}

extension HearthV1.RegionHello {
  /// What is wrong with the hello, in words for its sender; nil when nothing is.
  public var fault: String? {
    guard RegionID(region) != nil else { return "\(quoted(region)) is not a valid region name" }
    guard isAddress(address) else { return "\(quoted(address)) is not host:port" }
    guard version.utf8.count <= textMax else { return "version: at most \(textMax) bytes" }
    return nil
  }
}

extension HearthV1.Replica {
  /// What is wrong with the description, in words for its sender; nil when nothing is.
  ///
  /// The bounds keep every product of these figures finite; real hardware is far inside them.
  public var fault: String? {
    guard ReplicaID(id) != nil else { return "\(quoted(id)) is not a valid replica name" }
    guard let model, ModelID(model.name) != nil else { return "the model has no valid name" }
    guard let gpu, (1...textMax).contains(gpu.name.utf8.count) else {
      return "the GPU needs a name of 1 to \(textMax) bytes"
    }
    guard (1...64).contains(gpuCount) else { return "gpu_count: 1 to 64, not \(gpuCount)" }
    guard (1...1 << 20).contains(blockTokens) else { return "block_tokens: 1 to 2^20" }
    guard (1...1 << 28).contains(blockCount) else { return "block_count: 1 to 2^28" }
    guard (1...1 << 16).contains(runningMax) else { return "running_max: 1 to 65536" }
    guard (1...1 << 20).contains(waitingMax) else { return "waiting_max: 1 to 2^20" }
    guard (1...1 << 20).contains(stepTokensMax) else { return "step_tokens_max: 1 to 2^20" }
    let positive: [(String, Double)] = [
      ("gpu.memory_bytes", Double(gpu.memoryBytes)),
      ("gpu.memory_bytes_per_second", gpu.memoryBytesPerSecond),
      ("gpu.bf16_flops", gpu.bf16Flops), ("model.parameters", Double(model.parameters)),
      ("model.active_parameters", Double(model.activeParameters)),
      ("model.layers", Double(model.layers)), ("model.heads", Double(model.heads)),
      ("model.kv_heads", Double(model.kvHeads)), ("model.head_size", Double(model.headSize)),
      ("model.weight_bytes", model.weightBytes), ("model.kv_bytes", model.kvBytes),
    ]
    for (name, share) in [
      ("compute_efficiency", computeEfficiency), ("memory_efficiency", memoryEfficiency),
    ] where !(share > 0 && share <= 1) {
      return "\(name): \(share) is not above 0 and at most 1"
    }
    guard (0...1_000_000_000).contains(stepOverheadNs) else {
      return "step_overhead_ns: 0 to 10^9, not \(stepOverheadNs)"
    }
    for (name, value) in positive where !(value > 0 && value < 1e18) {
      return "\(name): \(value) is not above 0 and below 1e18"
    }
    return claimFault(GPUModel(gpu), ModelArchitecture(model))
  }

  /// What is more than the hardware can have; nil when nothing is.
  ///
  /// A kind that is not in the catalogue has ``unknownFactor`` times the most of any there; drivers
  /// count memory somewhat differently than datasheets do.
  private func claimFault(_ gpu: GPUModel, _ model: ModelArchitecture) -> String? {
    let known = GPUModel.named(gpu.name).map { [$0] }
    let factor = known == nil ? Self.unknownFactor : Self.tolerance
    let figures: [(String, (GPUModel) -> Double)] = [
      ("memory_bytes", { Double($0.memoryBytes) }),
      ("memory_bytes_per_second", { $0.memoryBytesPerSecond }),
      ("bf16_flops", { $0.bf16FLOPs }),
      ("fp8_flops", { $0.fp8FLOPs ?? $0.bf16FLOPs }),
    ]
    for (name, figure) in figures {
      let most = (known ?? GPUModel.catalogue).map(figure).max() ?? 0
      guard figure(gpu) > most * factor else { continue }
      return "gpu.\(name): \(figure(gpu)) is more than "
        + (known == nil ? "any GPU has" : "the \(most) of \(quoted(gpu.name))")
    }
    let blocks = Double(blockCount) * Double(blockTokens) * model.kvBytesPerToken
    let needed = blocks + Double(model.parameters) * model.weightBytes
    let memory = Double(gpuCount) * Double(gpu.memoryBytes)
    guard needed > memory * Self.tolerance else { return nil }
    return "block_count: \(count(blockCount, "block")) and the weights take \(needed) bytes, more "
      + "than the \(memory) of the GPUs"
  }

  private static var tolerance: Double { 1.1 }
  private static var unknownFactor: Double { 4 }
}

extension HearthV1.NodeUpdate {
  /// Most hashes and reservations in one update (8 bytes each, an outcome counts for 8 and those in
  /// it): far more than a node of ours sends, and still a message that can be passed on inside
  /// another.
  public static var entriesMax: Int { 1 << 18 }

  /// What is wrong with the update, in words for its sender; nil when nothing is.
  public var fault: String? {
    guard reason.utf8.count <= HearthV1.SetAvailability.messageMax else {
      return "reason: at most \(HearthV1.SetAvailability.messageMax) bytes"
    }
    let replicasMax = HearthV1.NodeHello.replicasMax
    guard replicas.count <= replicasMax else {
      return "replicas: at most \(replicasMax), not \(replicas.count)"
    }
    let entries = replicas.reduce(0) {
      $0 + $1.removed.count + $1.stored.count + $1.accepted.count + $1.ended.count
        + $1.outcomes.reduce(0) { $0 + $1.entries }
    }
    guard entries <= Self.entriesMax else {
      return "at most \(Self.entriesMax) hashes and reservations, not \(entries)"
    }
    for replica in replicas {
      guard replica.reason.utf8.count <= HearthV1.SetAvailability.messageMax else {
        return "reason: at most \(HearthV1.SetAvailability.messageMax) bytes"
      }
      if let fault = replica.outcomes.lazy.compactMap(\.fault).first { return fault }
      if let fault = replica.adapters?.fault { return fault }
    }
    return jobs?.fault
  }
}

extension HearthV1.NodeJobs {
  /// Most workers that a node tells of, those included that are gone and not forgotten.
  public static var workersMax: Int { 1_024 }

  /// What is wrong with the list, in words for its sender; nil when nothing is.
  fileprivate var fault: String? {
    guard workers.count <= Self.workersMax else {
      return "workers: at most \(Self.workersMax), not \(workers.count)"
    }
    for worker in workers {
      guard let name = worker.name, name.job.utf8.count <= textMax,
        worker.fault.utf8.count <= HearthV1.SetAvailability.messageMax
      else { return "workers: names have at most \(textMax) bytes, faults 1,024" }
      let operations = 0...1e32
      guard operations.contains(worker.forwardOperations),
        operations.contains(worker.backwardOperations)
      else { return "workers: operations are not between 0 and 1e32" }
      guard min(worker.checkpointAgeNs, worker.cpuNs, worker.ranNs) >= 0 else {
        return "workers: times must not be negative"
      }
    }
    return nil
  }
}

extension HearthV1.AdapterList {
  /// Most adapters of one replica.
  public static var namesMax: Int { 1_024 }

  /// What is wrong with the list, in words for its sender; nil when nothing is.
  fileprivate var fault: String? {
    guard max(names.count, loaded.count) <= Self.namesMax else {
      return "adapters: at most \(Self.namesMax), not \(max(names.count, loaded.count))"
    }
    for name in names + loaded where AdapterID(name) == nil {
      return "adapters: \(quoted(name)) is not a valid name"
    }
    return nil
  }
}

extension HearthV1.RegionOutcomes {
  /// What is wrong with the outcomes, in words for their sender; nil when nothing is.
  var fault: String? {
    guard outcomes.reduce(0, { $0 + $1.entries }) <= HearthV1.NodeUpdate.entriesMax else {
      return "too many outcomes: \(outcomes.count)"
    }
    return outcomes.lazy.compactMap(\.fault).first
  }
}

extension HearthV1.TurnOutcome {
  /// Most blocks of an answer that are told of: 16,384 tokens in blocks of 16.
  public static var answerBlocksMax: Int { 1_024 }

  /// How many hashes an outcome counts for in the bound of an update.
  var entries: Int { 8 + answerBlocks.count + (tenant.utf8.count + adapter.utf8.count) / 8 }

  /// What is wrong with the outcome, in words for its sender; nil when nothing is.
  fileprivate var fault: String? {
    if min(queuedNs, ttftNs, totalNs, busyNs, endedUnixNs) < 0 {
      return "outcomes: times must not be negative"
    }
    if !tenant.isEmpty, TenantID(tenant) == nil {
      return "outcomes: \(quoted(tenant)) is not a valid tenant"
    }
    if !adapter.isEmpty, AdapterID(adapter) == nil {
      return "outcomes: \(quoted(adapter)) is not a valid adapter"
    }
    guard answerBlocks.count > Self.answerBlocksMax else { return nil }
    return "answer_blocks: at most \(Self.answerBlocksMax), not \(answerBlocks.count)"
  }
}

extension HearthV1.SetAvailability {
  /// Longest message of an order, in bytes.
  public static var messageMax: Int { 1_024 }
}

/// Longest free text of a hello, in bytes.
private let textMax = 128

/// Whether text could be "host:port"; whether anybody answers there shows when it is dialled.
private func isAddress(_ text: String) -> Bool {
  guard text.utf8.count <= 262, let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
    colon != text.startIndex, let port = UInt16(text[text.utf8.index(after: colon)...])
  else { return false }
  return port > 0
}

/// Text from a peer for an error message: quoted, and cut where it is long.
private func quoted(_ text: String) -> String {
  "\"\(text.prefix(64))\""
}
