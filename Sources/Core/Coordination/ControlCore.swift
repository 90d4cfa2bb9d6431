public import Accounting
public import Admission
public import Basics
public import FleetSpec
import Dispatching
public import HearthMessages
public import Routing
public import Sharing

/// The fleet-wide view, and what the control plane does about its region agents, as a value.
///
/// Sessions, reports and orders of operators come in as events; placements are asked for directly,
/// with ``route(_:at:into:)``, since nothing may stand between reading a request that fits at once
/// and its answer. One that has to wait is answered by an action, when it has room.
public struct ControlCore: Machine, Sendable {
  /// How the control plane judges and decides.
  public struct Settings: Sendable {
    /// How region agents are judged.
    public var failure: FailureDetector.Settings
    /// The policies that requests may name.
    public var policies: [any Policy]
    /// Name of the one that decides unless a request names another.
    public var policy: String
    /// How long after the start agents and nodes have to attach, in wall time: until then nothing
    /// is said to be served nowhere.
    public var attachTime: Duration
    /// How long a reservation waits for its node's word, in wall time.
    public var reservationTime: Duration
    /// Most regions that may be attached.
    public var regionsMax: Int
    /// Most nodes in the fleet.
    public var nodesMax: Int
    /// Who may wait, and have how much; in the fleet's time.
    public var admission: AdmissionSettings
    /// What turns should be given.
    public var objectives: ServiceObjectives
    /// What placements cost, and when a replica has headroom.
    public var costs: CostModel
    /// How much faster than the wall's the fleet's time runs.
    public var timeScale: Double
    /// Seeds the choice among equals.
    public var seed: UInt64
    /// Draws reservations, which nobody should guess; the seed unless another is set.
    public var secret: UInt64?
    /// Which tenants share cached prompts.
    public var trust = TrustGroups()
    /// Whether what turns took is recorded, and outcomes are kept by who told them until it is.
    public var keepsUsage = false

    /// Makes settings: the `warm` policy, 10 s to attach, 5 s for a reservation, 256 regions and
    /// 16,384 nodes at most, 1,024 turns that wait, in real time.
    public init(
      failure: FailureDetector.Settings = .init(),
      policies: [any Policy] = Policies.own,
      policy: String = "warm",
      attachTime: Duration = .seconds(10),
      reservationTime: Duration = .seconds(5),
      regionsMax: Int = 256,
      nodesMax: Int = 16_384,
      admission: AdmissionSettings = .init(),
      objectives: ServiceObjectives = .init(),
      costs: CostModel = .init(),
      timeScale: Double = 1,
      seed: UInt64
    ) {
      self.failure = failure
      self.policies = policies
      self.policy = policy
      self.attachTime = attachTime
      self.reservationTime = reservationTime
      self.regionsMax = regionsMax
      self.nodesMax = nodesMax
      self.admission = admission
      self.objectives = objectives
      self.costs = costs
      self.timeScale = timeScale
      self.seed = seed
    }
  }

  /// What happened to the control plane.
  public enum Event: Sendable {
    /// A region agent opened a stream.
    case regionOpened(SessionID)
    /// A region agent spoke.
    case regionSpoke(SessionID, HearthV1.RegionMessage)
    /// A region agent's stream ended.
    case regionClosed(SessionID, reason: String)
    /// The client of a call that is held went away.
    case callerLeft(call: UInt64)
    /// The connection of an address and port closed.
    case connectionClosed(peer: String)
    /// All turns have been asked for that came at this moment.
    case turnsArrived
    /// An operator ordered all prefix caches to be dropped.
    case cacheResetOrdered
    /// Of the entries of ``Action/record(_:)``, so many from the first on are on the disk.
    case usageKept(UInt64)
    /// There was no room for entries.
    case usageMissed
    /// There is room again.
    case usageWanted
    /// The deadline may have been reached.
    case timePassed
  }

  /// What the shell must do.
  public enum Action: Sendable, Equatable {
    /// Send to a region agent.
    case sendToRegion(SessionID, HearthV1.RegionCommand)
    /// Send the same to region agents.
    case sendToRegions([SessionID], HearthV1.RegionCommand)
    /// End a region agent's stream with a status.
    case closeRegion(SessionID, Rejection)
    /// Answer a call that is held.
    case answerRoute(call: UInt64, HearthV1.RouteResponse)
    /// Add entries to the ledger; ``Event/usageKept(_:)`` follows.
    case record([UsageRecord])
    /// Keep ``ControlCore/stored(unixTime:at:)`` on disk: it has changed.
    case store
    /// Tell whoever runs jobs.
    case tell([NodeChange])
    /// Log.
    case note(Note)
  }

  /// What ``route(_:at:into:)`` says.
  public enum RouteAnswer: Sendable, Equatable {
    /// This is the answer.
    case answered(HearthV1.RouteResponse)
    /// ``Action/answerRoute(call:_:)`` brings it later, unless ``Event/callerLeft(call:)`` comes
    /// first.
    case held(call: UInt64)
  }

  /// A region agent, as long as it is not lost.
  struct Region: Sendable {
    var hello: HearthV1.RegionHello
    /// Nodes that a resynchronisation in progress has not listed yet.
    var unlisted: Set<String> = []
    /// Whether a node that takes jobs has attached through it.
    var takesJobs = false
    /// What it was last told of the others; 0 for nothing.
    var peersTold: UInt64 = 0
    /// Which of its heartbeats came after nothing that is not kept.
    var beats = KeptBeats()
  }

  /// A node, as long as neither it nor its region agent is lost.
  struct Node: Sendable {
    var hello: HearthV1.NodeHello
    var slots: [Int32]
    /// What the node says of itself.
    var availability = HearthV1.Availability.starting
    var reason = ""
    /// Why some of its replicas failed, by slot.
    var troubles: [Int32: EngineTrouble] = [:]
    /// Since when each of them has one.
    var troubledSince: [Int32: Instant] = [:]
    /// What its region agent says of its session.
    var isSuspect = false
    var isSynced = false
    /// Whether it has told of its workers since the last reset.
    var hasToldWorkers = false
    /// Whether workers of jobs are there.
    var hasWorkers = false
    /// Sequence of the last update; nil until a resynchronisation starts.
    var sequence: UInt64?
    /// When a resynchronisation was last due: asked for, or begun by the node itself.
    var asked: Instant
    var lastHeard: Instant
  }

  /// A node that was given up, or that was known before the control plane started.
  struct LostNode: Sendable {
    var hello: HearthV1.NodeHello
    var lastHeard: Instant
  }

  /// What an operator wants of a node; outlives the node's process.
  struct Intent: Sendable {
    var availability: HearthV1.Availability
    var message: String
    var drainDeadline: Instant?
    /// The process that the order was taken over from: it knows better how long it may still run.
    var source: UInt64?
  }

  let settings: Settings
  var attachments: Attachments
  var regions: [String: Region] = [:]
  /// Counts changes of which regions there are and where.
  private var peersNumber: UInt64 = 1
  /// When regions are to be told of each other; nil while they know.
  private var peersDue: Instant?
  private var peersTold: Instant?
  var nodes: [String: Node] = [:]
  var intents: [String: Intent] = [:]
  /// What is missed, until an operator forgets it.
  var lostRegions: [String: HearthV1.RegionHello] = [:]
  var lostNodes: [String: LostNode] = [:]
  /// Nodes that were known before the start and are not back yet; they have their time to attach.
  var awaitedNodes: Set<String> = []
  /// Nodes that were refused, since their names are those of other regions' nodes or there are too
  /// many: they are taken in once that has changed.
  var claims: [String: HearthV1.NodeHello] = [:]
  /// Replicas, turns and where these go.
  var dispatcher: Dispatcher
  /// Keep the place of turns that are told to come back.
  let retryTokens: RetryTokens
  /// Replicas that get no turns, since they are about to lend their GPUs.
  var cordoned: Set<ReplicaID> = []
  /// What whoever runs jobs has not been told.
  var nodeChanges: [NodeChange] = []
  /// What the ledger has.
  var ledger = Ledger()

  /// Makes the core of a control plane that starts now and knows nobody yet.
  public init(settings: Settings, at now: Instant) {
    self.settings = settings
    attachments = Attachments(settings: settings.failure)
    var dispatching = Dispatcher.Settings(seed: settings.seed)
    dispatching.policies = settings.policies
    dispatching.secret = settings.secret ?? settings.seed
    dispatching.costs = settings.costs
    dispatching.admission = settings.admission
    dispatching.objectives = settings.objectives
    dispatching.reservationTime = settings.reservationTime
    dispatching.timeScale = settings.timeScale
    dispatcher = Dispatcher(settings: dispatching)
    retryTokens = RetryTokens(secret: settings.secret ?? settings.seed)
    dispatcher.replicasDueBy = now.advanced(by: settings.attachTime)
  }

  /// Whether nodes that were known before the start may still be on their way.
  func isAwaitingNodes(at now: Instant) -> Bool { now < dispatcher.replicasDueBy }

  /// When ``Event/timePassed`` is wanted.
  public var deadline: Instant? {
    attachments.deadline.earlier(dispatcher.deadline).earlier(peersDue)
  }

  /// Takes in one event.
  public mutating func step(_ event: Event, at now: Instant, into actions: inout Actions<Action>) {
    defer { tellChanges(into: &actions) }
    switch event {
    case .regionOpened(let session): attachments.opened(session, at: now)
    case .regionSpoke(let session, let message):
      listen(to: session, message, at: now, into: &actions)
    case .regionClosed(let session, let reason):
      guard let change = attachments.closed(session, at: now) else { break }
      react(to: change, because: reason, at: now, into: &actions)
    case .callerLeft(let call): dispatcher.withdraw(call, at: now)
    case .connectionClosed(let peer): dispatcher.callerLeft(Self.caller(peer), at: now)
    case .turnsArrived: break
    case .cacheResetOrdered:
      for name in nodes.keys.sorted() { send(.resetCache(.init()), to: name, into: &actions) }
    case .usageKept(let entries): ledger.kept = max(ledger.kept, entries)
    case .usageMissed: missUsage()
    case .usageWanted: askForUsage(into: &actions)
    case .timePassed: break
    }
    for change in attachments.timePassed(at: now) {
      react(to: change, because: "silent for too long", at: now, into: &actions)
    }
    // All that happens at one moment is taken in before turns are placed by it.
    switch event {
    case .timePassed, .turnsArrived: break
    default: return
    }
    if let due = peersDue, due <= now { sendPeers(at: now, into: &actions) }
    var answers: [Dispatcher.Answer] = []
    dispatcher.advance(at: now, into: &answers)
    send(answers, at: now, into: &actions)
    for change in dispatcher.takeHealthChanges() {
      let name = ["replica": change.replica.text]
      let note =
        change.reason.map { why in
          Note(.warning, "replica suspect", name.merging(["why": why]) { own, _ in own })
        } ?? Note(.notice, "replica is well again", name)
      actions.append(.note(note))
    }
  }

  private mutating func listen(
    to session: SessionID,
    _ message: HearthV1.RegionMessage,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    let isBack = attachments.heard(session, at: now)
    let region = attachments.name(of: session)
    if isBack, let region { setReadiness(ofRegion: region) }
    switch (message.message, region) {
    case (.hello(let hello), _):
      do throws(Rejection) {
        try greet(session, hello, at: now, into: &actions)
      } catch {
        actions.append(.note(.init(.warning, "region refused", ["why": error.message])))
        actions.append(.closeRegion(session, error))
      }
    case (.heartbeat(let heartbeat), .some(let region)):
      for name in heartbeat.nodes where nodes[name]?.hello.region == region {
        nodes[name]?.lastHeard = now
      }
      if regions[region]?.takesJobs == true { nodeChanges.append(.heard(region: region)) }
      let kept = keptBeat(heartbeat.sequence, of: region)
      let reply = HearthV1.HeartbeatAnswer(sequence: heartbeat.sequence, kept: kept)
      answer(session, .heartbeatAnswer(reply), into: &actions)
    case (.nodeAttached(let hello), .some(let region)):
      guard let fault = attach(hello, in: region, at: now, into: &actions) else { return }
      actions.append(
        .note(.init(.warning, "node refused", ["node": hello.node, "why": fault]))
      )
      let refused = HearthV1.NodeCommand(command: .refused(.init(reason: fault)))
      answer(session, .nodeCommand(.init(node: hello.node, command: refused)), into: &actions)
    case (.nodeUpdate(let report), .some(let region)):
      guard let update = report.update else { return }
      if let fault = update.fault {
        actions.append(.closeRegion(session, .init(.invalidArgument, fault)))
        return
      }
      record(update, of: report.node, from: region, into: &actions)
      guard nodes[report.node]?.hello.region == region else { return }
      apply(update, of: report.node, at: now, into: &actions)
    case (.outcomes(let report), .some(let region)):
      if let fault = report.fault {
        actions.append(.closeRegion(session, .init(.invalidArgument, fault)))
        return
      }
      record(report, from: region, into: &actions)
      takeOutcomes(report, from: region, at: now)
    case (.nodeState(let change), .some(let region)):
      if change.state == .lost, claims[change.node]?.region == region { claims[change.node] = nil }
      guard nodes[change.node]?.hello.region == region else { return }
      judge(change, at: now, into: &actions)
    case (.roundTrips(let list), .some(let region)):
      guard let here = RegionID(region) else { return }
      for trip in list.roundTrips.prefix(settings.regionsMax) where regions[trip.region] != nil {
        guard let there = RegionID(trip.region) else { continue }
        dispatcher.setRoundTrip(here, there, .nanoseconds(trip.roundTripNs))
      }
    case (.synced, .some(let region)):
      for name in (regions[region]?.unlisted ?? []).sorted()
      where nodes[name]?.hello.region == region { giveUp(name, at: now, into: &actions) }
      regions[region]?.unlisted = []
    default:
      actions.append(.closeRegion(session, Attachments.noHello))
    }
  }

  /// Admits a region agent, or says why not.
  private mutating func greet(
    _ session: SessionID,
    _ hello: HearthV1.RegionHello,
    at now: Instant,
    into actions: inout Actions<Action>
  ) throws(Rejection) {
    let name = hello.region
    if let fault = hello.fault { throw Rejection(.invalidArgument, fault) }
    guard regions[name] != nil || regions.count < settings.regionsMax else {
      throw Rejection(
        .resourceExhausted,
        "the limit of \(settings.regionsMax) attached regions is reached"
      )
    }
    let greeting = try attachments.greeted(
      session,
      name: name,
      incarnation: hello.incarnation,
      ifTaken: "another live agent serves region \(name)",
      at: now
    )
    if let old = greeting.replaced { actions.append(.closeRegion(old, Attachments.replaced)) }
    let known = nodes.values.filter { $0.hello.region == name }.map(\.hello.node)
    if regions[name]?.hello.address != hello.address { peersNumber += 1 }
    if regions[name] == nil, lostRegions.removeValue(forKey: name)?.address != hello.address {
      actions.append(.store)
    }
    regions[name] = Region(hello: hello, unlisted: Set(known))
    claims = claims.filter { $0.value.region != name }
    answer(session, .welcome(greeting.welcome), into: &actions)
    actions.append(.note(.init(.notice, "region attached", ["region": name])))
    notePeers(at: now)
  }

  private mutating func react(
    to change: Attachments.Change,
    because reason: String,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    switch change {
    case .suspected(let region):
      actions.append(
        .note(.init(.warning, "region suspect", ["region": region, "reason": reason]))
      )
      setReadiness(ofRegion: region)
    case .lost(let region, let session):
      actions.append(
        .note(.init(.warning, "region lost", ["region": region, "reason": reason]))
      )
      lostRegions[region] = regions.removeValue(forKey: region)?.hello
      if let id = RegionID(region) { dispatcher.forget(id) }
      claims = claims.filter { $0.value.region != region }
      for name in nodes.keys.sorted() where nodes[name]?.hello.region == region {
        giveUp(name, at: now, into: &actions)
      }
      if let session { actions.append(.closeRegion(session, .init(.deadlineExceeded, reason))) }
      peersNumber += 1
      notePeers(at: now)
    case .neverGreeted(let session):
      actions.append(.closeRegion(session, Attachments.lateHello))
    }
  }

  /// The least time between two messages that tell regions of each other.
  private static let peersInterval = Duration.milliseconds(100)

  /// Regions are to be told of each other: soon, and of all changes until then in one message.
  private mutating func notePeers(at now: Instant) {
    peersDue = max(now, peersTold?.advanced(by: Self.peersInterval) ?? now)
  }

  private mutating func sendPeers(at now: Instant, into actions: inout Actions<Action>) {
    (peersDue, peersTold) = (nil, now)
    var sessions: [SessionID] = []
    for name in attachments.names where regions[name]?.peersTold != peersNumber {
      guard let session = attachments.session(of: name) else { continue }
      regions[name]?.peersTold = peersNumber
      sessions.append(session)
    }
    guard !sessions.isEmpty else { return }
    let peers = regions.keys.sorted().compactMap { name in
      regions[name].map { HearthV1.RegionPeer(region: name, address: $0.hello.address) }
    }
    actions.append(.sendToRegions(sessions, .init(command: .peers(.init(peers: peers)))))
  }

  /// Has a node do something with a worker; one that is not attached reports everything when it is.
  public func order(
    _ command: HearthV1.WorkerCommand,
    to node: String,
    into actions: inout Actions<Action>
  ) {
    send(.worker(command), to: node, into: &actions)
  }

  /// How replicas are used, as far as it is known here.
  public func use(at now: Instant) -> FleetUse { dispatcher.use(at: now) }

  /// Has a node take an engine off its GPUs, or load it.
  public func order(
    _ order: HearthV1.ParkReplica,
    to node: String,
    into actions: inout Actions<Action>
  ) {
    send(.park(order), to: node, into: &actions)
  }

  /// Sends a replica no more turns, or turns again; those that it has go on.
  public mutating func cordon(_ replica: ReplicaID, _ isCordoned: Bool) {
    if isCordoned { cordoned.insert(replica) } else { cordoned.remove(replica) }
    guard let slash = replica.text.lastIndex(of: "/") else { return }
    setReadiness(of: String(replica.text[..<slash]))
  }

  /// Where the agent of a region is; nil when it is not attached.
  public func agentAddress(of region: String) -> String? { regions[region]?.hello.address }

  mutating func tellChanges(into actions: inout Actions<Action>) {
    guard !nodeChanges.isEmpty else { return }
    actions.append(.tell(nodeChanges))
    nodeChanges = []
  }

  func send(
    _ command: HearthV1.NodeCommand.Command,
    to name: String,
    into actions: inout Actions<Action>
  ) {
    guard let region = nodes[name]?.hello.region,
      let session = attachments.session(of: region)
    else { return }
    var message = HearthV1.NodeCommand()
    message.command = command
    answer(session, .nodeCommand(.init(node: name, command: message)), into: &actions)
  }

  private func answer(
    _ session: SessionID,
    _ content: HearthV1.RegionCommand.Command,
    into actions: inout Actions<Action>
  ) {
    var message = HearthV1.RegionCommand()
    message.command = content
    actions.append(.sendToRegion(session, message))
  }
}
