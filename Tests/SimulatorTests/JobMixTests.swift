import Basics
import FleetSpec
import Jobs
import Sharing
import Simulator
import Testing
import Traces

/// Jobs beside conversations.
@Suite(.timeLimit(.minutes(10)))
struct JobMixTests {
  private static let hour = 3600.0

  private func job(
    _ name: String,
    at seconds: Double = 0,
    hours: Double = 1,
    _ change: (inout JobSpec) -> Void = { _ in }
  ) throws -> SimulatedJob {
    var spec = JobSpec(
      name: try #require(JobID(name)),
      tenant: try #require(TenantID("acme")),
      command: ["train"]
    )
    change(&spec)
    return SimulatedJob(
      spec,
      arrival: Duration(inSeconds: seconds),
      gpuSeconds: hours * Self.hour
    )
  }

  private func mix(_ specs: [ReplicaSpec], spare: Int = 0, _ jobs: [SimulatedJob]) -> JobMix {
    let nodes = specs.map { spec in
      JobMix.Node(
        JobNode(
          id: spec.node,
          region: spec.region,
          gpuCount: spec.roofline.gpuCount + spare
        ),
        gpu: spec.roofline.gpu
      )
    }
    var mix = JobMix(nodes: nodes, jobs: jobs)
    (mix.sharing.quiet, mix.sharing.loadTime) = (.seconds(60), .seconds(10))
    mix.settings.growInterval = .seconds(30)
    return mix
  }

  /// Replicas of a model that keeps an H100 busy with few turns.
  private func specs(regions: [String] = ["eu"], count: Int) throws -> [ReplicaSpec] {
    var model = try #require(ModelArchitecture.named("qwen2.5-32b"))
    (model.weightBytes, model.kvBytes) = (1, 1)
    let roofline = Roofline(
      gpu: try #require(GPUModel.named("h100-sxm")),
      gpuCount: 1,
      model: model
    )
    return try SmallFleet.specs(regions: regions, count: count, blockCount: 584) {
      $0.roofline = roofline
    }
  }

  /// Two days of a quarter of an hour each.
  private func turns(rate: Double, seed: UInt64 = 1) throws -> [SimulatedTurn] {
    let trace = try SyntheticTrace(
      text: "rate=\(rate),duration=30m,day=15m,swing=0.9,think=10s"
    )
    return try trace.requests(seed: seed).map { request in
      SimulatedTurn(
        request,
        origin: RegionID("eu"),
        model: try #require(ModelID(SmallFleet.model))
      )
    }
  }

  private func run(
    _ specs: [ReplicaSpec],
    _ turns: [SimulatedTurn],
    _ mix: JobMix?,
    _ change: (inout SimulatorSettings) -> Void = { _ in }
  ) throws -> SimulationResult {
    var settings = SimulatorSettings()
    settings.jobs = mix
    change(&settings)
    return try SmallFleet.run(specs, turns, settings)
  }

  /// Work is neither made nor lost.
  private func check(_ report: TrainingReport) {
    let sum =
      report.usefulGPUSeconds + report.preemptionGPUSeconds + report.failureGPUSeconds
    #expect(abs(sum - report.progressGPUSeconds) < 1, "\(report)")
    #expect(report.overheadGPUSeconds >= -1, "\(report)")
    #expect(report.heldGPUSeconds <= report.fleetGPUSeconds)
  }

  @Test func `jobs on GPUs that no replica has change nothing for conversations`() throws {
    let specs = try specs(count: 2)
    let turns = try turns(rate: 0.2)
    let alone = try run(specs, turns, nil)
    var jobs = mix(
      specs,
      spare: 2,
      [try job("a", hours: 0.5), try job("b", hours: 0.5) { $0.gpusPerWorker = 2 }]
    )
    jobs.sharing.parks = false
    let beside = try run(specs, turns, jobs)
    let report = try #require(beside.training)
    #expect(report.completed == 2 && report.parkings == 0)
    #expect(abs(report.usefulGPUSeconds - Self.hour) < 1)
    // Half a minute until they train.
    #expect(abs(report.overheadGPUSeconds - 90) < 5)
    #expect(report.operations > 0.3 * Self.hour * 989e12)
    check(report)
    #expect(alone.report.ttft.percentile(99) == beside.report.ttft.percentile(99))
    #expect(alone.operations == beside.operations && alone.training == nil)
  }

  @Test func `jobs fill the nights and conversations notice little of it`() throws {
    let specs = try specs(count: 4)
    let turns = try turns(rate: 1)
    var jobs = mix(
      specs,
      [
        try job("fill", hours: 100) {
          ($0.workers, $0.launch) = (WorkerCount(min: 1, max: 4), .launcher)
          ($0.checkpoint.driver, $0.checkpoint.directory) = (.periodic, "/ckpt")
        },
        try job("gang", at: 100, hours: 0.1) {
          ($0.workers, $0.priority) = (WorkerCount(min: 2, max: 2), 5)
          $0.checkpoint.driver = .transparent
        },
      ]
    )
    // No replica is used more at night than all are at noon, as far as it is known in time: days
    // are a hundred times shorter than real ones.
    (jobs.sharing.parkBelow, jobs.sharing.wakeAbove) = (0.3, 0.45)
    let alone = try run(specs, turns, nil)
    let beside = try run(specs, turns, jobs)
    let report = try #require(beside.training)
    check(report)
    #expect(report.submitted == 2 && report.completed == 1, "\(report)")
    #expect(report.usefulGPUSeconds > 0.1 * report.fleetGPUSeconds, "\(report)")
    #expect(report.parkings >= 3 && report.handovers.count >= 3, "\(report)")
    // Within the notice, and a few seconds for those that take no heed of it.
    let longest = try #require(report.handovers.percentile(100))
    #expect(longest <= .seconds(32))
    #expect(beside.report.completedCount == alone.report.completedCount)
    let tails = try [alone, beside].map { try #require($0.report.ttft.percentile(99)) }
    #expect(tails[1].inSeconds <= 1.15 * tails[0].inSeconds, "\(tails)")
    #expect(beside.use.kv > alone.use.kv)
  }

  @Test func `a burst takes back what jobs have, and those go on afterwards`() throws {
    let specs = try specs(count: 3)
    // A trickle, a burst of two minutes, and a trickle again.
    let trickle = try SmallFleet.turns(60, every: .seconds(20))
    let burst = try SmallFleet.turns(1200, every: .milliseconds(100), seed: 2)
    var turns = trickle
    for (more, start) in [(burst, 1200), (trickle, 1320), (trickle, 2520)] {
      turns += more.map { turn in
        var late = turn
        late.arrival += .seconds(start)
        return late
      }
    }
    let jobs = mix(
      specs,
      try ["a", "b"].map {
        try job($0, hours: 0.5) { $0.checkpoint.driver = .transparent }
      }
    )
    let result = try run(specs, turns, jobs)
    let report = try #require(result.training)
    check(report)
    #expect(report.preemptions >= 1 && report.preemptionGPUSeconds < 10, "\(report)")
    #expect(report.completed == 2, "\(report)")
    #expect(result.report.completedCount == turns.count)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `whatever fails, no GPU serves and trains at once, and no work is counted twice`(
    seed: UInt64
  ) throws {
    // That no GPU is given twice is checked where workers start and engines load.
    var random = PRNG(seed: seed)
    let specs = try specs(regions: ["eu", "us"], count: 3)
    let drivers: [CheckpointPolicy.Driver] = [.none, .periodic, .signal, .transparent]
    let jobs = try (0..<12).map { number in
      try job(
        "j\(number)",
        at: 900 * random.nextUnit(),
        hours: 0.02 + 0.1 * random.nextUnit()
      ) {
        let least = 1 + Int(random.next() % 2)
        $0.workers = WorkerCount(min: least, max: least + Int(random.next() % 3))
        $0.launch = random.next() % 2 == 0 ? .launcher : .worker
        $0.priority = Int(random.next() % 3)
        $0.checkpoint.driver = drivers[Int(random.next() % 4)]
        $0.checkpoint.interval = .seconds(300)
        if [.periodic, .signal].contains($0.checkpoint.driver) { $0.checkpoint.directory = "/c" }
        $0.spansRegions = random.next() % 4 == 0
      }
    }
    let mix = mix(specs, spare: Int(seed % 2), jobs)
    let outages = try (0..<6).map { _ in
      Outage(
        .node(try #require(specs.randomElement(using: &random)?.node)),
        at: Duration(inSeconds: 1500 * random.nextUnit()),
        for: Duration(inSeconds: 5 + 200 * random.nextUnit())
      )
    }
    let turns = try turns(rate: 0.2, seed: seed)
    let results = try (0..<2).map { _ in try run(specs, turns, mix) { $0.outages = outages } }
    let report = try #require(results[0].training)
    check(report)
    #expect(report.submitted == 12 && report.failed == 0 && report.completed >= 4, "\(report)")
    #expect(
      "\(results[0].allText) \(report)"
        == "\(results[1].allText) \(try #require(results[1].training))"
    )
  }

  @Test func `replicas that need more GPUs than their node has are no fleet`() throws {
    let specs = try specs(count: 1)
    var mix = mix(specs, [])
    mix.nodes[0].place.gpuCount = 0
    var settings = SimulatorSettings()
    settings.jobs = mix
    #expect(throws: SimulationError.self) {
      try FleetSimulator(replicas: specs, turns: [], settings: settings)
    }
  }
}
