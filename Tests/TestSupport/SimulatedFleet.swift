package import Accounting
package import Basics
package import Coordination
package import HearthMessages

/// What happens in a simulated fleet beside its sessions.
package protocol SimulatedWork: AnyObject {
  /// A node has to end its turns.
  func cancelTurns(on node: SimulatedNode, because reason: String)
  /// A node has to drop what its engines hold.
  func resetCaches(of node: SimulatedNode)
  /// The control plane answers a call that it held.
  func answered(_ call: UInt64, _ response: HearthV1.RouteResponse)
  /// A process logs.
  func noted(_ note: Note, by process: String)
}

extension SimulatedWork {
  package func answered(_ call: UInt64, _ response: HearthV1.RouteResponse) {}
  package func noted(_ note: Note, by process: String) {}
}

/// A control plane, its regions and their nodes, on links with a delay, all in virtual time.
package final class SimulatedFleet {
  package private(set) var now = Fixture.instant(1)
  package private(set) var control: ControlCore
  package private(set) var regions: [SimulatedRegion] = []
  package private(set) var nodes: [SimulatedNode] = []
  package weak var work: (any SimulatedWork)?
  /// Until then the control plane does nothing.
  package var controlSuspendedUntil = Instant.zero
  /// What each stream takes, one way.
  package var linkDelay = Duration.milliseconds(30)
  /// What pings between two regions take; nil where they are lost.
  package var roundTrip: (_ one: String, _ other: String) -> Duration? = { _, _ in nil }

  private let settings: ControlCore.Settings
  /// Sessions of region agents, as the control plane numbers them.
  private var regionLinks: [SessionID: RegionLink] = [:]
  package private(set) var isControlDown = false
  /// What a ledger would have on its disk, which outlives the control plane.
  package private(set) var recorded: Set<UsageRecord> = []
  /// How long its disk takes.
  package var ledgerDelay = Duration.milliseconds(100)
  /// What is on its way to the disk, and when it is there.
  private var recording: [(due: Instant, records: [UsageRecord], count: UInt64)] = []
  private var recordedCount: UInt64 = 0
  private var lastID: UInt64 = 0

  package init(settings: ControlCore.Settings) {
    self.settings = settings
    control = ControlCore(settings: settings, at: now)
  }

  /// Lets time pass, and calls `body` at each step of it.
  package func run(for time: Duration, tick: Duration = .milliseconds(20), _ body: () -> Void = {})
  {
    let end = now.advanced(by: time)
    while now < end {
      advance(to: now.advanced(by: tick)) {}
      body()
    }
  }

  /// Does all that is due at an instant, after what clients do then.
  package func advance(to instant: Instant, clients: () throws -> Void) rethrows {
    now = instant
    try clients()
    wakeUp()
    deliver()
    while controlIsAwake, let first = recording.first, first.due <= now {
      recording.removeFirst()
      recorded.formUnion(first.records)
      step(.usageKept(first.count))
    }
    if controlIsAwake, let due = control.deadline, due <= now { step(.timePassed) }
  }

  /// When a process has something to do, or a message arrives.
  package var deadline: Instant? {
    var dues = regions.filter { !$0.isDown }.map { [$0.core.deadline, $0.uplink?.deadline] }
    dues += nodes.filter { !$0.isDown }.map { [$0.core.deadline, $0.link?.deadline] }
    return (dues.flatMap(\.self) + [control.deadline]).compactMap(\.self).min()
  }

  package func nextID() -> UInt64 {
    lastID += 1
    return lastID
  }

  // Processes.

  package func add(_ region: SimulatedRegion) {
    regions.append(region)
    start(region)
  }

  package func add(_ node: SimulatedNode) {
    nodes.append(node)
    start(node)
  }

  /// Starts a process of the node's; the one that runs ends.
  package func start(_ node: SimulatedNode) {
    stop(node)
    node.start(incarnation: nextID(), at: now)
  }

  /// Starts an agent's process; the one that runs ends.
  package func start(_ region: SimulatedRegion) {
    stop(region)
    region.start(incarnation: nextID(), at: now)
  }

  /// Starts a control plane that knows nothing; the one that runs ends.
  package func startControl() {
    stopControl()
    var settings = settings
    settings.seed = nextID()
    (control, isControlDown) = (ControlCore(settings: settings, at: now), false)
  }

  /// Ends a node's process; where `isSilent` its agent does not hear of it, as when power is lost.
  package func stop(_ node: SimulatedNode, isSilent: Bool = false) {
    if isSilent { node.link?.break(isSilent: true) }
    node.link?.clientDied()
    (node.link, node.isDown) = (nil, true)
  }

  /// Ends an agent's process, silently or not.
  package func stop(_ region: SimulatedRegion, isSilent: Bool = false) {
    for link in [region.uplink].compactMap(\.self) where isSilent { link.break(isSilent: true) }
    region.uplink?.clientDied()
    for link in region.links.values { link.serverDied() }
    (region.uplink, region.links, region.isDown) = (nil, [:], true)
  }

  /// Ends the control plane's process.
  package func stopControl() {
    for link in regionLinks.values { link.serverDied() }
    (regionLinks, isControlDown) = ([:], true)
    (recording, recordedCount) = ([], 0)
  }

  // Time.

  private func wakeUp() {
    for node in nodes where node.isDue(at: now) { step(node, .timePassed) }
    for region in regions where region.isDue(at: now) { step(region, .timePassed) }
    if controlIsAwake, let due = control.deadline, due <= now { step(.timePassed) }
  }

  private var controlIsAwake: Bool { controlSuspendedUntil <= now && !isControlDown }

  private func deliver() {
    for node in nodes {
      guard let link = node.link, node.region.isAwake(at: now) else { continue }
      let region = node.region
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
    deliverToNodes()
    deliverToRegions()
    deliverOrphans()
  }

  private func deliverToNodes() {
    for node in nodes where node.isAwake(at: now) {
      guard let link = node.link else { continue }
      if link.takeDrained() { step(node, .sessionDrained) }
      for arrival in link.takeDown(at: now) {
        switch arrival {
        case .opened: break
        case .message(let command): step(node, .commandReceived(command))
        case .closed(let reason): closeLink(of: node, reason)
        }
      }
    }
  }

  private func deliverToRegions() {
    for region in regions {
      guard let link = region.uplink else { continue }
      if controlIsAwake { hear(link) }
      guard region.isAwake(at: now) else { continue }
      if link.takeDrained() { step(region, .controlDrained) }
      for arrival in link.takeDown(at: now) {
        switch arrival {
        case .opened: break
        case .message(let command): step(region, .controlSpoke(command))
        case .closed(let reason): closeUplink(of: region, reason)
        }
      }
    }
  }

  /// What servers hear of links whose clients have left them.
  private func deliverOrphans() {
    for region in regions where region.isAwake(at: now) {
      for (id, link) in region.links.sorted(by: { $0.key < $1.key }) where link.isOrphan {
        region.links[id] = nil
        step(region, .nodeClosed(id, reason: "the client left"))
      }
    }
    guard controlIsAwake else { return }
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

  private func closeLink(of node: SimulatedNode, _ reason: String) {
    node.link?.clientDied()
    node.link = nil
    step(node, .sessionClosed(reason: reason))
  }

  private func closeUplink(of region: SimulatedRegion, _ reason: String) {
    region.uplink?.clientDied()
    region.uplink = nil
    step(region, .controlClosed(reason: reason))
  }

  // Events and actions.

  /// Has the control plane do something, and carries out what follows.
  package func control<Answer, Fault: Error>(
    _ body: (inout ControlCore, inout Actions<ControlCore.Action>) throws(Fault) -> Answer
  ) throws(Fault) -> Answer {
    var actions = Actions<ControlCore.Action>()
    defer { for action in actions.take() { perform(action) } }
    return try body(&control, &actions)
  }

  package func step(_ event: ControlCore.Event) {
    control { core, actions in core.step(event, at: now, into: &actions) }
  }

  private func perform(_ action: ControlCore.Action) {
    switch action {
    case .sendToRegion(let session, let command): regionLinks[session]?.sendDown(command, at: now)
    case .sendToRegions(let sessions, let command):
      for session in sessions { regionLinks[session]?.sendDown(command, at: now) }
    case .closeRegion(let session, let rejection):
      guard let link = regionLinks.removeValue(forKey: session) else { return }
      link.finish(rejection.message, at: now)
      step(.regionClosed(session, reason: rejection.message))
    case .answerRoute(let call, let response): work?.answered(call, response)
    case .tell: break
    case .record(let records):
      recordedCount += UInt64(records.count)
      recording.append((now.advanced(by: ledgerDelay), records, recordedCount))
    case .store: break
    case .note(let note): work?.noted(note, by: "control")
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
      guard !isControlDown else {
        return step(region, .controlClosed(reason: "connection refused"))
      }
      region.uplink = RegionLink(id: nextID(), delay: linkDelay, at: now)
      step(region, .controlOpened)
    case .sendToControl(let message):
      if region.uplink?.sendUp(message, at: now) == false { step(region, .controlStalled) }
    case .closeControl(let reason): closeUplink(of: region, reason)
    case .pauseNodes: region.isPaused = true
    case .resumeNodes: region.isPaused = false
    case .ping(let other, _):
      guard regions.contains(where: { $0.name == other && $0.isAwake(at: now) }),
        let time = roundTrip(region.name, other)
      else { return }
      step(region, .pingAnswered(region: other, time))
    case .note(let note): work?.noted(note, by: "region \(region.name)")
    case .abandonTurns, .setHealth: break
    }
  }

  package func step(_ node: SimulatedNode, _ event: NodeCore.Event) {
    var actions = Actions<NodeCore.Action>()
    node.core.step(event, at: now, into: &actions)
    for action in actions.take() { perform(action, of: node) }
  }

  private func perform(_ action: NodeCore.Action, of node: SimulatedNode) {
    switch action {
    case .openSession:
      guard !node.region.isDown else {
        return step(node, .sessionClosed(reason: "connection refused"))
      }
      node.link = NodeLink(id: nextID(), delay: linkDelay, at: now)
      step(node, .sessionOpened)
    case .closeSession(let reason): closeLink(of: node, reason)
    case .send(let message):
      if node.link?.sendUp(message, at: now) == false { step(node, .sessionStalled) }
    case .cancelTurns(let reason): work?.cancelTurns(on: node, because: reason)
    case .resetCaches: work?.resetCaches(of: node)
    case .setHealth, .command, .renewLease, .park: break
    case .exit: stop(node)
    case .note(let note): work?.noted(note, by: "node \(node.name)")
    }
  }
}
