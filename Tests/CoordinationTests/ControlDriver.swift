import Basics
import Coordination
import HearthMessages
import Routing
import TestSupport
import Testing

/// A control plane whose regions and nodes say what they are told to.
struct ControlDriver {
  var core: ControlCore
  var now = Fixture.instant(1)
  private var sequences: [String: UInt64] = [:]

  init(nodesMax: Int = 16_384, timeScale: Double = 1) {
    self.init(settings: .init(nodesMax: nodesMax, timeScale: timeScale, seed: 1))
  }

  init(settings: ControlCore.Settings) {
    core = ControlCore(settings: settings, at: Fixture.instant(1))
  }

  @discardableResult
  mutating func step(_ event: ControlCore.Event) -> [ControlCore.Action] {
    var actions = Actions<ControlCore.Action>()
    core.step(event, at: now, into: &actions)
    // As the shell does at the end of a turn of its loop.
    if let due = core.deadline, due <= now { core.step(.timePassed, at: now, into: &actions) }
    return actions.take()
  }

  @discardableResult
  mutating func say(
    _ session: SessionID,
    _ message: HearthV1.RegionMessage.Message
  ) -> [ControlCore.Action] {
    step(.regionSpoke(session, HearthV1.RegionMessage(message: message)))
  }

  @discardableResult
  mutating func attachRegion(
    _ session: SessionID,
    _ name: String,
    incarnation: UInt64 = 1
  ) -> [ControlCore.Action] {
    step(.regionOpened(session))
    return say(
      session,
      .hello(
        .init(region: name, incarnation: incarnation, address: "127.0.0.1:9", version: "test")
      )
    )
  }

  /// Attaches a node that holds `blocks` and is ready.
  mutating func attachNode(
    _ session: SessionID,
    _ name: String,
    region: String = "eu",
    incarnation: UInt64 = 1,
    availability: HearthV1.Availability = .ready,
    blocks: [UInt64] = []
  ) {
    let hello = Fixture.node(name, region: region, incarnation: incarnation)
    say(session, .nodeAttached(hello))
    sequences[name] = 0
    update(
      session,
      name,
      reset: true,
      synced: true,
      availability: availability,
      .init(index: 0, stored: blocks)
    )
  }

  @discardableResult
  mutating func update(
    _ session: SessionID,
    _ name: String,
    reset: Bool = false,
    synced: Bool = false,
    availability: HearthV1.Availability = .ready,
    _ replica: HearthV1.ReplicaUpdate
  ) -> [ControlCore.Action] {
    sequences[name, default: 0] += 1
    return say(
      session,
      .nodeUpdate(
        .init(
          node: name,
          update: .init(
            sequence: sequences[name] ?? 0,
            reset: reset,
            synced: synced,
            availability: availability,
            replicas: [replica]
          )
        )
      )
    )
  }

  mutating func skipSequence(_ name: String) { sequences[name, default: 0] += 1 }

  mutating func route(
    _ hashes: [UInt64] = [],
    origin: String = "eu",
    excluding: [String] = [],
    policy: String = "",
    id: String = "",
    explain: Bool = false,
    makesCopies: Bool = false
  ) throws(Rejection) -> HearthV1.RouteResponse {
    let request = HearthV1.RouteRequest(
      requestId: id,
      model: "llama",
      originRegion: origin,
      promptTokens: UInt32(max(1, hashes.count * 16)),
      blockHashes: hashes,
      blockTokens: 16,
      excludedReplicas: excluding,
      policy: policy,
      explain: explain,
      makesCopies: makesCopies
    )
    return try core.route(request, at: now)
  }

  func explain(_ id: String) throws(Rejection) -> HearthV1.DecisionList {
    try core.explain(.init(requestId: id), at: now)
  }

  func availability(_ node: String) -> HearthV1.Availability? {
    core.nodeStatus(node, at: now)?.availability
  }

  mutating func order(
    _ node: String,
    _ availability: HearthV1.Availability,
    deadline: Int64 = 0,
    message: String = ""
  ) throws(Rejection) -> [ControlCore.Action] {
    var actions = Actions<ControlCore.Action>()
    try core.order(
      .init(node: node, availability: availability, deadlineNs: deadline, message: message),
      at: now,
      into: &actions
    )
    return actions.take()
  }
}

extension ControlCore {
  /// Routes a turn that is to be answered at once; the answer to one that is held is empty.
  mutating func route(
    _ request: HearthV1.RouteRequest,
    at now: Instant
  ) throws(Rejection) -> HearthV1.RouteResponse {
    var actions = Actions<Action>()
    switch try route(request, at: now, into: &actions) {
    case .answered(let response): return response
    case .held(let call):
      step(.turnsArrived, at: now, into: &actions)
      for index in 0..<actions.count {
        if case .answerRoute(call, let response) = actions[index] { return response }
      }
      return .init()
    }
  }
}

extension HearthV1.RouteResponse {
  var placement: HearthV1.Placement? {
    if case .placed(let placement) = verdict { placement } else { nil }
  }

  var refusal: HearthV1.Refusal? {
    if case .refused(let refusal) = verdict { refusal } else { nil }
  }
}

extension [ControlCore.Action] {
  var rejections: [Rejection] {
    compactMap { if case .closeRegion(_, let rejection) = $0 { rejection } else { nil } }
  }

  /// Who is told which regions there are.
  var peers: [(sessions: [SessionID], regions: [String])] {
    compactMap {
      guard case .sendToRegions(let sessions, let command) = $0,
        case .peers(let list) = command.command
      else { return nil }
      return (sessions, list.peers.map(\.region))
    }
  }

  /// Calls that were answered, with the answers.
  var answers: [UInt64: HearthV1.RouteResponse] {
    var answers: [UInt64: HearthV1.RouteResponse] = [:]
    for case .answerRoute(let call, let response) in self {
      #expect(answers[call] == nil, "call \(call) is answered twice")
      answers[call] = response
    }
    return answers
  }

  /// What nodes are told, but for the rules.
  var nodeCommands: [HearthV1.NodeCommand.Command] {
    toldNodes.filter { if case .turnRules = $0 { false } else { true } }
  }

  var toldNodes: [HearthV1.NodeCommand.Command] {
    compactMap {
      guard case .sendToRegion(_, let command) = $0, case .nodeCommand(let order) = command.command
      else { return nil }
      return order.command?.command
    }
  }
}
