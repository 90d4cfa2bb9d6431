import Basics
import Transcripts

/// Finds out by asking whether an engine takes turns and what it carries.
///
/// One question after the other: its health, now and then its models, its metrics; then a pause. An
/// engine that is ready and late with an answer may be busy: only several such in a row tell that
/// it is not ready, while one that can't be reached is found out at once.
struct EngineWatch: Machine {
  /// What is asked of an engine: all that Hearth ever reads of it beside the answers of turns.
  enum Question: String, Sendable {
    case health = "/health"
    case models = "/v1/models"
    case metrics = "/metrics"
    case sources = "/kv_event_sources"
  }

  enum Event {
    case answered(Question, status: Int, body: [UInt8])
    /// Nothing came, and whether that is since time ran out.
    case failed(Question, reason: String, isLate: Bool)
    /// A turn could not reach it.
    case turnFailed
    /// Its process runs, or why it does not.
    case processChanged(EngineState)
    case timePassed
  }

  enum Action: Equatable {
    case ask(Question)
    case changed(EngineState)
    /// The engine that was there is gone, with all that it kept.
    case lost
    case listed(ModelList)
    /// Where it tells of its KV blocks, a rank each; none where it does not.
    case publishes([KVSource])
    /// What it carries; nil where it does not say.
    case measured(EngineFigures?)
  }

  private static let (readyPause, waitingPause) = (
    Duration.seconds(1), Duration.milliseconds(250)
  )
  private static let modelsPause = Duration.seconds(10)
  private static let missesMax = 3

  /// What the engine calls the model.
  let model: String
  /// The engine in words.
  let name: String
  /// The host where its KV events are, if it is to be asked for them.
  var kvHost: String?
  private(set) var state: EngineState
  private var asked: Question?
  private var due: Instant?
  private var modelsDue = Instant.zero
  private var misses = 0
  /// Whether its process is this node's, and runs; that of another is taken to.
  private var (isLaunched, hasProcess) = (false, true)
  /// Whether it has been ready since it was gone last.
  private var wasReady = false

  /// Makes the watch of an engine that serves `model`, and calls it `name` in words.
  init(model: String, name: String, at now: Instant) {
    (self.model, self.name) = (model, name)
    state = .starting("\(name) has not answered yet")
    due = now
  }

  var deadline: Instant? { asked == nil && hasProcess ? due : nil }

  mutating func step(_ event: Event, at now: Instant, into actions: inout Actions<Action>) {
    switch event {
    case .timePassed:
      guard let due = deadline, due <= now else { return }
      ask(.health, into: &actions)
    case .answered(let question, let status, let body):
      guard asked == question else { return }
      asked = nil
      misses = 0
      take(question, status, body, at: now, into: &actions)
    case .failed(let question, let reason, let isLate):
      guard asked == question else { return }
      asked = nil
      misses += 1
      rest(at: now)
      if isLate, state == .ready, misses < Self.missesMax { return }
      let words = "\(name) can't be reached: \(reason)"
      if !isLate, wasReady { actions.append(.lost) }
      wasReady = wasReady && isLate
      guard case .starting = state, !isLate else { return change(.failed(words), into: &actions) }
      // One that was started just now is not reachable for a while.
      if !isLaunched { change(.starting(words), into: &actions) }
    case .turnFailed: if state == .ready { due = now }
    case .processChanged(let state): take(process: state, at: now, into: &actions)
    }
  }

  private mutating func take(
    process: EngineState,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    (isLaunched, hasProcess) = (true, process == .ready)
    (asked, misses) = (nil, 0)
    if wasReady { actions.append(.lost) }
    wasReady = false
    if hasProcess {
      due = now
      change(.starting("\(name) starts"), into: &actions)
    } else {
      change(process, into: &actions)
    }
  }

  private mutating func take(
    _ question: Question,
    _ status: Int,
    _ body: [UInt8],
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    let isThere = (200..<300).contains(status)
    switch question {
    case .health:
      // A server without that path is alive too.
      guard isThere || status == 404 else {
        rest(at: now)
        return refuse(question, status, body, into: &actions)
      }
      ask(state == .ready && now < modelsDue ? .metrics : .models, into: &actions)
    case .models:
      var reader = ModelListReader()
      guard isThere, let list = reader.models(in: body.span) else {
        rest(at: now)
        return refuse(question, status, body, into: &actions)
      }
      modelsDue = now.advanced(by: Self.modelsPause)
      actions.append(.listed(list))
      guard list.serves(model) else {
        rest(at: now)
        return change(.failed(missing(in: list)), into: &actions)
      }
      ask(wasReady || kvHost == nil ? .metrics : .sources, into: &actions)
    case .sources:
      var reader = KVSourceReader()
      let sources = isThere ? reader.sources(in: body.span, host: kvHost ?? "") : nil
      actions.append(.publishes(sources ?? []))
      ask(.metrics, into: &actions)
    case .metrics:
      // What they say of the cache is known before the first turn comes.
      actions.append(.measured(isThere ? Self.figures(in: body) : nil))
      wasReady = true
      change(.ready, into: &actions)
      rest(at: now)
    }
  }

  private static func figures(in body: [UInt8]) -> EngineFigures? {
    var reader = MetricsReader()
    do throws(MetricsFault) {
      try reader.take(body.span)
      return try reader.finish()
    } catch {
      return nil
    }
  }

  private mutating func refuse(
    _ question: Question,
    _ status: Int,
    _ body: [UInt8],
    into actions: inout Actions<Action>
  ) {
    var reader = ErrorReader()
    let said = reader.message(in: body.span).map { ": " + $0.prefix(200) } ?? ""
    let words = "\(name) answers \(status) to \(question.rawValue)\(said)"
    // So do engines that load their model.
    change(status == 503 && !wasReady ? .starting(words) : .failed(words), into: &actions)
  }

  private func missing(in list: ModelList) -> String {
    let names = list.models.filter { $0.parent == nil }.map { $0.id.quoted(limit: 60) }
    let listed = names.isEmpty ? "none" : names.prefix(5).joined(separator: ", ")
    return "\(name) lists no model \(model.quoted(limit: 60)); it lists \(listed)"
      + (names.count > 5 ? " and more" : "") + ": set engineModel to one of these"
  }

  private mutating func ask(_ question: Question, into actions: inout Actions<Action>) {
    asked = question
    actions.append(.ask(question))
  }

  private mutating func rest(at now: Instant) {
    due = now.advanced(by: state == .ready ? Self.readyPause : Self.waitingPause)
  }

  private mutating func change(_ new: EngineState, into actions: inout Actions<Action>) {
    guard new != state else { return }
    state = new
    actions.append(.changed(new))
  }
}
