import Basics
public import Coordination
import Daemon
public import EventLoop
import HearthMessages
import HearthProto
public import Logging
public import RPC
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

    /// Makes an identity.
    public init(version: String, timeScale: Double) {
      self.version = version
      self.timeScale = timeScale
    }
  }

  private typealias RegionStream = ServerStream<HearthV1.RegionMessage, HearthV1.RegionCommand>

  private let loop: Loop
  private let logger: Logger
  private let identity: Identity
  private let start: Instant
  private var shell: MachineShell<ControlCore>
  private var regions: [SessionID: RegionStream] = [:]
  private var nextSession: SessionID = 1
  /// Calls that wait for room.
  private var calls: [UInt64: HeldCall<HearthV1.RouteResponse>] = [:]

  /// Makes a control plane that knows nobody yet.
  public init(
    settings: ControlCore.Settings,
    identity: Identity,
    loop: Loop,
    logger: Logger
  ) throws(UVError) {
    self.loop = loop
    self.logger = logger
    self.identity = identity
    start = loop.now
    let performer = Performer()
    shell = try MachineShell(
      ControlCore(settings: settings),
      on: loop,
      timePassed: .timePassed
    ) { performer.server?.perform($0) }
    performer.server = self
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
      let answer = try answering { (core, now, actions) throws(Rejection) in
        try core.route(request, from: peer, at: now, into: &actions)
      }
      switch answer {
      case .answered(let response): return .now(response)
      case .held(let call):
        shell.post(.turnsArrived)
        return .held { [unowned self] in hold($0, call) }
      }
    }
    registerAdmin(on: server)
  }

  /// Ends the agents' sessions and the calls that wait; nothing else outlasts a turn of the loop.
  public func stop(within limit: Duration, done: @escaping () -> Void) {
    for session in regions.keys.sorted() {
      close(session, GRPCStatus(.unavailable, "the control plane is stopping"), reason: "stopping")
    }
    for call in calls.keys.sorted() {
      calls.removeValue(forKey: call)?.finish(
        GRPCStatus(.unavailable, "the control plane is stopping")
      )
    }
    loop.runLater(done)
  }

  /// Keeps a call until its turn has room, or its client goes away.
  private func hold(_ held: HeldCall<HearthV1.RouteResponse>, _ call: UInt64) {
    calls[call] = held
    held.onCancel = { [unowned self] _ in
      calls[call] = nil
      shell.post(.callerLeft(call: call))
    }
  }

  private func registerAdmin(on server: Server) {
    server.handle(HearthV1.Admin.getStatus) { [unowned self] _, _ throws(GRPCStatus) in
      var status = shell.machine.status
      status.version = identity.version
      status.timeScale = identity.timeScale
      status.uptimeNs = start.duration(to: loop.now).nanoseconds
      return status
    }
    server.handle(HearthV1.Admin.listRegions) { [unowned self] _, _ throws(GRPCStatus) in
      .init(regions: shell.machine.regionStatuses)
    }
    server.handle(HearthV1.Admin.listNodes) { [unowned self] _, _ throws(GRPCStatus) in
      .init(nodes: shell.machine.nodeStatuses(at: loop.now))
    }
    server.handle(HearthV1.Admin.listReplicas) { [unowned self] _, _ throws(GRPCStatus) in
      .init(replicas: shell.machine.replicaStatuses)
    }
    server.handle(HearthV1.Admin.explain) { [unowned self] request, _ throws(GRPCStatus) in
      try answering { (core, now, _) throws(Rejection) in try core.explain(request, at: now) }
    }
    server.handle(HearthV1.Admin.listDecisions) { [unowned self] request, _ throws(GRPCStatus) in
      shell.machine.decisions(request, at: loop.now)
    }
    server.handle(HearthV1.Admin.getCapacity) { [unowned self] request, _ throws(GRPCStatus) in
      try answering { (core, now, _) throws(Rejection) in
        try core.capacity(losing: request.lose, at: now)
      }
    }
    server.handle(HearthV1.Admin.listQueue) { [unowned self] request, _ throws(GRPCStatus) in
      shell.machine.queue(request, at: loop.now)
    }
    server.handle(HearthV1.Admin.setNodeAvailability) {
      [unowned self] request, context throws(GRPCStatus) in
      try answering { (core, now, actions) throws(Rejection) in
        try core.order(request, at: now, into: &actions)
      }
      logger.notice(
        "node ordered",
        metadata: [
          "node": "\(request.node)", "to": "\(request.availability)",
          "why": "\(request.message)", "by": "\(context.peer?.address ?? "")",
        ]
      )
      return .init(node: shell.machine.nodeStatus(request.node, at: loop.now))
    }
    server.handle(HearthV1.Admin.resetCaches) { [unowned self] _, _ throws(GRPCStatus) in
      shell.post(.cacheResetOrdered)
      return .init(nodes: shell.machine.status.nodes)
    }
  }

  private func answering<Answer>(
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
    case .closeRegion(let session, let rejection):
      close(session, rejection.status, reason: rejection.message)
    case .answerRoute(let call, let response):
      calls.removeValue(forKey: call)?.answer(response)
    case .note(let note): logger.log(note)
    }
  }
}
