import Basics
import FleetSpec
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(5)))
struct JobSchedulerTests {
  private func starts(_ world: JobWorld, of name: String) -> [WorkerOrder] {
    world.log.compactMap { entry in
      if case .start(let order) = entry.action, order.id.job.text == name { order } else { nil }
    }
  }

  private func incidents(_ world: JobWorld, of name: String) throws -> [StopCause] {
    try world.job(name).incidents.map(\.cause)
  }

  /// A world where nobody ignores what it is told.
  private func world(_ nodes: [JobNode], settings: JobSettings = .init()) -> JobWorld {
    var world = JobWorld(nodes, settings: settings)
    world.stubbornShare = 0
    return world
  }

  // MARK: - Starting

  @Test func `workers learn their ranks, and where the others meet`() throws {
    var world = world(try JobNode.fleet(2))
    world.submit(try .sample("a", gpus: 4, workers: 4))
    let orders = starts(world, of: "a")
    #expect(orders.map(\.id.rank) == [0, 1, 2, 3] && orders.allSatisfy { $0.worldSize == 4 })
    #expect(orders.map(\.localRank) == [0, 1, 0, 1] && orders.map(\.nodeRank) == [0, 0, 1, 1])
    #expect(orders.map(\.gpus) == [0x0f, 0xf0, 0x0f, 0xf0])
    let variables = orders[3].variables(masterAddress: "10.0.0.1", masterPort: 29_500)
    #expect(variables["RANK"] == "3" && variables["WORLD_SIZE"] == "4")
    #expect(variables["LOCAL_RANK"] == "1" && variables["LOCAL_WORLD_SIZE"] == "2")
    #expect(variables["MASTER_ADDR"] == "10.0.0.1" && variables["MASTER_PORT"] == "29500")
    #expect(variables["CUDA_VISIBLE_DEVICES"] == "4,5,6,7" && variables["PET_NNODES"] == nil)
  }

  @Test func `a launcher is told what torchrun takes`() throws {
    var world = world(try JobNode.fleet(2))
    world.submit(try .sample("a", workers: 2) { $0.launch = .launcher })
    let gang = starts(world, of: "a")[1].variables(masterAddress: "h", masterPort: 1)
    #expect(gang["PET_NNODES"] == "2" && gang["PET_NODE_RANK"] == "1" && gang["RANK"] == nil)
    #expect(gang["PET_NPROC_PER_NODE"] == "8" && gang["PET_MASTER_ADDR"] == "h")
    world.tell(.cancelled(try #require(JobID("a"))))
    world.pass(60)
    world.submit(
      try .sample("b", workers: 1, max: 4) {
        $0.launch = .launcher
        $0.checkpoint.driver = .transparent
      }
    )
    let elastic = starts(world, of: "b")[0].variables(masterAddress: "h", masterPort: 1)
    #expect(elastic["PET_NNODES"] == "1:4" && elastic["PET_RDZV_ENDPOINT"] == "h:1")
    #expect(elastic["USE_LIBUV"] == "0" && elastic["PET_NODE_RANK"] == nil)
  }

  @Test func `a name that is taken, a job that never fits and too many jobs are refused`() throws {
    var settings = JobSettings()
    settings.jobsMax = 2
    var world = world(try JobNode.fleet(2), settings: settings)
    for name in ["a", "a", "b", "c"] { world.submit(try .sample(name)) }
    world.submit(try .sample("d", workers: 3))
    let refusals = world.log.compactMap { entry in
      if case .refuse(let id, let refusal) = entry.action { (id.text, refusal) } else { nil }
    }
    #expect(refusals.map(\.0) == ["a", "c", "d"])
    #expect(refusals[0].1 == .nameTaken && refusals[1].1 == .full(limit: 2))
    guard case .faulty(let faults) = refusals[2].1 else { throw Unexpected() }
    #expect(faults.map(\.field) == ["workers"])
  }

  @Test func `a job that asks for more notice or protection than the fleet gives is refused`()
    throws
  {
    var settings = JobSettings()
    (settings.noticeMax, settings.minimumRunMax) = (.seconds(60), .seconds(600))
    var world = world(try JobNode.fleet(1), settings: settings)
    world.submit(
      try .sample("a") { ($0.notice, $0.minimumRun) = (.seconds(90), .seconds(1200)) }
    )
    let refusals = world.log.compactMap { entry in
      if case .refuse(_, .faulty(let faults)) = entry.action { faults } else { nil }
    }
    #expect(
      refusals.flatMap { $0 }.map { "\($0.field): \($0.message)" } == [
        "notice: is 1m30s, and this fleet gives 1m at most (its setting jobs.noticeMax)",
        "minimumRun: is 20m, and this fleet gives 10m at most (its setting jobs.minimumRunMax)",
      ]
    )
  }

  // MARK: - Waiting

  @Test func `small jobs don't starve a big gang, and one that ends in time goes before it`() throws
  {
    var world = world(try JobNode.fleet(2))
    world.submit(
      try .sample("a", gpus: 4) { $0.limits.time = .seconds(1_000) },
      seconds: 900
    )
    world.pass(1)
    world.submit(try .sample("gang", of: "bolt", workers: 2), seconds: 100)
    for number in 0..<10 { world.submit(try .sample("s-\(number)", gpus: 1), seconds: 5_000) }
    world.submit(
      try .sample("short", gpus: 2) {
        ($0.limits.time, $0.notice) = (.seconds(500), .seconds(10))
      },
      seconds: 400
    )
    #expect(starts(world, of: "gang").isEmpty && starts(world, of: "s-0").isEmpty)
    #expect(starts(world, of: "short").count == 1)
    let gang = try #require(JobID("gang"))
    let forecast = try #require(world.scheduler.forecast(of: gang, at: world.now))
    #expect(forecast.basis == .limits && abs(forecast.at.seconds(to: .zero) + 1_000) < 2)
    let reasons = world.scheduler.reasons(for: gang, at: world.now)
    #expect(reasons.contains(.collecting(free: 10, of: 16)))
    #expect(reasons.contains(.tooFewFree(needed: 16, free: 10)))
    world.pass(1_000)
    #expect(starts(world, of: "gang").count == 2 && world.outcomes[gang] == .succeeded)
  }

  @Test func `tenants with less go first, and a job says who is in front`() throws {
    var world = world(try JobNode.fleet(1))
    world.submit(try .sample("a", of: "acme", gpus: 8), seconds: 100)
    world.submit(try .sample("b", of: "acme", gpus: 8), seconds: 100)
    world.submit(try .sample("c", of: "bolt", gpus: 8), seconds: 100)
    let reasons = world.scheduler.reasons(for: try #require(JobID("b")), at: world.now)
    #expect(reasons.contains(.behind(jobs: 1, gpus: 8, share: 1)))
    world.pass(150)
    #expect(starts(world, of: "c").count == 1 && starts(world, of: "b").isEmpty)
  }

  // MARK: - Preemption

  @Test func `the cheapest loss goes, and whoever reports no checkpoint is not spared for that`()
    throws
  {
    var world = world(try JobNode.fleet(3))
    let periodic: (inout JobSpec) -> Void = {
      ($0.checkpoint.driver, $0.checkpoint.directory) = (.periodic, "/c")
    }
    world.submit(try .sample("silent", priority: 1), seconds: 10_000)
    world.submit(try .sample("fresh", priority: 1, periodic), seconds: 10_000)
    world.submit(try .sample("stale", priority: 1, periodic), seconds: 10_000)
    world.pass(1)
    func checkpoint(_ name: String, _ number: UInt64) throws {
      let id = WorkerID(job: try #require(JobID(name)), rank: 0, epoch: 1)
      world.tell(.checkpointed(id, CheckpointReport(number: number << 40, isWhole: true)))
    }
    for name in ["fresh", "stale"] { world.runs[try #require(JobID(name))] = nil }
    world.pass(300)
    try checkpoint("stale", 1)
    world.pass(200)
    try checkpoint("fresh", 1)
    world.pass(20)
    // Unsaved: 520 s, 20 s and 220 s.
    world.submit(try .sample("first", priority: 2), seconds: 10_000)
    world.pass(60)
    #expect(try incidents(world, of: "fresh").count == 1)
    world.submit(try .sample("second", priority: 2), seconds: 10_000)
    world.pass(60)
    // The silent one loses 640 s, but counts for no more than the 340 s of the other.
    let lost = try world.job("silent").incidents
    #expect(lost.map(\.cause) == [.preempted(by: try #require(JobID("second")), isForShare: false)])
    #expect(abs((lost.first?.lostGPUSeconds ?? 0) - 8 * 580) < 80)
    #expect(try incidents(world, of: "stale").isEmpty)
  }

  @Test func `a plan says where, who would go and when, and changes nothing`() throws {
    var world = world(try JobNode.fleet(2))
    for name in ["a", "b"] { world.submit(try .sample(name, priority: 1), seconds: 10_000) }
    world.pass(400)
    let before = world.scheduler.jobs
    let spec = try JobSpec.sample("c", priority: 2)
    let plan = world.scheduler.plan(spec, at: world.now)
    #expect(world.scheduler.jobs == before && world.scheduler.holds.isEmpty)
    #expect(plan.places.map(\.workers) == [1] && plan.evictions.count == 1)
    #expect(plan.start?.basis == .leaving)
    #expect(plan.start?.at == world.now.advanced(by: .seconds(30)))
    world.submit(spec)
    let victim = try #require(plan.evictions.first)
    #expect(try incidents(world, of: victim.job.text).count == 1)
    let large = world.scheduler.plan(try .sample("d", gpus: 16), at: world.now)
    #expect(large.refusal != nil && large.places.isEmpty)
  }

  @Test func `what was freed is for whom it was freed, and the first cause stays on record`() throws
  {
    var world = world(try JobNode.fleet(1))
    world.submit(try .sample("low", gpus: 8, priority: 1), seconds: 10_000)
    world.pass(400)
    world.submit(try .sample("high", of: "bolt", gpus: 8, priority: 2), seconds: 100)
    world.submit(try .sample("other", of: "core", gpus: 1, priority: 2), seconds: 100)
    world.pass(40)
    #expect(starts(world, of: "high").count == 1 && starts(world, of: "other").isEmpty)
    let low = try world.job("low")
    // It ended with code 1 or by a signal, and that is no failure.
    #expect(low.failures == 0 && low.phase == .waiting && low.lastExit != nil)
    let by = try #require(JobID("high"))
    #expect(low.incidents.map(\.cause) == [.preempted(by: by, isForShare: false)])
    world.pass(300)
    #expect(starts(world, of: "low").map(\.id.epoch) == [1, 2])
  }

  @Test func `GPUs are free only when the workers are gone`() throws {
    var world = world(try JobNode.fleet(1))
    world.stubbornShare = 1
    world.submit(try .sample("low", priority: 1), seconds: 10_000)
    world.pass(400)
    world.submit(try .sample("high", priority: 2), seconds: 100)
    world.pass(29)
    #expect(starts(world, of: "high").isEmpty)
    world.pass(3)
    // It took no notice, and was killed when its notice was over.
    #expect(starts(world, of: "high").count == 1 && world.faults.isEmpty)
  }

  @Test func `a transparent checkpoint comes before the end, and saves all`() throws {
    var world = world(try JobNode.fleet(2))
    world.submit(
      try .sample("low", workers: 2, priority: 1) { $0.checkpoint.driver = .transparent },
      seconds: 10_000
    )
    world.pass(400)
    world.submit(try .sample("high", workers: 2, priority: 2), seconds: 100)
    world.pass(5)
    let low = try world.job("low")
    #expect(low.phase == .waiting && low.incidents.map(\.lostGPUSeconds) == [0])
    #expect(starts(world, of: "high").count == 2)
    world.pass(200)
    #expect(starts(world, of: "low").last?.checkpoint?.number == low.checkpoint?.number)
  }

  // MARK: - Elastic jobs

  @Test func `an elastic job takes what is idle, and shrinks rather than goes`() throws {
    var world = world(try JobNode.fleet(4))
    world.submit(
      try .sample("e", workers: 1, max: 4, priority: 1) { $0.launch = .launcher },
      seconds: 10_000
    )
    #expect(starts(world, of: "e").count == 4)
    world.pass(400)
    world.submit(try .sample("g", of: "bolt", workers: 2, priority: 1), seconds: 500)
    world.pass(35)
    #expect(starts(world, of: "g").count == 2)
    let job = try world.job("e")
    #expect(job.phase == .running && job.workers.map(\.rank) == [0, 1] && job.epoch == 1)
    #expect(job.incidents.map(\.lostGPUSeconds) == [0, 0] || job.incidents.count == 1)
    world.pass(900)
    // It has them back as they become free, each time in a new epoch.
    let grown = try world.job("e").workers
    #expect(grown.map(\.rank) == [0, 1, 2, 3] && grown.map(\.epoch) == [1, 1, 2, 3], "\(grown)")
    #expect(world.faults.isEmpty)
  }

  @Test func `one whose processes have fixed ranks starts again with fewer, where it was`() throws {
    var world = world(try JobNode.fleet(4))
    world.submit(
      try .sample("e", workers: 2, max: 4, priority: 1) { $0.checkpoint.driver = .transparent },
      seconds: 10_000
    )
    world.pass(400)
    world.submit(try .sample("g", of: "bolt", priority: 2), seconds: 5_000)
    world.pass(35)
    let job = try world.job("e")
    #expect(job.phase == .running && job.workers.count == 3 && job.epoch == 2)
    #expect(job.workers.map(\.rank) == [0, 1, 2] && starts(world, of: "g").count == 1)
    #expect(world.faults.isEmpty)
  }

  @Test func `one that lost a place while it shrank waits for enough`() throws {
    var world = world(try JobNode.fleet(4))
    world.submit(try .sample("e", workers: 3, max: 4, priority: 1), seconds: 10_000)
    world.pass(400)
    world.submit(try .sample("g", of: "bolt", priority: 2), seconds: 100)
    let staying = try world.nodesOf("e")
    let hold = try #require(world.scheduler.holds.first)
    let kept = world.scheduler.gpus.id(hold.shares[0].node)
    world.tell(.nodeCordoned(kept, true))
    world.pass(35)
    #expect(try world.job("e").isWaiting && staying.count == 4 && world.faults.isEmpty)
    world.tell(.nodeCordoned(kept, false))
    world.pass(200)
    #expect(try world.job("e").workers.count >= 3 && world.faults.isEmpty)
  }

  // MARK: - Serving

  @Test func `serving has its GPUs within the bound, from the job that matters and loses least`()
    throws
  {
    var world = world(try JobNode.fleet(2))
    world.submit(try .sample("low", gpus: 4, priority: 1), seconds: 10_000)
    world.submit(try .sample("high", gpus: 4, priority: 3), seconds: 10_000)
    world.submit(try .sample("rest", gpus: 8, priority: 3), seconds: 10_000)
    world.pass(10)
    let node = try #require(NodeID(world.nodesOf("low")[0]))
    let reclaim = Reclaim(
      id: 7,
      replicas: 2,
      gpusPerReplica: 2,
      nodes: [node],
      within: .seconds(5),
      by: "llama-3.1-8b"
    )
    world.tell(.reclaimed(reclaim))
    world.pass(6)
    let handed = world.log.compactMap { entry in
      if case .handOver(7, node, let gpus) = entry.action { gpus } else { nil }
    }
    #expect(handed.reduce(0) { $0 + $1.nonzeroBitCount } == 4 && handed.count == 2)
    #expect(try incidents(world, of: "low") == [.reclaimed(7, by: "llama-3.1-8b")])
    #expect(try incidents(world, of: "high").isEmpty && world.faults.isEmpty)
    // It waits while conversations have the GPUs, and says so.
    let low = try #require(JobID("low"))
    #expect(world.scheduler.reasons(for: low, at: world.now).contains(.serving(gpus: 4)))
    world.pass(100)
    world.release(.max, of: node)
    world.pass(10)
    #expect(starts(world, of: "low").map(\.id.epoch) == [1, 2])
  }

  @Test func `serving learns what it can't have`() throws {
    var world = world(try JobNode.fleet(1))
    let reclaim = Reclaim(
      id: 1,
      replicas: 3,
      gpusPerReplica: 4,
      nodes: world.order,
      within: .seconds(5),
      by: "m"
    )
    world.tell(.reclaimed(reclaim))
    let short = world.log.compactMap { entry in
      if case .reclaimShort(1, let count) = entry.action { count } else { nil }
    }
    #expect(short == [1] && world.scheduler.reclaims.isEmpty)
  }

  private struct Unexpected: Error {}

  // MARK: - Serving

  @Test func `what jobs want is what has a place, and what elastic ones could grow by`() throws {
    let (eu, us) = (try #require(RegionID("eu")), try #require(RegionID("us")))
    var world = world(try [.sample("n", "eu"), .sample("m", "us", gpus: 2)])
    for id in ["n", "m"] {
      world.tell(.servingChanged(try #require(NodeID(id)), gpus: .max))
    }
    world.submit(try .sample("gang", gpus: 2, workers: 2))
    // In the other region it has no place however much is lent there.
    #expect(world.scheduler.wantedGPUs(ifFree: [eu: 6, us: 2]) == [eu: 4])
    #expect(world.scheduler.wantedGPUs(ifFree: [eu: 3]).isEmpty)
    world.tell(.servingChanged(try #require(NodeID("n")), gpus: 0b1))
    world.pass(1)
    world.submit(try .sample("elastic", gpus: 1, workers: 1, max: 8) { $0.launch = .launcher })
    world.pass(1)
    #expect(world.scheduler.idleGPUs.values.reduce(0, +) == 0)
    #expect(world.scheduler.wantedGPUs(ifFree: [:]) == [eu: 5])
  }

  @Test func `no node is asked for more replicas than it has a place for`() throws {
    var world = world(try JobNode.fleet(2))
    let nodes = world.order
    let places = [nodes[0]: 1, nodes[1]: 2]
    world.tell(
      .reclaimed(
        Reclaim(id: 1, replicas: 5, gpusPerReplica: 2, places: places, within: .zero, by: "")
      )
    )
    world.pass(1)
    #expect(nodes.map { world.nodes[$0]?.serving.nonzeroBitCount } == [2, 4])
    let short = world.log.compactMap { entry in
      if case .reclaimShort(1, let count) = entry.action { count } else { nil }
    }
    #expect(short == [2])
  }
}
