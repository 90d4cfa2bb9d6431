import Basics
import Client
import FleetSpec
import HearthMessages
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TurnMachineTests {
  private struct Turn {
    var machine = TurnMachine(seed: 1)
    var actions = Actions<TurnMachine.Action>()

    mutating func step(_ event: TurnMachine.Event, at seconds: Double = 0) -> [TurnMachine.Action] {
      machine.step(event, at: Instant(nanoseconds: Int64(seconds * 1e9)), into: &actions)
      return actions.take()
    }

    /// How long the turn pauses before it asks for any replica again, in seconds; nil when it ends.
    func pause(_ actions: [TurnMachine.Action]) -> Double? {
      guard case .route(excluding: [], let pause, _) = actions.first, pause > .zero else {
        return nil
      }
      return pause.inSeconds
    }

    mutating func place(_ replica: String) -> [TurnMachine.Action] {
      step(
        .routed(
          .init(
            verdict: .placed(.init(replica: replica)),
            ttftNs: 2_000_000_000,
            tpotNs: 30_000_000
          )
        )
      )
    }
  }

  @Test func `a turn goes where the router says, and its times are counted from its beginning`() {
    var turn = Turn()
    #expect(turn.step(.began, at: 1) == [.route(excluding: [])])
    #expect(turn.place("a/0") == [.generate(.init(replica: "a/0"))])
    _ = turn.step(.received(.init(event: .started(.init(cachedTokens: 5)))), at: 1.5)
    #expect(
      turn.step(.received(.init(event: .tokens(.init(count: 1)))), at: 2) == [
        .show(.init(count: 1))
      ]
    )
    _ = turn.step(.received(.init(event: .tokens(.init(count: 10)))), at: 3)
    _ = turn.step(.received(.init(event: .finished(.init(outputTokens: 11)))), at: 4)
    guard
      case .end(.completed(let completion)) = turn.step(.streamEnded(code: 0, message: ""), at: 4)
        .first
    else {
      Issue.record("not completed")
      return
    }
    #expect(completion.timeToFirstToken == .seconds(1))
    #expect(completion.duration == .seconds(3))
    #expect(completion.timePerOutputToken == .milliseconds(200))
    #expect(completion.retries == 0)
    #expect(completion.objective.ttft == .seconds(2))
    #expect(completion.objective.tpot == .milliseconds(30))
  }

  @Test func `the beginning of a prompt goes where it is wanted too, and nothing waits for it`() {
    var turn = Turn()
    _ = turn.step(.began)
    let copy = HearthV1.PrefixCopy(place: .init(replica: "b/0"), promptTokens: 1_025)
    let response = HearthV1.RouteResponse(verdict: .placed(.init(replica: "a/0")), copy: copy)
    #expect(turn.step(.routed(response)) == [.copy(copy), .generate(.init(replica: "a/0"))])
  }

  @Test func `a refusal is an answer`() {
    var turn = Turn()
    _ = turn.step(.began)
    let refusal = HearthV1.Refusal(reason: .atCapacity, message: "We are at capacity")
    #expect(turn.step(.routed(.init(verdict: .refused(refusal)))) == [.end(.refused(refusal))])
  }

  @Test(arguments: [8, 14])
  func `a node that refuses or can't be reached is left out of the next question, three times`(
    _ code: Int
  ) {
    var turn = Turn()
    _ = turn.step(.began)
    for attempt in 1...3 {
      _ = turn.place("r\(attempt)")
      let excluded = (1...attempt).map { "r\($0)" }
      #expect(turn.step(.streamEnded(code: code, message: "no")) == [.route(excluding: excluded)])
    }
    // Then all may be asked again, after a pause.
    _ = turn.place("r4")
    let pause = turn.pause(turn.step(.streamEnded(code: code, message: "no")))
    #expect((0.08...0.12).contains(pause ?? 0))
  }

  @Test func `a turn whose engine failed is tried elsewhere once, and no more`() {
    var turn = Turn()
    _ = turn.step(.began)
    _ = turn.place("r1")
    let end = TurnMachine.Event.streamEnded(code: 10, message: "it answers 500")
    #expect(turn.step(end) == [.route(excluding: ["r1"])])
    _ = turn.place("r2")
    #expect(turn.step(end) == [.end(.failed(code: 10, message: "it answers 500"))])
  }

  @Test func `while the control plane is away a turn is tried again, after pauses that grow`() {
    var turn = Turn()
    var (now, pauses): (Double, [Double]) = (1, [])
    _ = turn.step(.began, at: now)
    while let pause = turn.pause(turn.step(.routeFailed(code: 14, message: "away"), at: now)) {
      pauses.append(pause)
      now += pause
    }
    for (count, pause) in pauses.enumerated() {
      let expected = min(1, 0.1 * Double(1 << min(count, 10)))
      #expect((expected * 0.8...expected * 1.2).contains(pause))
    }
    #expect((59...61).contains(now), "it is tried again for a minute")
    #expect(
      turn.step(.routeFailed(code: 3, message: "no")) == [.end(.failed(code: 3, message: "no"))]
    )
  }

  @Test func `times are the wall's, and a turn that got somewhere is tried again as long`() {
    var turn = Turn()
    turn.machine = TurnMachine(settings: .init(retryTime: .seconds(2), timeScale: 10), seed: 1)
    let away = TurnMachine.Event.routeFailed(code: 14, message: "away")
    _ = turn.step(.began)
    #expect((0.8...1.2).contains(turn.pause(turn.step(away)) ?? 0))
    _ = turn.place("a/0")
    _ = turn.step(.received(.init(event: .started(.init()))), at: 15)
    _ = turn.step(.streamEnded(code: 14, message: "lost"), at: 30)
    #expect(turn.pause(turn.step(away, at: 30)) != nil)
    #expect(turn.step(away, at: 50) == [.end(.failed(code: 14, message: "away"))])
  }

  @Test func `refusals that pass are asked about again when they say, and of any replica`() {
    var turn = Turn()
    _ = turn.step(.began)
    let notReady = HearthV1.Refusal(reason: .noneReady, retryAfterNs: 5_000_000_000)
    let pause = turn.pause(turn.step(.routed(.init(verdict: .refused(notReady)))))
    #expect((4...6).contains(pause ?? 0))
    _ = turn.place("a/0")
    #expect(turn.step(.streamEnded(code: 8, message: "full")) == [.route(excluding: ["a/0"])])
    let excluded = HearthV1.Refusal(reason: .allExcluded)
    #expect(turn.pause(turn.step(.routed(.init(verdict: .refused(excluded))))) != nil)
    let late = turn.step(.routed(.init(verdict: .refused(notReady))), at: 60)
    #expect(late == [.end(.refused(notReady))])
  }

  @Test func `a turn without capacity comes back when it was told to, as often as it may`() {
    var turn = Turn()
    turn.machine = TurnMachine(settings: .init(returnsMax: 2), seed: 1)
    _ = turn.step(.began)
    for token: UInt64 in 1...2 {
      let refusal = HearthV1.Refusal(
        reason: .atCapacity,
        retryAfterNs: 5_000_000_000,
        retryToken: token
      )
      guard
        case .route([], let pause, token) = turn.step(.routed(.init(verdict: .refused(refusal))))
          .first
      else {
        Issue.record("it does not come back with token \(token)")
        return
      }
      #expect((5...7.5).contains(pause.inSeconds), "not before it is time")
    }
    // What it was told last is good wherever it asks next.
    _ = turn.place("a/0")
    #expect(
      turn.step(.streamEnded(code: 8, message: "full")) == [.route(excluding: ["a/0"], token: 2)]
    )
    let last = HearthV1.Refusal(reason: .atCapacity, retryAfterNs: 1, retryToken: 3)
    #expect(turn.step(.routed(.init(verdict: .refused(last)))) == [.end(.refused(last))])
  }

  @Test func `a turn without capacity does not come back when that would not help`() {
    var turn = Turn()
    turn.machine = TurnMachine(settings: .init(returnsMax: 2), seed: 1)
    _ = turn.step(.began)
    for refusal in [
      HearthV1.Refusal(reason: .atCapacity), .init(reason: .quota, retryAfterNs: 1_000_000),
    ] {
      #expect(turn.step(.routed(.init(verdict: .refused(refusal)))) == [.end(.refused(refusal))])
    }
  }

  @Test func `a lost stream is run again from its start, after pauses, and what was shown is void`()
  {
    var turn = Turn()
    turn.machine = TurnMachine(settings: .init(lossRetriesMax: 2), seed: 1)
    _ = turn.step(.began)
    _ = turn.place("a/0")
    _ = turn.step(.received(.init(event: .tokens(.init(count: 1)))), at: 1)
    #expect(
      turn.step(.streamEnded(code: 14, message: "lost"), at: 2) == [
        .startAgain, .route(excluding: ["a/0"]),
      ]
    )
    _ = turn.place("b/0")
    _ = turn.step(.received(.init(event: .started(.init()))), at: 4)
    let second = turn.step(.streamEnded(code: 14, message: "lost"), at: 4)
    guard case .route(["a/0", "b/0"], let pause, _) = second.first else {
      Issue.record("\(second)")
      return
    }
    #expect((0.08...0.12).contains(pause.inSeconds) && second.count == 1, "nothing was shown")
    _ = turn.place("c/0")
    _ = turn.step(.received(.init(event: .tokens(.init(count: 1)))), at: 5)
    #expect(
      turn.step(.streamEnded(code: 14, message: "lost"), at: 6) == [
        .end(.failed(code: 14, message: "lost"))
      ]
    )
  }

  @Test func `a stream that ends well before the answer is complete is lost`() {
    var turn = Turn()
    turn.machine = TurnMachine(settings: .init(lossRetriesMax: 1), seed: 1)
    _ = turn.step(.began)
    _ = turn.place("a/0")
    #expect(turn.step(.streamEnded(code: 0, message: "")) == [.route(excluding: ["a/0"])])
    _ = turn.place("b/0")
    _ = turn.step(.received(.init(event: .tokens(.init(count: 1)))))
    #expect(
      turn.step(.streamEnded(code: 0, message: "")) == [
        .startAgain, .route(excluding: ["a/0", "b/0"]),
      ]
    )
    _ = turn.place("c/0")
    _ = turn.step(.received(.init(event: .tokens(.init(count: 1)))))
    #expect(
      turn.step(.streamEnded(code: 0, message: ""))
        == [.end(.failed(code: 14, message: "the stream ended before the answer was complete"))]
    )
  }
}
