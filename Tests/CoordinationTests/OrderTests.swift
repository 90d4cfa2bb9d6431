import Basics
import Coordination
import HearthMessages
import TestSupport
import Testing

/// Orders and the lives of the processes that they are about.
@Suite(.timeLimit(.minutes(5)))
struct OrderTests {
  @Test func `a node that stops is not held to be drained when it comes back`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    driver.update(1, "n", availability: .draining, .init(index: 0))
    driver.update(1, "n", availability: .drained, .init(index: 0))
    driver.say(1, .nodeState(.init(node: "n", state: .suspect)))
    driver.attachNode(1, "n", incarnation: 2)
    #expect(driver.availability("n") == .ready)
  }

  @Test func `workers leave a node that is drained, and stay on one that stops`() throws {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    var hello = Fixture.node("n")
    hello.jobs = .init(gpus: 4)
    driver.say(1, .nodeAttached(hello))
    var sequence: UInt64 = 0
    func update(_ state: HearthV1.Availability, _ phase: HearthV1.WorkerPhase) -> [Instant] {
      sequence += 1
      let name = HearthV1.WorkerName(job: "tune", rank: 0, epoch: 1)
      let update = HearthV1.NodeUpdate(
        sequence: sequence,
        reset: sequence == 1,
        synced: true,
        availability: state,
        jobs: .init(workers: [.init(name: name, phase: phase)])
      )
      return driver.say(1, .nodeUpdate(.init(node: "n", update: update))).drains
    }
    #expect(update(.ready, .running).isEmpty)
    #expect(update(.draining, .running).isEmpty && update(.ready, .running).isEmpty)
    let due = driver.now.advanced(by: .seconds(60))
    let told = try driver.order("n", .draining, deadline: Duration.seconds(60).nanoseconds)
    #expect(told.drains == [due])
    #expect(update(.drained, .running) == [due])
    #expect(driver.availability("n") == .draining)
    #expect(update(.drained, .gone).isEmpty)
    #expect(driver.availability("n") == .drained)
  }

  @Test func `a node that stops does not say again that it is synced`() throws {
    var actions = Actions<NodeCore.Action>()
    var core = NodeCore(hello: Fixture.node("n"), settings: .init(), at: .zero)
    let welcome = NodeCore.Event.commandReceived(.init(command: .welcome(Fixture.welcome())))
    for event in [NodeCore.Event.timePassed, .sessionOpened, welcome] {
      core.step(event, at: .zero, into: &actions)
    }
    core.step(.turnAccepted(replica: 0, reservation: 1), at: .zero, into: &actions)
    core.step(.stopRequested(deadline: .seconds(9)), at: .zero, into: &actions)
    actions.removeAll()
    let again = HearthV1.NodeCommand(command: .resynchronise(.init(reason: "restarted")))
    core.step(.commandReceived(again), at: Fixture.instant(1), into: &actions)
    core.step(.timePassed, at: Fixture.instant(1), into: &actions)
    let updates = actions.take { action in
      if case .send(let message) = action, case .update(let update) = message.message {
        update
      } else {
        nil
      }
    }
    #expect(updates.map(\.reset) == [true])
    #expect(updates.map(\.synced) == [false])
  }

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

  @Test func `a drain taken over from a node is not told to it as one without time`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n", availability: .draining)
    #expect(driver.availability("n") == .draining)
    driver.step(.regionClosed(1, reason: "broken"))
    driver.attachRegion(2, "eu")
    let told = driver.say(2, .nodeAttached(Fixture.node("n"))).nodeCommands
    #expect(told.isEmpty)
    let toNext = driver.say(2, .nodeAttached(Fixture.node("n", incarnation: 2))).nodeCommands
    #expect(toNext == [.setAvailability(.init(availability: .draining))])
  }
}

extension [ControlCore.Action] {
  /// By when nodes are to be empty.
  fileprivate var drains: [Instant] {
    flatMap { action -> [NodeChange] in
      if case .tell(let changes) = action { changes } else { [] }
    }.compactMap { if case .drains(_, let due) = $0 { due } else { nil } }
  }
}
