public import Basics
public import FleetSpec
public import HearthMessages

/// One turn as its client lives it: ask where, run it there, and ask again when that place refuses
/// or is lost.
///
/// A node that refuses had a newer view than the control plane: the next place is asked for with
/// that replica excluded, and the same goes for one that can't be reached. A node that is lost
/// while it answers takes the stream with it: the turn is run again from its start, a few times
/// after pauses that grow. While the control plane is away or nobody is ready, the turn is asked
/// for again so too; and where the settings say so, once it is time where there was no capacity.
public struct TurnMachine: Machine, Sendable {
  /// How often a turn is tried again.
  public struct Settings: Sendable {
    /// Most times that a turn goes elsewhere at once because a node refused it or could not be
    /// reached; then it pauses before each.
    public var refusalRetriesMax: Int
    /// Most times that a turn is run again because its stream broke.
    public var lossRetriesMax: Int
    /// Most times that a turn that was refused for want of capacity comes back when it was told to;
    /// it keeps its place.
    public var returnsMax: Int
    /// How long a turn is tried again without any progress, in wall time.
    public var retryTime: Duration
    /// How much faster than the wall's the time of the machine's instants runs.
    public var timeScale: Double

    /// Makes settings: three refusals, eight losses, no returns and a minute by default.
    public init(
      refusalRetriesMax: Int = 3,
      lossRetriesMax: Int = 8,
      returnsMax: Int = 0,
      retryTime: Duration = .seconds(60),
      timeScale: Double = 1
    ) {
      self.refusalRetriesMax = refusalRetriesMax
      self.lossRetriesMax = lossRetriesMax
      self.returnsMax = returnsMax
      self.retryTime = retryTime
      self.timeScale = timeScale
    }
  }

  /// What happened to the turn.
  public enum Event: Sendable {
    /// It is wanted.
    case began
    /// The router answered.
    case routed(HearthV1.RouteResponse)
    /// The router did not answer, with this gRPC code.
    case routeFailed(code: Int, message: String)
    /// A piece of the answer came.
    case received(HearthV1.GenerateResponse)
    /// The stream ended with this gRPC code.
    case streamEnded(code: Int, message: String)
  }

  /// What the shell must do.
  public enum Action: Sendable, Equatable {
    /// Ask the router after a pause, leaving these replicas out, with the token of the latest
    /// refusal; 0 for none.
    case route(excluding: [String], after: Duration = .zero, token: UInt64 = 0)
    /// Have the prefix computed there too, and wait for nothing that comes of it.
    case copy(HearthV1.PrefixCopy)
    /// Run the turn there.
    case generate(HearthV1.Placement)
    /// Show these tokens.
    case show(HearthV1.Tokens)
    /// Forget the tokens that were shown: the answer begins again.
    case startAgain
    /// It is over.
    case end(Outcome)
  }

  /// How a turn ended.
  public enum Outcome: Sendable, Equatable {
    /// The answer is complete.
    case completed(Completion)
    /// It was not placed: there was an answer, and it was no.
    case refused(HearthV1.Refusal)
    /// It broke, with this gRPC code.
    case failed(code: Int, message: String)
  }

  /// A completed turn.
  public struct Completion: Sendable, Equatable {
    /// Where it ran in the end.
    public var placement: HearthV1.Placement
    /// What it should have met.
    public var objective: ServiceObjective
    /// What the engine said of it.
    public var usage: HearthV1.Finished
    /// From the turn's beginning to its first token, all tries included.
    public var timeToFirstToken: Duration
    /// From the turn's beginning to its end.
    public var duration: Duration
    /// How often it was tried again.
    public var retries: Int

    /// Mean time for each token after the first, or nil when there was no second.
    public var timePerOutputToken: Duration? {
      guard usage.outputTokens > 1 else { return nil }
      return (duration - timeToFirstToken) / Int(usage.outputTokens - 1)
    }
  }

  private static let (resourceExhausted, aborted, unavailable) = (8, 10, 14)
  /// The shortest and the longest pause between two tries, in wall time, before they are spread.
  private static let pauses = (Duration.milliseconds(100), Duration.seconds(1))

  private let settings: Settings
  private var began = Instant.zero
  private var firstToken: Instant?
  private var placement: HearthV1.Placement?
  private var objective = ServiceObjective()
  private var finished: HearthV1.Finished?
  private var hasAnswered = false
  private var excluded: [String] = []
  private var refusals = 0
  private var losses = 0
  private var returns = 0
  /// Keeps its place where it was told to come back.
  private var retryToken: UInt64 = 0
  /// When the turn was first tried in vain since it last got anywhere, and its pauses since.
  private var stuck: (since: Instant, pauses: Int)?
  private var random: PRNG

  /// A turn waits for nothing but its shell.
  public var deadline: Instant? { nil }

  /// Makes the machine of a turn; the seed spreads its pauses.
  public init(settings: Settings = .init(), seed: UInt64) {
    self.settings = settings
    random = PRNG(seed: seed, stream: "pauses")
  }

  /// Takes in one event.
  public mutating func step(_ event: Event, at now: Instant, into actions: inout Actions<Action>) {
    switch event {
    case .began:
      began = now
      actions.append(.route(excluding: []))
    case .routed(let response):
      objective.ttft = .nanoseconds(response.ttftNs)
      objective.tpot = .nanoseconds(response.tpotNs)
      switch response.verdict {
      case .placed(let place):
        placement = place
        if let copy = response.copy { actions.append(.copy(copy)) }
        actions.append(.generate(place))
      case .refused(let refusal): refused(refusal, at: now, into: &actions)
      case .waits, nil:
        actions.append(.end(.failed(code: 13, message: "the router gave no verdict")))
      }
    case .routeFailed(let code, let message):
      let failure = Outcome.failed(code: code, message: message)
      guard code == Self.unavailable else { return actions.append(.end(failure)) }
      askAgain(orElse: failure, at: now, into: &actions)
    case .received(let response):
      (hasAnswered, stuck) = (true, nil)
      switch response.event {
      case .tokens(let tokens):
        if firstToken == nil { firstToken = now }
        actions.append(.show(tokens))
      case .finished(let usage): finished = usage
      case .body(let body): if firstToken == nil, body.tokens > 0 { firstToken = now }
      case .started, .head, nil: break
      }
    case .streamEnded(let code, let message):
      end(code: code, message: message, at: now, into: &actions)
    }
  }

  private mutating func refused(
    _ refusal: HearthV1.Refusal,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    var notBefore = Duration.nanoseconds(refusal.retryAfterNs)
    switch refusal.reason {
    case .noneReady, .allExcluded: break
    case .atCapacity where refusal.retryAfterNs > 0 && returns < settings.returnsMax:
      returns += 1
      retryToken = refusal.retryToken
      // A fifth less is still not before it is time.
      notBefore = notBefore * 5 / 4
    default: return actions.append(.end(.refused(refusal)))
    }
    askAgain(notBefore: notBefore, orElse: .refused(refusal), at: now, into: &actions)
  }

  private mutating func end(
    code: Int,
    message: String,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    if code == 0, let finished, let placement {
      let first = firstToken ?? now
      actions.append(
        .end(
          .completed(
            Completion(
              placement: placement,
              objective: objective,
              usage: finished,
              timeToFirstToken: began.duration(to: first),
              duration: began.duration(to: now),
              retries: refusals + losses + returns
            )
          )
        )
      )
      return
    }
    let early = "the stream ended before the answer was complete"
    let (code, message) = code == 0 ? (Self.unavailable, early) : (code, message)
    let failure = Outcome.failed(code: code, message: message)
    var wait = Duration.zero
    if code == Self.unavailable, hasAnswered, losses < settings.lossRetriesMax {
      // A turn that ends the engines that it runs on must not do so to many at once.
      if losses > 0 { wait = pause(after: losses - 1) }
      losses += 1
      if firstToken != nil { actions.append(.startAgain) }
    } else if code == Self.resourceExhausted || code == Self.unavailable && !hasAnswered {
      refusals += 1
      guard refusals <= settings.refusalRetriesMax else {
        return askAgain(orElse: failure, at: now, into: &actions)
      }
    } else if code == Self.aborted, !hasAnswered, losses == 0 {
      // The engine failed, by itself or by this turn: another one shows which.
      losses += 1
    } else {
      return actions.append(.end(failure))
    }
    if let placement { excluded.append(placement.replica) }
    (firstToken, placement, hasAnswered) = (nil, nil, false)
    actions.append(.route(excluding: excluded, after: wait, token: retryToken))
  }

  /// The pause after so many others, spread by a fifth either way.
  private mutating func pause(after count: Int, notBefore: Duration = .zero) -> Duration {
    let (shortest, longest) = Self.pauses
    let pause = min(longest, shortest * (1 << min(count, 10))) * settings.timeScale
    return max(pause, notBefore) * random.nextSpread()
  }

  /// Asks for any place once more after a pause, unless that was in vain for too long.
  private mutating func askAgain(
    notBefore: Duration = .zero,
    orElse outcome: Outcome,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    let (since, count) = stuck ?? (now, 0)
    let wait = pause(after: count, notBefore: notBefore)
    let end = since.advanced(by: settings.retryTime * settings.timeScale)
    guard now.advanced(by: wait) <= end else { return actions.append(.end(outcome)) }
    stuck = (since, count + 1)
    (firstToken, placement, hasAnswered, excluded) = (nil, nil, false, [])
    actions.append(.route(excluding: [], after: wait, token: retryToken))
  }
}
