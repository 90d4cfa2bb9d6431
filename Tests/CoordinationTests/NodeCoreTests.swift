import Basics
import Coordination
import HearthMessages
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct NodeCoreTests {
  /// A core with its buffer and its clock.
  private struct Node {
    var core: NodeCore
    var actions = Actions<NodeCore.Action>()
    var now = Instant.zero
    /// Updates that no test has looked at yet.
    var unseen: [HearthV1.NodeUpdate] = []

    init(settings: NodeCore.Settings = .init(updateBlocksMax: 4)) {
      core = NodeCore(hello: Fixture.node("n", replicas: 2), settings: settings, at: .zero)
    }

    mutating func step(_ event: NodeCore.Event, after seconds: Double = 0) -> [NodeCore.Action] {
      now = now.advanced(by: Duration(inSeconds: seconds))
      core.step(event, at: now, into: &actions)
      let taken = actions.take()
      unseen += taken.compactMap {
        guard case .send(let message) = $0, case .update(let update) = message.message else {
          return nil
        }
        return update
      }
      return taken
    }

    /// The updates since the last look, and those that are due within a second.
    mutating func updates() -> [HearthV1.NodeUpdate] {
      for _ in 0..<50 { _ = step(.timePassed, after: 0.02) }
      defer { unseen = [] }
      return unseen
    }

    mutating func attach() {
      _ = step(.timePassed)
      _ = step(.sessionOpened)
      _ = step(.commandReceived(.init(command: .welcome(Fixture.welcome()))))
    }

    mutating func order(
      _ availability: HearthV1.Availability,
      deadline: Duration = .seconds(5)
    ) -> [NodeCore.Action] {
      step(
        .commandReceived(
          .init(
            command: .setAvailability(
              .init(
                availability: availability,
                deadlineNs: deadline.nanoseconds,
                message: "why"
              )
            )
          )
        )
      )
    }
  }

  @Test func `it opens a session, says hello first, and reports once it is welcome`() {
    var node = Node()
    #expect(node.step(.timePassed) == [.openSession])
    let hello = HearthV1.NodeMessage(message: .hello(Fixture.node("n", replicas: 2)))
    #expect(node.step(.sessionOpened) == [.send(hello)])
    #expect(node.updates().isEmpty)
    _ = node.step(.commandReceived(.init(command: .welcome(Fixture.welcome()))))
    let first = node.updates()
    #expect(first.map(\.sequence) == [1])
    #expect(first.first?.reset == true)
    #expect(first.first?.synced == true)
    #expect(first.first?.availability == .ready)
  }

  @Test func `a resynchronisation is cut into updates, and only the last is synced`() {
    var node = Node()
    _ = node.step(.cacheChanged(replica: 0, removed: [], stored: [1, 2, 3, 4, 5]))
    _ = node.step(.cacheChanged(replica: 1, removed: [], stored: [9]))
    node.attach()
    let updates = node.updates()
    #expect(updates.map(\.sequence) == [1, 2])
    #expect(updates.map(\.reset) == [true, false])
    #expect(updates.map(\.synced) == [false, true])
    let stored = updates.flatMap { $0.replicas.flatMap { replica in replica.stored } }
    #expect(stored == [1, 2, 3, 4, 5, 9])
    #expect(updates.allSatisfy { $0.replicas.reduce(0) { $0 + $1.stored.count } <= 4 })
  }

  @Test func `what happens at one moment, or within an interval, goes up in one update`() {
    var node = Node()
    node.attach()
    _ = node.updates()
    for hash in 1...3 as ClosedRange<UInt64> {
      let event = NodeCore.Event.cacheChanged(replica: 0, removed: [hash - 1], stored: [hash])
      #expect(node.step(event, after: 0.001).isEmpty)
      if hash == 2 { _ = node.step(.timePassed) }
    }
    let sent = node.updates()
    #expect(sent.map { $0.replicas.first?.stored } == [[2], [3]])
  }

  @Test func `what can be foreseen waits for a turn, which goes at once`() {
    var node = Node()
    node.attach()
    _ = node.updates()
    _ = node.step(.turnAccepted(replica: 0, reservation: 7))
    _ = node.step(.loadChanged(replica: 0, .init(running: 1, prefillTokensQueued: 512)))
    _ = node.step(.timePassed)
    #expect(node.unseen.last?.replicas.first?.accepted == [7])
    node.unseen = []
    for tokens in 1...9 as ClosedRange<UInt64> {
      let load = HearthV1.ReplicaLoad(running: 1, prefillTokensQueued: 512 - tokens)
      _ = node.step(.loadChanged(replica: 0, load), after: 0.01)
      _ = node.step(.cacheChanged(replica: 0, removed: [tokens - 1], stored: [tokens]))
      _ = node.step(.timePassed)
    }
    #expect(node.unseen.isEmpty)
    _ = node.step(.loadChanged(replica: 0, .init()), after: 0.01)
    _ = node.step(.turnEnded(replica: 0, .init(reservation: 7)))
    _ = node.step(.timePassed)
    let last = node.unseen.first?.replicas.first
    #expect(node.unseen.count == 1 && last?.ended == [7] && last?.load == .init())
    #expect(last?.stored == [9] && last?.removed == [])
  }

  @Test func `a computed prompt, a cleared cache and many blocks go at once`() {
    var node = Node(settings: .init())
    node.attach()
    _ = node.step(.loadChanged(replica: 0, .init(running: 1, prefillTokensQueued: 512)))
    _ = node.updates()
    let many = Array(1...4_096 as ClosedRange<UInt64>)
    let urgent: [NodeCore.Event] = [
      .loadChanged(replica: 0, .init(running: 1, decoding: 1)),
      .cacheChanged(replica: 0, removed: [], stored: many),
      .cacheCleared(replica: 0),
    ]
    for event in urgent {
      _ = node.step(event, after: 0.01)
      _ = node.step(.timePassed)
      #expect(node.unseen.count == 1, "\(event)")
      node.unseen = []
    }
    _ = node.step(.cacheChanged(replica: 0, removed: [], stored: [9_999]), after: 0.01)
    _ = node.step(.timePassed)
    #expect(node.unseen.isEmpty)
  }

  @Test func `what runs is listed again after a break, with what is held`() {
    var node = Node()
    node.attach()
    _ = node.step(.turnAccepted(replica: 1, reservation: 77))
    _ = node.step(.turnAccepted(replica: 1, reservation: 78))
    _ = node.updates()
    _ = node.step(.sessionClosed(reason: "reset"))
    _ = node.step(.turnEnded(replica: 1, .init(reservation: 78)))
    #expect(node.step(.timePassed, after: 1).contains(.openSession))
    _ = node.step(.sessionOpened)
    _ = node.step(.commandReceived(.init(command: .welcome(Fixture.welcome(epoch: 2)))))
    let updates = node.updates()
    #expect(updates.first?.reset == true)
    #expect(updates.flatMap { $0.replicas.flatMap(\.accepted) } == [77])
    #expect(updates.allSatisfy { $0.replicas.allSatisfy { $0.ended.isEmpty } })
  }

  @Test func `a stalled session gets nothing until it is drained`() {
    var node = Node()
    node.attach()
    _ = node.updates()
    _ = node.step(.sessionStalled)
    _ = node.step(.cacheChanged(replica: 0, removed: [], stored: [1]))
    #expect(node.updates().isEmpty)
    _ = node.step(.sessionDrained)
    #expect(node.updates().flatMap { $0.replicas.flatMap { $0.stored } } == [1])
  }

  @Test func `that a session was full is forgotten when it is closed, in whatever order`() {
    var node = Node()
    node.attach()
    _ = node.step(.sessionClosed(reason: "the receiver does not keep up"))
    _ = node.step(.sessionStalled)
    _ = node.step(.cacheChanged(replica: 0, removed: [], stored: [1]))
    _ = node.step(.timePassed, after: 1)
    node.attach()
    #expect(node.updates().flatMap { $0.replicas.flatMap { $0.stored } } == [1])
  }

  @Test func `what became of turns is told once, a few at a time, and waits out a stall`() {
    var node = Node()
    node.attach()
    _ = node.updates()
    _ = node.step(.sessionStalled)
    let ends = (1...3 as ClosedRange<UInt64>).map {
      HearthV1.TurnOutcome(reservation: $0, cachedTokens: 16, totalNs: 5, ending: .completed)
    }
    for end in ends { _ = node.step(.turnAccepted(replica: 0, reservation: end.reservation)) }
    for end in ends { _ = node.step(.turnEnded(replica: 0, end)) }
    let refused = HearthV1.TurnOutcome(reservation: 9, ending: .refused)
    _ = node.step(.turnEnded(replica: 0, refused))
    _ = node.step(.turnEnded(replica: 0, .init(ending: .completed)))
    #expect(node.updates().isEmpty)
    _ = node.step(.sessionDrained)
    let updates = node.updates()
    let told = updates.flatMap { $0.replicas.flatMap(\.outcomes) }
    #expect(told.map(\.reservation) == [1, 2, 3, 9, 0])
    #expect(told.map(\.ordinal) == [1, 2, 3, 4, 5])
    #expect(Set(told.map(\.incarnation)).count == 1 && told[0].cachedTokens == 16)
    #expect(updates.allSatisfy { $0.replicas.allSatisfy { $0.outcomes.count <= 1 } })
    #expect(updates.flatMap { $0.replicas.flatMap(\.ended) } == [1, 2, 3])
    #expect(node.updates().isEmpty)
  }

  @Test func `outcomes outlive a break of the session, the oldest beyond a bound do not`() {
    var node = Node(settings: .init())
    for reservation in 1...5_000 as ClosedRange<UInt64> {
      _ = node.step(.turnEnded(replica: 0, .init(reservation: reservation)))
    }
    node.attach()
    let told = node.updates().flatMap { $0.replicas.flatMap { $0.outcomes.map(\.reservation) } }
    #expect(told.count <= 4_096)
    #expect(told.count > 3_000)
    #expect(told.last == 5_000)
    #expect(node.core.droppedOutcomes == 5_000 - told.count)
  }

  @Test func `outcomes that may have been lost with a session are told again in the next`() {
    var node = Node(settings: .init())
    func told() -> [UInt64] {
      node.updates().flatMap { $0.replicas.flatMap { $0.outcomes.map(\.reservation) } }
    }
    node.attach()
    _ = node.step(.turnEnded(replica: 0, .init(reservation: 1)))
    #expect(told() == [1])
    // A second later there were heartbeats; the second's answer says that all before the first is
    // kept.
    let answer = HearthV1.HeartbeatAnswer(sequence: 2, kept: 1)
    _ = node.step(.commandReceived(.init(command: .heartbeatAnswer(answer))))
    for reservation in 2...3 as ClosedRange<UInt64> {
      _ = node.step(.turnEnded(replica: 0, .init(reservation: reservation)))
      #expect(told() == [reservation])
    }
    _ = node.step(.sessionClosed(reason: "lost"))
    _ = node.step(.turnEnded(replica: 0, .init(reservation: 4)))
    _ = node.step(.timePassed, after: 1)
    node.attach()
    #expect(told() == [2, 3, 4])
    #expect(told() == [])
  }

  @Test func `workers may go on from when a heartbeat was sent that the control plane knew of`() {
    var node = Node(settings: .init())
    node.attach()
    func lease(_ answer: HearthV1.HeartbeatAnswer) -> Instant? {
      for case .renewLease(let instant) in node.step(
        .commandReceived(.init(command: .heartbeatAnswer(answer)))
      ) { return instant }
      return nil
    }
    _ = node.updates()
    let latest = HearthV1.HeartbeatAnswer(sequence: 1, controlSilentNs: -1)
    #expect(lease(latest) == nil)
    let sent = node.now
    _ = node.step(.timePassed, after: 1)
    node.now = node.now.advanced(by: .seconds(3))
    let known = lease(.init(sequence: 2, controlSilentNs: 500_000_000))
    #expect(known == sent.advanced(by: .milliseconds(500)))
  }

  @Test func `workers are told whole in a session's first update, then when they change`() {
    var node = Node(settings: .init())
    let jobs = HearthV1.NodeJobs(workers: [.init(name: .init(job: "a"), phase: .running)])
    _ = node.step(.workersChanged(jobs))
    node.attach()
    #expect(node.updates().compactMap(\.jobs) == [jobs])
    _ = node.step(.workersChanged(jobs))
    #expect(node.updates().compactMap(\.jobs).isEmpty)
    _ = node.step(.workersChanged(.init()))
    #expect(node.updates().compactMap(\.jobs) == [.init()])
  }

  @Test func `a drain waits for what runs, and cancels it at the deadline`() {
    var node = Node()
    node.attach()
    _ = node.step(.turnAccepted(replica: 0, reservation: 1))
    _ = node.order(.draining)
    #expect(node.core.availability == .draining)
    #expect(node.step(.timePassed, after: 4).filter { $0.isCancel }.isEmpty)
    #expect(node.step(.timePassed, after: 1).filter { $0.isCancel }.count == 1)
    _ = node.step(.turnEnded(replica: 0, .init(reservation: 1)))
    #expect(node.core.availability == .drained)
    #expect(node.updates().last?.availability == .drained)
    _ = node.order(.ready)
    #expect(node.core.availability == .ready)
  }

  @Test func `a node that is asked to stop leaves once nothing runs`() {
    var node = Node()
    node.attach()
    _ = node.step(.turnAccepted(replica: 0, reservation: 1))
    #expect(!node.step(.stopRequested(deadline: .seconds(5))).contains(.exit))
    _ = node.order(.ready)
    #expect(node.core.availability == .draining)
    #expect(node.step(.turnEnded(replica: 0, .init(reservation: 1))).contains(.exit))
  }
}

extension NodeCore.Action {
  fileprivate var isCancel: Bool {
    guard case .cancelTurns = self else { return false }
    return true
  }
}
