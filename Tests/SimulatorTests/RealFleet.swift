import Basics
import Coordination
import EngineModel
import FleetSpec
import HearthMessages
import KVIndex
import Routing
import Simulator
import TestSupport
import Testing
import Traces

/// The fleet of a simulation as real processes have it: the cores of a control plane, of region
/// agents and of node agents on a simulated network, with an engine a node and clients that behave
/// as the simulator's do.
final class RealFleet: SimulatedWork {
  private enum Event {
    case asked(turn: Int)
    case dispatched(turn: Int, replica: Int, reservation: UInt64)
    case stopped(replica: Int)
    case started(replica: Int)
  }

  private struct Client {
    var excluded: [String] = []
    var (refusals, losses) = (0, 0)
    /// The replica whose engine has its turn; -1 when none has.
    var replica = -1
    var hasStarted = false
  }

  let fleet: SimulatedFleet
  /// Where turns were placed, in the order of the decisions.
  private(set) var placements: [(turn: Int, replica: Int, at: Instant)] = []
  private(set) var endedCount = 0
  /// When the control plane noticed that the node which was stopped is silent.
  private(set) var suspected: Instant?

  private let specs: [ReplicaSpec]
  private let turns: [SimulatedTurn]
  private let settings: SimulatorSettings
  private var engines: [SimulatedEngine]
  private var reservations: [[UInt64: UInt64]]
  private var nodes: [SimulatedNode] = []
  private var clients: [Client]
  private var calls: [UInt64: Int] = [:]
  private var events = TimerHeap<Event>()
  private var outputs = Actions<EngineOutput>()

  /// `roundTrip` is what each pair of regions is apart.
  init(
    _ specs: [ReplicaSpec],
    _ turns: [SimulatedTurn],
    _ settings: SimulatorSettings,
    linkDelay: Duration,
    roundTrip: Duration
  ) throws {
    (self.specs, self.turns, self.settings) = (specs, turns, settings)
    var control = ControlCore.Settings(seed: settings.seed)
    control.admission = settings.admission
    control.reservationTime = settings.reservationLifetime
    fleet = SimulatedFleet(settings: control)
    fleet.linkDelay = linkDelay
    fleet.roundTrip = { _, _ in roundTrip }
    clients = Array(repeating: Client(), count: turns.count)
    reservations = Array(repeating: [:], count: specs.count)
    engines = try specs.map { try Self.engine($0) }
    fleet.work = self
    var regions: [String: SimulatedRegion] = [:]
    for spec in specs {
      let region = regions[spec.region.text] ?? SimulatedRegion(name: spec.region.text)
      if regions.updateValue(region, forKey: spec.region.text) == nil { fleet.add(region) }
    }
    for spec in specs {
      guard let region = regions[spec.region.text] else { continue }
      var hello = Fixture.node(spec.node.text, region: region.name)
      hello.replicas = [spec.message]
      let node = SimulatedNode(name: spec.node.text, region: region, hello: hello)
      nodes.append(node)
      fleet.add(node)
    }
    for (number, turn) in turns.enumerated() {
      events.add(.asked(turn: number), due: .zero.advanced(by: turn.arrival))
    }
  }

  private static func engine(_ spec: ReplicaSpec) throws -> SimulatedEngine {
    var settings = try #require(
      EngineSettings(
        roofline: spec.roofline,
        blockTokens: spec.blockTokens,
        blockCount: spec.blockCount
      )
    )
    settings.stepTokensMax = spec.stepTokensMax
    settings.runningMax = spec.runningMax
    settings.waitingMax = spec.waitingMax
    var engine = SimulatedEngine(settings: settings)
    engine.reportsTokens = false
    return engine
  }

  /// The node of a replica loses its power, and is started again after a while.
  func stop(_ replica: Int, at start: Instant, for length: Duration) {
    events.add(.stopped(replica: replica), due: start)
    events.add(.started(replica: replica), due: start.advanced(by: length))
  }

  /// Runs to the end of the last turn.
  func run() throws {
    while endedCount < turns.count {
      let engineDues = engines.indices.compactMap { nodes[$0].isDown ? nil : engines[$0].deadline }
      let due = [engineDues.min(), events.deadline, fleet.deadline].compactMap(\.self).min()
      let now = max(fleet.now, try #require(due))
      try fleet.advance(to: now) {
        advanceEngines(to: now)
        var hasAsked = false
        while let event = events.popDue(at: now) {
          if case .asked = event { hasAsked = true }
          try handle(event, at: now)
        }
        if hasAsked { fleet.step(.turnsArrived) }
        // Steps begin with all that came at this instant.
        advanceEngines(to: now)
      }
      for node in nodes where !node.isDown { fleet.step(node, .timePassed) }
      watch(at: now)
    }
  }

  private func watch(at now: Instant) {
    for node in nodes where node.isDown {
      guard fleet.control.nodeStatus(node.name, at: now)?.availability == .suspect else { continue }
      suspected = suspected ?? now
    }
  }

  private func advanceEngines(to now: Instant) {
    for replica in engines.indices where !nodes[replica].isDown {
      engines[replica].advance(to: now, into: &outputs)
      report(replica)
    }
  }

  private func handle(_ event: Event, at now: Instant) throws {
    switch event {
    case .asked(let turn): try ask(turn, at: now)
    case .dispatched(let turn, let replica, let reservation):
      dispatch(turn, to: replica, reservation, at: now)
    case .stopped(let replica):
      fleet.stop(nodes[replica], isSilent: true)
      for turn in clients.indices where clients[turn].replica == replica {
        retry(turn, from: replica, isLoss: clients[turn].hasStarted, at: now)
      }
    case .started(let replica):
      engines[replica] = try Self.engine(specs[replica])
      engines[replica].advance(to: now, into: &outputs)
      reservations[replica] = [:]
      fleet.start(nodes[replica])
    }
  }

  private static let tenant = "trace"

  private func ask(_ number: Int, at now: Instant) throws {
    let turn = turns[number]
    let request = HearthV1.RouteRequest(
      requestId: "\(number)",
      model: turn.model.text,
      tenant: Self.tenant,
      originRegion: turn.origin?.text ?? "",
      promptTokens: UInt32(turn.promptTokens),
      blockHashes: turn.blockHashes,
      blockTokens: UInt32(turn.blockTokens),
      excludedReplicas: clients[number].excluded
    )
    let answer = try fleet.control { core, actions in
      try core.route(request, at: now, into: &actions)
    }
    switch answer {
    case .held(let call): calls[call] = number
    case .answered(let response): take(response, of: number)
    }
  }

  func answered(_ call: UInt64, _ response: HearthV1.RouteResponse) {
    if let turn = calls.removeValue(forKey: call) { take(response, of: turn) }
  }

  private func take(_ response: HearthV1.RouteResponse, of turn: Int) {
    guard case .placed(let place) = response.verdict,
      let replica = specs.firstIndex(where: { $0.id.text == place.replica })
    else {
      endedCount += 1
      return
    }
    placements.append((turn, replica, fleet.now))
    events.add(
      .dispatched(turn: turn, replica: replica, reservation: place.reservation),
      due: fleet.now.advanced(by: halfRoundTrip(turn, replica))
    )
  }

  private func dispatch(
    _ turn: Int,
    to replica: Int,
    _ reservation: UInt64,
    at now: Instant
  ) {
    guard !nodes[replica].isDown else {
      return retry(turn, from: replica, isLoss: false, at: now)
    }
    let request = EngineRequest(
      id: UInt64(turn),
      blockHashes: turns[turn].blockHashes.under(trustGroup: Self.tenant),
      blockTokens: turns[turn].blockTokens,
      promptTokens: turns[turn].promptTokens,
      length: .exactly(turns[turn].outputTokens)
    )
    let refusal = engines[replica].submit(request, at: now, into: &outputs)
    if refusal == nil {
      clients[turn].replica = replica
      clients[turn].hasStarted = false
      reservations[replica][UInt64(turn)] = reservation
      fleet.step(nodes[replica], .turnAccepted(replica: 0, reservation: reservation))
    } else {
      let outcome = HearthV1.TurnOutcome(reservation: reservation, ending: .refused)
      fleet.step(nodes[replica], .turnEnded(replica: 0, outcome))
      retry(turn, from: replica, isLoss: false, at: now)
    }
    report(replica)
  }

  private func retry(_ turn: Int, from replica: Int, isLoss: Bool, at now: Instant) {
    clients[turn].replica = -1
    if isLoss, clients[turn].losses < settings.lossRetriesMax {
      clients[turn].losses += 1
    } else if !isLoss, clients[turn].refusals < settings.refusalRetriesMax {
      clients[turn].refusals += 1
    } else {
      endedCount += 1
      return
    }
    clients[turn].excluded.append(specs[replica].id.text)
    events.add(.asked(turn: turn), due: now.advanced(by: halfRoundTrip(turn, replica)))
  }

  /// Tells a node what its engine did.
  private func report(_ replica: Int) {
    let node = nodes[replica]
    for output in outputs.take() {
      switch output {
      case .started(let id, _, _): clients[Int(id)].hasStarted = true
      case .tokens: break
      case .finished(let id, let finish):
        clients[Int(id)].replica = -1
        endedCount += 1
        guard let reservation = reservations[replica].removeValue(forKey: id) else { continue }
        fleet.step(node, .turnEnded(replica: 0, .init(finish, reservation: reservation)))
      case .cache(.stored(let hashes)):
        fleet.step(node, .cacheChanged(replica: 0, removed: [], stored: hashes))
      case .cache(.removed(let hashes)):
        fleet.step(node, .cacheChanged(replica: 0, removed: hashes, stored: []))
      case .cache(.cleared): fleet.step(node, .cacheCleared(replica: 0))
      }
    }
    fleet.step(node, .loadChanged(replica: 0, engines[replica].load.message))
  }

  func cancelTurns(on node: SimulatedNode, because reason: String) {}

  func resetCaches(of node: SimulatedNode) {}

  private func halfRoundTrip(_ turn: Int, _ replica: Int) -> Duration {
    let isNear = turns[turn].origin == specs[replica].region
    let whole = isNear ? RegionTopology.localSeconds : fleet.roundTrip("", "")?.inSeconds ?? 0
    return Duration(inSeconds: whole / 2)
  }
}

extension HearthV1.TurnOutcome {
  fileprivate init(_ finish: EngineFinish, reservation: UInt64) {
    self.init(
      reservation: reservation,
      cachedTokens: UInt32(finish.usage.cachedTokens),
      outputTokens: UInt32(finish.usage.outputTokens),
      queuedNs: finish.queued.nanoseconds,
      ttftNs: finish.ttft?.nanoseconds ?? 0,
      totalNs: finish.total.nanoseconds,
      ending: .completed,
      promptTokens: UInt32(finish.usage.promptTokens)
    )
  }
}
