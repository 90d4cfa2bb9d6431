public import Basics
public import FleetSpec

/// How numbers are kept.
public enum Precision: String, Sendable, CaseIterable {
  /// Two bytes.
  case bf16
  /// One byte.
  case fp8

  /// Bytes of one number.
  public var bytes: Double { self == .bf16 ? 2 : 1 }
}

/// One replica of a node: a model on some of its GPUs.
public struct ReplicaSettings: Sendable, Hashable {
  /// Name of a model of the same file or of the catalogue.
  public var model: ModelID
  /// Precision of the weights; nil for the model's own.
  public var weights: Precision?
  /// Precision of the KV cache; nil for the model's own.
  public var kvCache: Precision?
  /// Catalogue name of the GPUs, which are simulated then; nil for those of the host.
  public var gpu: String?
  /// How many GPUs work as one, by tensor parallelism.
  public var gpuCount = 1
  /// What share of the GPUs' peaks the engine reaches.
  public var efficiency = Roofline.Efficiency()
  /// Tokens in one KV block.
  public var kvBlockTokens = 16
  /// KV blocks; nil for what fits beside the weights.
  public var kvBlockCount: Int?
  /// Share of the memory that weights and KV blocks may take.
  public var utilisation = 0.9
  /// Most sequences in one batch.
  public var runningMax = 256
  /// Most requests that wait in the engine.
  public var waitingMax = 1024
  /// Most tokens in one engine step.
  public var stepTokensMax = 8192
  /// Whether the engine tells which blocks it keeps and drops.
  public var kvEvents = true
  /// The server that runs the model, unless that is simulated.
  public var engine = EngineServer()

  /// Makes the defaults for a replica.
  public init(model: ModelID) {
    self.model = model
  }

  /// The model, out of `models` or the catalogue, with the precisions of this replica.
  public func architecture(among models: [ModelID: ModelArchitecture]) -> ModelArchitecture? {
    guard var found = models[model] ?? .named(model.text) else { return nil }
    if let weights { found.weightBytes = weights.bytes }
    if let kvCache { found.kvBytes = kvCache.bytes }
    return found
  }

  /// The replica as the scheduler knows it, on the GPUs named here, else on `hostGPU`; nil when the
  /// model or the GPU isn't known.
  ///
  /// Its name, unique in the fleet, is `<node>/<index>`.
  public func spec(
    index: Int,
    node: NodeID,
    region: RegionID,
    models: [ModelID: ModelArchitecture],
    hostGPU: GPUModel? = nil
  ) -> ReplicaSpec? {
    guard let architecture = architecture(among: models),
      let gpu = gpu.map(GPUModel.named) ?? hostGPU, let id = ReplicaID("\(node)/\(index)")
    else { return nil }
    let roofline = Roofline(
      gpu: gpu,
      gpuCount: gpuCount,
      model: architecture,
      efficiency: efficiency
    )
    return ReplicaSpec(
      id: id,
      node: node,
      region: region,
      model: model,
      roofline: roofline,
      blockTokens: kvBlockTokens,
      blockCount: kvBlockCount
        ?? roofline.blockCount(blockTokens: kvBlockTokens, utilisation: utilisation),
      runningMax: runningMax,
      waitingMax: waitingMax,
      stepTokensMax: stepTokensMax,
      publishesEvents: kvEvents && !engine.isReal
    )
  }
}

extension ReplicaSettings: SettingsSchema {
  static var standIn: Self { .init(model: .standIn) }

  static var fields: [SettingsField<Self>] {
    hardwareFields + batchFields + EngineServer.fields.map { .init($0, of: \.engine) }
  }

  private static var hardwareFields: [SettingsField<Self>] {
    let gpus = SettingsKind.name("GPU", of: GPUModel.catalogue.map(\.name)) {
      GPUModel.named($0)?.name
    }
    return [
      .init("model", \.model, .modelName, isRequired: true, "Name of the model."),
      .init(
        "weights",
        \.weights,
        .optional(.choice()),
        default: "the model's own",
        "Precision of the weights: fp8 leaves more memory to KV blocks than bf16."
      ),
      .init(
        "kvCache",
        \.kvCache,
        .optional(.choice()),
        default: "the model's own",
        "Precision of the KV cache: fp8 holds twice as many tokens as bf16."
      ),
      .init("gpu", \.gpu, .optional(gpus), default: "what the host has", "Kind of GPU, simulated."),
      .init(
        "gpuCount",
        \.gpuCount,
        .integer(in: 1...1024),
        "GPUs that work as one replica, by tensor parallelism."
      ),
      .init(
        "efficiency.compute",
        \.efficiency.compute,
        .number(in: 0.01...1),
        "Share of the GPUs' peak arithmetic that prefill reaches."
      ),
      .init(
        "efficiency.bandwidth",
        \.efficiency.memory,
        .number(in: 0.01...1),
        "Share of the GPUs' memory bandwidth that decoding reaches."
      ),
    ]
  }

  private static var batchFields: [SettingsField<Self>] {
    let count = SettingsKind.integer(in: 1...1 << 20)
    return [
      .init(
        "kvBlockTokens",
        \.kvBlockTokens,
        .integer(in: 1...65_536),
        "Tokens of a KV block, which are kept, found and evicted together."
      ),
      .init(
        "kvBlockCount",
        \.kvBlockCount,
        .optional(.integer(in: 1...1 << 30)),
        default: "what fits beside the weights",
        "KV blocks of the replica."
      ),
      .init(
        "utilisation",
        \.utilisation,
        .number(in: 0.05...1),
        "Share of the GPUs' memory that weights and KV blocks may take."
      ),
      .init(
        "runningMax",
        \.runningMax,
        count,
        "Most sequences in one batch; more wait in the engine."
      ),
      .init(
        "waitingMax",
        \.waitingMax,
        count,
        "Most requests that wait in the engine; it refuses more."
      ),
      .init(
        "stepTokensMax",
        \.stepTokensMax,
        .integer(in: 1...1 << 30),
        "Most tokens in one step of the engine; longer prompts take several."
      ),
      .init(
        "kvEvents",
        \.kvEvents,
        .bool,
        "Whether to hear which blocks the engine keeps and drops, where it tells; else that is "
          + "inferred from its turns."
      ),
    ]
  }
}

/// Checks one replica against the models of the file.
func check(
  _ replica: ReplicaSettings,
  models: [ModelID: ModelArchitecture],
  at place: [SettingsStep],
  _ scope: SettingsScope
) {
  check(replica.engine, at: place, scope)
  guard let architecture = replica.architecture(among: models) else {
    guard replica.model != .standIn else { return }
    let known = models.keys.map(\.text).sorted() + ModelArchitecture.catalogue.map(\.name)
    let name = replica.model.text
    return scope.fail(
      place + ["model"],
      name.quoted(limit: 60) + " is not a model that is known" + hint(for: name, among: known)
    )
  }
  guard replica.kvBlockCount == nil, let gpu = replica.gpu.flatMap(GPUModel.named),
    architecture.faults().isEmpty
  else { return }
  let roofline = Roofline(gpu: gpu, gpuCount: replica.gpuCount, model: architecture)
  let blocks = roofline.blockCount(
    blockTokens: replica.kvBlockTokens,
    utilisation: replica.utilisation
  )
  guard blocks == 0 else { return }
  let memory = Double(gpu.memoryBytes) * Double(replica.gpuCount) * replica.utilisation
  scope.fail(
    place,
    "has no room for KV blocks: \(gigabytes(architecture.totalWeightBytes)) of weights in "
      + "\(gigabytes(memory)) of memory (more GPUs or fp8 weights would help)"
  )
}

private func gigabytes(_ bytes: Double) -> String {
  "\((bytes / 1e8).rounded() / 10) GB"
}
