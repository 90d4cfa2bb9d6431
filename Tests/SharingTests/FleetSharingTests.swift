import Basics
import FleetSpec
import Jobs
import Testing

@testable import Sharing

@Suite struct FleetSharingTests {
  private func node(_ name: String) throws -> NodeID { try #require(NodeID(name)) }
  private func replica(_ name: String) throws -> ReplicaID { try #require(ReplicaID(name)) }

  /// Two nodes of which all replicas but one are parked.
  private func night(_ change: (inout SharingSettings) -> Void = { _ in }) throws -> SharedFleet {
    var fleet = try SharedFleet(nodes: 2, change)
    _ = fleet.pass(595)
    for id in ["n0/0", "n0/1", "n1/0"] {
      _ = fleet.pass(5)
      _ = try fleet.park(id)
    }
    #expect(fleet.sharing.parkedCount == 3)
    return fleet
  }

  @Test func `a replica that is needless for a while ends its turns, and then lends its GPUs`()
    throws
  {
    var fleet = try SharedFleet(nodes: 1)
    fleet.load(0.2, requests: 1)
    #expect(fleet.pass(600) == ["cordon n0/0"])
    #expect(fleet.pass(300) == [])
    fleet.load(0)
    #expect(fleet.pass(5) == ["unload n0/0"])
    #expect(try fleet.park("n0/0") == ["serve n0 2"])
    // One replica of a model serves on in each region.
    #expect(fleet.pass(7200) == [])
  }

  @Test func `nothing is parked that jobs don't want, or that may be needed`() throws {
    var fleet = try SharedFleet(nodes: 1)
    fleet.use.wantedGPUs = [:]
    fleet.load(0.3, requests: 1)
    #expect(fleet.pass(3600) == [])
    fleet.use.wantedGPUs = [try SharedFleet.region: 1]
    // The other would be used by more than a half, and is not used enough to need help.
    fleet.load(0.3, requests: 1)
    #expect(fleet.pass(10) == [])
    #expect(fleet.pass(3600) == [])
    fleet.load(0.2, requests: 1)
    #expect(fleet.pass(300) == [])
    fleet.load(0.3, requests: 1)
    #expect(fleet.pass(60) == [])
    fleet.load(0.2, requests: 1)
    #expect(fleet.pass(600) == [])
    #expect(fleet.pass(60) == ["cordon n0/0"])
    var off = try SharedFleet(nodes: 1) { $0.parks = false }
    #expect(off.pass(3600) == [] && off.sharing.lendableGPUs.isEmpty)
  }

  @Test func `whole nodes are parked first, and there the replica with the least to lose`() throws {
    var fleet = try SharedFleet(nodes: 2)
    fleet.use.replicas[0].warmBlocks = 9
    fleet.use.replicas[1].warmBlocks = 5
    fleet.use.replicas[2].warmBlocks = 7
    fleet.use.replicas[3].warmBlocks = 6
    #expect(fleet.pass(600) == ["cordon n0/1", "unload n0/1"])
    _ = try fleet.park("n0/1")
    #expect(fleet.pass(5) == ["cordon n0/0", "unload n0/0"])
    _ = try fleet.park("n0/0")
    #expect(fleet.pass(5) == ["cordon n1/1", "unload n1/1"])
  }

  @Test func `as many come back as are needed, where the jobs' scheduler makes room`() throws {
    var fleet = try night()
    fleet.load(0.6)
    #expect(fleet.pass(60) == [])
    fleet.load(1)
    #expect(fleet.pass(60) == ["reclaim 1: 1"])
    #expect(fleet.tell(.handedOver(1, try node("n0"), gpus: 2)) == ["load n0/1 2"])
    #expect(fleet.sharing.parkedCount == 3)
    _ = fleet.tell(.loaded(try replica("n0/1")))
    #expect(fleet.sharing.parkedCount == 2)
    #expect(fleet.pass(300) == [])
    // Its neighbour may be given other GPUs than it had.
    fleet.use.waits = [try SharedFleet.model: .seconds(1)]
    #expect(fleet.pass(5) == ["reclaim 2: 2"])
    #expect(fleet.tell(.handedOver(2, try node("n0"), gpus: 4)) == ["load n0/0 4"])
    #expect(fleet.tell(.handedOver(2, try node("n1"), gpus: 1)) == ["load n1/0 1"])
    #expect(fleet.pass(60) == [])
  }

  @Test func `a turn that waits brings everything back, what has not left at once`() throws {
    var fleet = try SharedFleet(nodes: 2)
    _ = fleet.pass(600)
    _ = try fleet.park("n0/0")
    fleet.load(0, requests: 1)
    #expect(fleet.pass(5) == ["cordon n0/1"])
    fleet.use.waits = [try SharedFleet.model: .milliseconds(400)]
    #expect(fleet.pass(5) == [])
    fleet.use.waits = [try SharedFleet.model: .milliseconds(500)]
    #expect(fleet.pass(10) == ["uncordon n0/1", "reclaim 1: 1"])
    fleet.use.waits = [:]
    // What just came back is not parked again before it has been quiet for as long.
    #expect(fleet.tell(.handedOver(1, try node("n0"), gpus: 1)) == ["load n0/0 1"])
    _ = fleet.tell(.loaded(try replica("n0/0")))
    #expect(fleet.pass(590) == [])
  }

  @Test func `more are asked for in one reclaim, and what comes too late goes back to jobs`() throws
  {
    var fleet = try night()
    fleet.load(1)
    #expect(fleet.pass(60) == ["reclaim 1: 1"])
    fleet.use.waits = [try SharedFleet.model: .seconds(1)]
    #expect(fleet.pass(5) == ["end 1", "reclaim 2: 3"])
    #expect(fleet.tell(.handedOver(1, try node("n0"), gpus: 1)) == ["serve n0 0"])
    _ = fleet.tell(.fellShort(2, replicas: 2))
    #expect(fleet.tell(.handedOver(2, try node("n1"), gpus: 1)) == ["load n1/0 1"])
    // What could not be had is asked for again.
    #expect(fleet.pass(5) == ["reclaim 3: 2"])
  }

  @Test func `what no job has wanted for a while serves again, unless a job has it`() throws {
    var fleet = try night()
    fleet.use.wantedGPUs = [:]
    fleet.use.idleGPUs = [try node("n0"): 1, try node("n1"): 1]
    #expect(fleet.pass(595) == [])
    #expect(fleet.pass(10) == ["reclaim 1: 2"])
  }

  @Test func `what is asked for counts as what is used`() throws {
    var fleet = try SharedFleet(nodes: 2)
    for index in fleet.use.replicas.indices { fleet.use.replicas[index].sustained = 2 }
    let own = FleetUse.Place(model: try SharedFleet.model, region: try SharedFleet.region)
    // 1.2 replicas' worth here, and as much from where nobody serves: 2.4 of 4 x 0.5 are too many.
    let other = FleetUse.Place(model: own.model, region: RegionID("mars"))
    fleet.use.offered = [own: 2.4, other: 2.4]
    #expect(fleet.pass(1200) == [])
    fleet.use.offered = [own: 2.4]
    #expect(fleet.pass(1200) == ["cordon n0/0", "unload n0/0"])
  }

  @Test func `a node that is lost takes its replicas along, and they serve when it is back`() throws
  {
    var fleet = try night()
    _ = fleet.tell(.detached(try replica("n0/0")))
    _ = fleet.tell(.detached(try replica("n0/1")))
    #expect(fleet.sharing.parkedCount == 1 && fleet.sharing.servingCount == 1)
    _ = fleet.tell(.attached(try SharedFleet.spec(0), gpus: 1, isParked: false))
    #expect(fleet.sharing.servingCount == 2)
    fleet.use.waits = [try SharedFleet.model: .seconds(1)]
    #expect(fleet.pass(5) == ["reclaim 1: 1"])
    _ = fleet.tell(.attached(try SharedFleet.spec(1), gpus: 2, isParked: true))
    #expect(fleet.pass(5) == ["end 1", "reclaim 2: 2"])
  }
}
