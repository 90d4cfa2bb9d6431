public import Basics
public import FleetSpec
public import HearthMessages

/// What a node agent does about its session, its availability and its updates, as a value.
///
/// The node is the source of truth for what it holds and runs: after each attachment, and whenever
/// it is asked, it reports everything again. Changes are coalesced into updates, as often as
/// ``ReportPacer`` says, and wait while the session can't take more.
public struct NodeCore: Machine, Sendable {
  /// How the node reports.
  public struct Settings: Sendable {
    /// How often there is an update, in wall time.
    public var intervals: ReportPacer.Intervals
    /// Most block hashes, reservations and eighths of outcomes in one update (8 bytes each).
    public var updateBlocksMax: Int
    /// How long an engine that has turns may make no progress, in wall time, before it has failed.
    ///
    /// Progress is a piece of an answer, or a block newly kept. Far more than a step of prefill
    /// takes.
    public var stallTime: Duration
    /// Whether turns are refused that nobody placed.
    public var requiresReservation = false

    /// Makes settings: updates of 8,192 blocks at most; 30 s to a stall.
    public init(
      intervals: ReportPacer.Intervals = .init(),
      updateBlocksMax: Int = 8_192,
      stallTime: Duration = .seconds(30)
    ) {
      self.intervals = intervals
      self.updateBlocksMax = updateBlocksMax
      self.stallTime = stallTime
    }
  }

  /// What happened to the node.
  public enum Event: Sendable {
    /// The stream to the region agent is open.
    case sessionOpened
    /// The stream to the region agent ended, or could not be opened.
    case sessionClosed(reason: String)
    /// The stream can't take more until it is drained.
    case sessionStalled
    /// The stream can take more again.
    case sessionDrained
    /// The region agent spoke.
    case commandReceived(HearthV1.NodeCommand)
    /// A replica's engine carries this now.
    case loadChanged(replica: Int, HearthV1.ReplicaLoad)
    /// A replica's engine dropped and kept blocks.
    case cacheChanged(replica: Int, removed: [UInt64], stored: [UInt64])
    /// A replica's engine dropped its whole prefix cache.
    case cacheCleared(replica: Int)
    /// A replica is not what the hello announces.
    case replicaChanged(replica: Int, HearthV1.Replica)
    /// A replica has, or can load, other adapters than before.
    case adaptersChanged(replica: Int, HearthV1.AdapterList)
    /// A replica's engine takes no turns, for a reason, or does again.
    case engineChanged(replica: Int, EngineTrouble?)
    /// A replica's engine gave pieces of answers; told now and then is enough.
    case engineAnswered(replica: Int)
    /// A replica's engine has answers that wait for their clients, or none any more.
    case answersWait(replica: Int, Bool)
    /// A replica's engine accepted the request of a reservation.
    case turnAccepted(replica: Int, reservation: UInt64)
    /// The request of a reservation ended, or was never taken.
    case turnEnded(replica: Int, HearthV1.TurnOutcome)
    /// Something has changed of a worker: all that there are.
    case workersChanged(HearthV1.NodeJobs)
    /// The process was asked to stop within this wall time.
    case stopRequested(deadline: Duration)
    /// The deadline may have been reached.
    case timePassed
  }

  /// What the shell must do.
  public enum Action: Sendable, Equatable {
    /// Open a stream to the region agent.
    case openSession
    /// Close the stream.
    case closeSession(reason: String)
    /// Send on the stream.
    case send(HearthV1.NodeMessage)
    /// End all running turns with UNAVAILABLE.
    case cancelTurns(reason: String)
    /// Do what the control plane wants of a worker.
    case command(HearthV1.WorkerCommand)
    /// Take an engine off its GPUs, or have it load.
    case park(HearthV1.ParkReplica)
    /// Workers may go on: at this moment the control plane surely still counted on them.
    case renewLease(Instant)
    /// Drop the prefix caches of all engines.
    case resetCaches
    /// Say by the health service whether the node takes part in the fleet.
    case setHealth(isServing: Bool)
    /// Leave: everything that ran has ended.
    case exit
    /// Log.
    case note(Note)
  }

  private var hello: HearthV1.NodeHello
  private let settings: Settings
  private var uplink: Uplink
  private var replicas: [ReplicaEvents]
  private var sequence: UInt64 = 0
  /// How many turns have ended.
  private var ordinal: UInt64 = 0
  private var resets = false
  private var isSynced = false
  private var isStalled = false
  private var availabilityChanged = false
  private var pacer: ReportPacer
  /// The most urgent of what the region agent has not been told.
  private var urgency: ReportPacer.Urgency?
  private var drainDeadline: Instant?
  /// No order gives a node that stops more time than this.
  private var stopDeadline: Instant?
  private var isStopping = false
  /// Why the control plane does not take the node in.
  private var refusal: String?
  private var check = TurnCheck()
  /// The workers of jobs, and whether the region agent has not been told of them as they are.
  private var workers: HearthV1.NodeJobs?
  private var workersChanged = false

  /// Whether the node takes new turns, and if not, why.
  public private(set) var availability = HearthV1.Availability.ready
  /// An operator's words about the availability.
  public private(set) var reason = ""

  /// Makes the core of a node that says `hello` to its region agent.
  public init(hello: HearthV1.NodeHello, settings: Settings, at now: Instant) {
    self.hello = hello
    self.settings = settings
    pacer = ReportPacer(settings.intervals)
    uplink = Uplink(to: "region agent", seed: hello.incarnation, at: now)
    replicas = hello.replicas.map {
      ReplicaEvents(reportsBlocks: !$0.infersResidency, stallTime: settings.stallTime)
    }
  }

  /// Turns that were accepted and have not ended.
  public var turnCount: Int { replicas.reduce(0) { $0 + $1.active.count } }

  /// Outcomes of turns that were dropped, since there were too many that nobody kept.
  public var droppedOutcomes: Int { replicas.reduce(0) { $0 + $1.dropped } }

  /// Why a replica takes no turns of its own accord; nil when it does.
  public func trouble(of replica: Int) -> EngineTrouble? { replicas[replica].trouble }

  /// Whom a tenant shares cached prompts with; empty for all that have no group.
  public func trustGroup(of tenant: String) -> String { check.trustGroup(of: tenant) }

  /// The turn as its engine should have it: with the hashes of its adapter and its trust group.
  ///
  /// Throws `PERMISSION_DENIED` when its reservation was given to another turn, or was used.
  public func checked(
    _ request: HearthV1.GenerateRequest
  ) throws(Rejection) -> HearthV1.GenerateRequest {
    try check.checked(request, requiresReservation: settings.requiresReservation)
  }

  /// When ``Event/timePassed`` is wanted.
  public var deadline: Instant? {
    var earliest = uplink.deadline.earlier(updateDue).earlier(drainDeadline)
    for index in replicas.indices { earliest = earliest.earlier(replicas[index].watch.deadline) }
    return earliest
  }

  /// Takes in one event.
  public mutating func step(_ event: Event, at now: Instant, into actions: inout Actions<Action>) {
    switch event {
    case .sessionOpened:
      var message = HearthV1.NodeMessage()
      message.message = .hello(hello)
      actions.append(.send(message))
    case .sessionClosed(let reason):
      if uplink.isAttached { actions.append(.setHealth(isServing: false)) }
      if let note = uplink.closed(because: reason, at: now) { actions.append(.note(note)) }
      isStalled = false
      for index in replicas.indices { replicas[index].sessionEnded() }
    case .sessionStalled: isStalled = uplink.isLive
    case .sessionDrained: isStalled = false
    case .commandReceived(let command): obey(command, at: now, into: &actions)
    case .loadChanged(let replica, let load):
      replicas[replica].load = load
      replicas[replica].countTurns(at: now)
    case .cacheChanged(let replica, let removed, let stored):
      if replicas[replica].reportsBlocks {
        replicas[replica].residency.remove(removed)
        replicas[replica].residency.store(stored)
      }
      if !stored.isEmpty { replicas[replica].watch.progressed(at: now) }
    case .replicaChanged(let replica, let announced):
      let canPark = hello.replicas[replica].canPark
      hello.replicas[replica] = announced
      hello.replicas[replica].canPark = canPark
      replicas[replica].reportsBlocks = !announced.infersResidency
      // What a session began with holds for all of it.
      if uplink.isAttached, case .close(let reason) = uplink.close("a replica has changed") {
        actions.append(.closeSession(reason: reason))
      }
    case .adaptersChanged(let replica, let list): replicas[replica].adapters = list
    case .engineChanged(let replica, let trouble): replicas[replica].outage = trouble
    case .engineAnswered(let replica): replicas[replica].watch.progressed(at: now)
    case .answersWait(let replica, let waits): replicas[replica].watch.waits(waits, at: now)
    case .cacheCleared(let replica): replicas[replica].residency.clear()
    case .turnAccepted(let replica, let reservation):
      check.began(reservation)
      replicas[replica].accept(reservation)
      replicas[replica].countTurns(at: now)
      if !uplink.isLive { replicas[replica].forgetTurns() }
    case .turnEnded(let replica, var outcome):
      ordinal += 1
      (outcome.incarnation, outcome.ordinal) = (hello.incarnation, ordinal)
      replicas[replica].end(outcome)
      replicas[replica].countTurns(at: now)
      if !uplink.isLive { replicas[replica].forgetTurns() }
    case .workersChanged(let workers):
      guard workers != self.workers else { break }
      (self.workers, workersChanged) = (workers, true)
    case .stopRequested(let deadline):
      isStopping = true
      drain(.draining, "the node is stopping", deadline: deadline, at: now, into: &actions)
    case .timePassed: break
    }
    advance(at: now, into: &actions)
    noteChanges(at: now)
    // What happens at one moment goes up in one update.
    guard case .timePassed = event, let due = updateDue, due <= now else { return }
    sendUpdate(at: now, into: &actions)
  }

  /// Does what time and the latest event made due.
  private mutating func advance(at now: Instant, into actions: inout Actions<Action>) {
    while let directive = uplink.timePassed(at: now) {
      switch directive {
      case .open: actions.append(.openSession)
      case .close(let reason): actions.append(.closeSession(reason: reason))
      case .sendHeartbeat(let sequence):
        var message = HearthV1.NodeMessage()
        message.message = .heartbeat(.init(sequence: sequence))
        actions.append(.send(message))
      }
    }
    finishDrain(at: now, into: &actions)
    watchEngines(at: now, into: &actions)
  }

  private mutating func watchEngines(at now: Instant, into actions: inout Actions<Action>) {
    for index in replicas.indices {
      replicas[index].watch.timePassed(at: now)
      guard replicas[index].takeTroubleNote() else { continue }
      let name = ["replica": hello.replicas[index].id]
      guard let trouble = trouble(of: index) else {
        actions.append(.note(.init(.notice, "engine takes turns", name)))
        continue
      }
      let turns = "\(replicas[index].active.count)"
      let details = ["turns": turns, "why": trouble.reason].merging(name) { own, _ in own }
      let isStarting = trouble.availability == .starting
      let words = isStarting ? "engine starts" : "engine takes no turns"
      actions.append(.note(.init(isStarting ? .notice : .warning, words, details)))
    }
  }

  private mutating func obey(
    _ command: HearthV1.NodeCommand,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    uplink.heard(at: now)
    switch command.command {
    case .welcome(let welcome):
      guard let note = uplink.welcomed(welcome, at: now) else { return }
      actions.append(.note(note))
      actions.append(.setHealth(isServing: true))
      (sequence, refusal) = (0, nil)
      check.rulesAreDue()
      restart()
    case .resynchronise(let request):
      actions.append(.note(.init(.debug, "resynchronising", ["reason": request.reason])))
      if refusal != nil {
        refusal = nil
        actions.append(.note(.init(.notice, "taken in by the control plane")))
        actions.append(.setHealth(isServing: true))
      }
      restart()
    case .setAvailability(let order):
      drain(
        order.availability,
        order.message,
        deadline: .nanoseconds(max(0, order.deadlineNs)),
        at: now,
        into: &actions
      )
    case .resetCache: actions.append(.resetCaches)
    case .refused(let refused):
      guard refusal != refused.reason else { return }
      refusal = refused.reason
      let why = ["why": String(refused.reason.prefix(HearthV1.SetAvailability.messageMax))]
      actions.append(.note(.init(.warning, "refused by the control plane", why)))
      actions.append(.setHealth(isServing: false))
    case .turnRules(let rules): check.take(rules)
    case .worker(let command): actions.append(.command(command))
    case .park(let order):
      guard replicas.indices.contains(Int(order.index)) else { return }
      actions.append(.park(order))
    case .heartbeatAnswer(let answer):
      uplink.answered(answer.sequence)
      if let sent = uplink.provenAt, answer.controlSilentNs >= 0 {
        let silent = Duration.nanoseconds(answer.controlSilentNs)
        actions.append(.renewLease(sent.advanced(by: .zero - silent)))
      }
      for index in replicas.indices { replicas[index].answered(answer.kept) }
    case nil: break
    }
  }

  private mutating func restart() {
    (resets, isSynced) = (true, false)
    for index in replicas.indices { replicas[index].restart() }
  }

  private mutating func drain(
    _ availability: HearthV1.Availability,
    _ message: String,
    deadline: Duration,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    guard [.ready, .cordoned, .draining].contains(availability) else { return }
    guard !isStopping || availability == .draining else { return }
    (self.availability, reason) = (availability, message)
    let due = now.advanced(by: deadline)
    stopDeadline = isStopping ? min(stopDeadline ?? due, due) : nil
    drainDeadline = availability == .draining ? stopDeadline ?? due : nil
    availabilityChanged = true
    actions.append(
      .note(.init(.notice, "availability changed", ["to": "\(availability)", "why": message]))
    )
  }

  private mutating func finishDrain(at now: Instant, into actions: inout Actions<Action>) {
    guard availability == .draining else { return }
    if turnCount > 0 {
      guard let due = drainDeadline, due <= now else { return }
      let why = reason.isEmpty ? "" : ": \(reason)"
      actions.append(.cancelTurns(reason: "the node was drained\(why)"))
      drainDeadline = nil
      return
    }
    (availability, drainDeadline, availabilityChanged) = (.drained, nil, true)
    actions.append(.note(.init(.notice, "drained", ["why": reason])))
    if isStopping { actions.append(.exit) }
  }

  private var updateDue: Instant? {
    urgency != nil && uplink.isLive && !isStalled ? pacer.due : nil
  }

  private mutating func noteChanges(at now: Instant) {
    urgency = nil
    for index in replicas.indices {
      if let next = replicas[index].urgency() { urgency = max(urgency ?? next, next) }
    }
    if resets || availabilityChanged || workersChanged || !isSynced && urgency != nil {
      urgency = .urgent
    }
    if let urgency { pacer.note(urgency, at: now) }
  }

  private mutating func sendUpdate(at now: Instant, into actions: inout Actions<Action>) {
    var update = HearthV1.NodeUpdate()
    sequence += 1
    update.sequence = sequence
    update.reset = resets
    update.availability = availability
    update.reason = reason
    if resets || workersChanged { update.jobs = workers }
    var budget = settings.updateBlocksMax
    for index in replicas.indices where budget > 0 && replicas[index].hasEvents {
      update.replicas.append(
        replicas[index].takeUpdate(
          index: index,
          after: uplink.sequence,
          budget: &budget
        )
      )
    }
    // A node that stops needs no turns. What it says of itself once it is synced would be taken for
    // an operator's order, which outlives it.
    isSynced = isSynced || !isStopping && !replicas.contains(where: \.hasEvents)
    update.synced = isSynced
    (resets, availabilityChanged, workersChanged) = (false, false, false)
    pacer.report(at: now)
    noteChanges(at: now)
    var message = HearthV1.NodeMessage()
    message.message = .update(update)
    actions.append(.send(message))
  }
}
