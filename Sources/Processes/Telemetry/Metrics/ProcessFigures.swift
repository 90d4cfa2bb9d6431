import Basics
import Glibc

/// What the system knows of this process.
public struct ProcessFigures {
  /// What they are; the names without `hearth` are those that all of Prometheus' clients use.
  public static let families = [
    build, started, processorTime, resident, virtual, descriptors, descriptorsMax,
  ]

  private static let build = MetricFamily(
    "hearth_build_info",
    .gauge,
    labels: ["version", "program"],
    "1, for the version and the program that the labels name."
  )
  private static let started = MetricFamily(
    "process_start_time_seconds",
    .gauge,
    "When the process started, in seconds since 1970."
  )
  private static let processorTime = MetricFamily(
    "process_cpu_seconds_total",
    .counter,
    "Processor time that the process took."
  )
  private static let resident = MetricFamily(
    "process_resident_memory_bytes",
    .gauge,
    "Memory of the process that is resident."
  )
  private static let virtual = MetricFamily(
    "process_virtual_memory_bytes",
    .gauge,
    "Address space of the process."
  )
  private static let descriptors = MetricFamily(
    "process_open_fds",
    .gauge,
    "File descriptors that are open."
  )
  private static let descriptorsMax = MetricFamily(
    "process_max_fds",
    .gauge,
    "File descriptors that may be open."
  )

  private let program: String
  private let start: Double

  /// Begins with the process, whose start is taken to be now.
  public init(of program: String) {
    self.program = program
    let now = WallTime.now()
    start = Double(now.seconds) + Double(now.nanoseconds) / 1e9
  }

  /// Adds the figures of this moment; what the system does not tell is left out.
  public func add(to page: inout MetricsPage) {
    page.add(Self.build, 1, [HearthVersion.text, program])
    page.add(Self.started, start)
    var time = timespec()
    if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
      page.add(Self.processorTime, Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }
    let pages = Self.read("/proc/self/statm").split(separator: " ").compactMap { Int($0) }
    if pages.count > 1 {
      let size = sysconf(Int32(_SC_PAGESIZE))
      page.add(Self.virtual, pages[0] * size)
      page.add(Self.resident, pages[1] * size)
    }
    if let open = Self.entries("/proc/self/fd") { page.add(Self.descriptors, open) }
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      page.add(Self.descriptorsMax, Double(limit.rlim_cur))
    }
  }

  /// The start of a small file.
  private static func read(_ path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(file, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  /// How many entries a folder has, but for the one that reading it opens.
  private static func entries(_ path: String) -> Int? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count - 3
  }
}
