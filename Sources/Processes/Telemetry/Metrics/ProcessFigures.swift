import Basics
import Glibc

/// What the system knows of this process.
public struct ProcessFigures: Sendable {
  private let program: String
  private let start: Double

  /// Begins with the process, whose start is taken to be now.
  public init(of program: String) {
    self.program = program
    let now = WallTime.now()
    start = Double(now.seconds) + Double(now.nanoseconds) / 1e9
  }

  /// Its metrics; the names without `hearth` are those that all of Prometheus' clients use.
  public static let metrics: [Metric<ProcessFigures>] = [
    .init(
      "hearth_build_info",
      .gauge,
      ["version", "program"],
      "1, for the version and the program that the labels name."
    ) { $1.add(1, HearthVersion.text, $0.program) },
    .init(
      "process_start_time_seconds",
      .gauge,
      "When the process started, in seconds since 1970."
    ) { $0.start },
    .init("process_cpu_seconds_total", .counter, "Processor time that the process took.") {
      $0.processorSeconds
    },
    .init("process_resident_memory_bytes", .gauge, "Memory of the process that is resident.") {
      $0.memoryBytes(1)
    },
    .init("process_virtual_memory_bytes", .gauge, "Address space of the process.") {
      $0.memoryBytes(0)
    },
    .init("process_open_fds", .gauge, "File descriptors that are open.") { $0.descriptors },
    .init("process_max_fds", .gauge, "File descriptors that may be open.") { $0.descriptorsMax },
  ]

  private var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// A figure of the system's about memory: the first is the size, the second what is resident.
  private func memoryBytes(_ index: Int) -> Double {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return .nan }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(file, &buffer, buffer.count)
    let words = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    guard words.indices.contains(index), let pages = Int(words[index]) else { return .nan }
    return Double(pages * sysconf(Int32(_SC_PAGESIZE)))
  }

  private var descriptors: Double {
    guard let folder = opendir("/proc/self/fd") else { return .nan }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    // Without the folder, the one above and the one that this took.
    return Double(count - 3)
  }

  private var descriptorsMax: Double {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Double(limit.rlim_cur)
  }
}
