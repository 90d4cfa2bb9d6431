import Basics
import FleetSpec
import Testing

@testable import Jobs

/// Failures, lost nodes and restarts.
@Suite(.timeLimit(.minutes(5)))
struct JobRecoveryTests {
  private func world(_ nodes: [JobNode], settings: JobSettings = .init()) -> JobWorld {
    var world = JobWorld(nodes, settings: settings)
    world.stubbornShare = 0
    return world
  }

  private func epochs(_ world: JobWorld, of name: String) -> [UInt64] {
    world.log.compactMap { entry in
      guard case .start(let order) = entry.action, order.id.job.text == name else { return nil }
      return order.id.epoch
    }
  }

  @Test func `a lost node is replaced, and the gang keeps the others`() throws {
    var world = world(try JobNode.fleet(4))
    world.submit(try .sample("g", workers: 3), seconds: 10_000)
    world.pass(60)
    let before = try world.nodesOf("g")
    world.crash(try #require(NodeID(before[1])))
    world.pass(20)
    // Its node might be cut off only, with the worker going on.
    #expect(Set(epochs(world, of: "g")) == [1])
    world.pass(60)
    let job = try world.job("g")
    #expect(job.phase == .running && job.failures == 0 && job.epoch == 2)
    #expect(try Set(world.nodesOf("g")) == Set(world.order.map(\.text)).subtracting([before[1]]))
    #expect(job.incidents.count == 1 && world.faults.isEmpty)
    guard case .lostNode = try #require(job.incidents.first).cause else {
      Issue.record("\(job.incidents)")
      return
    }
  }

  @Test func `a job goes back to where it was lost if serving leaves it no other place`() throws {
    var world = world(try JobNode.fleet(2))
    for node in world.order {
      // Of each node's GPUs but one.
      let gpus = world.nodes[node].map { UInt64.max >> UInt64(65 - $0.place.gpuCount) } ?? 0
      world.nodes[node]?.serving = gpus
      world.tell(.servingChanged(node, gpus: gpus))
    }
    world.submit(try .sample("g", workers: 2) { $0.gpusPerWorker = 1 }, seconds: 10_000)
    world.pass(60)
    world.crash(world.order[0])
    world.pass(120)
    #expect(try world.job("g").isWaiting)
    world.reconnect(world.order[0])
    world.pass(60)
    let job = try world.job("g")
    #expect(job.phase == .running && job.epoch == 2 && world.faults.isEmpty)
  }

  @Test func `workers that were cut off and come back in time go on`() throws {
    var world = world(try JobNode.fleet(2))
    world.submit(try .sample("g", workers: 2), seconds: 500)
    world.pass(60)
    world.disconnect(world.order[1])
    world.pass(40)
    let id = try #require(JobID("g"))
    #expect(try world.job("g").workers.compactMap(\.fencedAt).count == 1)
    world.reconnect(world.order[1])
    #expect(try world.job("g").workers.compactMap(\.fencedAt).isEmpty)
    world.pass(500)
    #expect(world.outcomes[id] == .succeeded && epochs(world, of: "g") == [1, 1])
  }

  @Test func `workers that were cut off for too long end, and only then others start`() throws {
    var world = world(try JobNode.fleet(3))
    world.submit(try .sample("a"), seconds: 500)
    world.pass(60)
    let node = try #require(NodeID(world.nodesOf("a")[0]))
    world.disconnect(node)
    world.pass(59)
    #expect(epochs(world, of: "a") == [1])
    let reasons = world.scheduler.reasons(for: try #require(JobID("a")), at: world.now)
    #expect(reasons.isEmpty)
    world.pass(5)
    #expect(epochs(world, of: "a") == [1, 2] && world.faults.isEmpty)
    #expect(try world.nodesOf("a") != [node.text])
    world.reconnect(node)
    world.pass(500)
    #expect(world.outcomes[try #require(JobID("a"))] == .succeeded)
  }

  @Test func `a control plane that restarts takes over what runs`() throws {
    var world = world(try JobNode.fleet(2))
    world.submit(try .sample("a", workers: 2), seconds: 500)
    world.submit(try .sample("b"), seconds: 100)
    world.pass(60)
    world.restartControl()
    #expect(try world.job("a").phase == .running && world.job("b").isWaiting)
    world.pass(800)
    #expect(world.outcomes.count == 2 && epochs(world, of: "a") == [1, 1])
    #expect(epochs(world, of: "b") == [1] && world.faults.isEmpty)
  }

  @Test func `a worker that went is not started again by the next control plane`() throws {
    var world = world(try JobNode.fleet(2))
    world.submit(
      try .sample("e", workers: 1, max: 2) { $0.launch = .launcher },
      seconds: 10_000
    )
    world.submit(try .sample("b", of: "bolt", priority: 1), seconds: 10_000)
    world.pass(400)
    #expect(epochs(world, of: "e") == [1, 1] && epochs(world, of: "b") == [1])
    world.restartControl()
    world.pass(10)
    #expect(try world.job("e").workers.map(\.rank) == [0] && epochs(world, of: "e") == [1, 1])
    #expect(try world.job("b").phase == .running)
  }

  @Test func `a worker that a job grew by and that never starts is given up`() throws {
    var world = world(try JobNode.fleet(2))
    world.tell(.nodeCordoned(world.order[1], true))
    world.submit(
      try .sample("f", workers: 1, max: 2) { $0.launch = .launcher },
      seconds: 10_000
    )
    world.pass(400)
    world.nodes[world.order[1]]?.isDeaf = true
    world.tell(.nodeCordoned(world.order[1], false))
    #expect(try world.job("f").workers.count == 2)
    world.pass(601)
    world.tell(.workerGone(WorkerID(job: try #require(JobID("f")), rank: 1, epoch: 2)))
    world.pass(10)
    let job = try world.job("f")
    #expect(job.phase == .running && job.workers.count == 1 && job.avoided.count == 1)
  }

  @Test func `what is not back after a restart is gone when its lease is over`() throws {
    var world = world(try JobNode.fleet(2))
    world.submit(try .sample("a"), seconds: 500)
    world.pass(60)
    let node = try #require(NodeID(world.nodesOf("a")[0]))
    world.disconnect(node)
    world.restartControl()
    world.pass(58)
    #expect(epochs(world, of: "a") == [1])
    world.pass(5)
    #expect(epochs(world, of: "a") == [1, 2] && world.faults.isEmpty)
  }

  @Test func `failures are tried again after longer and longer pauses, then given up`()
    throws
  {
    var world = world(try JobNode.fleet(1))
    world.failureShare = 1
    world.submit(try .sample("a") { $0.retries = 3 }, seconds: 500)
    world.pass(1_000)
    let times = world.log.compactMap { entry -> Double? in
      guard case .start = entry.action else { return nil }
      return Instant.zero.seconds(to: entry.at)
    }
    #expect(times.count == 4)
    for (index, pause) in [10.0, 20, 40].enumerated() {
      #expect((pause...pause + 32).contains(times[index + 1] - times[index]))
    }
    let id = try #require(JobID("a"))
    #expect(world.outcomes[id] == .failed(.failed(rank: 0, .code(1))))
    // The owner may have it go on.
    world.failureShare = 0
    world.tell(.resumed(id))
    world.pass(600)
    #expect(world.outcomes[id] == .succeeded && epochs(world, of: "a") == [1, 2, 3, 4, 5])
  }

  @Test func `a job that was cancelled while it stops for another cause does not come back`() throws
  {
    var world = world(try JobNode.fleet(1))
    world.submit(try .sample("low", priority: 1), seconds: 10_000)
    world.pass(400)
    world.submit(try .sample("high", priority: 2), seconds: 100)
    world.tell(.cancelled(try #require(JobID("low"))))
    world.pass(500)
    #expect(world.outcomes[try #require(JobID("low"))] == .cancelled)
    #expect(epochs(world, of: "low") == [1])
  }

  @Test func `a job ends when its time is over`() throws {
    var world = world(try JobNode.fleet(1))
    world.submit(try .sample("a") { $0.limits.time = .seconds(100) }, seconds: 500)
    world.pass(140)
    #expect(world.outcomes[try #require(JobID("a"))] == .failed(.timeLimit))
  }

  @Test func `a worker that its node should not have is ended, and its GPUs are not given away`()
    throws
  {
    var world = world(try JobNode.fleet(1))
    let node = try #require(world.order.first)
    let id = WorkerID(job: try #require(JobID("gone")), rank: 0, epoch: 3)
    let place = try #require(world.nodes[node]).place
    world.tell(.nodeReported(place, serving: 0, workers: [WorkerReport(id: id, gpus: 1)]))
    world.submit(try .sample("a"), seconds: 100)
    #expect(epochs(world, of: "a").isEmpty)
    world.tell(.workerGone(id))
    #expect(epochs(world, of: "a") == [1])
  }

  @Test func `checkpoints of all workers make one that is complete`() throws {
    var world = world(try JobNode.fleet(2))
    world.submit(
      try .sample("a", workers: 2) { $0.checkpoint.driver = .transparent },
      seconds: 10_000
    )
    world.pass(10)
    let id = try #require(JobID("a"))
    world.tell(.checkpointAsked(id))
    let report = CheckpointReport(number: 1, step: 40, isWhole: false)
    world.tell(.checkpointed(WorkerID(job: id, rank: 0, epoch: 1), report))
    #expect(try world.job("a").checkpoint == nil)
    // Those of others, and of other attempts, do not count.
    world.tell(.checkpointed(WorkerID(job: id, rank: 1, epoch: 9), report))
    world.tell(
      .checkpointed(
        WorkerID(job: id, rank: 1, epoch: 1),
        CheckpointReport(number: 2, isWhole: false)
      )
    )
    #expect(try world.job("a").checkpoint == nil)
    world.tell(.checkpointed(WorkerID(job: id, rank: 1, epoch: 1), report))
    #expect(try world.job("a").checkpoint?.step == 40)
  }
}
