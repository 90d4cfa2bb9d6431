import Basics
import FleetSpec
import Testing

@testable import Jobs

/// Nodes that an operator wants empty.
@Suite(.timeLimit(.minutes(5)))
struct JobDrainTests {
  private func world(_ count: Int) throws -> JobWorld {
    var world = JobWorld(try JobNode.fleet(count), settings: .init())
    world.stubbornShare = 0
    return world
  }

  private func drain(_ world: inout JobWorld, _ node: String, within: Duration) throws {
    world.tell(.nodeDrained(try #require(NodeID(node)), by: world.now.advanced(by: within)))
  }

  private func graces(_ world: JobWorld) -> [Duration] {
    world.log.compactMap { entry in
      if case .stop(_, .drained, let grace) = entry.action { grace } else { nil }
    }
  }

  @Test func `workers have their notice and go on elsewhere, and that is no failure`() throws {
    var world = try world(2)
    world.submit(try .sample("a"), seconds: 10_000)
    world.pass(60)
    let node = try world.nodesOf("a")[0]
    try drain(&world, node, within: .seconds(3600))
    try drain(&world, node, within: .seconds(3600))
    world.pass(60)
    let job = try world.job("a")
    #expect(job.phase == .running && job.failures == 0 && job.preemptions == 0)
    #expect(try world.nodesOf("a") != [node])
    #expect(job.incidents.map(\.cause) == [.drained(try #require(NodeID(node)))])
    #expect(graces(world) == [job.spec.notice] && world.faults.isEmpty)
    world.pass(600)
    #expect(try world.job("a").epoch == 2)
  }

  @Test func `no notice is longer than the operator waits`() throws {
    var world = try world(2)
    world.submit(try .sample("a"), seconds: 10_000)
    world.pass(60)
    try drain(&world, try world.nodesOf("a")[0], within: .seconds(3))
    world.pass(30)
    #expect(graces(world) == [.seconds(3)])
  }

  @Test func `a gang keeps its places on the other nodes`() throws {
    var world = try world(4)
    world.submit(try .sample("g", workers: 3), seconds: 10_000)
    world.pass(60)
    let before = try world.nodesOf("g")
    world.submit(try .sample("b", workers: 1), seconds: 10_000)
    world.submit(try .sample("c", workers: 1), seconds: 10_000)
    world.pass(10)
    try drain(&world, before[1], within: .seconds(3600))
    world.pass(120)
    // The last node is taken, so it waits; nobody else has what it may need.
    #expect(try world.job("g").isWaiting)
    world.tell(.cancelled(try #require(JobID("c"))))
    world.tell(.cancelled(try #require(JobID("b"))))
    world.pass(120)
    #expect(try world.job("g").phase == .running)
    #expect(try Set(world.nodesOf("g")).isDisjoint(with: [before[1]]) && world.faults.isEmpty)
  }

  @Test func `an elastic job gives up what is there while the others go on`() throws {
    var world = try world(3)
    world.submit(
      try .sample("e", workers: 1, max: 3) { $0.launch = .launcher },
      seconds: 10_000
    )
    world.pass(60)
    let first = try #require(try world.job("e").workers.first { $0.rank == 0 }).node
    let node = try #require(world.order.first { $0 != first })
    try drain(&world, node.text, within: .seconds(3600))
    world.pass(60)
    let job = try world.job("e")
    #expect(job.phase == .running && job.workers.count == 2 && job.epoch == 1)
    #expect(job.workers.allSatisfy { $0.node != node } && world.faults.isEmpty)
  }

  @Test func `a job finds a place only where Hearth can make the checkpoints it wants`() throws {
    var nodes = try JobNode.fleet(3)
    for index in [0, 2] { nodes[index].drivers.remove(.transparent) }
    var world = JobWorld(nodes, settings: .init())
    world.submit(try .sample("a") { $0.checkpoint.driver = .transparent })
    world.submit(try .sample("b") { $0.checkpoint.driver = .transparent })
    world.submit(try .sample("p"))
    world.pass(60)
    #expect(try world.nodesOf("a") == [nodes[1].id.text])
    #expect(try world.job("b").isWaiting && world.job("p").phase == .running)
    let none = FleetTopology([nodes[0], nodes[2]])
    let spec = try JobSpec.sample("c") { $0.checkpoint.driver = .transparent }
    #expect(spec.faults(on: none).map(\.field) == ["checkpoint.driver"])
    #expect(spec.faults(on: FleetTopology(nodes)).isEmpty)
  }
}
