import Basics
import HearthMessages
import Testing

@testable import NodeAgent
@testable import Workers

@Suite(.timeLimit(.minutes(2))) struct WorkerLeaseTests {
  private static let script = "trap '' TERM; echo $$ >pid; while :; do sleep 0.02; done"

  @Test func `workers of a node that is cut off are ended after the lease, and not before`() throws
  {
    let node = try TestNode()
    let name = node.start(node.order(Self.script))
    node.wait("running") { node.line("pid") != nil }
    node.wind(.seconds(50))
    node.renew()
    node.wind(.seconds(59))
    // What is over 60 s after the first renewal.
    let other = node.start(node.order("exit 4", rank: 1, gpus: 4))
    node.waitGone(other)
    #expect(node.state(other)?.status == 4)
    #expect(node.state(name)?.phase == .running)
    node.wind(.seconds(2))
    node.look()
    node.waitGone(name)
    #expect(node.state(name)?.status == -9)
  }

  @Test func `an old renewal counts from when it was proven`() throws {
    let node = try TestNode()
    let name = node.start(node.order(Self.script))
    node.wait("running") { node.line("pid") != nil }
    node.wind(.seconds(40))
    // Heard now; the control plane has been silent towards the region for half a minute.
    node.renew(ago: .seconds(30))
    node.wind(.seconds(29))
    node.waitRunning(name)
    node.wind(.seconds(2))
    node.look()
    node.waitGone(name)
  }

  @Test(arguments: [59, 61])
  func `an agent that restarts counts from the last renewal`(seconds: Int) throws {
    let node = try TestNode()
    let name = node.start(node.order(Self.script))
    node.wait("running") { node.line("pid") != nil }
    node.drop()
    node.wind(.seconds(seconds))
    try node.restart()
    if seconds < 60 {
      node.renew()
      node.waitRunning(name)
      let other = node.start(node.order("exit 4", rank: 1, gpus: 4))
      node.waitGone(other)
      #expect(node.state(name)?.phase == .running)
    } else {
      node.waitGone(name)
      #expect(node.state(name)?.status == -9)
    }
  }

  @Test(arguments: ["", "another-boot 0001000000000000000", "x y z", "x", nil])
  func `a lease that can't be read is over`(text: String?) throws {
    let node = try TestNode()
    let name = node.start(node.order(Self.script))
    node.wait("running") { node.line("pid") != nil }
    node.drop()
    Files.remove(node.folder + "/lease")
    if let text { try Files.keep(Array(text.utf8), node.folder + "/lease") }
    try node.restart()
    node.waitGone(name)
  }

  @Test func `a node that would go on for longer than it is counted on starts nothing`() throws {
    let node = try TestNode()
    let name = node.start(node.order("true") { $0.cutOffNs = 59_000_000_000 })
    #expect(node.state(name)?.phase == .gone)
    #expect(node.state(name)?.fault.contains("jobs.cutOffMax") == true)
  }

  @Test func `an order waits until it is sure that the control plane counts on the node`() throws {
    let node = try TestNode()
    node.wind(.seconds(61))
    let name = node.start(node.order("echo 1 >ran"))
    let other = node.start(node.order("echo 1 >other", rank: 1, gpus: 4))
    let probe = HearthV1.WorkerName(job: "tune", rank: 1, epoch: 1)
    #expect(node.state(name)?.phase == .starting && other == probe)
    node.stop(other, .seconds(1))
    #expect(node.state(other)?.phase == .gone)
    node.renew(ago: .seconds(60))
    #expect(node.state(name)?.phase == .starting && Files.list(node.folder + "/run").isEmpty)
    node.renew()
    node.waitGone(name)
    #expect(node.line("ran") == "1" && node.line("other") == nil)
  }
}
