import Basics
import HearthMessages
import Testing

@testable import NodeAgent
@testable import Workers

/// Engines and workers on the same GPUs: never both.
@Suite(.timeLimit(.minutes(2))) struct ParkingTests {
  private let node: TestNode

  init() throws { node = try TestNode() }

  private func park(_ isParked: Bool, gpus: UInt64 = 0) {
    node.jobs?.take(HearthV1.ParkReplica(index: 0, isParked: isParked, gpus: gpus))
  }

  @Test func `a worker starts where an engine was only once that has left`() throws {
    var left: (() -> Void)?
    node.jobs?.onPark = { _, done in left = done }
    park(true)
    let early = node.start(node.order("true", gpus: 1))
    #expect(node.state(early)?.fault == "GPU 0 is an engine's")
    #expect(node.told.serving == 1 && node.told.parked == 0 && node.told.replicaGpus == [1])
    let done = try #require(left)
    done()
    #expect(node.told.serving == 0 && node.told.parked == 1)
    let late = node.start(node.order("exit 4", epoch: 2, gpus: 1))
    node.waitGone(late)
    #expect(node.state(late)?.status == 4)
  }

  @Test func `an engine loads again once no worker has its GPUs`() throws {
    var loaded: [UInt64] = []
    node.jobs?.onPark = { $1() }
    node.jobs?.onLoad = { loaded.append($1) }
    park(true)
    let name = node.start(node.order("sleep 600", gpus: 2))
    node.waitRunning(name)
    // It comes back elsewhere than where it was.
    park(false, gpus: 2)
    #expect(loaded.isEmpty && node.told.parked == 1)
    let other = node.start(node.order("true", rank: 1, gpus: 2))
    #expect(node.state(other)?.fault == "GPU 1 is an engine's")
    node.jobs?.take(.kill(name))
    node.waitGone(name)
    #expect(loaded == [2] && node.told.serving == 2 && node.told.parked == 0)
    #expect(node.told.replicaGpus == [2])
    park(false, gpus: 8)
    node.jobs?.take(HearthV1.ParkReplica(index: 9, isParked: true))
    #expect(loaded == [2] && node.told.replicaGpus == [2])
  }

  @Test func `an agent that restarts leaves GPUs to the workers that have them`() throws {
    node.jobs?.onPark = { $1() }
    park(true)
    let name = node.start(node.order("sleep 600", gpus: 1))
    node.waitRunning(name)
    try node.restart()
    #expect(node.jobs?.isParked(0) == true)
    #expect(node.told.serving == 0 && node.told.parked == 1)
    node.jobs?.take(.kill(name))
    node.waitGone(name)
  }
}
