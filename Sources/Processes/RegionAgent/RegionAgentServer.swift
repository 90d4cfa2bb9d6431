import Basics
public import Coordination
import Daemon
public import EventLoop
import HearthMessages
import HearthProto
public import Logging
public import RPC
public import Telemetry
import Wire

/// A region agent: its nodes' sessions, its own with the control plane, and what it passes on to
/// its nodes: turns of other regions, and questions for what workers of jobs wrote.
///
/// Confined to its loop, whose clock is the wall's.
public final class RegionAgentServer {
  /// What of other regions is simulated.
  public struct Distances: Sendable {
    /// Round trips to other regions that are added to what the network takes, in the fleet's time.
    public var roundTrips: [String: Duration]
    /// The fleet's time.
    public var clock: LoopClock

    /// Makes distances; none by default.
    public init(roundTrips: [String: Duration] = [:], clock: LoopClock = LoopClock()) {
      self.roundTrips = roundTrips
      self.clock = clock
    }
  }

  /// Called when the agent begins or ceases to take part in the fleet.
  public var onHealth: ((_ isServing: Bool) -> Void)?

  private typealias NodeStream = ServerStream<HearthV1.NodeMessage, HearthV1.NodeCommand>
  private typealias ControlStream = ClientStream<HearthV1.RegionMessage, HearthV1.RegionCommand>

  /// Turns that were passed on since the start.
  private(set) var relayed = 0

  private let loop: Loop
  private let logger: Logger
  private let region: String
  private let distances: Distances
  private let control: Channel
  private let channelSettings: Channel.Settings
  private var channels: [String: Channel] = [:]
  private var shell: MachineShell<RegionCore>?
  private var controlStream: ControlStream?
  /// What waits while the control plane's stream is full: at most what nodes could send before they
  /// were paused.
  private var unsent: [HearthV1.RegionMessage] = []
  private var isControlFull = false
  private var nodesArePaused = false
  private var nodes: [SessionID: NodeStream] = [:]
  private var nextSession: SessionID = 1
  private var tracer: Tracer?
  /// Turns that are passed on, and what else is.
  private var relays: [ObjectIdentifier: any PassedCall] = [:]
  private var readers: [ObjectIdentifier: any PassedCall] = [:]
  private var ways: [String: Way] = [:]
  private var isStopping = false
  private var whenIdle: (() -> Void)?
  private var stopTimer: LoopTimer?

  /// Makes an agent that attaches to the control plane behind `control` and reaches nodes and other
  /// agents with `channelSettings`.
  public init(
    settings: RegionCore.Settings,
    distances: Distances,
    control: Channel,
    channelSettings: Channel.Settings,
    loop: Loop,
    logger: Logger
  ) throws(UVError) {
    self.loop = loop
    self.logger = logger
    self.control = control
    self.channelSettings = channelSettings
    self.distances = distances
    region = settings.hello.region
    for (other, time) in distances.roundTrips { ways[other] = try way(of: time) }
    ways[""] = try way(of: .zero)
    shell = try MachineShell(
      RegionCore(settings: settings, at: loop.now),
      on: loop,
      timePassed: .timePassed
    ) { [weak self] in self?.perform($0) }
  }

  deinit {
    for way in ways.values {
      way.half.close()
      way.whole.close()
    }
    controlStream?.onClose = nil
    controlStream?.cancel()
  }

  /// Turns that are passed on now.
  var relayCount: Int { relays.count }

  /// Sessions of nodes that are open.
  var sessionCount: Int { nodes.count }

  /// Outcomes of turns that were dropped.
  var droppedOutcomes: UInt64 { shell?.machine.droppedOutcomes ?? 0 }

  /// Nodes that are attached, suspect ones included.
  var nodeCount: Int { shell?.machine.nodeCount ?? 0 }

  /// Nodes and agents that there is a channel to.
  var channelCount: Int { channels.count }

  /// Whether the agent's session with the control plane is open.
  var isConnected: Bool { shell?.machine.isConnected ?? false }

  /// Whether a node is attached.
  func hasNode(_ name: String) -> Bool { shell?.machine.address(of: name) != nil }

  /// Serves hearth.v1.RegionAgent, hearth.v1.Inference and hearth.v1.Workers on a server.
  public func register(on server: Server) {
    server.handleStream(HearthV1.RegionAgent.attachNode) { [unowned self] in attach($0) }
    server.handleStream(HearthV1.RegionAgent.ping) { [unowned self] stream in
      stream.onMessage = { [unowned self] request in
        way(to: request.region).whole.pass { [region] in
          stream.send(.init(region: region))
          stream.finish(.ok)
        }
      }
    }
    let generate = Relay<HearthV1.GenerateRequest>.Method(passing: HearthV1.Inference.generate)
    server.handleStream(generate) { [unowned self] stream in
      stream.onMessage = { [unowned self] request in
        let relay = pass(
          generate,
          request,
          for: stream,
          to: request.node,
          over: way(to: request.originRegion).half
        ) { [unowned self] in relayEnded($0) }
        guard let relay else { return }
        relays[ObjectIdentifier(relay)] = relay
        relayed += 1
      }
    }
    let readLog = Relay<HearthV1.ReadLogRequest>.Method(passing: HearthV1.Workers.readLog)
    server.handleStream(readLog) { [unowned self] stream in
      stream.onMessage = { [unowned self] request in
        let reader = pass(
          readLog,
          request,
          for: stream,
          to: request.node,
          over: way(to: region).half
        ) { [unowned self] in readers[ObjectIdentifier($0)] = nil }
        if let reader { readers[ObjectIdentifier(reader)] = reader }
      }
    }
  }

  /// Has what it counts read when somebody wants it, and turns that it passes on traced.
  public func observe(_ metrics: MetricsRegistry, _ tracer: Tracer?) {
    self.tracer = tracer
    metrics.add(Self.metrics) { [unowned self] in self }
  }

  /// Ends the nodes' sessions, and lets turns that are passed on finish within `limit`.
  public func stop(within limit: Duration, done: @escaping () -> Void) {
    isStopping = true
    for session in nodes.keys.sorted() {
      close(
        session,
        GRPCStatus(.unavailable, "the agent of region \(region) is stopping"),
        reason: "stopping"
      )
    }
    // What somebody follows has no end of its own.
    for reader in readers.values {
      reader.abandon(GRPCStatus(.unavailable, "the agent of region \(region) is stopping"))
    }
    whenIdle = done
    stopTimer = try? LoopTimer(loop: loop) { [unowned self] in finishStopping() }
    stopTimer?.arm(after: relays.isEmpty || stopTimer == nil ? .zero : limit)
  }

  private func finishStopping() {
    stopTimer = nil
    for relay in relays.values {
      relay.abandon(GRPCStatus(.unavailable, "the agent of region \(region) stopped"))
    }
    whenIdle?()
    whenIdle = nil
  }

  private func relayEnded(_ relay: any PassedCall) {
    relays[ObjectIdentifier(relay)] = nil
    if isStopping, relays.isEmpty { stopTimer?.arm(after: .zero) }
  }

  /// The way to another region and back, in one piece for what only goes there and returns.
  private struct Way {
    let half: DelayLine
    let whole: DelayLine
  }

  private func way(of roundTrip: Duration) throws(UVError) -> Way {
    Way(
      half: try DelayLine(delay: roundTrip / 2, clock: distances.clock, loop: loop),
      whole: try DelayLine(delay: roundTrip, clock: distances.clock, loop: loop)
    )
  }

  private func way(to region: String) -> Way {
    guard let way = ways[region] ?? ways[""] else { preconditionFailure("no way of length 0") }
    return way
  }

  private func attach(_ stream: NodeStream) {
    guard !isStopping else {
      stream.finish(GRPCStatus(.unavailable, "the agent of region \(region) is stopping"))
      return
    }
    let session = nextSession
    nextSession += 1
    nodes[session] = stream
    if nodesArePaused { stream.pause() }
    shell?.post(.nodeOpened(session))
    stream.onMessage = { [unowned self] in shell?.post(.nodeSpoke(session, $0)) }
    stream.onEnd = { [unowned self] in
      close(session, .ok, reason: "the node closed its session")
    }
    stream.onCancel = { [unowned self] status in
      nodes[session] = nil
      shell?.post(.nodeClosed(session, reason: status.message))
    }
  }

  private func close(_ session: SessionID, _ status: GRPCStatus, reason: String) {
    guard let stream = nodes.removeValue(forKey: session) else { return }
    stream.finish(status)
    shell?.post(.nodeClosed(session, reason: reason))
  }

  /// Passes a call on to a node; nil where it can't be, which its client is told.
  private func pass<Request: ProtoMessage>(
    _ method: Relay<Request>.Method,
    _ request: Request,
    for stream: Relay<Request>.Client,
    to node: String,
    over line: DelayLine,
    onEnd: @escaping (any PassedCall) -> Void
  ) -> Relay<Request>? {
    guard !isStopping else {
      stream.finish(GRPCStatus(.unavailable, "the agent of region \(region) is stopping"))
      return nil
    }
    guard let address = shell?.machine.address(of: node) else {
      stream.finish(
        GRPCStatus(
          .unavailable,
          "no node named \"\(node.prefix(64))\" is attached in region \(region)"
        )
      )
      return nil
    }
    do throws(WireError) {
      return Relay(
        method,
        of: request,
        from: stream,
        to: node,
        at: try channel(to: address),
        over: line,
        span: tracer?.begin("relay", .server, in: stream.context.metadata.trace),
        onEnd: onEnd
      )
    } catch {
      stream.finish(GRPCStatus(.internal, "\(error)"))
      return nil
    }
  }

  private func channel(to address: String) throws(WireError) -> Channel {
    if let channel = channels[address] { return channel }
    let wanted = (shell?.machine.addresses ?? []).union(
      (Array(relays.values) + readers.values).map(\.address)
    )
    channels = channels.filter { wanted.contains($0.key) }
    let channel = try Channel(to: address, loop: loop, settings: channelSettings)
    channels[address] = channel
    return channel
  }

  private func perform(_ action: RegionCore.Action) {
    switch action {
    case .sendToNode(let session, let command):
      guard let stream = nodes[session], !stream.send(command) else { return }
      logger.debug("node is slow to read", metadata: ["session": "\(session)"])
    case .closeNode(let session, let rejection):
      close(session, rejection.status, reason: rejection.message)
    case .abandonTurns(let node):
      for relay in (Array(relays.values) + readers.values).filter({ $0.node == node }) {
        relay.abandon(GRPCStatus(.unavailable, "node \(node) is lost"))
      }
    case .openControl: openControl()
    case .sendToControl(let message): sendToControl(message)
    case .closeControl: controlStream?.cancel()
    case .pauseNodes:
      nodesArePaused = true
      for stream in nodes.values { stream.pause() }
    case .resumeNodes:
      nodesArePaused = false
      for stream in nodes.values { stream.resume() }
    case .setHealth(let isServing): onHealth?(isServing)
    case .ping(let other, let address): ping(other, at: address)
    case .note(let note): logger.log(note)
    }
  }

  private func openControl() {
    let stream = control.stream(HearthV1.ControlPlane.attachRegion)
    (controlStream, unsent, isControlFull) = (stream, [], false)
    stream.onMessage = { [unowned self] in shell?.post(.controlSpoke($0)) }
    stream.onWritable = { [unowned self] in controlDrained() }
    stream.onClose = { [unowned self] status in
      controlStream = nil
      shell?.post(.controlClosed(reason: status.description))
    }
    shell?.post(.controlOpened)
  }

  private func sendToControl(_ message: HearthV1.RegionMessage) {
    guard !isControlFull else {
      unsent.append(message)
      return
    }
    guard controlStream?.send(message) == false else { return }
    isControlFull = true
    shell?.post(.controlStalled)
  }

  private func controlDrained() {
    isControlFull = false
    var count = 0
    while count < unsent.count, !isControlFull {
      isControlFull = controlStream?.send(unsent[count]) == false
      count += 1
    }
    unsent.removeFirst(min(count, unsent.count))
    if !isControlFull { shell?.post(.controlDrained) }
  }

  /// Measures the way to another region; a ping that had to wait for a connection only opens it.
  private func ping(_ other: String, at address: String, isAgain: Bool = false) {
    let (clock, start) = (distances.clock, distances.clock.now)
    var options = CallOptions()
    options.timeout = .seconds(5)
    do throws(WireError) {
      let channel = try channel(to: address)
      let isMeasured = channel.isReady
      channel.call(
        HearthV1.RegionAgent.ping,
        .init(region: region),
        options: options
      ) { [unowned self] result in
        guard case .success(let answer) = result, answer.region == other else { return }
        if isMeasured {
          shell?.post(.pingAnswered(region: other, start.duration(to: clock.now)))
        } else if !isAgain {
          ping(other, at: address, isAgain: true)
        }
      }
    } catch {
      logger.warning("no ping", metadata: ["region": "\(other)", "error": "\(error)"])
    }
  }
}
