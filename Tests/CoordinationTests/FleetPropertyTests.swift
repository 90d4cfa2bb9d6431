import Accounting
import Basics
import Coordination
import HearthMessages
import TestSupport
import Testing

/// The three machines together, on links that break, stall and lose, with processes that restart
/// and hang.
@Suite(.timeLimit(.minutes(5)))
struct FleetPropertyTests {
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `once all is quiet, the control plane's view is what the nodes hold, run and say`(
    seed: UInt64
  ) throws {
    let disturbed = DisturbedFleet(seed: seed)
    for round in 1...2 {
      let place: Comment = "seed \(seed), round \(round)"
      disturbed.disturb(for: .seconds(40))
      disturbed.settle(for: .seconds(60))
      let (fleet, core) = (disturbed.fleet, disturbed.fleet.control)
      #expect(core.status.regions == 2, place)
      #expect(core.status.nodes == 4, place)
      #expect(core.status.replicas == 8, place)
      #expect(core.status.reservations == 0, place)
      #expect(core.status.running == 0, place)
      let ready = fleet.nodes.count { $0.core.availability == .ready }
      #expect(core.status.nodesReady == UInt32(ready), place)
      for node in fleet.nodes { try check(node, in: disturbed, place) }
    }
  }

  @Test func `nodes that hold more than their uplink takes at once are synced all the same`() throws
  {
    let disturbed = DisturbedFleet(seed: 1)
    disturbed.fillBehindSlowUplinks(for: .seconds(20))
    #expect(disturbed.fleet.control.status.nodesReady == 4)
    for node in disturbed.fleet.nodes { try check(node, in: disturbed, "filled") }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `whatever else breaks or dies, each turn is recorded once`(seed: UInt64) {
    var settings = ControlCore.Settings(seed: seed)
    settings.keepsUsage = true
    let disturbed = DisturbedFleet(seed: seed, nodesDie: false, settings: settings)
    disturbed.fleet.ledgerDelay = .milliseconds(Int64(seed % 4) * 400)
    disturbed.disturb(for: .seconds(80))
    disturbed.settle(for: .seconds(60))
    let recorded = disturbed.fleet.recorded
    #expect(disturbed.endedCount > 100, "seed \(seed)")
    #expect(recorded.count == disturbed.endedCount, "seed \(seed)")
    let tokens = recorded.reduce(0) { $0 + $1.usage.outputTokens }
    #expect(tokens == (1...disturbed.endedCount).reduce(0, +), "seed \(seed)")
  }

  private func check(_ node: SimulatedNode, in disturbed: DisturbedFleet, _ place: Comment) throws {
    let (fleet, content) = (disturbed.fleet, disturbed.content(of: node))
    let place: Comment = "\(place.rawValue), node \(node.name)"
    let status = try #require(fleet.control.nodeStatus(node.name, at: fleet.now), place)
    #expect(status.availability == node.core.availability, place)
    switch disturbed.orders[node.name] {
    case .draining: #expect(status.availability == .drained, place)
    case .some(let order): #expect(status.availability == order, place)
    case nil: break
    }
    #expect(node.core.turnCount == 0, place)
    for (index, replica) in status.replicas.enumerated() {
      #expect(replica.load == content.load(of: index), place)
      #expect(replica.pending == 0, place)
      // Turns that the disturbance ended may have made it suspect.
      let isSuspect = replica.reason.contains("in a row")
      #expect(isSuspect || replica.reason == node.core.trouble(of: index)?.reason ?? "", place)
      #expect(replica.blocksIndexed == UInt64(content.held[index].count), place)
    }
    // A prompt of one block asks who holds it.
    for hash in 1...DisturbedFleet.hashes {
      var core = fleet.control
      let response = try core.route(
        .init(
          model: "llama",
          originRegion: node.region.name,
          promptTokens: 32,
          blockHashes: [hash],
          blockTokens: 16,
          explain: true
        ),
        at: fleet.now
      )
      for candidate in response.candidates where candidate.excluded.isEmpty {
        guard let index = node.hello.replicas.firstIndex(where: { $0.id == candidate.replica })
        else { continue }
        #expect((candidate.cachedTokens > 0) == content.held[index].contains(hash), place)
      }
    }
  }
}
