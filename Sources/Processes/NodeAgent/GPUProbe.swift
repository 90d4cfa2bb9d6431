import CNVML

/// The GPUs of this host, as its driver describes them.
public struct GPUProbe {
  /// One GPU.
  public struct GPU: Sendable, Hashable {
    /// The driver's name for the kind, such as `NVIDIA H100 80GB HBM3`.
    public let name: String
    /// Unique in the world.
    public let uuid: String
    /// Memory in bytes.
    public let memoryBytes: UInt64
  }

  /// What the driver said.
  public enum Finding: Sendable, Hashable {
    /// No driver: the host has no NVIDIA GPU, or no driver for it.
    case noDriver
    /// These GPUs, in the driver's order; none is possible.
    case gpus([GPU])
    /// A driver that can't be asked, for this reason.
    case failed(String)
  }

  /// Most GPUs that one host is asked for.
  public static let gpusMax = 64

  /// Asks the driver through the NVML library of this name; blocks for some milliseconds.
  public static func find(library: String = "libnvidia-ml.so.1") -> Finding {
    let empty = hearth_gpu()
    var found = [hearth_gpu](repeating: empty, count: gpusMax)
    var status: CInt = 0
    let count = unsafe found.withUnsafeMutableBufferPointer { buffer in
      unsafe hearth_nvml_probe(library, buffer.baseAddress, CInt(gpusMax), &status)
    }
    switch Int(count) {
    case HEARTH_NVML_NO_LIBRARY: return .noDriver
    case HEARTH_NVML_NO_SYMBOL:
      return .failed("\(library) lacks calls of NVML 11 or later; update the NVIDIA driver")
    case 0...gpusMax:
      return .gpus(
        (0..<Int(count)).map { index in
          let gpu = found[index]
          return GPU(
            name: text(gpu.name),
            uuid: text(gpu.uuid),
            memoryBytes: gpu.memory_bytes
          )
        }
      )
    default:
      return .failed("\(library) answered with NVML error \(status); see nvidia-smi for its cause")
    }
  }

  /// The text up to the first NUL of a C array that imported as a tuple.
  private static func text<Characters>(_ characters: Characters) -> String {
    unsafe withUnsafeBytes(of: characters) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
