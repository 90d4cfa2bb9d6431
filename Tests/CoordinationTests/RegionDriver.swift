import Basics
import Coordination
import HearthMessages
import TestSupport

/// A region agent whose nodes and control plane say what they are told to.
struct RegionDriver {
  var core = RegionCore(
    settings: .init(
      hello: .init(region: "eu", incarnation: 1, address: "127.0.0.1:7100", version: "test"),
      nodesMax: 3
    ),
    at: .zero
  )
  var actions = Actions<RegionCore.Action>()
  var now = Instant.zero

  mutating func step(_ event: RegionCore.Event, at seconds: Double? = nil) -> [RegionCore.Action] {
    if let seconds { now = Fixture.instant(seconds) }
    core.step(event, at: now, into: &actions)
    return actions.take().filter {
      if case .note = $0 { false } else { true }
    }
  }

  mutating func greet(_ session: SessionID, _ hello: HearthV1.NodeHello) -> [RegionCore.Action] {
    _ = step(.nodeOpened(session))
    return step(.nodeSpoke(session, .init(message: .hello(hello))))
  }

  mutating func connect() {
    _ = step(.timePassed)
    _ = step(.controlOpened)
    _ = step(.controlSpoke(.init(command: .welcome(Fixture.welcome()))))
  }

  mutating func update(
    _ session: SessionID,
    _ update: HearthV1.NodeUpdate
  ) -> [RegionCore.Action] {
    step(.nodeSpoke(session, .init(message: .update(update))))
  }
}

extension [RegionCore.Action] {
  var toControl: [HearthV1.RegionMessage.Message] {
    compactMap { if case .sendToControl(let message) = $0 { message.message } else { nil } }
  }

  var toNodes: [HearthV1.NodeCommand.Command] {
    compactMap { if case .sendToNode(_, let message) = $0 { message.command } else { nil } }
  }

  var rejection: Rejection? {
    lazy.compactMap { if case .closeNode(_, let why) = $0 { why } else { nil } }.first
  }
}
