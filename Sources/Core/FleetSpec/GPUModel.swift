/// One kind of GPU: what the roofline needs of it; peaks are dense, without sparsity.
public struct GPUModel: Sendable, Hashable {
  /// Catalogue name, such as `h100-sxm`.
  public var name: String
  /// Memory of one GPU, in bytes.
  public var memoryBytes: UInt64
  /// Memory bandwidth, in bytes a second.
  public var memoryBytesPerSecond: Double
  /// Peak at bf16, in operations a second.
  public var bf16FLOPs: Double
  /// Peak at fp8, in operations a second; nil where the GPU has none.
  public var fp8FLOPs: Double?
  /// Bandwidth to other GPUs of the node, all links together, in bytes a second.
  public var interconnectBytesPerSecond: Double
  /// Where the figures are from.
  public var source: String

  /// Makes a kind of GPU.
  public init(
    name: String,
    memoryBytes: UInt64,
    memoryBytesPerSecond: Double,
    bf16FLOPs: Double,
    fp8FLOPs: Double?,
    interconnectBytesPerSecond: Double,
    source: String
  ) {
    self.name = name
    self.memoryBytes = memoryBytes
    self.memoryBytesPerSecond = memoryBytesPerSecond
    self.bf16FLOPs = bf16FLOPs
    self.fp8FLOPs = fp8FLOPs
    self.interconnectBytesPerSecond = interconnectBytesPerSecond
    self.source = source
  }

  /// Peak at a weight size: fp8 peak for one byte and less where the GPU has it, bf16 peak else.
  public func peakFLOPs(weightBytes: Double) -> Double {
    weightBytes <= 1 ? fp8FLOPs ?? bf16FLOPs : bf16FLOPs
  }

  /// What is wrong with the figures: field and words; empty when nothing is.
  public func faults() -> [Fault] {
    var faults: [Fault] = []
    let figures: [(String, Double)] = [
      ("memory", Double(memoryBytes)), ("memoryBandwidth", memoryBytesPerSecond),
      ("bf16", bf16FLOPs), ("fp8", fp8FLOPs ?? 1), ("interconnect", interconnectBytesPerSecond),
    ]
    for (field, value) in figures where !(value > 0 && value < 1e18) {
      faults.append(Fault(field: field, message: "\(value) is not above 0 and below 1e18"))
    }
    return faults
  }
}

/// Something wrong with one field of a description.
public struct Fault: Sendable, Hashable {
  /// The field.
  public let field: String
  /// What is wrong with it, in words.
  public let message: String

  /// Makes a fault.
  public init(field: String, message: String) {
    self.field = field
    self.message = message
  }
}

extension GPUModel {
  /// The kinds of GPU that are known by name.
  public static let catalogue: [GPUModel] = [
    GPUModel(
      name: "a100-40gb",
      memoryBytes: 40_000_000_000,
      memoryBytesPerSecond: 1.555e12,
      bf16FLOPs: 312e12,
      fp8FLOPs: nil,
      interconnectBytesPerSecond: 600e9,
      source: "NVIDIA A100 datasheet, SXM4 40 GB"
    ),
    GPUModel(
      name: "a100-80gb",
      memoryBytes: 80_000_000_000,
      memoryBytesPerSecond: 2.039e12,
      bf16FLOPs: 312e12,
      fp8FLOPs: nil,
      interconnectBytesPerSecond: 600e9,
      source: "NVIDIA A100 datasheet, SXM4 80 GB"
    ),
    GPUModel(
      name: "h100-sxm",
      memoryBytes: 80_000_000_000,
      memoryBytesPerSecond: 3.35e12,
      bf16FLOPs: 989.4e12,
      fp8FLOPs: 1978.9e12,
      interconnectBytesPerSecond: 900e9,
      source: "NVIDIA H100 datasheet, SXM5; half of the figures with sparsity"
    ),
    GPUModel(
      name: "h100-pcie",
      memoryBytes: 80_000_000_000,
      memoryBytesPerSecond: 2.0e12,
      bf16FLOPs: 756e12,
      fp8FLOPs: 1513e12,
      interconnectBytesPerSecond: 600e9,
      source: "NVIDIA H100 datasheet, PCIe; half of the figures with sparsity"
    ),
    GPUModel(
      name: "h200",
      memoryBytes: 141_000_000_000,
      memoryBytesPerSecond: 4.8e12,
      bf16FLOPs: 989.4e12,
      fp8FLOPs: 1978.9e12,
      interconnectBytesPerSecond: 900e9,
      source: "NVIDIA H200 datasheet, SXM; half of the figures with sparsity"
    ),
    GPUModel(
      name: "b200",
      memoryBytes: 180_000_000_000,
      memoryBytesPerSecond: 8.0e12,
      bf16FLOPs: 2250e12,
      fp8FLOPs: 4500e12,
      interconnectBytesPerSecond: 1800e9,
      source: "NVIDIA DGX B200 datasheet, an eighth; half of the figures with sparsity"
    ),
    GPUModel(
      name: "l40s",
      memoryBytes: 48_000_000_000,
      memoryBytesPerSecond: 864e9,
      bf16FLOPs: 362e12,
      fp8FLOPs: 733e12,
      interconnectBytesPerSecond: 64e9,
      source: "NVIDIA L40S datasheet; half of the figures with sparsity; PCIe 4.0 x16"
    ),
    GPUModel(
      name: "mi300x",
      memoryBytes: 192_000_000_000,
      memoryBytesPerSecond: 5.3e12,
      bf16FLOPs: 1307.4e12,
      fp8FLOPs: 2614.9e12,
      interconnectBytesPerSecond: 896e9,
      source: "AMD Instinct MI300X datasheet"
    ),
    GPUModel(
      name: cpuCore,
      memoryBytes: 4_000_000_000,
      memoryBytesPerSecond: 20e9,
      bf16FLOPs: 78e9,
      fp8FLOPs: nil,
      interconnectBytesPerSecond: 20e9,
      source: "no GPU: a core of an AMD EPYC 7763 at 2.45 GHz, float32 by AVX2, as STREAM reads"
    ),
  ]

  /// The name of what is no GPU.
  public static let cpuCore = "cpu-core"

  /// Other names under which a kind is known.
  static let aliases = [
    "h100": "h100-sxm", "a100": "a100-80gb", "h200-sxm": "h200", "b200-sxm": "b200",
  ]

  /// The kind of GPU of that name, in any case; nil when it is not known.
  public static func named(_ name: String) -> GPUModel? {
    let lower = name.lowercased()
    return catalogue.first { $0.name == aliases[lower] ?? lower }
  }

  /// The kind of GPU that a driver calls by this name, such as `NVIDIA H100 80GB HBM3`.
  public static func reported(as driverName: String, memoryBytes: UInt64) -> GPUModel? {
    let words = driverName.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    func has(_ word: String) -> Bool { words.contains(word) }
    if has("h200") { return named("h200") }
    if has("b200") { return named("b200") }
    if has("l40s") { return named("l40s") }
    if has("mi300x") { return named("mi300x") }
    if has("h100") { return named(has("pcie") ? "h100-pcie" : "h100-sxm") }
    if has("a100") { return named(memoryBytes > 60_000_000_000 ? "a100-80gb" : "a100-40gb") }
    return nil
  }
}
