public import Basics
public import HearthMessages

/// What a region agent does about its nodes and the control plane, as a value.
///
/// It holds no copy of what nodes hold: it passes their updates on, and when the control plane was
/// away it asks the nodes to report everything again. So there is one source of truth for
/// residency, the node. While the control plane can't keep up, nodes are not read: they have to
/// wait in turn.
public struct RegionCore: Machine, Sendable {
  /// Who the agent is and how it judges.
  public struct Settings: Sendable {
    /// What the agent says of itself to the control plane.
    public var hello: HearthV1.RegionHello
    /// How nodes are judged.
    public var failure: FailureDetector.Settings
    /// How often each other region is pinged, in wall time.
    public var pingInterval: Duration
    /// Most nodes that may be attached.
    public var nodesMax: Int

    /// Makes settings: a ping each second, 4,096 nodes at most.
    public init(
      hello: HearthV1.RegionHello,
      failure: FailureDetector.Settings = .init(),
      pingInterval: Duration = .seconds(1),
      nodesMax: Int = 4_096
    ) {
      self.hello = hello
      self.failure = failure
      self.pingInterval = pingInterval
      self.nodesMax = nodesMax
    }
  }

  /// What happened to the region agent.
  public enum Event: Sendable {
    /// A node opened a stream.
    case nodeOpened(SessionID)
    /// A node spoke.
    case nodeSpoke(SessionID, HearthV1.NodeMessage)
    /// A node's stream ended.
    case nodeClosed(SessionID, reason: String)
    /// The stream to the control plane is open.
    case controlOpened
    /// The control plane spoke.
    case controlSpoke(HearthV1.RegionCommand)
    /// The stream to the control plane ended, or could not be opened.
    case controlClosed(reason: String)
    /// The stream to the control plane can't take more until it is drained.
    case controlStalled
    /// The stream to the control plane can take more again.
    case controlDrained
    /// Another region answered a ping after this long, in the fleet's time.
    case pingAnswered(region: String, Duration)
    /// The deadline may have been reached.
    case timePassed
  }

  /// What the shell must do.
  public enum Action: Sendable, Equatable {
    /// Send to a node.
    case sendToNode(SessionID, HearthV1.NodeCommand)
    /// End a node's stream with a status.
    case closeNode(SessionID, Rejection)
    /// End the token streams that run on a node: it is lost.
    case abandonTurns(node: String)
    /// Open a stream to the control plane.
    case openControl
    /// Send to the control plane.
    case sendToControl(HearthV1.RegionMessage)
    /// Close the stream to the control plane.
    case closeControl(reason: String)
    /// Take no messages from nodes for now, those that attach meanwhile included.
    case pauseNodes
    /// Take messages from nodes again.
    case resumeNodes
    /// Say by the health service whether the agent takes part in the fleet.
    case setHealth(isServing: Bool)
    /// Ping the agent of another region.
    case ping(region: String, address: String)
    /// Log.
    case note(Note)
  }

  private let settings: Settings
  private var uplink: Uplink
  private var attachments: Attachments
  private var nodes: [String: HearthV1.NodeHello] = [:]
  private var peers: [HearthV1.RegionPeer] = []
  private var roundTrips = RoundTripTable()
  private var pingDue: Instant
  private var isStalled = false
  private var kept = KeptOutcomes()
  /// Nodes that sent a heartbeat since the last one to the control plane, and no update after it.
  private var heard: Set<String> = []
  /// The latest heartbeat of each node's session.
  private var beats: [SessionID: UInt64] = [:]

  /// Makes the core of an agent.
  public init(settings: Settings, at now: Instant) {
    self.settings = settings
    uplink = Uplink(to: "control plane", seed: settings.hello.incarnation, at: now)
    attachments = Attachments(settings: settings.failure)
    pingDue = now
  }

  /// Where a node serves turns; nil when it is not attached, lost included.
  public func address(of node: String) -> String? { nodes[node]?.address }

  /// Where the nodes and the other regions' agents are.
  public var addresses: Set<String> {
    Set(nodes.values.map(\.address)).union(peers.map(\.address))
  }

  /// Nodes that are attached, suspect ones included.
  public var nodeCount: Int { nodes.count }

  /// Outcomes of turns that were dropped, since there were too many that nobody kept.
  public var droppedOutcomes: UInt64 { kept.dropped }

  /// Whether the control plane is attached to.
  public var isConnected: Bool { uplink.isLive }

  /// When ``Event/timePassed`` is wanted.
  public var deadline: Instant? {
    uplink.deadline.earlier(isStalled ? nil : attachments.deadline)
      .earlier(peers.isEmpty ? nil : pingDue)
  }

  /// Takes in one event.
  public mutating func step(_ event: Event, at now: Instant, into actions: inout Actions<Action>) {
    switch event {
    case .nodeOpened(let session): attachments.opened(session, at: now)
    case .nodeSpoke(let session, let message):
      listen(to: session, message, at: now, into: &actions)
    case .nodeClosed(let session, let reason):
      beats[session] = nil
      guard let change = attachments.closed(session, at: now) else { break }
      react(to: change, because: reason, into: &actions)
    case .controlOpened:
      sendToControl(.hello(settings.hello), into: &actions)
    case .controlSpoke(let command): obey(command, at: now, into: &actions)
    case .controlClosed(let reason):
      if uplink.isAttached { actions.append(.setHealth(isServing: false)) }
      if let note = uplink.closed(because: reason, at: now) { actions.append(.note(note)) }
      kept.broke()
      resume(at: now, into: &actions)
    case .controlStalled:
      guard uplink.isLive, !isStalled else { break }
      isStalled = true
      actions.append(.pauseNodes)
    case .controlDrained: resume(at: now, into: &actions)
    case .pingAnswered(let region, let time): roundTrips.measured(region, time)
    case .timePassed: break
    }
    advance(at: now, into: &actions)
  }

  private mutating func advance(at now: Instant, into actions: inout Actions<Action>) {
    while let directive = uplink.timePassed(at: now) {
      switch directive {
      case .open: actions.append(.openControl)
      case .close(let reason): actions.append(.closeControl(reason: reason))
      case .sendHeartbeat(let sequence):
        let heartbeat = HearthV1.Heartbeat(sequence: sequence, nodes: heard.sorted())
        heard.removeAll(keepingCapacity: true)
        sendToControl(.heartbeat(heartbeat), into: &actions)
      }
    }
    if !isStalled {
      for change in attachments.timePassed(at: now) {
        react(to: change, because: "silent for too long", into: &actions)
      }
    }
    guard pingDue <= now, !peers.isEmpty else { return }
    pingDue = now.advanced(by: settings.pingInterval)
    for peer in peers { actions.append(.ping(region: peer.region, address: peer.address)) }
    let changes = roundTrips.takeChanges()
    guard !changes.isEmpty, uplink.isLive else { return }
    sendToControl(.roundTrips(.init(roundTrips: changes)), into: &actions)
  }

  /// Reads the nodes again; what they said meanwhile comes before they are judged.
  private mutating func resume(at now: Instant, into actions: inout Actions<Action>) {
    guard isStalled else { return }
    isStalled = false
    attachments.excuse(at: now)
    actions.append(.resumeNodes)
  }

  private mutating func listen(
    to session: SessionID,
    _ message: HearthV1.NodeMessage,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    if attachments.heard(session, at: now), let name = attachments.name(of: session) {
      report(name, .ready, "heard again", into: &actions)
    }
    switch (message.message, attachments.name(of: session)) {
    case (.hello(let hello), _):
      do throws(Rejection) {
        try greet(session, hello, at: now, into: &actions)
      } catch {
        actions.append(.note(.init(.warning, "node refused", ["why": error.message])))
        actions.append(.closeNode(session, error))
      }
    case (.heartbeat(let heartbeat), .some(let name)):
      heard.insert(name)
      beats[session] = heartbeat.sequence
      let beat = kept.keptBeat(heartbeat.sequence, of: session)
      let silent = uplink.provenAt.map { $0.duration(to: now).nanoseconds } ?? -1
      let reply = HearthV1.HeartbeatAnswer(
        sequence: heartbeat.sequence,
        kept: beat,
        controlSilentNs: silent
      )
      answer(session, .heartbeatAnswer(reply), into: &actions)
    case (.update(let update), .some(let name)):
      guard let fault = update.fault else {
        heard.remove(name)
        let beat = beats[session] ?? 0
        let told = uplink.isLive ? uplink.sequence : nil
        if let hello = nodes[name] {
          kept.add(update, of: hello, in: session, after: beat, sentAfter: told)
        }
        guard uplink.isLive else { return }
        sendToControl(.nodeUpdate(.init(node: name, update: update)), into: &actions)
        return
      }
      actions.append(.closeNode(session, .init(.invalidArgument, fault)))
    default:
      actions.append(.closeNode(session, Attachments.noHello))
    }
  }

  /// Admits a node, or says why not.
  private mutating func greet(
    _ session: SessionID,
    _ hello: HearthV1.NodeHello,
    at now: Instant,
    into actions: inout Actions<Action>
  ) throws(Rejection) {
    if let fault = hello.fault { throw Rejection(.invalidArgument, fault) }
    let region = settings.hello.region
    guard hello.region == region else {
      throw Rejection(
        .failedPrecondition,
        "node \(hello.node) says it is in region \(hello.region); this is the agent of \(region)"
      )
    }
    guard nodes[hello.node] != nil || nodes.count < settings.nodesMax else {
      throw Rejection(
        .resourceExhausted,
        "the limit of \(settings.nodesMax) attached nodes is reached"
      )
    }
    let greeting = try attachments.greeted(
      session,
      name: hello.node,
      incarnation: hello.incarnation,
      ifTaken: "another live node is named \(hello.node); give this one a different --name",
      at: now
    )
    if let old = greeting.replaced { actions.append(.closeNode(old, Attachments.replaced)) }
    nodes[hello.node] = hello
    answer(session, .welcome(greeting.welcome), into: &actions)
    if uplink.isLive { sendToControl(.nodeAttached(hello), into: &actions) }
    actions.append(.note(.init(.notice, "node attached", ["node": hello.node])))
  }

  private mutating func obey(
    _ command: HearthV1.RegionCommand,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    uplink.heard(at: now)
    switch command.command {
    case .welcome(let welcome):
      guard let note = uplink.welcomed(welcome, at: now) else { return }
      actions.append(.note(note))
      actions.append(.setHealth(isServing: true))
      listEverything(into: &actions)
    case .resynchronise:
      kept.broke()
      listEverything(into: &actions)
    case .nodeCommand(let order):
      guard let session = attachments.session(of: order.node), let command = order.command else {
        actions.append(
          .note(.init(.warning, "command for a node that is not here", ["node": order.node]))
        )
        return
      }
      actions.append(.sendToNode(session, command))
    case .peers(let list):
      peers = list.peers.filter { $0.region != settings.hello.region }
      roundTrips.keep(peers.map(\.region))
      pingDue = min(pingDue, now)
    case .heartbeatAnswer(let answer):
      uplink.answered(answer.sequence)
      kept.answered(answer.kept)
    case nil: break
    }
  }

  /// Tells the control plane all there is, after a break or when it asks.
  private mutating func listEverything(into actions: inout Actions<Action>) {
    for name in nodes.keys.sorted() {
      guard let hello = nodes[name] else { continue }
      sendToControl(.nodeAttached(hello), into: &actions)
      if attachments.state(of: name) == .suspect {
        report(name, .suspect, "silent", into: &actions)
      }
      guard let session = attachments.session(of: name) else { continue }
      // It may have started again, and will tell the rules that hold now.
      answer(session, .turnRules(.init()), into: &actions)
      let reason = "the control plane attached"
      answer(session, .resynchronise(.init(reason: reason)), into: &actions)
    }
    for outcomes in kept.send(after: uplink.sequence) {
      sendToControl(.outcomes(outcomes), into: &actions)
    }
    sendToControl(.synced(.init()), into: &actions)
    roundTrips.repeatAll()
  }

  private mutating func react(
    to change: Attachments.Change,
    because reason: String,
    into actions: inout Actions<Action>
  ) {
    switch change {
    case .suspected(let name): report(name, .suspect, reason, into: &actions)
    case .lost(let name, let session):
      nodes[name] = nil
      heard.remove(name)
      report(name, .lost, reason, into: &actions)
      actions.append(.abandonTurns(node: name))
      if let session { actions.append(.closeNode(session, .init(.deadlineExceeded, reason))) }
    case .neverGreeted(let session):
      actions.append(.closeNode(session, Attachments.lateHello))
    }
  }

  private mutating func report(
    _ name: String,
    _ state: HearthV1.Availability,
    _ reason: String,
    into actions: inout Actions<Action>
  ) {
    actions.append(
      .note(.init(.warning, "node \(state)", ["node": name, "reason": reason]))
    )
    guard uplink.isLive else { return }
    sendToControl(
      .nodeState(.init(node: name, state: state, reason: reason)),
      into: &actions
    )
  }

  private func answer(
    _ session: SessionID,
    _ command: HearthV1.NodeCommand.Command,
    into actions: inout Actions<Action>
  ) {
    var message = HearthV1.NodeCommand()
    message.command = command
    actions.append(.sendToNode(session, message))
  }

  private func sendToControl(
    _ content: HearthV1.RegionMessage.Message,
    into actions: inout Actions<Action>
  ) {
    var message = HearthV1.RegionMessage()
    message.message = content
    actions.append(.sendToControl(message))
  }
}
