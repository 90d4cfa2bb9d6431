import Basics
@testable import Coordination
import HearthMessages
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RegionCoreTests {
  @Test func `a node is welcomed and passed on to the control plane`() {
    var region = RegionDriver()
    region.connect()
    let actions = region.greet(1, Fixture.node("a"))
    #expect(actions.toControl == [.nodeAttached(Fixture.node("a"))])
    guard case .welcome(let welcome) = actions.toNodes.first else {
      Issue.record("no welcome")
      return
    }
    #expect(welcome.heartbeatIntervalNs == 1_000_000_000)
    #expect(region.core.address(of: "a") == "127.0.0.1:7000")
  }

  @Test func `a live node's name is not given to another process`() {
    var region = RegionDriver()
    _ = region.greet(1, Fixture.node("a", incarnation: 1))
    let why = region.greet(2, Fixture.node("a", incarnation: 2)).rejection
    #expect(why?.code == .alreadyExists)
    #expect(why?.message == "another live node is named a; give this one a different --name")
    #expect(region.core.address(of: "a") != nil)
    _ = region.step(.nodeClosed(1, reason: "gone"))
    #expect(region.greet(3, Fixture.node("a", incarnation: 2)).rejection == nil)
  }

  @Test func `the same process may replace its own session`() {
    var region = RegionDriver()
    _ = region.greet(1, Fixture.node("a"))
    let actions = region.greet(2, Fixture.node("a"))
    #expect(actions.rejection?.code == .aborted)
    #expect(region.step(.nodeClosed(1, reason: "replaced")).isEmpty)
    #expect(region.core.nodeCount == 1)
  }

  @Test(arguments: [
    (
      "us", "node a says it is in region us; this is the agent of eu",
      Rejection.Code.failedPrecondition
    ),
    ("", "\"\" is not a valid region name", .invalidArgument),
  ])
  func `a node of another region is refused`(
    region name: String,
    words: String,
    code: Rejection.Code
  ) {
    var region = RegionDriver()
    let why = region.greet(1, Fixture.node("a", region: name)).rejection
    #expect(why == Rejection(code, words))
  }

  @Test func `what became of turns while the control plane was away is reported when it is back`() {
    var region = RegionDriver()
    _ = region.greet(1, Fixture.node("a"))
    func update(_ ids: ClosedRange<UInt64>) -> HearthV1.NodeUpdate {
      let outcomes = ids.map { HearthV1.TurnOutcome(reservation: $0, ending: .completed) }
      return .init(replicas: [.init(index: 1, outcomes: outcomes)])
    }
    #expect(region.update(1, update(1...3)).isEmpty)
    for first in stride(from: UInt64(10), to: 20_000, by: 1_000) {
      _ = region.update(1, update(first...first + 999))
    }
    _ = region.step(.timePassed)
    _ = region.step(.controlOpened)
    let told = region.step(.controlSpoke(.init(command: .welcome(Fixture.welcome())))).toControl
    let kept = told.compactMap { if case .outcomes(let kept) = $0 { kept } else { nil } }
    #expect(kept.allSatisfy { $0.node == "a" && $0.index == 1 })
    let count = kept.reduce(0) { $0 + $1.outcomes.count }
    #expect((10_000...16_384).contains(count) && kept.last?.outcomes.last?.reservation == 20_009)
    #expect(told.first == .nodeAttached(Fixture.node("a")) && told.last == .synced(.init()))
    #expect(region.core.droppedOutcomes == UInt64(20_003 - count) - 0)
    // Until it is kept.
    _ = region.step(.timePassed, at: 1)
    let answer = HearthV1.HeartbeatAnswer(sequence: 1, kept: 1)
    _ = region.step(.controlSpoke(.init(command: .heartbeatAnswer(answer))), at: 1)
    let again = region.step(.controlSpoke(.init(command: .resynchronise(.init()))), at: 1).toControl
    #expect(again == [.nodeAttached(Fixture.node("a")), .synced(.init())])
  }

  @Test func `what became of turns just before the control plane went away is reported again`() {
    var region = RegionDriver()
    _ = region.greet(1, Fixture.node("a"))
    func tell(_ id: UInt64) {
      let outcomes = [HearthV1.TurnOutcome(reservation: id, ending: .completed)]
      let update = HearthV1.NodeUpdate(replicas: [.init(outcomes: outcomes)])
      #expect(region.update(1, update).toControl.count == 1)
    }
    func kept(_ actions: [RegionCore.Action]) -> [UInt64] {
      actions.toControl.flatMap { message in
        guard case .outcomes(let kept) = message else { return [UInt64]() }
        return kept.outcomes.map(\.reservation)
      }
    }
    region.connect()
    tell(1)
    let beat = region.step(.timePassed, at: 1).toControl
    #expect(
      beat.contains { if case .heartbeat(let beat) = $0 { beat.sequence == 1 } else { false } }
    )
    tell(2)
    let answer = HearthV1.HeartbeatAnswer(sequence: 1, kept: 1)
    _ = region.step(.controlSpoke(.init(command: .heartbeatAnswer(answer))))
    _ = region.step(.controlClosed(reason: "lost"))
    _ = region.step(.timePassed, at: 3)
    _ = region.step(.controlOpened)
    let welcome = HearthV1.RegionCommand(command: .welcome(Fixture.welcome()))
    #expect(kept(region.step(.controlSpoke(welcome))) == [2])
    // Asked for again, it is told again.
    #expect(kept(region.step(.controlSpoke(.init(command: .resynchronise(.init()))))) == [2])
  }

  @Test func `nodes are told since when the control plane may not know of them`() {
    var region = RegionDriver()
    _ = region.greet(1, Fixture.node("a"))
    region.connect()
    func silence(at seconds: Double) -> Int64? {
      let message = HearthV1.NodeMessage(message: .heartbeat(.init(sequence: 1)))
      guard
        case .heartbeatAnswer(let answer) = region.step(.nodeSpoke(1, message), at: seconds).toNodes
          .first
      else { return nil }
      return answer.controlSilentNs
    }
    #expect(silence(at: 0.5) == -1)
    _ = region.step(.timePassed, at: 1)
    let answer = HearthV1.HeartbeatAnswer(sequence: 1)
    _ = region.step(.controlSpoke(.init(command: .heartbeatAnswer(answer))), at: 1.5)
    #expect(silence(at: 3) == 2_000_000_000)
    _ = region.step(.controlClosed(reason: "lost"), at: 3)
    #expect(silence(at: 4) == 3_000_000_000)
  }

  @Test func `a node may forget what the control plane keeps, and nothing else`() {
    var region = RegionDriver()
    _ = region.greet(1, Fixture.node("a"))
    func tell(_ id: UInt64) {
      let outcomes = [HearthV1.TurnOutcome(reservation: id, ending: .completed)]
      _ = region.update(1, HearthV1.NodeUpdate(replicas: [.init(outcomes: outcomes)]))
    }
    func beat(_ sequence: UInt64) -> UInt64? {
      let message = HearthV1.NodeMessage(message: .heartbeat(.init(sequence: sequence)))
      guard case .heartbeatAnswer(let answer) = region.step(.nodeSpoke(1, message)).toNodes.first
      else { return nil }
      return answer.kept
    }
    region.connect()
    #expect(beat(1) == 1)
    tell(1)
    #expect(beat(2) == 1)
    _ = region.step(.timePassed, at: 1)
    tell(2)
    #expect(beat(3) == 1)
    let answer = HearthV1.HeartbeatAnswer(sequence: 1, kept: 1)
    _ = region.step(.controlSpoke(.init(command: .heartbeatAnswer(answer))), at: 1)
    #expect(beat(4) == 2)
  }

  @Test func `an update before a hello ends the stream, silence before it too`() {
    var region = RegionDriver()
    _ = region.step(.nodeOpened(1))
    #expect(
      region.step(.nodeSpoke(1, .init(message: .heartbeat(.init(sequence: 1))))).rejection?.code
        == .invalidArgument
    )
    _ = region.step(.nodeOpened(2))
    #expect(region.step(.timePassed, at: 10).rejection?.code == .deadlineExceeded)
  }

  @Test func `more nodes than the bound are refused`() {
    var region = RegionDriver()
    for index in 0..<3 {
      #expect(region.greet(SessionID(index), Fixture.node("n\(index)")).rejection == nil)
    }
    #expect(region.greet(9, Fixture.node("n9")).rejection?.code == .resourceExhausted)
  }

  @Test func `heartbeats are answered, silence makes suspect and then lost`() {
    var region = RegionDriver()
    region.connect()
    _ = region.greet(1, Fixture.node("a"))
    let beat = HearthV1.NodeMessage(message: .heartbeat(.init(sequence: 4)))
    #expect(
      region.step(.nodeSpoke(1, beat)).toNodes == [
        .heartbeatAnswer(.init(sequence: 4, kept: 4, controlSilentNs: -1))
      ]
    )
    #expect(
      region.step(.controlSpoke(.init(command: .heartbeatAnswer(.init(sequence: 1)))), at: 2)
        .isEmpty == false
    )
    let suspect = region.step(.timePassed, at: 3.5).toControl
    #expect(
      suspect.contains(.nodeState(.init(node: "a", state: .suspect, reason: "silent for too long")))
    )
    let back = region.step(.nodeSpoke(1, beat)).toControl
    #expect(back == [.nodeState(.init(node: "a", state: .ready, reason: "heard again"))])
    _ = region.step(.controlSpoke(.init(command: .heartbeatAnswer(.init(sequence: 1)))), at: 10.4)
    let lost = region.step(.timePassed, at: 14)
    #expect(
      lost.toControl.contains(
        .nodeState(.init(node: "a", state: .lost, reason: "silent for too long"))
      )
    )
    #expect(lost.contains(.abandonTurns(node: "a")))
    #expect(region.core.address(of: "a") == nil)
  }

  @Test func `when the control plane comes back it is told everything, by the nodes themselves`() {
    var region = RegionDriver()
    _ = region.greet(1, Fixture.node("a"))
    _ = region.greet(2, Fixture.node("b"))
    #expect(
      region.step(.nodeSpoke(1, .init(message: .update(.init(sequence: 1))))).toControl.isEmpty
    )
    _ = region.step(.timePassed)
    #expect(region.step(.controlOpened).toControl.count == 1)
    let actions = region.step(.controlSpoke(.init(command: .welcome(Fixture.welcome()))))
    #expect(
      actions.toControl == [
        .nodeAttached(Fixture.node("a")), .nodeAttached(Fixture.node("b")), .synced(.init()),
      ]
    )
    let asks: [HearthV1.NodeCommand.Command] = [
      .turnRules(.init()), .resynchronise(.init(reason: "the control plane attached")),
    ]
    #expect(actions.toNodes == asks + asks)
  }

  @Test func `nodes are not read while the control plane can't keep up, and not judged`() {
    var region = RegionDriver()
    region.connect()
    _ = region.greet(1, Fixture.node("a"))
    let update = HearthV1.NodeUpdate(sequence: 1)
    #expect(region.step(.controlStalled) == [.pauseNodes])
    #expect(region.step(.controlStalled).isEmpty)
    let answer = HearthV1.RegionCommand(command: .heartbeatAnswer(.init(sequence: 1)))
    _ = region.step(.controlSpoke(answer), at: 9)
    #expect(!region.step(.timePassed, at: 14).contains(.abandonTurns(node: "a")))
    #expect(region.step(.controlDrained) == [.resumeNodes])
    #expect(
      region.update(1, update).toControl.last == .nodeUpdate(.init(node: "a", update: update))
    )
    _ = region.step(.controlSpoke(answer), at: 16)
    #expect(region.core.nodeCount == 1)
    #expect(region.step(.controlStalled) == [.pauseNodes])
    #expect(
      region.step(.controlClosed(reason: "gone"))
        == [.setHealth(isServing: false), .resumeNodes]
    )
    #expect(region.step(.controlStalled).isEmpty)
  }

  @Test func `other regions are pinged, and the round trip is told when it moves`() {
    var region = RegionDriver()
    region.connect()
    let peers = HearthV1.RegionPeers(peers: [
      .init(region: "eu", address: "x:1"), .init(region: "us", address: "y:1"),
    ])
    #expect(
      region.step(.controlSpoke(.init(command: .peers(peers)))) == [
        .ping(region: "us", address: "y:1")
      ]
    )
    _ = region.step(.pingAnswered(region: "us", .milliseconds(80)))
    let told = region.step(.timePassed, at: 1).toControl.compactMap {
      if case .roundTrips(let list) = $0 { list } else { nil }
    }
    #expect(told == [.init(roundTrips: [.init(region: "us", roundTripNs: 80_000_000)])])
    _ = region.step(.pingAnswered(region: "us", .milliseconds(81)))
    let quiet = region.step(.timePassed, at: 2).toControl.filter {
      if case .roundTrips = $0 { true } else { false }
    }
    #expect(quiet.isEmpty)
  }

  @Test func `a round trip is the least of the last eight, so one late ping is no change`() {
    var table = RoundTripTable()
    table.measured("us", .milliseconds(80))
    for _ in 0..<7 { table.measured("us", .milliseconds(300)) }
    #expect(table.takeChanges() == [.init(region: "us", roundTripNs: 80_000_000)])
    table.measured("us", .milliseconds(300))
    #expect(table.takeChanges() == [.init(region: "us", roundTripNs: 300_000_000)])
    table.measured("us", .milliseconds(79))
    #expect(table.takeChanges() == [.init(region: "us", roundTripNs: 79_000_000)])
    table.keep([])
    table.repeatAll()
    #expect(table.takeChanges().isEmpty)
  }
}
