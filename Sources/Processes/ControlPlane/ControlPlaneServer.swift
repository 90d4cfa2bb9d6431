import Basics
import Console
public import Coordination
import Daemon
public import EventLoop
import Glibc
import HearthMessages
import HearthProto
public import Jobs
public import Logging
public import RPC
public import Sharing
public import Telemetry
import Wire

/// The control plane: region agents' sessions, routing and what operators ask.
///
/// Confined to its loop, whose clock is the wall's.
public final class ControlPlaneServer {
  /// What the process says of itself.
  public struct Identity: Sendable {
    /// Version of the program.
    public var version: String
    /// How much faster than real time the fleet runs.
    public var timeScale: Double
    /// Whether it ends with the process that started it.
    public var endsWithParent: Bool

    /// Makes an identity.
    public init(version: String, timeScale: Double, endsWithParent: Bool = false) {
      self.endsWithParent = endsWithParent
      self.version = version
      self.timeScale = timeScale
    }
  }

  private typealias RegionStream = ServerStream<HearthV1.RegionMessage, HearthV1.RegionCommand>

  let loop: Loop
  private let logger: Logger
  private let identity: Identity
  let start: Instant
  var shell: MachineShell<ControlCore>
  private var regions: [SessionID: RegionStream] = [:]
  private var nextSession: SessionID = 1
  private let state: StateFile?
  private(set) var ledger: LedgerDesk?
  private var reports: ReportDesk?
  private(set) var jobs: JobDesk?
  private var sharing: SharingDesk?
  private var storeTimer: LoopTimer?
  private var mustStore = false
  /// What the console shows of the last hour, and when it gets its next sample.
  var history = FleetHistory(takesOrders: false)
  var historyTimer: LoopTimer?
  private var tracer: Tracer?
  /// Calls that wait for room.
  private var calls: [UInt64: (held: HeldCall<HearthV1.RouteResponse>, span: RouteSpan?)] = [:]

  /// Where what turns took is recorded.
  public struct Ledger: Sendable {
    /// The file.
    public var path: String
    /// How long turns are kept one by one.
    public var retention: Duration

    /// Makes a place.
    public init(path: String, retention: Duration) {
      (self.path, self.retention) = (path, retention)
    }
  }

  /// Makes a control plane that knows what an earlier one kept in `stateFolder`, and nobody yet.
  public init(
    settings: ControlCore.Settings,
    identity: Identity,
    stateFolder: String? = nil,
    ledger place: Ledger? = nil,
    jobs jobSettings: JobSettings = .init(),
    sharing sharingSettings: SharingSettings = .init(),
    loop: Loop,
    logger: Logger
  ) throws {
    self.loop = loop
    self.logger = logger
    self.identity = identity
    start = loop.now
    let performer = Performer()
    state = try stateFolder.map { try StateFile(in: $0) }
    var settings = settings
    settings.keepsUsage = place != nil
    var core = ControlCore(settings: settings, at: start)
    if let fleet = try state?.read() {
      core.remember(fleet, unixTime: .since1970, at: start)
      logger.notice(
        "remembering",
        metadata: ["nodes": "\(fleet.nodes.count)", "orders": "\(fleet.orders.count)"]
      )
    }
    shell = try MachineShell(
      core,
      on: loop,
      timePassed: .timePassed
    ) { performer.server?.perform($0) }
    performer.server = self
    storeTimer = try LoopTimer(loop: loop) { [unowned self] in store() }
    if let stateFolder { try takeJobs(in: stateFolder, jobSettings, sharingSettings) }
    guard let place else { return }
    ledger = try LedgerDesk(
      place.path,
      retention: place.retention,
      loop: loop,
      logger: logger
    ) { [unowned self] in
      shell.post($0)
      switch $0 {
      case .usageKept(let count): jobs?.ledgerKept(count)
      case .usageWanted: jobs?.ledgerHasRoom()
      default: break
      }
    }
    reports = try ReportDesk(place.path, loop: loop)
  }

  private func takeJobs(
    in folder: String,
    _ settings: JobSettings,
    _ sharingSettings: SharingSettings
  ) throws {
    let jobs = try JobDesk(
      "\(folder)/jobs.db",
      settings: settings,
      loop: loop,
      logger: logger
    ) { [unowned self] node, command in
      shell.update { core, _, actions in core.order(command, to: node, into: &actions) }
    } give: { [unowned self] record in
      guard ledger != nil else { return nil }
      return shell.update { core, _, actions in core.give([record], into: &actions) }
    }
    let sharing = try SharingDesk(
      sharingSettings,
      loop: loop,
      logger: logger
    ) { [unowned self] lendable in
      var use = shell.machine.use(at: loop.now)
      jobs.tell(&use, ifFree: lendable)
      return use
    } wish: { [unowned self] wish in
      switch wish {
      case .jobs(let event): jobs.take(event)
      case .cordon(let replica, let isCordoned):
        shell.update { core, _, _ in core.cordon(replica, isCordoned) }
      case .order(let node, let order):
        shell.update { core, _, actions in core.order(order, to: node, into: &actions) }
      }
    }
    jobs.onHandOver = { [unowned sharing] in sharing.handedOver($0, $1, $2) }
    jobs.onFallShort = { [unowned sharing] in sharing.fellShort($0, $1) }
    (self.jobs, self.sharing) = (jobs, sharing)
  }

  /// Keeps what has changed.
  private func store() {
    guard mustStore, let state else { return }
    mustStore = false
    let fleet = shell.machine.stored(unixTime: .since1970, at: loop.now)
    guard let fault = state.write(fleet) else { return }
    logger.error("orders and nodes are not kept", metadata: ["why": "\(fault)"])
    mustStore = true
    storeTimer?.arm(after: .seconds(10))
  }

  /// Works capacity out.
  private lazy var capacity = CapacityDesk(loop: loop) { [unowned self] losing throws(GRPCStatus) in
    try answering { (core, now, _) throws(Rejection) in
      try core.capacityQuestion(losing: losing, at: now)
    }
  }

  /// Breaks the circle of a shell that is made before its server.
  private final class Performer {
    weak var server: ControlPlaneServer?
  }

  /// Serves hearth.v1.ControlPlane, hearth.v1.Router and hearth.v1.Admin on a server.
  public func register(on server: Server) {
    server.handleStream(HearthV1.ControlPlane.attachRegion) { [unowned self] in attach($0) }
    server.handleHolding(HearthV1.Router.route) {
      [unowned self] request, context throws(GRPCStatus) in
      let peer = context.peer?.address ?? ""
      let span = tracer.flatMap { RouteSpan(of: request, in: context.metadata, by: $0) }
      let answer = try answering { (core, now, actions) throws(Rejection) in
        try core.route(request, from: peer, at: now, into: &actions)
      }
      switch answer {
      case .answered(let response):
        span?.end(with: response)
        return .now(response)
      case .held(let call):
        shell.post(.turnsArrived)
        span?.waits()
        return .held { [unowned self] in hold($0, call, span) }
      }
    }
    server.onClose = { [weak self] in self?.shell.post(.connectionClosed(peer: $0.address)) }
    registerAdmin(on: server)
    registerJobs(on: server)
  }

  /// Has what it counts read when somebody wants it, and what routing takes traced.
  public func observe(_ metrics: MetricsRegistry, _ tracer: Tracer?) {
    self.tracer = tracer
    metrics.add(ControlFigures.metrics) { [unowned self] in
      ControlFigures(shell.machine, timeScale: identity.timeScale, at: loop.now)
    }
    metrics.add(LedgerDesk.metrics) { [unowned self] in ledger?.figures ?? .init() }
  }

  /// Ends the agents' sessions and the calls that wait; nothing else outlasts a turn of the loop.
  public func stop(within limit: Duration, done: @escaping () -> Void) {
    for session in regions.keys.sorted() {
      close(session, GRPCStatus(.unavailable, "the control plane is stopping"), reason: "stopping")
    }
    for call in calls.keys.sorted() {
      calls.removeValue(forKey: call)?.held.finish(
        GRPCStatus(.unavailable, "the control plane is stopping")
      )
    }
    store()
    if let ledger { ledger.finish(done) } else { loop.runLater(done) }
  }

  /// Keeps a call until its turn has room, or its client goes away.
  private func hold(
    _ held: HeldCall<HearthV1.RouteResponse>,
    _ call: UInt64,
    _ span: RouteSpan?
  ) {
    calls[call] = (held, span)
    held.onCancel = { [unowned self] status in
      calls.removeValue(forKey: call)?.span?.end(fault: status.message)
      shell.post(.callerLeft(call: call))
    }
  }

  private func registerAdmin(on server: Server) {
    server.handle(HearthV1.Admin.getStatus) { [unowned self] _, _ throws(GRPCStatus) in status }
    server.handle(HearthV1.Admin.listRegions) { [unowned self] _, _ throws(GRPCStatus) in
      .init(regions: shell.machine.regionStatuses)
    }
    server.handle(HearthV1.Admin.listNodes) { [unowned self] _, _ throws(GRPCStatus) in
      .init(nodes: shell.machine.nodeStatuses(at: loop.now))
    }
    server.handle(HearthV1.Admin.listReplicas) { [unowned self] _, _ throws(GRPCStatus) in
      .init(replicas: shell.machine.replicaStatuses(at: loop.now))
    }
    server.handle(HearthV1.Admin.explain) { [unowned self] request, _ throws(GRPCStatus) in
      try answering { (core, now, _) throws(Rejection) in try core.explain(request, at: now) }
    }
    server.handle(HearthV1.Admin.listDecisions) { [unowned self] request, _ throws(GRPCStatus) in
      shell.machine.decisions(request, at: loop.now)
    }
    server.handleHolding(HearthV1.Admin.getCapacity) {
      [unowned self] request, _ throws(GRPCStatus) in
      try capacity.reply(losing: request.lose)
    }
    server.handleHolding(HearthV1.Admin.reportCompute) {
      [unowned self] request, _ throws(GRPCStatus) in
      guard let reports else {
        let words = "this control plane keeps no ledger: give it a stateFolder, or a ledger"
        throw GRPCStatus(.failedPrecondition, words)
      }
      return try reports.reply(to: request)
    }
    server.handle(HearthV1.Admin.listQueue) { [unowned self] request, _ throws(GRPCStatus) in
      shell.machine.queue(request, at: loop.now)
    }
    server.handle(HearthV1.Admin.setNodeAvailability) {
      [unowned self] request, context throws(GRPCStatus) in
      try order(request, by: context.peer?.address ?? "")
    }
    server.handle(HearthV1.Admin.forget) { [unowned self] request, context throws(GRPCStatus) in
      let response = try answering { (core, _, actions) throws(Rejection) in
        try core.forget(request, into: &actions)
      }
      mustStore = true
      store()
      logger.notice(
        "forgotten",
        metadata: [
          "node": "\(request.node)", "region": "\(request.region)",
          "by": "\(context.peer?.address ?? "")",
        ]
      )
      return response
    }
    server.handle(HearthV1.Admin.resetCaches) { [unowned self] _, _ throws(GRPCStatus) in
      shell.post(.cacheResetOrdered)
      return .init(nodes: shell.machine.status.nodes)
    }
  }

  /// The whole fleet.
  var status: HearthV1.FleetStatus {
    var status = shell.machine.status
    status.version = identity.version
    status.timeScale = identity.timeScale
    status.endsWithParent = identity.endsWithParent
    status.uptimeNs = start.duration(to: loop.now).nanoseconds
    return status
  }

  /// Carries out what somebody ordered of a node.
  func order(
    _ request: HearthV1.SetNodeAvailabilityRequest,
    by peer: String
  ) throws(GRPCStatus) -> HearthV1.SetNodeAvailabilityResponse {
    try answering { (core, now, actions) throws(Rejection) in
      try core.order(request, at: now, into: &actions)
    }
    // Not answered before it is kept.
    mustStore = true
    store()
    logger.notice(
      "node ordered",
      metadata: [
        "node": "\(request.node)", "to": "\(request.availability)",
        "why": "\(request.message)", "by": "\(peer)",
      ]
    )
    return .init(node: shell.machine.nodeStatus(request.node, at: loop.now))
  }

  /// Asks the core, or changes it; what it refuses becomes a status.
  func answering<Answer>(
    _ body: (inout ControlCore, Instant, inout Actions<ControlCore.Action>) throws(Rejection) ->
      Answer
  ) throws(GRPCStatus) -> Answer {
    do throws(Rejection) {
      return try shell.update(body)
    } catch {
      throw error.status
    }
  }

  private func attach(_ stream: RegionStream) {
    let session = nextSession
    nextSession += 1
    regions[session] = stream
    shell.post(.regionOpened(session))
    stream.onMessage = { [unowned self] in shell.post(.regionSpoke(session, $0)) }
    stream.onEnd = { [unowned self] in
      close(session, .ok, reason: "the agent closed its session")
    }
    stream.onCancel = { [unowned self] status in
      regions[session] = nil
      shell.post(.regionClosed(session, reason: status.message))
    }
  }

  private func close(_ session: SessionID, _ status: GRPCStatus, reason: String) {
    guard let stream = regions.removeValue(forKey: session) else { return }
    stream.finish(status)
    shell.post(.regionClosed(session, reason: reason))
  }

  private func perform(_ action: ControlCore.Action) {
    switch action {
    case .sendToRegion(let session, let command):
      guard let stream = regions[session], !stream.send(command) else { return }
      logger.debug("region is slow to read", metadata: ["session": "\(session)"])
    case .sendToRegions(let sessions, let command):
      RegionStream.send(command, on: sessions.compactMap { regions[$0] })
    case .closeRegion(let session, let rejection):
      close(session, rejection.status, reason: rejection.message)
    case .answerRoute(let call, let response):
      guard let (held, span) = calls.removeValue(forKey: call) else { return }
      span?.end(with: response)
      held.answer(response)
    case .record(let records): ledger?.add(records)
    case .tell(let changes):
      jobs?.hear(changes)
      for change in changes { sharing?.hear(change) }
    case .store:
      mustStore = true
      // What comes at one time, as after a start, is written at once.
      storeTimer?.arm(after: .milliseconds(500))
    case .note(let note): logger.log(note)
    }
  }
}
