import Basics
import Coordination
import HearthMessages
import TestSupport

/// A simulated fleet whose links break, stall, lose and delay, and whose processes restart and
/// hang; all of it from one seed.
final class DisturbedFleet: SimulatedWork {
  struct Turn: Equatable {
    let replica: Int
    let reservation: UInt64
  }

  /// What a node's engines truly hold and run.
  struct Content {
    var held: [Set<UInt64>] = [[], []]
    var turns: [Turn] = []

    func load(of replica: Int) -> HearthV1.ReplicaLoad {
      .init(running: UInt32(turns.count { $0.replica == replica }))
    }
  }

  /// Blocks are named 1 ... this.
  static let hashes: UInt64 = 60

  let fleet: SimulatedFleet
  private var random: PRNG
  private var contents: [String: Content] = [:]
  /// What operators ordered last, while the control plane that heard it lives.
  private(set) var orders: [String: HearthV1.Availability] = [:]

  /// Whether nodes' processes die; what they have not told dies with them.
  private let nodesDie: Bool
  /// Turns that ended.
  private(set) var endedCount = 0

  init(
    seed: UInt64,
    regions regionCount: Int = 2,
    nodesEach: Int = 2,
    nodesDie: Bool = true,
    settings: ControlCore.Settings? = nil
  ) {
    random = PRNG(seed: seed)
    self.nodesDie = nodesDie
    fleet = SimulatedFleet(settings: settings ?? .init(seed: seed))
    fleet.work = self
    for region in 0..<regionCount { fleet.add(SimulatedRegion(name: "r\(region)")) }
    for region in fleet.regions {
      for node in 0..<nodesEach {
        let name = "\(region.name)-n\(node)"
        let settings = NodeCore.Settings(updateBlocksMax: 4)
        fleet.add(SimulatedNode(name: name, region: region, replicas: 2, settings: settings))
      }
    }
  }

  func content(of node: SimulatedNode) -> Content { contents[node.name, default: Content()] }

  /// Lets faults happen for a while.
  func disturb(for time: Duration) { fleet.run(for: time) { disturbOnce() } }

  /// Lets everything settle: whatever runs ends, and no fault happens any more.
  func settle(for time: Duration) {
    fleet.controlSuspendedUntil = .zero
    for region in fleet.regions { region.suspendedUntil = .zero }
    for node in fleet.nodes {
      node.suspendedUntil = .zero
      for turn in content(of: node).turns { end(turn, on: node) }
    }
    fleet.run(for: time)
  }

  /// Lets every node hold all blocks, behind uplinks that take less than the nodes could send.
  func fillBehindSlowUplinks(for time: Duration) {
    let all = Set(1...Self.hashes)
    for node in fleet.nodes {
      contents[node.name, default: Content()].held = [all, all]
      for replica in 0..<2 {
        fleet.step(node, .cacheChanged(replica: replica, removed: [], stored: all.sorted()))
      }
    }
    fleet.run(for: time) {
      for region in fleet.regions { region.uplink?.slowUntil = later(2) }
    }
  }

  private func draw(_ bound: UInt64) -> UInt64 { random.next() % bound }

  private func later(_ seconds: UInt64) -> Instant {
    fleet.now.advanced(by: .milliseconds(Int64(draw(seconds * 1_000))))
  }

  private func disturbOnce() {
    let node = fleet.nodes[Int(draw(UInt64(fleet.nodes.count)))]
    let region = fleet.regions[Int(draw(UInt64(fleet.regions.count)))]
    switch draw(400) {
    case 0: node.link?.break(isSilent: draw(2) == 0)
    case 1: region.uplink?.break(isSilent: draw(2) == 0)
    case 2 where nodesDie && draw(4) == 0:
      contents[node.name] = nil
      fleet.start(node)
    case 3 where draw(8) == 0: fleet.start(region)
    case 4 where draw(16) == 0:
      orders = [:]
      fleet.startControl()
    case 5: node.suspendedUntil = later(15)
    case 6: region.suspendedUntil = later(15)
    case 7 where draw(4) == 0: fleet.controlSuspendedUntil = later(15)
    case 8: node.link?.slowUntil = later(3)
    case 9: region.uplink?.slowUntil = later(3)
    case 10: order(node)
    case 11: fleet.step(.cacheResetOrdered)
    case 12...60: place()
    case 61...90: if let turn = content(of: node).turns.first { end(turn, on: node) }
    case 91...200: changeCache(of: node)
    default: break
    }
  }

  private func order(_ node: SimulatedNode) {
    let wanted: [HearthV1.Availability] = [.ready, .cordoned, .draining, .ready]
    let request = HearthV1.SetNodeAvailabilityRequest(
      node: node.name,
      availability: wanted[Int(draw(4))],
      deadlineNs: Int64(draw(10_000_000_000))
    )
    let isOrdered: Void? = try? fleet.control { core, actions throws(Rejection) in
      try core.order(request, at: fleet.now, into: &actions)
    }
    if isOrdered != nil { orders[node.name] = request.availability }
  }

  private func changeCache(of node: SimulatedNode) {
    let replica = Int(draw(2))
    var held = content(of: node).held[replica]
    var (removed, stored): ([UInt64], [UInt64]) = ([], [])
    for _ in 0..<draw(12) {
      let hash = 1 + draw(Self.hashes)
      if held.remove(hash) != nil {
        removed.append(hash)
      } else {
        held.insert(hash)
        stored.append(hash)
      }
    }
    // One event names no block twice.
    let twice = Set(removed).intersection(stored)
    held.subtract(twice)
    contents[node.name, default: Content()].held[replica] = held
    let once = { (hashes: [UInt64]) in Set(hashes).subtracting(twice).sorted() }
    fleet.step(
      node,
      .cacheChanged(
        replica: replica,
        removed: once(removed) + twice.sorted(),
        stored: once(stored)
      )
    )
  }

  private func place() {
    let request = HearthV1.RouteRequest(model: "llama", originRegion: "r0", promptTokens: 32)
    let response = try? fleet.control { core, _ throws(Rejection) in
      try core.route(request, at: fleet.now)
    }
    guard let placement = response?.placement,
      let node = fleet.nodes.first(where: { $0.name == placement.node }), draw(10) > 0,
      node.core.availability == .ready, node.isAwake(at: fleet.now),
      let replica = node.hello.replicas.firstIndex(where: { $0.id == placement.replica })
    else { return }
    let turn = Turn(replica: replica, reservation: placement.reservation)
    contents[node.name, default: Content()].turns.append(turn)
    fleet.step(node, .turnAccepted(replica: replica, reservation: turn.reservation))
    reportLoad(of: node)
  }

  private func end(_ turn: Turn, on node: SimulatedNode) {
    contents[node.name]?.turns.removeAll { $0 == turn }
    endedCount += 1
    let outcome = HearthV1.TurnOutcome(
      reservation: turn.reservation,
      outputTokens: UInt32(endedCount)
    )
    fleet.step(node, .turnEnded(replica: turn.replica, outcome))
    reportLoad(of: node)
  }

  private func reportLoad(of node: SimulatedNode) {
    for replica in 0..<2 {
      fleet.step(node, .loadChanged(replica: replica, content(of: node).load(of: replica)))
    }
  }

  func cancelTurns(on node: SimulatedNode, because reason: String) {
    for turn in content(of: node).turns { end(turn, on: node) }
  }

  func resetCaches(of node: SimulatedNode) {
    contents[node.name, default: Content()].held = [[], []]
    for replica in 0..<2 { fleet.step(node, .cacheCleared(replica: replica)) }
  }
}
