import Basics
public import Coordination
import Daemon
public import Engines
public import EventLoop
import FleetSpec
public import HearthMessages
import HearthProto
import KVIndex
public import Logging
public import RPC
public import Telemetry
import Wire

/// A node agent: its engines, its session with the region agent and the turns that it runs.
///
/// Confined to its loop, whose clock is the wall's.
public final class NodeAgentServer {
  /// Called once, when the node was asked to stop and all that ran has ended.
  public var onExit: (() -> Void)?
  /// Called when the node begins or ceases to take part in the fleet.
  public var onHealth: ((_ isServing: Bool) -> Void)?

  private typealias Session = ClientStream<HearthV1.NodeMessage, HearthV1.NodeCommand>
  private typealias TurnStream = ServerStream<HearthV1.GenerateRequest, HearthV1.GenerateResponse>

  private final class Turn {
    let replica: Int
    let stream: TurnStream
    var record: TurnRecord
    /// Whether its client does not take what comes.
    var isPaused = false
    let spans: TurnSpans?

    init(on replica: Int, _ stream: TurnStream, _ record: TurnRecord, _ spans: TurnSpans?) {
      (self.replica, self.stream, self.record, self.spans) = (replica, stream, record, spans)
    }
  }

  private let logger: Logger
  private let engines: [any Engine]
  /// What they are called, and where they are.
  private let (replicaNames, node): ([String], String)
  private let channel: Channel
  private let fleetClock: LoopClock
  private let loop: Loop
  /// The workers of jobs; nil where there are none.
  private let jobs: NodeJobs?
  private var session: Session?
  private var shell: MachineShell<NodeCore>?
  private var tracer: Tracer?
  /// What is counted of each engine.
  private(set) var figures: [EngineFigures]
  private var turns: [UInt64: Turn] = [:]
  /// Reservations of the turns that run.
  private var reservations: Set<UInt64> = []
  private var nextTurn: UInt64 = 1
  /// Who is charged how much of each replica's busy time.
  private(set) var shares: [BusyShares]
  /// When the next answer of each replica's engine is worth telling.
  private var progressDue: [Instant]
  /// Turns of each replica whose clients do not take what comes.
  private var pausedCounts: [Int]

  /// Makes a node of these engines, which `hello` announces in the same order, and perhaps of
  /// workers of jobs; it attaches to the region agent behind `channel`.
  ///
  /// Turns are timed by `fleetClock`, as their engines do.
  public init(
    hello: HearthV1.NodeHello,
    engines: [any Engine],
    jobs: NodeJobs? = nil,
    channel: Channel,
    fleetClock: LoopClock,
    settings: NodeCore.Settings = .init(),
    loop: Loop,
    logger: Logger
  ) throws(UVError) {
    self.logger = logger
    self.engines = engines
    self.jobs = jobs
    self.channel = channel
    self.fleetClock = fleetClock
    self.loop = loop
    progressDue = engines.map { _ in .zero }
    pausedCounts = engines.map { _ in 0 }
    figures = engines.map { EngineFigures(of: $0.replica) }
    shares = engines.map { _ in BusyShares() }
    node = engines.first?.replica.node.text ?? ""
    replicaNames = engines.map(\.replica.id.text)
    shell = try MachineShell(
      NodeCore(hello: hello, settings: settings, at: loop.now),
      on: loop,
      timePassed: .timePassed
    ) { [weak self] in self?.perform($0) }
    for (index, engine) in engines.enumerated() {
      engine.onEvents = { [unowned self] in listen(to: index, $0) }
      // Workers that were taken over may have its GPUs.
      if jobs?.isParked(index) == true { engine.park {} } else { engine.start() }
    }
    jobs?.onPark = { [unowned self] replica, done in self.engines[replica].park(done) }
    jobs?.onLoad = { [unowned self] replica, gpus in self.engines[replica].load(on: gpus) }
    jobs?.onChange = { [weak self] in self?.shell?.post(.workersChanged($0)) }
    jobs?.tell()
  }

  deinit {
    for engine in engines { engine.onEvents = nil }
    jobs?.onChange = nil
    session?.onClose = nil
    session?.cancel()
  }

  /// Serves hearth.v1.Inference on a server, and hearth.v1.Workers if there are workers.
  public func register(on server: Server) {
    if let jobs { WorkerLogs(of: jobs).register(on: server) }
    server.handleStream(HearthV1.Inference.generate) { [unowned self] stream in
      stream.onMessage = { [unowned self, unowned stream] in begin($0, on: stream) }
    }
  }

  /// Has what it counts read when somebody wants it, and turns that it runs traced.
  public func observe(_ metrics: MetricsRegistry, _ tracer: Tracer?) {
    self.tracer = tracer
    metrics.add(Self.metrics) { [unowned self] in self }
  }

  /// What the node knows of itself.
  var core: NodeCore? { shell?.machine }

  /// Lets what runs finish within `limit`, takes nothing new, then calls ``onExit``.
  public func stop(within limit: Duration) {
    shell?.post(.stopRequested(deadline: limit))
  }

  private func begin(_ request: HearthV1.GenerateRequest, on stream: TurnStream) {
    do throws(Rejection) {
      let replica = try replica(of: request)
      // Nothing is told of the reservation of another turn.
      let turn = try checked(request, for: replica)
      do throws(Rejection) {
        try start(turn, on: replica, stream)
      } catch {
        var record = TurnRecord(of: request, at: fleetClock.now)
        record.ending = .refused
        ended(record.outcome(at: fleetClock.now), on: replica)
        throw error
      }
    } catch {
      stream.finish(error.status)
    }
  }

  private func start(
    _ request: HearthV1.GenerateRequest,
    on replica: Int,
    _ stream: TurnStream
  ) throws(Rejection) {
    try admit(request, to: replica)
    let id = nextTurn
    nextTurn += 1
    let record = TurnRecord(of: request, at: fleetClock.now)
    let spans = tracer.flatMap { TurnSpans(of: request, in: stream.context.metadata, by: $0) }
    turns[id] = Turn(on: replica, stream, record, spans)
    reservations.insert(request.reservation)
    do throws(EngineRejection) {
      let group = shell?.machine.trustGroup(of: request.tenant) ?? ""
      let asked = spans?.named(in: request) ?? request
      try engines[replica].submit(EngineTurn(id: id, request: asked, trustGroup: group))
    } catch {
      turns[id] = nil
      reservations.remove(request.reservation)
      spans?.end(fault: error.message)
      throw Rejection(error.isFull ? .resourceExhausted : .invalidArgument, error.message)
    }
    shares[replica].began(id, at: fleetClock.now)
    stream.onCancel = { [unowned self] _ in
      turns[id]?.record.ending = .cancelled
      engines[replica].cancel(id)
    }
    stream.onWritable = { [unowned self] in
      setPaused(false, id)
      engines[replica].resume(id)
    }
    shell?.post(.turnAccepted(replica: replica, reservation: request.reservation))
  }

  private func replica(of request: HearthV1.GenerateRequest) throws(Rejection) -> Int {
    guard request.node.isEmpty || request.node == node else {
      throw Rejection(.unavailable, "this is node \(node), not \"\(request.node.prefix(64))\"")
    }
    guard let index = replicaNames.firstIndex(of: request.replica) else {
      throw Rejection(.unavailable, "this node has no replica \"\(request.replica.prefix(64))\"")
    }
    return index
  }

  /// The turn as its engine should have it, unless it is not the one that was placed.
  private func checked(
    _ request: HearthV1.GenerateRequest,
    for index: Int
  ) throws(Rejection) -> HearthV1.GenerateRequest {
    let model = engines[index].replica.model.text
    guard ModelID(canonical: request.model)?.text == model else {
      throw Rejection(
        .invalidArgument,
        "\(request.replica) serves \(model), not \"\(request.model.prefix(64))\""
      )
    }
    let turn = try shell?.machine.checked(request) ?? request
    // Its beginning is told at the end of the loop's turn.
    guard request.reservation == 0 || !reservations.contains(request.reservation)
    else { throw Rejection(.permissionDenied, "the reservation's turn runs, or has run") }
    return turn
  }

  /// Says no to a turn that its replica can't have now.
  private func admit(
    _ request: HearthV1.GenerateRequest,
    to index: Int
  ) throws(Rejection) {
    guard let core = shell?.machine, core.availability == .ready else {
      let reason = shell?.machine.reason ?? ""
      throw Rejection(.unavailable, "this node takes no new turns: \(reason)")
    }
    if let trouble = core.trouble(of: index) {
      throw Rejection(.unavailable, "\(request.replica) takes no new turns: \(trouble.reason)")
    }
  }

  private func listen(to replica: Int, _ event: EngineEvents) {
    switch event {
    case .answered(let id, let response):
      let turn = turns[id]
      turn?.record.answered(response, at: fleetClock.now)
      turn?.spans?.answered(response)
      noteProgress(of: replica)
      if turn?.stream.send(response) == false {
        setPaused(true, id)
        engines[replica].pause(id)
      }
    case .extended(let id, let blocks): turns[id]?.record.answerBlocks = blocks
    case .ended(let id):
      setPaused(false, id)
      guard let turn = turns.removeValue(forKey: id) else { return }
      reservations.remove(turn.record.reservation)
      turn.stream.finish(.ok)
      var outcome = turn.record.outcome(at: fleetClock.now)
      outcome.busyNs =
        Duration(inSeconds: shares[replica].ended(id, at: fleetClock.now)).nanoseconds
      turn.spans?.end(with: outcome)
      ended(outcome, on: replica)
    case .failed(let id, let why):
      let fields = Metadata().retrying(after: why.retryAfter)
      turns[id]?.stream.finish(GRPCStatus(why.code, why.message), trailers: fields)
      turns[id]?.spans?.end(fault: why.message)
      turns[id]?.record.ending = why.kind == .full ? .refused : .aborted
      listen(to: replica, .ended(turn: id))
    case .cacheChanged(let removed, let stored):
      shell?.post(.cacheChanged(replica: replica, removed: removed, stored: stored))
    case .cacheCleared: shell?.post(.cacheCleared(replica: replica))
    case .loadChanged(let load):
      figures[replica].load = load
      shell?.post(.loadChanged(replica: replica, load.message))
    case .adaptersChanged(let names, let loaded):
      let list = HearthV1.AdapterList(names: names, loaded: loaded)
      shell?.post(.adaptersChanged(replica: replica, list))
    case .replicaChanged(let spec):
      figures[replica].replica = spec
      shell?.post(.replicaChanged(replica: replica, spec.message))
    case .stateChanged(let state):
      figures[replica].changed(to: state)
      shell?.post(.engineChanged(replica: replica, state.trouble))
    case .noted(let words):
      let id = engines[replica].replica.id
      logger.warning("engine", metadata: ["note": "\(words)", "replica": "\(id)"])
    case .wrote(let line):
      let id = engines[replica].replica.id
      logger.info("engine says", metadata: ["line": "\(line)", "replica": "\(id)"])
    }
  }

  /// Tells where an engine begins or ceases to wait for clients.
  private func setPaused(_ isPaused: Bool, _ id: UInt64) {
    guard let turn = turns[id], turn.isPaused != isPaused else { return }
    turn.isPaused = isPaused
    pausedCounts[turn.replica] += isPaused ? 1 : -1
    guard pausedCounts[turn.replica] == (isPaused ? 1 : 0) else { return }
    shell?.post(.answersWait(replica: turn.replica, isPaused))
  }

  private func ended(_ outcome: HearthV1.TurnOutcome, on replica: Int) {
    var outcome = outcome
    outcome.endedUnixNs = Duration.since1970.nanoseconds
    figures[replica].ended(outcome)
    shell?.post(.turnEnded(replica: replica, outcome))
  }

  /// Tells that an engine answers, at most once a second: whoever watches for stalls waits longer.
  private func noteProgress(of replica: Int) {
    guard loop.now >= progressDue[replica] else { return }
    progressDue[replica] = loop.now.advanced(by: .seconds(1))
    shell?.post(.engineAnswered(replica: replica))
  }

  private func perform(_ action: NodeCore.Action) {
    switch action {
    case .openSession: openSession()
    case .closeSession: session?.cancel()
    case .send(let message):
      if session?.send(message) == false { shell?.post(.sessionStalled) }
    case .cancelTurns(let reason):
      for (id, turn) in turns.sorted(by: { $0.key < $1.key }) {
        turn.stream.finish(GRPCStatus(.unavailable, reason))
        engines[turn.replica].cancel(id)
      }
    case .command(let command): jobs?.take(command)
    case .renewLease(let at): jobs?.renewLease(at)
    case .park(let order): jobs?.take(order)
    case .resetCaches: for engine in engines { engine.resetCache() }
    case .setHealth(let isServing): onHealth?(isServing)
    case .exit: endEngines()
    case .note(let note): logger.log(note)
    }
  }

  private func endEngines() {
    var left = engines.count
    for engine in engines {
      engine.stop { [weak self] in
        left -= 1
        if left == 0 { self?.onExit?() }
      }
    }
  }

  private func openSession() {
    let session = channel.stream(HearthV1.RegionAgent.attachNode)
    self.session = session
    session.onMessage = { [unowned self] in shell?.post(.commandReceived($0)) }
    session.onWritable = { [unowned self] in shell?.post(.sessionDrained) }
    session.onClose = { [unowned self] status in
      self.session = nil
      shell?.post(.sessionClosed(reason: status.description))
    }
    shell?.post(.sessionOpened)
    // Ages of checkpoints are those of now.
    jobs?.tell()
  }
}

extension EngineState {
  /// Why the engine takes no turns, as the fleet is told; nil when it does.
  fileprivate var trouble: EngineTrouble? {
    switch self {
    case .ready: nil
    case .starting(let why): EngineTrouble(.starting, why)
    case .failed(let why): EngineTrouble(.failed, why)
    }
  }
}

extension EngineFailure {
  /// What clients tell by where to try again.
  fileprivate var code: GRPCStatus.Code {
    switch kind {
    case .full: .resourceExhausted
    case .gone: .unavailable
    case .failed: .aborted
    }
  }
}
