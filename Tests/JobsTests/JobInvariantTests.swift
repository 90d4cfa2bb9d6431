import Basics
import FleetSpec
import Testing

@testable import Jobs

/// Random jobs on random fleets with failures of every kind, from seeds that are printed.
@Suite(.timeLimit(.minutes(5)))
struct JobInvariantTests {
  @Test(arguments: 1...40)
  func `no GPU is given twice, no worker runs twice, gangs are whole, and all end`(
    seed: Int
  ) throws {
    let world = try chaos(seed)
    let faults = world.faults.joined(separator: "\n")
    #expect(world.faults.isEmpty, "seed \(seed): \(faults)")
    let open = world.lengths.keys.filter { id in
      world.outcomes[id] == nil && world.scheduler.slots[id] != nil
    }
    let stuck = open.sorted().map { world.state(of: $0) }.joined(separator: "\n")
    #expect(open.isEmpty, "seed \(seed): \(stuck)")
    #expect(world.scheduler.holds.isEmpty && world.scheduler.active.isEmpty, "seed \(seed)")
    #expect(world.scheduler.queue.count == 0, "seed \(seed)")
  }

  /// Jobs that come while nodes fail and return, serving takes GPUs and gives them back, and the
  /// control plane restarts; and then a calm in which they can end.
  func chaos(_ seed: Int) throws -> JobWorld {
    var random = PRNG(seed: UInt64(seed), stream: "jobs")
    var settings = JobSettings()
    settings.growInterval = .seconds(120)
    var world = JobWorld(try Self.fleet(&random), settings: settings, seed: UInt64(seed))
    if seed % 3 == 0 { world.failureShare = 0.03 }
    let isCalm = seed % 4 == 0
    var reclaims: ReclaimID = 0
    for number in 0..<30 {
      let spec = try Self.spec(number, &random)
      world.submit(spec, seconds: 100 + 1_000 * random.nextUnit())
      world.pass(60 * random.nextUnit())
      guard !isCalm else { continue }
      let node = world.order[Int(random.next() % UInt64(world.order.count))]
      switch random.next() % 8 {
      case 0: world.crash(node)
      case 1: world.disconnect(node)
      case 2, 3: for node in world.order { world.reconnect(node) }
      case 4:
        reclaims += 1
        let reclaim = Reclaim(
          id: reclaims,
          replicas: 1 + Int(random.next() % 3),
          gpusPerReplica: 1 << Int(random.next() % 3),
          nodes: [node],
          within: .seconds(20),
          by: "llama"
        )
        world.tell(.reclaimed(reclaim))
      case 5: for node in world.order { world.release(.max, of: node) }
      case 6: world.restartControl()
      default: world.tell(.nodeCordoned(node, random.next() % 2 == 0))
      }
      try checkBooks(world, "seed \(seed)")
    }
    for node in world.order {
      world.reconnect(node)
      world.tell(.nodeCordoned(node, false))
    }
    for id in 1...max(1, reclaims) { world.tell(.reclaimEnded(id)) }
    world.pass(1)
    for node in world.order { world.release(.max, of: node) }
    for _ in 0..<400 where world.outcomes.count < world.lengths.count { world.pass(600) }
    try checkBooks(world, "seed \(seed)")
    return world
  }

  /// What the scheduler's books say of each other.
  private func checkBooks(_ world: JobWorld, _ comment: Comment) throws {
    let scheduler = world.scheduler
    var used = [UInt64](repeating: 0, count: scheduler.gpus.nodes.count)
    for slot in scheduler.active {
      for worker in scheduler.jobs[slot].workers where worker.nodeNumber >= 0 {
        #expect(
          used[worker.nodeNumber] & worker.gpus == 0,
          "\(comment): \(scheduler.jobs[slot].spec.name) \(worker)"
        )
        used[worker.nodeNumber] |= worker.gpus
      }
    }
    for stranger in scheduler.strangers.values { used[stranger.node] |= stranger.gpus }
    for number in used.indices where scheduler.gpus[number].status != .lost {
      #expect(used[number] == scheduler.gpus[number].used, comment)
    }
    let waiting = scheduler.slots.values.count { scheduler.jobs[$0].isWaiting }
    #expect(waiting == scheduler.queue.count, comment)
    for job in scheduler.slots.values.map({ scheduler.jobs[$0] }) {
      #expect(Set(job.workers.map(\.rank)).count == job.workers.count, comment)
      #expect(job.workers.count <= job.spec.workers.max, comment)
    }
  }

  @Test(arguments: 1...20)
  func `a job is not preempted by another before its minimum run, and who preempts gets the GPUs`(
    seed: Int
  ) throws {
    let world = try contention(seed)
    var running: [JobID: Instant] = [:]
    var preemptors: [JobID: (at: Instant, victims: Set<JobID>)] = [:]
    var preemptions = 0
    for (at, action) in world.log {
      switch action {
      case .save(let job) where job.phase == .running:
        running[job.spec.name] = [job.runningSince, job.resizedAt].compactMap { $0 }.max()
      case .note(let victim, let incident):
        guard case .preempted(let by, _) = incident.cause else { continue }
        preemptions += 1
        preemptors[by, default: (at, [])].victims.insert(victim)
        let spec = try #require(world.kept[victim]).spec
        let since = try #require(running[victim], "seed \(seed)")
        let isOld = at >= since.advanced(by: spec.minimumRun)
        #expect(isOld, "seed \(seed): \(victim) at \(at), running since \(since)")
      case .start(let order):
        guard let started = preemptors.removeValue(forKey: order.id.job) else { continue }
        let waited = started.at.duration(to: at)
        // What was freed for it is not given to others: it starts when the victims' notice is over.
        #expect(waited <= .seconds(42), "seed \(seed): \(order.id.job) \(waited.text)")
      default: break
      }
    }
    #expect(preemptions > 0 || seed > 1, "seed \(seed)")
    let open = preemptors.filter { $0.value.at.duration(to: world.now) > .seconds(42) }
    #expect(open.isEmpty, "seed \(seed): \(open.keys)")
    #expect(world.faults.isEmpty, "seed \(seed): \(world.faults.joined(separator: "\n"))")
  }

  /// Jobs of all priorities on too few GPUs, which nothing happens to.
  func contention(_ seed: Int) throws -> JobWorld {
    var random = PRNG(seed: UInt64(seed), stream: "preempting")
    var world = JobWorld(try JobNode.fleet(4), seed: UInt64(seed))
    for number in 0..<40 {
      var spec = try Self.spec(number, &random)
      spec.minimumRun = .seconds(60 + Int(random.next() % 240))
      world.submit(spec, seconds: 400 + 1_000 * random.nextUnit())
      world.pass(90 * random.nextUnit())
    }
    world.pass(2_000)
    return world
  }

  @Test(arguments: 1...10)
  func `tenants with as much to do get as much, by their weights`(seed: Int) throws {
    var settings = JobSettings()
    settings.weights[try #require(TenantID("heavy"))] = 2
    var random = PRNG(seed: UInt64(seed), stream: "shares")
    var world = JobWorld(try JobNode.fleet(6), settings: settings, seed: UInt64(seed))
    for number in 0..<480 {
      let tenant = ["heavy", "one", "two"][number % 3]
      let gpus = 1 << Int(random.next() % 3)
      let spec = try JobSpec.sample("\(tenant)-\(number)", of: tenant, gpus: gpus)
      world.submit(spec, seconds: 300 + 600 * random.nextUnit())
    }
    var held: [String: Double] = [:]
    // Who had less at first, as the others' jobs are larger, has more later.
    for _ in 0..<200 {
      world.pass(20)
      for slot in world.scheduler.active {
        let job = world.scheduler.jobs[slot]
        held[job.spec.tenant.text, default: 0] += Double(job.gpuCount)
      }
    }
    let (heavy, one, two) = (held["heavy"] ?? 0, held["one"] ?? 0, held["two"] ?? 0)
    #expect(
      abs(heavy / (one + two) - 1) < 0.25 && abs(one / two - 1) < 0.25,
      "seed \(seed): \(held)"
    )
  }

  static func fleet(_ random: inout PRNG) throws -> [JobNode] {
    try (0..<2 + Int(random.next() % 6)).map { number in
      try JobNode.sample(
        "n\(number)",
        number % 3 == 2 ? "us" : "eu",
        rail: "r\(number % 2)",
        domain: random.next() % 2 == 0 ? "d\(number / 2)" : nil,
        gpus: [4, 8, 8][Int(random.next() % 3)]
      )
    }
  }

  static func spec(_ number: Int, _ random: inout PRNG) throws -> JobSpec {
    let workers = 1 + Int(random.next() % 4)
    let isElastic = random.next() % 3 == 0
    let gpus = 1 << Int(random.next() % 3)
    return try .sample(
      "job-\(number)",
      of: ["acme", "bolt", "core"][Int(random.next() % 3)],
      gpus: gpus,
      workers: workers,
      max: isElastic ? workers + 1 + Int(random.next() % 4) : workers,
      priority: Int(random.next() % 3)
    ) { spec in
      spec.spansRegions = true
      spec.minimumRun = .seconds(60)
      spec.retries = 50
      spec.launch = random.next() % 2 == 0 ? .launcher : .worker
      spec.checkpoint.driver = CheckpointPolicy.Driver.allCases[Int(random.next() % 4)]
      spec.checkpoint.directory = spec.checkpoint.driver == .none ? nil : "/ckpt"
      spec.checkpoint.interval = .seconds(60)
    }
  }
}
