import Basics
import FleetSpec
import HearthMessages
import Testing

@testable import Jobs

/// A core with one node of four GPUs, and what it wants.
private struct Desk {
  var core: JobCore
  var now = Instant(nanoseconds: 60_000_000_000)
  var stored: [String: HearthV1.StoredJob] = [:]
  /// What it wants beside changes on the disk and words, in words.
  var wants: [String] = []
  var orders: [HearthV1.WorkerCommand.Command] = []
  /// Which nodes those were for.
  var nodes: [String] = []
  var usages: [WorkerUsage] = []
  let clock = WallClock(showing: 1_700_000_000_000_000_000, at: .zero)
  var hello = HearthV1.NodeHello(
    node: "n1",
    region: "eu",
    address: "10.0.0.1:7000",
    jobs: .init(gpus: 4)
  )

  init() {
    let clock = self.clock
    core = JobCore(settings: .init(), restoring: [], clock, at: .zero)
  }

  mutating func tell(_ event: JobCore.Event) {
    var actions = Actions<JobCore.Action>()
    core.step(event, at: now, into: &actions)
    while let due = core.deadline, due <= now {
      core.step(.timePassed, at: now, into: &actions)
    }
    for action in actions.take() {
      switch action {
      case .save(let job):
        stored[job.spec?.name ?? ""] = job
        wants.append("save")
      case .forget(let name): stored[name] = nil
      case .answer(let call, .accepted(let job)): wants.append("\(call) accepted \(job)")
      case .answer(let call, .refused(_, let words)): wants.append("\(call) refused: \(words)")
      case .answer(let call, .notReady): wants.append("\(call) not ready")
      case .order(let node, let command):
        nodes.append(node)
        if let command = command.command { orders.append(command) }
        wants.append("order")
      case .record(let usage): usages.append(usage)
      case .note, .handOver, .fallShort: break
      }
    }
  }

  mutating func report(_ workers: [HearthV1.WorkerState], isWhole: Bool = false) {
    tell(.nodeReported(hello, .init(workers: workers, serving: 0b1), isWhole: isWhole))
  }

  func state(
    _ phase: HearthV1.WorkerPhase,
    epoch: UInt64 = 1,
    status: Int32 = 0
  ) -> HearthV1.WorkerState {
    .init(
      name: .init(job: "tune", rank: 0, epoch: epoch),
      gpus: 0b10,
      phase: phase,
      status: status,
      ranNs: phase == .gone ? 90_000_000_000 : 0
    )
  }
}

private func spec(_ change: (inout HearthV1.JobSpec) -> Void = { _ in }) -> HearthV1.JobSpec {
  var message = JobSpec(name: .init("tune")!, tenant: .init("acme")!, command: ["train"]).message
  change(&message)
  return message
}

private let faulty: [(String, @Sendable (inout HearthV1.JobSpec) -> Void)] = [
  ("name", { $0.name = "a.b" }), ("tenant", { $0.tenant = "" }),
  ("command", { $0.command = [] }), ("command", { $0.command = ["a\0b"] }),
  ("command", { $0.command = Array(repeating: "x", count: 5_000) }),
  ("environment", { $0.environment = [.init(name: "A=B", value: "")] }),
  ("launch", { $0.launch = "boat" }), ("gpus", { $0.gpusPerWorker = 0 }),
  ("workers", { $0.workersMax = .max }), ("priority", { $0.priority = 8 }),
  ("notice", { $0.noticeNs = -1 }), ("limits.time", { $0.timeMaxNs = .max }),
  ("limits.cpus", { $0.cpusMax = .nan }), ("limits.memory", { $0.memoryBytesMax = .max }),
  ("retries", { $0.retries = .max }), ("workingDirectory", { $0.workingDirectory = "here" }),
  ("checkpoint.driver", { $0.checkpoint?.driver = "magic" }),
  ("checkpoint.keep", { $0.checkpoint?.keep = 0 }),
  ("checkpoint.interval", { $0.checkpoint?.intervalNs = 0 }),
  ("regions", { $0.regions = [""] }),
]

@Suite("Jobs in messages")
struct JobCoreTests {
  @Test("a job is kept before it is answered, started before it runs, and recorded once")
  func life() throws {
    var desk = Desk()
    desk.report([], isWhole: true)
    desk.tell(.submitted(call: 7, try JobSpec(spec())))
    #expect(desk.wants == ["save", "7 accepted tune", "save", "order"])
    guard case .start(let start)? = desk.orders.last else { throw Missing() }
    #expect(start.gpus == 0b10)
    #expect(start.masterAddress == "10.0.0.1")
    #expect(start.variables.contains { $0.name == "RANK" && $0.value == "0" })
    desk.report([desk.state(.running)])
    #expect(desk.stored["tune"]?.phase == "running")
    desk.report([desk.state(.exited)])
    desk.report([desk.state(.gone)])
    #expect(desk.stored["tune"]?.phase == "succeeded")
    desk.report([desk.state(.gone)])
    #expect(desk.usages.map(\.ran) == [.seconds(90)])
    #expect(desk.stored["tune"]?.gpuSeconds == 90)
    #expect(desk.orders.last == .forget(.init(job: "tune", rank: 0, epoch: 1)))
  }

  @Test("a name that is used again goes on counting attempts, as nodes refuse old ones")
  func nameAgain() throws {
    var desk = Desk()
    desk.report([], isWhole: true)
    desk.tell(.submitted(call: 1, try JobSpec(spec())))
    desk.report([desk.state(.running)])
    desk.report([desk.state(.gone)])
    desk.tell(.submitted(call: 2, try JobSpec(spec())))
    guard case .start(let start)? = desk.orders.last else { throw Missing() }
    #expect(start.name?.epoch == 2)
  }

  @Test("a worker that ended while nobody listened is known by the node's first report")
  func exitUnheard() throws {
    var desk = Desk()
    desk.report([], isWhole: true)
    desk.tell(.submitted(call: 1, try JobSpec(spec())))
    desk.report([desk.state(.running)])
    let kept = Array(desk.stored.values)
    desk.core = JobCore(settings: .init(), restoring: kept, desk.clock, at: desk.now)
    desk.report([desk.state(.gone, status: 3)], isWhole: true)
    let status = try #require(desk.core.status(of: .init("tune")!, at: desk.now))
    #expect(status.state == "waiting")
    #expect(status.incidents.map(\.cause) == ["stopped: worker 0 failed with exit code 3"])
    #expect(desk.usages.count == 1)
  }

  @Test("a fault of a node is shown, and nothing is refused before nodes had time to attach")
  func trouble() throws {
    var desk = Desk()
    desk.now = .zero
    desk.tell(.submitted(call: 1, try JobSpec(spec())))
    #expect(desk.wants == ["1 not ready"])
    desk.now = Instant.zero.advanced(by: JobCore.settleTime)
    desk.tell(.submitted(call: 2, try JobSpec(spec())))
    #expect(desk.wants.last?.hasPrefix("2 refused: gpus: can't be had") == true)
    desk.report([], isWhole: true)
    desk.tell(.submitted(call: 3, try JobSpec(spec())))
    var gone = desk.state(.gone)
    (gone.statusUnknown, gone.fault) = (true, "no program is named train")
    desk.report([gone])
    let status = try #require(desk.core.status(of: .init("tune")!, at: desk.now))
    #expect(status.reasons.last == "the last fault: worker 0: no program is named train")
    #expect(status.reasons.first?.hasPrefix("it failed 1 of 4 times") == true)
  }

  @Test("a worker that could not be started says why, also after a restart")
  func notStarted() throws {
    var desk = Desk()
    desk.report([], isWhole: true)
    desk.tell(.submitted(call: 1, try JobSpec(spec { $0.retries = 0 })))
    var gone = desk.state(.gone)
    (gone.statusUnknown, gone.fault, gone.ranNs) = (true, "command train: No such file", 0)
    desk.report([gone])
    let cause = "stopped: worker 0 could not be started: command train: No such file"
    for _ in 0..<2 {
      let status = try #require(desk.core.status(of: .init("tune")!, at: desk.now))
      #expect(status.state == "failed" && status.cause == cause)
      #expect(status.incidents.map(\.cause) == [cause])
      let kept = Array(desk.stored.values)
      desk.core = JobCore(settings: .init(), restoring: kept, desk.clock, at: desk.now)
    }
    #expect(desk.usages.isEmpty)
  }

  @Test("what is asked of a job in the wrong state is refused with that state")
  func wrongState() throws {
    var desk = Desk()
    let id = JobID("tune")!
    desk.report([], isWhole: true)
    desk.tell(.submitted(call: 1, try JobSpec(spec())))
    desk.report([desk.state(.running)])
    desk.tell(.changed(call: 2, id, .resume))
    desk.tell(.changed(call: 3, id, .checkpoint))
    desk.report([desk.state(.gone)])
    desk.tell(.changed(call: 4, id, .cancel))
    #expect(
      desk.wants.filter { $0.contains("refused") } == [
        "2 refused: job tune is running: it has not ended, and goes on by itself",
        "3 refused: job tune is running: it has no checkpoints (checkpoint.driver none)",
        "4 refused: job tune is succeeded: it is over, so there is nothing to cancel",
      ]
    )
  }

  @Test("a job whose driver no node offers is refused, and goes to one that does")
  func drivers() throws {
    var desk = Desk()
    desk.report([], isWhole: true)
    let spec = spec { $0.checkpoint?.driver = "transparent" }
    desk.tell(.submitted(call: 1, try JobSpec(spec)))
    #expect(
      desk.wants.last?.hasPrefix("1 refused: checkpoint.driver: no node offers transparent (")
        == true,
      "\(desk.wants)"
    )
    desk.hello.node = "n2"
    desk.hello.jobs?.drivers = ["periodic", "signal", "transparent", "of tomorrow"]
    desk.report([], isWhole: true)
    desk.tell(.submitted(call: 2, try JobSpec(spec)))
    #expect(desk.nodes == ["n2"])
    // All that is free is elsewhere: three GPUs of the node that does not offer it.
    var other = try JobSpec(spec)
    (other.name, other.gpusPerWorker) = (.init("other")!, 3)
    let plan = desk.core.plan(other, at: desk.now)
    #expect(plan.reasons.contains("it needs 3 GPUs; 2 are free"), "\(plan.reasons)")
  }

  @Test("plans change nothing")
  func plan() throws {
    var desk = Desk()
    desk.report([], isWhole: true)
    let plan = desk.core.plan(
      try JobSpec(
        spec {
          $0.workersMin = 2; $0.workersMax = 2
        }
      ),
      at: desk.now
    )
    #expect(plan.places == [.init(node: "n1", region: "eu", workers: 2)])
    #expect(plan.start == .init(inNs: 0, basis: "free"))
    #expect(desk.core.list(all: true, at: desk.now).jobs.isEmpty)
  }

  @Test("what a stranger sends is refused by its key")
  func hostile() {
    for (field, change) in faulty {
      let error = #expect(throws: JobSpecError.self, "\(field)") { try JobSpec(spec(change)) }
      #expect(error?.faults.contains { $0.field == field } == true, "\(field)")
    }
  }

  @Test("a description is the same after it was sent")
  func roundTrip() throws {
    var job = JobSpec(name: .init("tune")!, tenant: .init("acme")!, command: ["a", "b c"])
    job.environment = ["X": "1", "Y": ""]
    (job.workingDirectory, job.model, job.adapter) = ("/w", .init("m"), .init("l"))
    (job.workers, job.gpusPerWorker, job.launch) = (.init(min: 2, max: 5), 3, .launcher)
    (job.regions, job.spansRegions, job.priority) = ([.init("eu")!], true, 7)
    (job.checkpoint.driver, job.checkpoint.directory) = (.periodic, "/c")
    (job.checkpoint.copies, job.checkpoint.keep) = (["us"], 9)
    (job.limits.cpus, job.limits.memoryBytes, job.limits.time) = (1.5, 1 << 33, .seconds(60))
    #expect(try JobSpec(job.message) == job)
  }

  private struct Missing: Error {}
}
