import Basics
import Coordination
import HearthMessages

/// A control plane, its regions and their nodes, on links that break, stall, lose and delay; all of
/// it in virtual time and from one seed.
final class SimulatedFleet {
  var now = Fixture.instant(1)
  var random: PRNG
  var control: ControlCore
  let regions: [SimulatedRegion]
  let nodes: [SimulatedNode]
  /// Sessions of region agents, as the control plane numbers them.
  private var regionLinks: [SessionID: RegionLink] = [:]
  private var controlSuspendedUntil = Instant.zero
  private var lastID: UInt64 = 0
  private var isQuiet = false
  /// What operators ordered last, while the control plane that heard it lives.
  private(set) var orders: [String: HearthV1.Availability] = [:]

  init(seed: UInt64, regions regionCount: Int = 2, nodesEach: Int = 2) {
    random = PRNG(seed: seed)
    control = ControlCore(settings: .init(seed: seed))
    regions = (0..<regionCount).map { SimulatedRegion(name: "r\($0)") }
    nodes = regions.flatMap { region in
      (0..<nodesEach).map { SimulatedNode(name: "\(region.name)-n\($0)", region: region) }
    }
    for region in regions { restart(region) }
    for node in nodes { restart(node) }
  }

  /// Lets faults happen for a while.
  func disturb(for time: Duration) {
    isQuiet = false
    run(for: time) { disturbOnce() }
  }

  /// Lets everything settle: whatever runs ends, and no fault happens any more.
  func settle(for time: Duration) {
    isQuiet = true
    for node in nodes where node.core.availability == .ready || node.core.turnCount > 0 {
      for turn in node.turns { end(turn, on: node) }
    }
    run(for: time) {}
  }

  /// Lets every node hold all blocks, behind uplinks that take less than the nodes could send.
  func fillBehindSlowUplinks(for time: Duration) {
    isQuiet = true
    for node in nodes {
      for replica in node.held.indices {
        node.held[replica] = Set(1...SimulatedNode.hashes)
        step(
          node,
          .cacheChanged(replica: replica, removed: [], stored: node.held[replica].sorted())
        )
      }
    }
    run(for: time) {
      for region in regions { region.uplink?.slowUntil = later(2) }
    }
  }

  private func run(for time: Duration, _ body: () -> Void) {
    let end = now.advanced(by: time)
    while now < end {
      now = now.advanced(by: .milliseconds(20))
      wakeUp()
      deliver()
      body()
    }
  }

  private func draw(_ bound: UInt64) -> UInt64 { random.next() % bound }

  private func nextID() -> UInt64 {
    lastID += 1
    return lastID
  }

  // MARK: Faults

  private func disturbOnce() {
    let node = nodes[Int(draw(UInt64(nodes.count)))]
    let region = regions[Int(draw(UInt64(regions.count)))]
    switch draw(400) {
    case 0: node.link?.break(isSilent: draw(2) == 0)
    case 1: region.uplink?.break(isSilent: draw(2) == 0)
    case 2 where draw(4) == 0: restart(node)
    case 3 where draw(8) == 0: restart(region)
    case 4 where draw(16) == 0: restartControl()
    case 5: node.suspendedUntil = later(15)
    case 6: region.suspendedUntil = later(15)
    case 7 where draw(4) == 0: controlSuspendedUntil = later(15)
    case 8: node.link?.slowUntil = later(3)
    case 9: region.uplink?.slowUntil = later(3)
    case 10: order(node)
    case 11: step(.cacheResetOrdered)
    case 12...60: place()
    case 61...90: if let turn = node.turns.first { end(turn, on: node) }
    case 91...200: changeCache(of: node)
    default: break
    }
  }

  private func later(_ seconds: UInt64) -> Instant {
    now.advanced(by: .milliseconds(Int64(draw(seconds * 1_000))))
  }

  private func order(_ node: SimulatedNode) {
    let wanted: [HearthV1.Availability] = [.ready, .cordoned, .draining, .ready]
    let request = HearthV1.SetNodeAvailabilityRequest(
      node: node.name,
      availability: wanted[Int(draw(4))],
      deadlineNs: Int64(draw(10_000_000_000))
    )
    var actions = Actions<ControlCore.Action>()
    guard (try? control.order(request, at: now, into: &actions)) != nil else { return }
    orders[node.name] = request.availability
    for action in actions.take() { perform(action) }
  }

  private func changeCache(of node: SimulatedNode) {
    let replica = Int(draw(UInt64(node.held.count)))
    var (removed, stored): ([UInt64], [UInt64]) = ([], [])
    for _ in 0..<draw(12) {
      let hash = 1 + draw(SimulatedNode.hashes)
      if node.held[replica].remove(hash) != nil {
        removed.append(hash)
      } else {
        node.held[replica].insert(hash)
        stored.append(hash)
      }
    }
    // One piece of news names no block twice.
    let twice = Set(removed).intersection(stored)
    for hash in twice { node.held[replica].remove(hash) }
    let count = { (hashes: [UInt64]) in Set(hashes).subtracting(twice).sorted() }
    step(
      node,
      .cacheChanged(
        replica: replica,
        removed: count(removed) + twice.sorted(),
        stored: count(stored)
      )
    )
  }

  private func place() {
    let request = HearthV1.RouteRequest(model: "llama", originRegion: "r0", promptTokens: 32)
    guard case .placed(let placement) = try? control.route(request, at: now).verdict,
      let node = nodes.first(where: { $0.name == placement.node }), draw(10) > 0,
      node.core.availability == .ready, node.suspendedUntil <= now,
      let replica = node.hello.replicas.firstIndex(where: { $0.id == placement.replica })
    else { return }
    let turn = SimulatedNode.Turn(replica: replica, reservation: placement.reservation)
    node.turns.append(turn)
    step(node, .turnAccepted(replica: replica, reservation: turn.reservation))
    reportLoad(of: node)
  }

  private func end(_ turn: SimulatedNode.Turn, on node: SimulatedNode) {
    guard let index = node.turns.firstIndex(of: turn) else { return }
    node.turns.remove(at: index)
    step(node, .turnEnded(replica: turn.replica, .init(reservation: turn.reservation)))
    reportLoad(of: node)
  }

  private func reportLoad(of node: SimulatedNode) {
    for replica in node.held.indices {
      step(node, .loadChanged(replica: replica, node.load(of: replica)))
    }
  }

  // MARK: Processes

  private func restart(_ node: SimulatedNode) {
    node.link?.clientDied()
    node.start(incarnation: nextID(), at: now)
  }

  private func restart(_ region: SimulatedRegion) {
    region.uplink?.clientDied()
    for link in region.links.values { link.serverDied() }
    region.start(incarnation: nextID(), at: now)
  }

  private func restartControl() {
    for link in regionLinks.values { link.serverDied() }
    regionLinks = [:]
    orders = [:]
    control = ControlCore(settings: .init(seed: nextID()))
  }

  private func wakeUp() {
    for node in nodes where node.isDue(at: now) { step(node, .timePassed) }
    for region in regions where region.isDue(at: now) { step(region, .timePassed) }
    if controlSuspendedUntil <= now || isQuiet, let due = control.deadline, due <= now {
      step(.timePassed)
    }
  }

  private func deliver() {
    if isQuiet {
      controlSuspendedUntil = .zero
      for node in nodes { node.suspendedUntil = .zero }
      for region in regions { region.suspendedUntil = .zero }
    }
    for node in nodes {
      guard let link = node.link else { continue }
      let region = node.region
      if region.suspendedUntil <= now {
        for arrival in link.takeUp(at: now, isPaused: region.isPaused) {
          switch arrival {
          case .opened:
            region.links[link.id] = link
            step(region, .nodeOpened(link.id))
          case .message(let message): step(region, .nodeSpoke(link.id, message))
          case .closed(let reason):
            region.links[link.id] = nil
            step(region, .nodeClosed(link.id, reason: reason))
          }
        }
      }
    }
    deliverToNodes()
    deliverToRegions()
    deliverOrphans()
  }

  private func deliverToNodes() {
    for node in nodes where node.suspendedUntil <= now {
      guard let link = node.link else { continue }
      if link.takeDrained() { step(node, .sessionDrained) }
      for arrival in link.takeDown(at: now) {
        switch arrival {
        case .opened: break
        case .message(let command): step(node, .commandReceived(command))
        case .closed(let reason):
          link.clientDied()
          node.link = nil
          step(node, .sessionClosed(reason: reason))
        }
      }
    }
  }

  private func deliverToRegions() {
    for region in regions {
      guard let link = region.uplink else { continue }
      if controlSuspendedUntil <= now { hear(link) }
      guard region.suspendedUntil <= now else { continue }
      if link.takeDrained() { step(region, .controlDrained) }
      for arrival in link.takeDown(at: now) {
        switch arrival {
        case .opened: break
        case .message(let command): step(region, .controlSpoke(command))
        case .closed(let reason):
          link.clientDied()
          region.uplink = nil
          step(region, .controlClosed(reason: reason))
        }
      }
    }
  }

  /// What servers hear of links whose clients have left them.
  private func deliverOrphans() {
    for region in regions where region.suspendedUntil <= now {
      for (id, link) in region.links.sorted(by: { $0.key < $1.key }) where link.isOrphan {
        region.links[id] = nil
        step(region, .nodeClosed(id, reason: "the client left"))
      }
    }
    guard controlSuspendedUntil <= now else { return }
    for (id, link) in regionLinks.sorted(by: { $0.key < $1.key }) where link.isOrphan {
      regionLinks[id] = nil
      step(.regionClosed(id, reason: "the client left"))
    }
  }

  private func hear(_ link: RegionLink) {
    for arrival in link.takeUp(at: now, isPaused: false) {
      switch arrival {
      case .opened:
        regionLinks[link.id] = link
        step(.regionOpened(link.id))
      case .message(let message): step(.regionSpoke(link.id, message))
      case .closed(let reason):
        regionLinks[link.id] = nil
        step(.regionClosed(link.id, reason: reason))
      }
    }
  }

  // MARK: Actions

  private func step(_ event: ControlCore.Event) {
    var actions = Actions<ControlCore.Action>()
    control.step(event, at: now, into: &actions)
    for action in actions.take() { perform(action) }
  }

  private func perform(_ action: ControlCore.Action) {
    switch action {
    case .sendToRegion(let session, let command): regionLinks[session]?.sendDown(command, at: now)
    case .closeRegion(let session, let rejection):
      guard let link = regionLinks.removeValue(forKey: session) else { return }
      link.finish(rejection.message, at: now)
      step(.regionClosed(session, reason: rejection.message))
    case .answerRoute, .note: break
    }
  }

  private func step(_ region: SimulatedRegion, _ event: RegionCore.Event) {
    var actions = Actions<RegionCore.Action>()
    region.core.step(event, at: now, into: &actions)
    for action in actions.take() { perform(action, of: region) }
  }

  private func perform(_ action: RegionCore.Action, of region: SimulatedRegion) {
    switch action {
    case .sendToNode(let session, let command): region.links[session]?.sendDown(command, at: now)
    case .closeNode(let session, let rejection):
      guard let link = region.links.removeValue(forKey: session) else { return }
      link.finish(rejection.message, at: now)
      step(region, .nodeClosed(session, reason: rejection.message))
    case .openControl:
      region.uplink = RegionLink(id: nextID(), at: now)
      step(region, .controlOpened)
    case .sendToControl(let message):
      if region.uplink?.sendUp(message, at: now) == false { step(region, .controlStalled) }
    case .closeControl(let reason):
      region.uplink?.clientDied()
      region.uplink = nil
      step(region, .controlClosed(reason: reason))
    case .pauseNodes: region.isPaused = true
    case .resumeNodes: region.isPaused = false
    case .abandonTurns, .ping, .note: break
    }
  }

  private func step(_ node: SimulatedNode, _ event: NodeCore.Event) {
    var actions = Actions<NodeCore.Action>()
    node.core.step(event, at: now, into: &actions)
    for action in actions.take() { perform(action, of: node) }
  }

  private func perform(_ action: NodeCore.Action, of node: SimulatedNode) {
    switch action {
    case .openSession:
      node.link = NodeLink(id: nextID(), at: now)
      step(node, .sessionOpened)
    case .closeSession(let reason):
      node.link?.clientDied()
      node.link = nil
      step(node, .sessionClosed(reason: reason))
    case .send(let message):
      if node.link?.sendUp(message, at: now) == false { step(node, .sessionStalled) }
    case .cancelTurns: for turn in node.turns { end(turn, on: node) }
    case .resetCaches:
      for replica in node.held.indices {
        node.held[replica] = []
        step(node, .cacheCleared(replica: replica))
      }
    case .exit, .note: break
    }
  }
}
