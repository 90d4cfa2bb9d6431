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
  private var loadTimer: LoopTimer?
  private var isParked = false
  private var outputs = Actions<EngineOutput>()
  private var isDelivering = false
  /// What the words of each turn's answer are drawn from.
  private var seeds: [UInt64: UInt64] = [:]
  /// A request of an HTTP API, until it ends.
  private struct HTTPTurn {
    let turn: EngineTurn
    var answer: APIAnswer
    /// Reads the answer, as the node of a real engine does.
    let reader: AttachedEngine.Answer
  }
  private var requests: [UInt64: HTTPTurn] = [:]

  /// Makes an idle engine; `clock` is the fleet's, which may run faster than the wall.
  ///
  /// One that names `adapters` runs turns of no others. Returns nil when the replica's figures make
  /// no engine: see ``ReplicaSpec/faults()``.
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
    loadTimer = try LoopTimer(loop: loop, clock: clock) { [unowned self] in
      isParked = false
      onEvents?(.stateChanged(.ready))
    }
  }

  /// It can do all that a real one can.
  public var canPark: Bool { true }

  /// Ends all turns and drops all blocks, at once.
  public func park(_ done: @escaping () -> Void) {
    isParked = true
    loadTimer?.arm(at: nil)
    for turn in seeds.keys.sorted() { engine.cancel(turn, at: clock.now, into: &outputs) }
    engine.clearCache(at: clock.now, into: &outputs)
    deliver()
    onEvents?(.stateChanged(.starting(parkedWords)))
    done()
  }

  /// Loads for as long as the weights take that are read at ``loadBytesPerSecond`` for each GPU.
  public func load(on gpus: UInt64) {
    guard isParked else { return }
    let model = replica.roofline.model
    let bytes = Double(model.parameters) * model.weightBytes / Double(replica.roofline.gpuCount)
    let time = Self.startTime + Duration(inSeconds: bytes / Self.loadBytesPerSecond)
    onEvents?(.stateChanged(.starting("it loads, which takes \(time.text)")))
    loadTimer?.arm(at: clock.now.advanced(by: time))
  }

  /// What a local NVMe drive reads in a second.
  private static let loadBytesPerSecond = 5e9
  /// What an engine takes to start beside that.
  private static let startTime = Duration.seconds(10)

  /// Tells which adapters there are.
  public func start() {
    if !adapters.isEmpty { onEvents?(.adaptersChanged(names: adapters, loaded: adapters)) }
  }

  /// Takes a turn, or says why not.
  public func submit(_ turn: EngineTurn) throws(EngineRejection) {
    guard !isParked else {
      throw EngineRejection(isFull: true, message: "\(replica.id) is \(parkedWords)")
    }
    let request = turn.request
    let seed = request.blockHashes.last ?? UInt64(request.promptTokens)
    let http = try request.http.map { (http) throws(EngineRejection) in
      HTTPTurn(
        turn: turn,
        answer: try answer(to: http, turn.id),
        reader: .init(to: turn, hidesIDs: false)
      )
    }
    let isExact = request.ignoreEnd || request.http?.path == "/v1/embeddings"
    let refusal = engine.submit(
      EngineRequest(
        id: turn.id,
        blockHashes: request.blockHashes,
        blockTokens: Int(request.blockTokens),
        promptTokens: Int(request.promptTokens),
        length: isExact
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
    requests[turn.id] = http
    http?.reader.begin(streams: http?.answer.head.contentType == "text/event-stream")
    arm()
  }

  private func answer(
    to http: HearthV1.HTTPTurn,
    _ number: UInt64
  ) throws(EngineRejection) -> APIAnswer {
    guard let format = PromptFormat(path: http.path) else {
      let path = http.path.prefix(100)
      throw EngineRejection(isFull: false, message: "\(replica.id) does not simulate \(path)")
    }
    do throws(JSONFault) {
      var scanner = PromptScanner(format, key: SipHash(key: (0, 0)))
      try scanner.take(http.body.span)
      return APIAnswer(
        format,
        try scanner.finish(),
        try RequestOptions(http.body.span),
        model: replica.model.text,
        number: number
      )
    } catch {
      throw EngineRejection(isFull: false, message: "\(replica.id): the body: \(error.reason)")
    }
  }

  /// Hands on what an answer to a request of an HTTP API consists of.
  private func send(_ text: String, _ tokens: Int, of id: UInt64) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, let read = requests[id]?.reader.take(bytes.span) else { return }
    // Usage that nobody asked for is not made.
    let body = HearthV1.HTTPBody(bytes: read.bytes, tokens: UInt32(tokens))
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
      guard let request = requests[id] else { return }
      onEvents(.answered(turn: id, .init(event: .head(request.answer.head))))
      let opening = request.answer.opening(
        started,
        promptTokens: request.turn.request.promptTokens
      )
      send(opening, 0, of: id)
    case .tokens(let id, let first, let count):
      let seed = seeds[id] ?? 0
      let text = (first..<first + count).map { TokenText.word(seed: seed, index: $0) }.joined()
      if let body = requests[id]?.answer.more(text) { return send(body, count, of: id) }
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
    defer { requests[id] = nil }
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
      if let request = requests[id] {
        send(request.answer.closing(finished), 0, of: id)
        keepAnswer(of: request)
      }
      onEvents(.answered(turn: id, .init(event: .finished(finished))))
    }
    onEvents(.ended(turn: id))
  }

  /// The engine goes on to hold what a turn has read and said.
  private func keepAnswer(of request: HTTPTurn) {
    guard let addition = request.reader.addition(), !addition.hashes.isEmpty else { return }
    let prompt = request.turn.request.blockHashes.prefix(addition.promptCount)
    engine.keep(prompt + addition.hashes, at: clock.now, into: &outputs)
  }
}
