public import Accounting
public import Basics
public import FleetSpec
import YAML

/// A description of a training run, from which its compute is estimated: by its operations, by the
/// time of its GPUs, or by both.
public struct ComputeDescription: Sendable, Hashable {
  /// What it is called; empty where nobody said.
  public var name = ""
  /// Models beside those of the catalogue.
  public var models: [ModelID: ModelArchitecture] = [:]

  private var source: String?
  private var multiplyAdds: Double?
  private var operations: Double?
  private var layers: [LayerSettings] = []
  private var model: ModelID?
  private var tokens: Double?
  private var passes = CountedOperations.trainingPasses
  private var examples: Double?
  private var epochs = 1.0
  private var countedFactor = 1.0
  private var gpus: Double?
  private var cpus: Double?
  private var days: Double?
  private var gpu: String?
  private var precision = Precision.bf16
  private var peak: Double?
  private var utilisation: Double?
  private var gpuTimeFactor = 1.0

  /// A value that a command's flag gives.
  public struct Flag: Sendable {
    /// The flag, such as `--examples`.
    public let flag: String
    /// The key that it stands for, such as `counted.examples`.
    public let key: String
    /// The value.
    public let text: String

    /// Makes a value.
    public init(_ flag: String, key: String, text: String) {
      (self.flag, self.key, self.text) = (flag, key, text)
    }
  }

  /// Reads a description from the bytes of a file, which messages call `name`, and from flags,
  /// which count before it; without a file from flags alone.
  public static func read(
    _ bytes: [UInt8]?,
    name: String,
    flags: [Flag] = []
  ) throws(SettingsError) -> ComputeDescription {
    let faults = SettingsFaults()
    let map =
      bytes.map { SettingsNode($0, file: name, faults) }
      ?? SettingsNode(yaml: YAMLNode(.null), origin: .program(name))
    try faults.check()
    var given: [String: SettingsNode] = [:]
    for flag in flags {
      guard let field = fields.first(where: { $0.name == flag.key }) else { continue }
      given[field.flag] = SettingsNode(yaml: YAMLNode(.scalar(flag.text)), origin: .flag(flag.flag))
    }
    var description = ComputeDescription()
    SettingsScope(map, flags: given, variable: { _ in nil }, faults).read(into: &description)
    try faults.check()
    return description
  }

  /// The estimate.
  public var estimate: ComputeEstimate {
    ComputeEstimate(counted: counted, gpuTime: gpuTime)
  }

  private var counted: CountedOperations? {
    guard let examples else { return nil }
    let sequence = architecture.map { $0.multiplyAdds(tokens: tokens ?? 0) } ?? 0
    let layers = layers.reduce(sequence) { $0 + $1.multiplyAdds }
    var counted = CountedOperations(
      multiplyAdds: multiplyAdds ?? operations.map { $0 / 2 } ?? layers,
      examples: examples
    )
    (counted.passes, counted.epochs, counted.factor) = (passes, epochs, countedFactor)
    return counted
  }

  private var gpuTime: GPUTime? {
    let named = gpu.flatMap(GPUModel.named)?.peakFLOPs(weightBytes: precision.bytes)
    guard let devices = gpus ?? cpus, let days, let peak = peak ?? named else { return nil }
    var time = GPUTime(devices: devices, days: days, peakFLOPs: peak)
    time.utilisation =
      utilisation ?? (gpus == nil ? GPUTime.cpuUtilisation : GPUTime.gpuUtilisation)
    time.factor = gpuTimeFactor
    return time
  }

  private var architecture: ModelArchitecture? {
    model.flatMap { models[$0] ?? .named($0.text) }
  }
}

extension ComputeDescription: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    let general: [SettingsField<Self>] = [
      .init("name", \.name, .text("text"), default: "the file's name", "What the run is called."),
      .init("source", \.source, .optional(.text("text")), "Where its figures are from."),
      .init(
        "models",
        \.models,
        .named(.map(), by: .modelName),
        "Models that are not known by name."
      ),
    ]
    return general + countedFields + gpuTimeFields
  }

  private static var countedFields: [SettingsField<Self>] {
    [
      .init(
        "counted.multiplyAdds",
        \.multiplyAdds,
        .optional(.amount(in: 1...1e24)),
        "Multiplications with their additions in a forward pass over an example: half of its "
          + "operations."
      ),
      .init(
        "counted.operations",
        \.operations,
        .optional(.amount(in: 1...1e24)),
        "Operations of a forward pass over an example, additions and multiplications each."
      ),
      .init(
        "counted.layers",
        \.layers,
        .list(of: .map()),
        "Layers of the model, from which its operations are counted."
      ),
      .init(
        "counted.model",
        \.model,
        .optional(.modelName),
        "A transformer, under models or known by name, whose operations are counted."
      ),
      .init("counted.tokens", \.tokens, .optional(.amount(in: 1...1e9)), "Tokens of an example."),
      .init(
        "counted.passes",
        \.passes,
        .number(in: 1...10),
        "What an example costs, in forward passes: 3 to train, 1 to run forward alone."
      ),
      .init(
        "counted.examples",
        \.examples,
        .optional(.amount(in: 1...1e24)),
        "Examples in an epoch, such as 1.2M."
      ),
      .init("counted.epochs", \.epochs, .amount(in: 1e-6...1e9), "How often each is seen."),
      .init(
        "counted.factor",
        \.countedFactor,
        .amount(in: 1e-6...1e12),
        "What else multiplies it, such as the networks of a search."
      ),
    ]
  }

  private static var gpuTimeFields: [SettingsField<Self>] {
    let known = SettingsKind.name("GPU", of: GPUModel.catalogue.map(\.name)) {
      GPUModel.named($0)?.name
    }
    return [
      .init("gpuTime.gpus", \.gpus, .optional(.amount(in: 1e-3...1e9)), "GPUs of the run."),
      .init("gpuTime.cpus", \.cpus, .optional(.amount(in: 1e-3...1e9)), "CPUs, instead of GPUs."),
      .init(
        "gpuTime.days",
        \.days,
        .optional(.amount(in: 1e-6...1e6)),
        "Days for which it had them."
      ),
      .init("gpuTime.gpu", \.gpu, .optional(known), "What kind they are, which says their peak."),
      .init(
        "gpuTime.precision",
        \.precision,
        .choice(),
        "Precision at which the peak of that kind is taken."
      ),
      .init(
        "gpuTime.peak",
        \.peak,
        .optional(.rate(in: 1e6...1e18)),
        "Peak of one, such as 312 TFLOP/s, instead of a kind."
      ),
      .init(
        "gpuTime.utilisation",
        \.utilisation,
        .optional(.number(in: 0.001...1)),
        default: "0.33 for GPUs, 0.17 for CPUs",
        "Share of the peak that they reached, if measured."
      ),
      .init(
        "gpuTime.factor",
        \.gpuTimeFactor,
        .amount(in: 1e-6...1e12),
        "What else multiplies it, such as data that these days did not see."
      ),
    ]
  }

  mutating func finish(_ scope: SettingsScope) {
    func given(_ group: String) -> [String] {
      Self.fields.map(\.name).filter { $0.hasPrefix(group + ".") && scope.origin($0) != nil }
    }
    let (counted, gpuTime) = (given("counted"), given("gpuTime"))
    if counted.isEmpty, gpuTime.isEmpty {
      scope.fail(
        [],
        "says neither what is counted (multiplyAdds, examples) nor the GPU time (gpus, days, peak)"
      )
    }
    if !counted.isEmpty { checkCounted(scope, counted) }
    if !gpuTime.isEmpty { checkGPUTime(scope, gpuTime) }
  }

  private func checkCounted(_ scope: SettingsScope, _ given: [String]) {
    let ways = ["multiplyAdds", "operations", "layers", "model"].map { "counted.\($0)" }
    let found = ways.filter(given.contains)
    let isOne = found.count == 1 || found == ["counted.layers", "counted.model"]
    if found.isEmpty {
      scope.fail(["counted.multiplyAdds"], "is missing: say it, operations, layers or a model")
    } else if !isOne, let extra = found.last {
      scope.fail([.key(extra)], "is not needed beside \(found[0].dropFirst("counted.".count))")
    }
    if let model, architecture == nil {
      let known = models.keys.map(\.text) + ModelArchitecture.catalogue.map(\.name)
      scope.fail(
        ["counted.model"],
        "\(model.text.quoted(limit: 60)) is not known, and not under models"
          + hint(for: model.text, among: known)
      )
    }
    if given.contains("counted.model") != given.contains("counted.tokens") {
      scope.fail(
        ["counted.tokens"],
        model == nil
          ? "needs a model beside it" : "is missing: how many an example has, such as 8192"
      )
    }
    scope.check(
      given.contains("counted.examples"),
      "counted.examples",
      message: "is missing: how many an epoch has, such as 1.2M"
    )
  }

  private func checkGPUTime(_ scope: SettingsScope, _ given: [String]) {
    func has(_ key: String) -> Bool { given.contains("gpuTime.\(key)") }
    if has("gpus") == has("cpus") {
      scope.fail(
        ["gpuTime.gpus"],
        has("gpus") ? "is not needed beside cpus" : "is missing: how many, such as 8"
      )
    }
    scope.check(has("days"), "gpuTime.days", message: "is missing: how long, such as 5.5")
    if has("gpu") == has("peak") {
      scope.fail(
        ["gpuTime.peak"],
        has("peak")
          ? "is not needed beside gpu" : "is missing: such as 312 TFLOP/s, or say which gpu"
      )
    }
    scope.check(!has("cpus") || !has("gpu"), "gpuTime.gpu", message: "is not for cpus")
  }
}
