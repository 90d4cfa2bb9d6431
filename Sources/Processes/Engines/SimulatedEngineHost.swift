import Basics
import EngineModel
public import EventLoop
public import FleetSpec
import HearthMessages
import Transcripts

/// The simulated engine on a loop: steps end when the fleet's clock says so.
public final class SimulatedEngineHost: Engine {
  /// What the engine is, as it is announced to the fleet.
  public let replica: ReplicaSpec
  /// The LoRA adapters that it names, all of which count as loaded.
  private let adapters: [String]
  /// Where events go.
  public var onEvents: ((EngineEvents) -> Void)?

  private let clock: LoopClock
  private var engine: SimulatedEngine
  private var timer: LoopTimer?
  private var outputs = Actions<EngineOutput>()
  private var isDelivering = false
  /// What the words of each turn's answer are drawn from.
  private var seeds: [UInt64: UInt64] = [:]
  /// The answers to requests of an HTTP API.
  private var answers: [UInt64: APIAnswer] = [:]

  /// Makes an idle engine; `clock` is the fleet's, which may run faster than the wall.
  ///
  /// One that names `adapters` runs turns of no others. Returns nil when the replica's figures make no engine: see ``ReplicaSpec/faults()``.
  public init?(
    _ replica: ReplicaSpec,
    adapters: [String] = [],
    loop: Loop,
    clock: LoopClock
  ) throws(UVError) {
    guard
      var settings = EngineSettings(
        roofline: replica.roofline,
        blockTokens: replica.blockTokens,
        blockCount: replica.blockCount
      )
    else { return nil }
    settings.stepTokensMax = replica.stepTokensMax
    settings.runningMax = replica.runningMax
    settings.waitingMax = replica.waitingMax
    var replica = replica
    replica.namesAdapters = !adapters.isEmpty
    self.replica = replica
    self.adapters = adapters.sorted()
    self.clock = clock
    engine = SimulatedEngine(settings: settings)
    timer = try LoopTimer(loop: loop, clock: clock) { [unowned self] in advance() }
  }

  /// Tells which adapters there are.
  public func start() {
    if !adapters.isEmpty { onEvents?(.adaptersChanged(names: adapters, loaded: adapters)) }
  }

  /// Takes a turn, or says why not.
  public func submit(_ turn: EngineTurn) throws(EngineRejection) {
    let request = turn.request
    let seed = request.blockHashes.last ?? UInt64(request.promptTokens)
    let answer = try request.http.map { (http) throws(EngineRejection) in
      try self.answer(to: http, turn.id)
    }
    let refusal = engine.submit(
      EngineRequest(
        id: turn.id,
        blockHashes: request.blockHashes,
        blockTokens: Int(request.blockTokens),
        promptTokens: Int(request.promptTokens),
        length: request.ignoreEnd
          ? .exactly(Int(request.outputTokensMax))
          : .upTo(Int(request.outputTokensMax), seed: seed)
      ),
      at: clock.now,
      into: &outputs
    )
    deliver()
    if let refusal {
      let isFull = if case .queueFull = refusal { true } else { false }
      throw EngineRejection(isFull: isFull, message: "\(replica.id): \(refusal)")
    }
    seeds[turn.id] = seed
    answers[turn.id] = answer
    arm()
  }

  private func answer(
    to http: HearthV1.HTTPTurn,
    _ number: UInt64
  ) throws(EngineRejection) -> APIAnswer {
    var outline = PromptOutline()
    do throws(JSONFault) {
      var scanner = PromptScanner(.chatCompletions, key: SipHash(key: (0, 0)))
      try scanner.take(http.body.span)
      outline = try scanner.finish()
    } catch {
      throw EngineRejection(isFull: false, message: "\(replica.id): the body: \(error.reason)")
    }
    guard
      let answer = APIAnswer(
        to: http,
        outline: outline,
        model: outline.model ?? replica.model.text,
        number: number
      )
    else {
      let path = http.path.prefix(100)
      throw EngineRejection(isFull: false, message: "\(replica.id) does not simulate \(path)")
    }
    return answer
  }

  /// Hands on what an answer to a request of an HTTP API consists of.
  private func send(_ text: String, _ tokens: Int, of id: UInt64) {
    guard !text.isEmpty else { return }
    let body = HearthV1.HTTPBody(bytes: Array(text.utf8), tokens: UInt32(tokens))
    onEvents?(.answered(turn: id, .init(event: .body(body))))
  }

  /// Takes a turn back.
  public func cancel(_ turn: UInt64) {
    engine.cancel(turn, at: clock.now, into: &outputs)
    deliver()
    arm()
  }

  /// Drops all blocks kept for reuse.
  public func resetCache() {
    engine.clearCache(at: clock.now, into: &outputs)
    deliver()
  }

  private func advance() {
    engine.advance(to: clock.now, into: &outputs)
    deliver()
    arm()
  }

  /// Steps run when time passes, not when a turn comes: turns that come together start together.
  private func arm() {
    timer?.arm(at: engine.deadline)
  }

  /// Delivers what came out, in order: what an event causes comes after the rest.
  private func deliver() {
    guard !isDelivering, let onEvents else { return }
    isDelivering = true
    defer { isDelivering = false }
    while !outputs.isEmpty {
      for output in outputs.take() { deliver(output, onEvents) }
      onEvents(.loadChanged(engine.load))
    }
  }

  private func deliver(_ output: EngineOutput, _ onEvents: (EngineEvents) -> Void) {
    switch output {
    case .started(let id, let cachedTokens, let queued):
      let started = HearthV1.Started(
        cachedTokens: UInt32(cachedTokens),
        queuedNs: queued.nanoseconds
      )
      onEvents(.answered(turn: id, .init(event: .started(started))))
      guard let answer = answers[id] else { return }
      onEvents(.answered(turn: id, .init(event: .head(answer.head))))
      send(answer.opening(started), 0, of: id)
    case .tokens(let id, let first, let count):
      let seed = seeds[id] ?? 0
      let text = (first..<first + count).map { TokenText.word(seed: seed, index: $0) }.joined()
      if let body = answers[id]?.more(text) { return send(body, count, of: id) }
      onEvents(.answered(turn: id, .init(event: .tokens(.init(count: UInt32(count), text: text)))))
    case .finished(let id, let finish): end(id, finish, onEvents)
    case .cache(let event):
      switch event {
      case .stored(let hashes): onEvents(.cacheChanged(removed: [], stored: hashes))
      case .removed(let hashes): onEvents(.cacheChanged(removed: hashes, stored: []))
      case .cleared: onEvents(.cacheCleared)
      }
    }
  }

  private func end(_ id: UInt64, _ finish: EngineFinish, _ onEvents: (EngineEvents) -> Void) {
    seeds[id] = nil
    let answer = answers.removeValue(forKey: id)
    let reason: HearthV1.FinishReason? =
      switch finish.reason {
      case .stop: .stop
      case .length: .length
      case .cancelled: nil
      }
    if let reason {
      let finished = HearthV1.Finished(
        reason: reason,
        promptTokens: UInt32(finish.usage.promptTokens),
        cachedTokens: UInt32(finish.usage.cachedTokens),
        outputTokens: UInt32(finish.usage.outputTokens),
        ttftNs: finish.ttft?.nanoseconds ?? 0
      )
      if let answer { send(answer.closing(finished), 0, of: id) }
      onEvents(.answered(turn: id, .init(event: .finished(finished))))
    }
    onEvents(.ended(turn: id))
  }
}
