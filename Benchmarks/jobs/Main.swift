import Basics
import Glibc
import Jobs

/// What it takes to place a queue of jobs on an idle fleet, and then one more time for each that
/// ends or comes; one line of JSON for each mix of jobs.
@main
struct Main {
  static func main() {
    let counts = CommandLine.arguments.dropFirst().compactMap { Int($0) }.filter { $0 > 0 }
    guard counts.count == 2 else {
      _ = "usage: jobs-bench <jobs> <gpus>\n".withCString { write(2, $0, strlen($0)) }
      exit(1)
    }
    for mix in JobsBench.Mix.allCases {
      var bench = JobsBench(mix, jobs: counts[0], gpus: counts[1])
      let figures = bench.run()
      let fields = figures.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ")
      print("{\"mix\": \"\(mix.rawValue)\", \(fields)}")
    }
  }
}

/// Nodes of 8 GPUs in 4 regions, two to an NVLink domain and 16 to a rail; jobs of 50 tenants and 3
/// priorities.
struct JobsBench {
  enum Mix: String, CaseIterable {
    /// One worker of 1 to 4 GPUs.
    case small
    /// Gangs of 1 to 16 workers of 1 to 8 GPUs, some elastic.
    case gangs
    /// No two alike: each prefers regions in an order of its own.
    case distinct
  }

  private var scheduler = JobScheduler()
  private var actions = Actions<JobAction>()
  private var random = PRNG(seed: 1)
  private var now = Instant.zero
  private var orders: [WorkerOrder] = []
  private var specs: [JobSpec] = []
  private let regions = ["eu", "us", "ap", "sa"].compactMap { RegionID($0) }

  init(_ mix: Mix, jobs: Int, gpus: Int) {
    for number in 0..<gpus / 8 {
      guard let id = NodeID("n\(number)") else { continue }
      let node = JobNode(
        id: id,
        region: regions[number / 2 % regions.count],
        rail: "r\(number / 64)",
        domain: "d\(number / 2)",
        gpuCount: 8
      )
      step(.nodeReported(node, serving: 0, workers: []))
    }
    for number in 0..<jobs {
      guard let name = JobID("job-\(number)"),
        let tenant = TenantID("tenant-\(random.next() % 50)")
      else { continue }
      var spec = JobSpec(name: name, tenant: tenant, command: ["train"])
      spec.priority = Int(random.next() % 3)
      spec.gpusPerWorker = 1 << Int(random.next() % (mix == .small ? 3 : 4))
      if mix != .small {
        let least = 1 + Int(random.next() % 16)
        let most = random.next() % 4 == 0 ? least + Int(random.next() % 8) : least
        spec.workers = WorkerCount(min: least, max: most)
      }
      if mix == .distinct {
        spec.regions = (0..<1 + number % 8).map { regions[(number >> ($0 * 2)) & 3] }
        spec.workers = WorkerCount(min: 1 + number % 97, max: 97 + number % 89)
      }
      specs.append(spec)
    }
  }

  mutating func run() -> [(String, Double)] {
    let start = Self.cpuSeconds()
    for spec in specs { step(.submitted(spec)) }
    let submitted = Self.cpuSeconds()
    step(.timePassed)
    let placed = Self.cpuSeconds()
    let started = orders
    for order in started { step(.workerStarted(order.id)) }
    // Some end, one by one, and others come.
    now = now.advanced(by: .seconds(900))
    step(.timePassed)
    let before = Self.cpuSeconds()
    let rounds = 100
    for round in 0..<rounds {
      now = now.advanced(by: .seconds(1))
      step(.workerExited(started[round * 7 % started.count].id, .code(0)))
      step(.workerGone(started[round * 7 % started.count].id))
      step(.timePassed)
    }
    let passed = Self.cpuSeconds()
    return [
      ("jobs", Double(specs.count)), ("workers_placed", Double(started.count)),
      ("gpus_placed", Double(started.reduce(0) { $0 + gpus(of: $1) })),
      ("submit_cpu_s", submitted - start), ("place_cpu_s", placed - submitted),
      ("pass_cpu_ms", (passed - before) / Double(rounds) * 1e3),
    ]
  }

  private func gpus(of order: WorkerOrder) -> Int { order.gpus.nonzeroBitCount }

  private mutating func step(_ event: JobEvent) {
    scheduler.step(event, at: now, into: &actions)
    for action in actions.take() {
      if case .start(let order) = action { orders.append(order) }
    }
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
