import Basics
import Coordination
import HearthMessages
import Testing

/// Orders and the lives of the processes that they are about.
@Suite(.timeLimit(.minutes(1)))
struct OrderTests {
  @Test func `an order does not give a stopping node more time than it was given to stop`() {
    var actions = Actions<NodeCore.Action>()
    var core = NodeCore(hello: Fixture.node("n"), settings: .init(), at: .zero)
    core.step(.turnAccepted(replica: 0, reservation: 1), at: .zero, into: &actions)
    core.step(.stopRequested(deadline: .seconds(5)), at: .zero, into: &actions)
    let order = HearthV1.NodeCommand(
      command: .setAvailability(.init(availability: .draining, deadlineNs: 600_000_000_000))
    )
    core.step(.commandReceived(order), at: Fixture.instant(1), into: &actions)
    actions.removeAll()
    core.step(.timePassed, at: Fixture.instant(5), into: &actions)
    let cancels = actions.take { if case .cancelTurns = $0 { true } else { nil } }
    #expect(cancels.count == 1)
  }
}
