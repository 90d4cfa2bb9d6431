import Admission
import Basics
import Client
import Coordination
import HearthMessages
import KVIndex
import TestSupport

/// Who sends turns to a simulated fleet, as `hearth chat` and `hearth replay` do.
final class SimulatedClients: SimulatedWork {
  private struct Client {
    let name: String
    let request: TurnRequest
    var machine: TurnMachine
    var place: HearthV1.Placement?
    var began: Instant
    var hasFirstToken = false
    /// Whether it takes its place and is not heard of again.
    var vanishes = false
  }

  let fleet: SimulatedFleet
  let serving: SimulatedServing
  /// Told of what happens: to whom, and what.
  var note: (_ who: String, _ what: String) -> Void = { _, _ in }

  private var clients: [UInt64: Client] = [:]
  /// Turns by the numbers of their calls to the control plane.
  private var calls: [UInt64: UInt64] = [:]
  /// What is under way.
  private var due: [(at: Instant, run: () -> Void)] = []

  init() {
    // Shorter than places count in full that nobody claims, so that a turn may wait in vain.
    var admission = AdmissionSettings()
    admission.waitMax = .milliseconds(100)
    fleet = SimulatedFleet(settings: .init(admission: admission, seed: 1))
    serving = SimulatedServing(fleet: fleet)
    fleet.work = self
    fleet.roundTrip = { _, _ in .milliseconds(80) }
    serving.answer = { [unowned self] id, answer in
      guard let client = clients[id], let place = client.place else { return }
      after(distance(client, place)) { [unowned self] in take(answer, for: id) }
    }
  }

  func run(for time: Duration) {
    fleet.run(for: time, tick: .milliseconds(5)) {
      serving.advance()
      let arrived = due.filter { $0.at <= fleet.now }
      due.removeAll { $0.at <= fleet.now }
      for arrival in arrived { arrival.run() }
    }
  }

  /// Sends a turn whose prompt begins as another's does, or as nobody's.
  func send(
    _ name: String,
    from origin: String,
    tokens: Int,
    shared: (tokens: Int, name: String),
    output: Int,
    vanishes: Bool = false
  ) {
    var request = prompt(name, tokens: tokens, shared: shared)
    (request.origin, request.outputTokensMax, request.hasExactLength) = (origin, output, true)
    let id = fleet.nextID()
    clients[id] = Client(
      name: name,
      request: request,
      machine: TurnMachine(seed: id),
      began: fleet.now,
      vanishes: vanishes
    )
    step(id, .began)
  }

  /// A turn whose prompt begins as another's does, or as nobody's.
  func prompt(_ name: String, tokens: Int, shared: (tokens: Int, name: String)) -> TurnRequest {
    var hasher = BlockHasher(model: Fixture.model.name)
    let hashes = (0..<tokens / 16).map { block in
      let source = (block + 1) * 16 <= shared.tokens ? shared.name : name
      let identity = source.utf8.reduce(UInt64(block)) { $0 &* 31 &+ UInt64($1) }
      return hasher.append(identity: identity)
    }
    return TurnRequest(
      id: name,
      model: Fixture.model.name,
      tenant: "acme",
      origin: "",
      promptTokens: tokens,
      blockHashes: hashes,
      blockTokens: 16,
      outputTokensMax: 0
    )
  }

  private func after(_ time: Duration, _ run: @escaping () -> Void) {
    due.append((fleet.now.advanced(by: time), run))
  }

  /// Half of the round trip to a place.
  private func distance(_ client: Client, _ place: HearthV1.Placement) -> Duration {
    place.region == client.request.origin
      ? .zero : (fleet.roundTrip(place.region, client.request.origin) ?? .zero) / 2
  }

  private func step(_ id: UInt64, _ event: TurnMachine.Event) {
    var actions = Actions<TurnMachine.Action>()
    clients[id]?.machine.step(event, at: fleet.now, into: &actions)
    for action in actions.take() { perform(action, for: id) }
  }

  private func perform(_ action: TurnMachine.Action, for id: UInt64) {
    guard let client = clients[id] else { return }
    switch action {
    case .route(let excluded, let pause, let token):
      if !excluded.isEmpty { note(client.name, "asks again, without \(excluded.last ?? "")") }
      let request = client.request.route(excluding: excluded, retryToken: token)
      guard pause > .zero else { return ask(id, request) }
      note(client.name, "asks again in \(pause.text)")
      after(pause) { [unowned self] in ask(id, request) }
    case .generate(let place):
      clients[id]?.place = place
      let expected = Duration.nanoseconds(place.predictedTtftNs).text
      note(
        client.name,
        "goes to \(place.replica): \(place.cachedTokens) of \(client.request.promptTokens) tokens "
          + "cached, first token expected after \(expected)"
      )
      guard !client.vanishes else { return clients[id] = nil }
      after(distance(client, place)) { [unowned self] in
        guard let node = fleet.nodes.first(where: { $0.name == place.node }) else { return }
        serving.generate(client.request.generate(at: place), on: node, for: id)
      }
    case .end(let outcome):
      clients[id] = nil
      note(client.name, words(outcome))
    case .copy, .show, .startAgain: break
    }
  }

  private func ask(_ id: UInt64, _ request: HearthV1.RouteRequest) {
    guard !fleet.isControlDown else {
      // Calls wait until somebody answers.
      return after(.milliseconds(100)) { [unowned self] in ask(id, request) }
    }
    do throws(Rejection) {
      let answer = try fleet.control { core, actions throws(Rejection) in
        try core.route(request, at: fleet.now, into: &actions)
      }
      switch answer {
      case .answered(let response): step(id, .routed(response))
      case .held(let call):
        calls[call] = id
        fleet.step(.turnsArrived)
        if calls[call] != nil { note(clients[id]?.name ?? "", "waits for room") }
      }
    } catch {
      step(id, .routeFailed(code: 13, message: error.message))
    }
  }

  private func take(_ answer: SimulatedServing.Answer, for id: UInt64) {
    switch answer {
    case .piece(let piece):
      if case .tokens = piece.event, let client = clients[id], !client.hasFirstToken {
        clients[id]?.hasFirstToken = true
        note(client.name, "first token after \(client.began.duration(to: fleet.now).text)")
      }
      step(id, .received(piece))
    case .ended(let code, let message):
      if code != 0 {
        note(clients[id]?.name ?? "", "stream ended: \(message)")
        clients[id]?.hasFirstToken = false
      }
      step(id, .streamEnded(code: code, message: message))
    }
  }

  private func words(_ outcome: TurnMachine.Outcome) -> String {
    switch outcome {
    case .completed(let turn):
      let tries =
        turn.retries > 0 ? ", retried \(turn.retries == 1 ? "once" : "\(turn.retries)x")" : ""
      return "complete after \(turn.duration.text): \(turn.usage.cachedTokens) tokens were cached"
        + tries
    case .refused(let refusal): return "refused: \(refusal.message)"
    case .failed(_, let message): return "failed: \(message)"
    }
  }

  func answered(_ call: UInt64, _ response: HearthV1.RouteResponse) {
    guard let id = calls.removeValue(forKey: call) else { return }
    step(id, .routed(response))
  }

  func cancelTurns(on node: SimulatedNode, because reason: String) {
    serving.cancelTurns(on: node, because: reason)
  }

  func resetCaches(of node: SimulatedNode) { serving.resetCaches(of: node) }

  func noted(_ entry: Note, by process: String) {
    guard entry.level != .debug else { return }
    let details = entry.metadata.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
    let text = details.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    note(process, entry.message + (text.isEmpty ? "" : ": \(text)"))
  }
}
