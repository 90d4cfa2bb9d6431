import Basics
import Coordination
import HearthMessages
import TestSupport

/// A control plane and real node machines in one region, with nothing but a short way between them.
struct DirectFleet {
  var driver = ControlDriver()
  private var nodes: [String: NodeCore] = [:]
  private var session: SessionID = 1
  /// Actions of nodes that are not messages, by node.
  private(set) var actions: [String: [NodeCore.Action]] = [:]
  /// Log lines of the control plane.
  private(set) var notes: [Note] = []
  /// Nodes whose next update is lost on its way.
  var losing: Set<String> = []
  private let replicas: Int
  private let namesAdapters: Bool

  init(nodes names: [String], replicas: Int = 1, namesAdapters: Bool = false) {
    self.replicas = replicas
    self.namesAdapters = namesAdapters
    driver.attachRegion(1, "eu")
    for name in names {
      nodes[name] = NodeCore(
        hello: hello(of: name),
        settings: .init(stallTime: .seconds(30)),
        at: driver.now
      )
    }
    pass(1)
  }

  private func hello(of name: String) -> HearthV1.NodeHello {
    var hello = Fixture.node(name, replicas: replicas)
    for index in hello.replicas.indices { hello.replicas[index].namesAdapters = namesAdapters }
    return hello
  }

  func node(_ name: String) -> NodeCore? { nodes[name] }

  mutating func step(_ name: String, _ event: NodeCore.Event) {
    var buffer = Actions<NodeCore.Action>()
    nodes[name]?.step(event, at: driver.now, into: &buffer)
    for action in buffer.take() {
      switch action {
      case .openSession: step(name, .sessionOpened)
      case .send(let message): deliver(message, from: name)
      default: actions[name, default: []].append(action)
      }
    }
  }

  private mutating func deliver(_ message: HearthV1.NodeMessage, from name: String) {
    switch message.message {
    case .hello(let hello):
      hear(driver.say(session, .nodeAttached(hello)))
      step(name, .commandReceived(.init(command: .welcome(Fixture.welcome()))))
    case .heartbeat(let beat):
      let answer = HearthV1.HeartbeatAnswer(sequence: beat.sequence, kept: beat.sequence)
      step(name, .commandReceived(.init(command: .heartbeatAnswer(answer))))
    case .update(let update):
      guard losing.remove(name) == nil else { return }
      hear(driver.say(session, .nodeUpdate(.init(node: name, update: update))))
    case nil: break
    }
  }

  private mutating func hear(_ answers: [ControlCore.Action]) {
    for answer in answers {
      switch answer {
      case .note(let note): notes.append(note)
      case .sendToRegion(_, let command):
        guard case .nodeCommand(let order) = command.command, let inner = order.command else {
          continue
        }
        step(order.node, .commandReceived(inner))
      default: break
      }
    }
  }

  /// Lets time pass, in steps of 20 ms, or of half a second when it is long.
  mutating func pass(_ seconds: Double) {
    let tick = Duration.milliseconds(seconds > 10 ? 500 : 20)
    let end = driver.now.advanced(by: Duration(inSeconds: seconds))
    var beat = driver.now
    while driver.now < end {
      driver.now = driver.now.advanced(by: tick)
      for name in nodes.keys.sorted() { step(name, .timePassed) }
      if beat <= driver.now {
        beat = driver.now.advanced(by: .seconds(1))
        hear(driver.say(session, .heartbeat(.init(sequence: 1))))
      }
    }
  }

  mutating func order(_ name: String, _ availability: HearthV1.Availability, _ deadline: Duration)
    throws(Rejection)
  {
    hear(try driver.order(name, availability, deadline: deadline.nanoseconds))
  }

  /// The control plane is another process now, and knows nothing.
  mutating func restartControl() {
    driver.core = ControlCore(settings: .init(seed: 2), at: driver.now)
    session += 1
    driver.attachRegion(session, "eu")
    // The region agent lists its nodes and has them tell everything again.
    for name in nodes.keys.sorted() {
      hear(driver.say(session, .nodeAttached(hello(of: name))))
      step(name, .commandReceived(.init(command: .resynchronise(.init(reason: "attached")))))
    }
    pass(0.2)
  }
}
