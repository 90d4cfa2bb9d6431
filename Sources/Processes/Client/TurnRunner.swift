import Basics
public import EventLoop
public import HearthMessages
import HearthProto
import RPC
import Wire

/// Runs turns as clients do: asks where, goes there, and elsewhere when that place fails.
///
/// Inside its region a turn goes straight to the node; into another it goes through that region's
/// agent.
public struct TurnRunner: Sendable {
  /// The fleet that runs them.
  public let fleet: FleetClient
  /// The fleet's time.
  public let clock: LoopClock
  /// How often a turn is tried again.
  private let settings: TurnMachine.Settings

  /// How long a place may be silent, in wall time, beyond what it takes by the prediction: then the
  /// turn goes elsewhere.
  private let silenceMax: Duration
  /// The same once it has said something.
  private let pauseMax: Duration

  /// Makes a runner; the settings' time scale is the clock's, and a place may be silent for 10 s
  /// at first and for a minute later by default.
  public init(
    fleet: FleetClient,
    clock: LoopClock,
    settings: TurnMachine.Settings = .init(),
    silenceMax: Duration = .seconds(10),
    pauseMax: Duration = .seconds(60)
  ) {
    (self.fleet, self.clock) = (fleet, clock)
    (self.silenceMax, self.pauseMax) = (silenceMax, pauseMax)
    var settings = settings
    settings.timeScale = clock.rate
    self.settings = settings
  }

  /// Runs one turn to its end; `show` is called with each piece of the answer, `startAgain` when
  /// those that were shown are void.
  public func run(
    _ turn: TurnRequest,
    show: (HearthV1.Tokens) -> Void = { _ in },
    startAgain: () -> Void = {}
  ) async -> TurnMachine.Outcome {
    var machine = TurnMachine(settings: settings, seed: .random(in: 0 ... .max))
    var actions = Actions<TurnMachine.Action>()
    machine.step(.began, at: clock.now, into: &actions)
    while true {
      for action in actions.take() {
        switch action {
        case .route(let excluding, let pause, let token):
          if pause > .zero { try? await Task.sleep(for: pause / clock.rate) }
          let event = await route(turn, excluding, token)
          machine.step(event, at: clock.now, into: &actions)
        case .copy(let copy):
          guard let place = copy.place else { break }
          let prefix = turn.prefix(tokens: copy.promptTokens)
          Task { await generate(prefix, at: place) { _ in } }
        case .generate(let place):
          await generate(turn, at: place) { event in
            machine.step(event, at: clock.now, into: &actions)
            // What a piece asks for is shown at once; the rest waits for the stream's end.
            actions.showTokens(show)
          }
        case .show(let tokens): show(tokens)
        case .startAgain: startAgain()
        case .end(let outcome): return outcome
        }
      }
    }
  }

  private func route(
    _ turn: TurnRequest,
    _ excluding: [String],
    _ token: UInt64
  ) async -> TurnMachine.Event {
    do throws(GRPCStatus) {
      let request = turn.route(excluding: excluding, retryToken: token)
      var options = CallOptions()
      // The question may wait for room as long as the control plane lets a turn wait.
      options.timeout = .seconds(120)
      options.waitsForReady = true
      let client = fleet.client(of: fleet.control)
      return .routed(try await client.call(HearthV1.Router.route, request, options: options))
    } catch {
      return .routeFailed(code: Int(error.code.rawValue), message: error.message)
    }
  }

  /// Watches how long a place says nothing; predictions may be off by far in a queue.
  private func watch(_ place: HearthV1.Placement) -> SilenceWatch {
    let predicted = Duration.nanoseconds(max(0, min(place.predictedTtftNs, 1 << 50)))
    let time = Duration(inSeconds: 4 * predicted.inSeconds / clock.rate)
    return SilenceWatch(first: silenceMax + time, pause: pauseMax + time)
  }

  private func generate(
    _ turn: TurnRequest,
    at place: HearthV1.Placement,
    take: (TurnMachine.Event) -> Void
  ) async {
    let isNear = place.region == turn.origin || turn.origin.isEmpty
    let address = isNear ? place.nodeAddress : place.regionAddress
    let call = fleet.client(of: address).call(HearthV1.Inference.generate)
    await call.send(turn.generate(at: place))
    call.end()
    var status = GRPCStatus.ok
    var check = AnswerCheck(of: turn, from: place.replica)
    let watch = watch(place)
    let watchdog = Task { () -> Duration? in
      let silence = await watch.silence()
      if silence != nil { call.cancel() }
      return silence
    }
    do throws(GRPCStatus) {
      while let response = try await call.next() {
        watch.heard()
        if let fault = check.fault(in: response) {
          call.cancel()
          throw GRPCStatus(.unavailable, fault)
        }
        take(.received(response))
      }
    } catch {
      status = error
    }
    watchdog.cancel()
    if let silence = await watchdog.value, status.code == .cancelled {
      status = GRPCStatus(.unavailable, "\(place.replica) said nothing for \(silence.text)")
    }
    take(.streamEnded(code: Int(status.code.rawValue), message: status.message))
  }
}

extension Actions<TurnMachine.Action> {
  /// Takes out the tokens to show and leaves the rest.
  fileprivate mutating func showTokens(_ show: (HearthV1.Tokens) -> Void) {
    for action in take() {
      if case .show(let tokens) = action { show(tokens) } else { append(action) }
    }
  }
}
