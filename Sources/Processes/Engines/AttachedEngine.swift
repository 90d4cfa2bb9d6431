import Basics
public import EventLoop
public import FleetSpec
import HTTP
import HearthMessages
import Transcripts
import Wire

/// A server with an OpenAI-compatible API, such as vLLM, SGLang or llama.cpp, that is asked over
/// HTTP: one that runs already, or one that is started here and kept running.
///
/// Turns pass unread but for what is needed of the answer: its first token, its usage, its end.
/// Paths of the API that no turn has are never asked, but those of ``EngineWatch``. Where it tells
/// of its KV blocks, they are followed.
public final class AttachedEngine: Engine {
  /// What the engine is, as it is announced to the fleet.
  public private(set) var replica: ReplicaSpec
  /// Where events go.
  public var onEvents: ((EngineEvents) -> Void)?

  private final class Turn {
    /// Until it is sent.
    var http: HearthV1.HTTPTurn?
    /// Empty for the model itself.
    let adapter: String
    /// Whether the engine is asked for the ids of tokens.
    let asksIDs: Bool
    let answer: Answer
    var load: TurnLoad
    /// Nil as long as its adapter is being loaded.
    var call: HTTPCall?
    /// What came before the first part of the answer, which says nothing to the client yet.
    var held: [HearthV1.GenerateResponse] = []
    var isHeld = true
    var heldBytes = 0
    /// What the engine says that is not the answer to the request, and when to ask again.
    var failure: (status: Int, body: [UInt8], retryAfter: Duration?)?
    /// Whether all of the answer came that means something.
    var isWhole = false
    var followed: FollowedTurn

    init(_ turn: EngineTurn, _ http: HearthV1.HTTPTurn, asksIDs: Bool) {
      (self.http, self.asksIDs, adapter) = (http, asksIDs, turn.request.adapter)
      answer = Answer(to: turn, hidesIDs: asksIDs)
      load = TurnLoad(promptTokens: Int(turn.request.promptTokens))
      followed = FollowedTurn(turn.request)
    }
  }

  let settings: Settings
  let client: HTTPClient
  /// What it is called in requests.
  let host: String
  let loop: Loop
  private(set) var follower: KVFollower?
  private var monitor: EngineMonitor?
  private var process: EngineProcess?
  private var turns: [UInt64: Turn] = [:]
  private var whole: WholeAnswers?
  private var carried: CarriedLoad
  private var measured: Measurement?
  private(set) var dialect = EngineDialect.other
  /// The GPUs that a server sees that is started here, a bit each; nil for all.
  public var devices: UInt64?
  var adapters: AdapterTable
  var toldAdapters: (names: [String], loaded: [String]) = ([], [])
  /// What it was told to do, by number.
  var running: [Int: EngineOrder] = [:]
  var orders = 0

  /// Most bytes of an answer that are held until its first part, and of the words of a failure.
  private static let (heldBytesMax, failureBytesMax) = (16 << 10, 16 << 10)

  /// What a turn may ask of an engine: the rest of its API is for whoever runs it.
  private static let paths: Set<String> = [
    "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1/embeddings",
  ]

  /// Makes an engine that ``start()`` begins to ask.
  public init(_ replica: ReplicaSpec, _ settings: Settings, loop: Loop) throws(UVError) {
    self.replica = replica
    carried = CarriedLoad(on: replica)
    self.settings = settings
    self.loop = loop
    adapters = AdapterTable(sources: settings.adapters, slotsMax: settings.adapterSlots)
    self.replica.namesAdapters = true
    host = settings.address.hasPrefix("unix:") ? "localhost" : settings.address
    client = try HTTPClient(to: settings.address, loop: loop)
    whole = try WholeAnswers(on: loop) { [unowned self] in endWhole($0) }
  }

  /// Starts the server, where that is to be done, and begins to ask it.
  public func start() {
    let name = "the engine at \(settings.address)"
    var watch = EngineWatch(model: settings.model, name: name, at: loop.now)
    if settings.kvEvents {
      follower = makeFollower()
      if settings.kvSources.isEmpty { watch.kvHost = kvHost } else { follow(settings.kvSources) }
    }
    onEvents?(.stateChanged(watch.state))
    do throws(UVError) {
      monitor = try EngineMonitor(watch, client: client, host: host, loop: loop) {
        [unowned self] in learn($0)
      }
    } catch {
      onEvents?(.stateChanged(.failed("\(name) can't be asked: \(error)")))
    }
    guard !settings.command.isEmpty else { return }
    let isSocket = settings.address.hasPrefix("unix:")
    let visible = devices.map { gpus in
      let numbers = (0..<64).filter { gpus & 1 << UInt64($0) != 0 }.map(String.init)
      return ["/usr/bin/env", "CUDA_VISIBLE_DEVICES=" + numbers.joined(separator: ",")]
    }
    process = EngineProcess(
      (visible ?? []) + settings.command,
      guardProgram: settings.guardProgram,
      socket: isSocket ? String(settings.address.dropFirst(5)) : nil,
      loop: loop,
      onLine: { [unowned self] in onEvents?(.wrote($0)) },
      onChange: { [unowned self] in monitor?.post(.processChanged($0)) }
    )
    process?.start()
  }

  /// Whether the server is started here.
  public var canPark: Bool { !settings.command.isEmpty }

  /// Ends the server.
  public func park(_ done: @escaping () -> Void) {
    stop { [unowned self] in
      process = nil
      learn(.lost)
      onEvents?(.stateChanged(.starting(parkedWords)))
      done()
    }
  }

  /// Starts the server again, which sees these GPUs alone.
  public func load(on gpus: UInt64) {
    guard process == nil else { return }
    devices = gpus
    start()
  }

  /// Asks no more, and ends the server where it was started here.
  public func stop(_ done: @escaping () -> Void) {
    (monitor, follower) = (nil, nil)
    guard let process else { return done() }
    process.stop(done)
  }

  private func learn(_ action: EngineWatch.Action) {
    switch action {
    case .changed(let state):
      process?.became(ready: state == .ready)
      onEvents?(.stateChanged(state))
    case .lost:
      adapters.lost()
      tellAdapters()
      onEvents?(.cacheCleared)
      if !settings.kvSources.isEmpty { follow(settings.kvSources) }
    case .listed(let list):
      dialect = EngineDialect(list)
      adapters.listed(list)
      tellAdapters()
    case .measured(let figures): take(figures)
    case .publishes(let sources): follow(sources)
    case .ask: break
    }
  }

  /// Announces whether the engine tells which blocks it holds.
  func publish(_ tells: Bool) {
    guard replica.publishesEvents != tells else { return }
    replica.publishesEvents = tells
    onEvents?(.replicaChanged(replica))
  }

  private func take(_ figures: EngineFigures?) {
    if settings.sizesCache, let tokens = figures?.cacheTokens {
      // No more than its hardware can have.
      let most = replica.roofline.blockCount(blockTokens: replica.blockTokens, utilisation: 1)
      let count = min(tokens / replica.blockTokens, most)
      if count > 0, count != replica.blockCount {
        replica.blockCount = count
        onEvents?(.replicaChanged(replica))
      }
    }
    measured = figures.map { Measurement(figures: $0, own: carried.load) }
    tellLoad()
  }

  /// Sends a turn to the engine.
  public func submit(_ turn: EngineTurn) throws(EngineRejection) {
    guard let http = turn.request.http else {
      throw EngineRejection(
        isFull: false,
        message: "\(replica.id) is a real engine, which takes requests of its API: ask a gateway"
      )
    }
    guard Self.paths.contains(http.path) else {
      let path = http.path.prefix(100)
      throw EngineRejection(isFull: false, message: "\(replica.id) is not asked for \(path)")
    }
    guard turns.count < replica.runningMax + replica.waitingMax else {
      throw EngineRejection(
        isFull: true,
        message: "\(replica.id) has \(turns.count) turns, as many as it may"
      )
    }
    let own = Turn(turn, http, asksIDs: asksIDs(of: http))
    turns[turn.id] = own
    carried.add(own.load)
    tellLoad()
    let adapter = own.adapter
    guard !adapter.isEmpty else { return send(turn.id) }
    // Not inside of this call, which is to say first that the turn is taken.
    loop.runLater { [weak self] in
      guard let self, turns[turn.id] != nil else { return }
      perform(adapters.wants(adapter, turn: turn.id, at: loop.now))
    }
  }

  /// Sends a turn whose adapter is there.
  func send(_ id: UInt64) {
    guard let turn = turns[id], let http = turn.http else { return }
    turn.http = nil
    var fields = HTTPFields()
    fields.append("host", host)
    fields.append("content-type", "application/json")
    fields.append("accept-encoding", "identity")
    if !http.requestId.isEmpty { fields.append("x-request-id", http.requestId) }
    if !http.traceParent.isEmpty { fields.append("traceparent", http.traceParent) }
    var members: [String] = []
    if http.addsUsage { members.append(#""stream_options":{"include_usage":true}"#) }
    if turn.asksIDs { members.append(#""return_token_ids":true"#) }
    var body = Self.adding(members, to: http.body)
    let model = turn.adapter.isEmpty ? settings.model : turn.adapter
    if model != replica.model.text { body = ModelRewriter.rewrite(body, model: model) }
    let call = client.send("POST", http.path, fields, body: body)
    call.onHead = { [unowned self] in began(id, $0) }
    call.onBody = { [unowned self] in received($0, of: id) }
    call.onEnd = { [unowned self] in ended(id, $0) }
    turn.call = call
  }

  /// A turn is over, one way or another.
  private func remove(_ id: UInt64) -> Turn? {
    guard let turn = turns.removeValue(forKey: id) else { return nil }
    carried.remove(turn.load)
    if !turn.adapter.isEmpty { perform(adapters.ended(turn.adapter, turn: id)) }
    return turn
  }

  /// Takes a turn back: the engine sees its connection end.
  public func cancel(_ id: UInt64) {
    guard let turn = remove(id) else { return }
    turn.call?.cancel()
    onEvents?(.ended(turn: id))
    tellLoad()
  }

  /// Reads no more of an answer, so that the engine has to wait.
  public func pause(_ id: UInt64) { turns[id]?.call?.pause() }

  /// Reads on.
  public func resume(_ id: UInt64) { turns[id]?.call?.resume() }

  private func began(_ id: UInt64, _ head: HTTPResponseHead) {
    guard let turn = turns[id] else { return }
    guard !Self.isFailure(head.status) else {
      let seconds = head.fields.text("retry-after").flatMap { UInt32($0) }
      turn.failure = (head.status, [], seconds.map { .seconds(Int64($0)) })
      return
    }
    guard head.fields.text("content-encoding") ?? "identity" == "identity" else {
      turn.call?.cancel()
      return fail(id, EngineFailure(.failed, "\(replica.id) encodes its answer, unasked"))
    }
    let type = head.fields.text("content-type") ?? "application/json"
    let streams = type.lowercased().hasPrefix("text/event-stream")
    turn.answer.begin(streams: streams)
    let shown = streams ? "text/event-stream" : type
    let message = HearthV1.HTTPHead(status: UInt32(head.status), contentType: shown)
    turn.held = [.init(event: .head(message))]
    if head.status >= 400 { release(id) }
  }

  /// Whether a status says nothing of the request: the engine is full or broken, has no answer, or
  /// wants of this node what it does not give.
  private static func isFailure(_ status: Int) -> Bool {
    switch status {
    case 200: false
    case ..<400, 500..., 401, 403, 404, 405, 407, 408, 429: true
    default: false
    }
  }

  private func received(_ bytes: Span<UInt8>, of id: UInt64) {
    guard let turn = turns[id] else { return }
    if let count = turn.failure?.body.count {
      let room = min(bytes.count, Self.failureBytesMax - count)
      turn.failure?.body += [UInt8](bytes.extracting(first: room))
      return
    }
    let piece = turn.answer.take(bytes)
    let isFirst = note(piece.tokens, of: turn)
    send(piece, of: id)
    if isFirst { tellLoad() }
    if turn.answer.isError, turns[id] != nil {
      turn.call?.cancel()
      return fail(id, turn.answer.failure(of: replica))
    }
    if turn.answer.isWhole, !turn.isWhole {
      turn.isWhole = true
      whole?.add(id)
    }
    if let follower, turns[id] != nil { turn.followed.advance(turn.answer, follower) }
  }

  private func endWhole(_ id: UInt64) {
    let call = turns[id]?.call
    ended(id, nil)
    call?.cancel()
  }

  /// Hands on a part of an answer, and what was held before, once there is something to show: until
  /// then a turn whose engine breaks off can run elsewhere.
  private func send(_ piece: Answer.Piece, of id: UInt64) {
    guard !piece.bytes.isEmpty || piece.tokens > 0, let turn = turns[id] else { return }
    let body = HearthV1.HTTPBody(bytes: piece.bytes, tokens: UInt32(piece.tokens))
    guard turn.isHeld else {
      onEvents?(.answered(turn: id, .init(event: .body(body))))
      return
    }
    turn.held.append(.init(event: .body(body)))
    turn.heldBytes += piece.bytes.count
    if piece.tokens > 0 || turn.heldBytes > Self.heldBytesMax { release(id) }
  }

  private func release(_ id: UInt64) {
    guard let turn = turns[id] else { return }
    let held = turn.held
    turn.held = []
    turn.isHeld = false
    for response in held { onEvents?(.answered(turn: id, response)) }
  }

  private func ended(_ id: UInt64, _ fault: HTTPFault?) {
    if let fault {
      monitor?.post(.turnFailed)
      return fail(id, EngineFailure(.gone, "\(replica.id) broke off: \(fault.reason)"))
    }
    guard let turn = turns[id] else { return }
    if let failure = turn.failure {
      var why = words(failure.status, failure.body)
      why.retryAfter = failure.retryAfter
      return fail(id, why)
    }
    send(turn.answer.finish(), of: id)
    if turn.answer.isError { return fail(id, turn.answer.failure(of: replica)) }
    if turn.isHeld, turn.heldBytes == 0 {
      return fail(id, EngineFailure(.failed, "\(replica.id) answers with nothing"))
    }
    release(id)
    guard remove(id) != nil else { return }
    let usage = turn.answer.usage
    let addition = turn.answer.addition()
    if let follower { turn.followed.end(turn.answer, addition, follower) }
    if let blocks = addition?.hashes, !blocks.isEmpty {
      onEvents?(.extended(turn: id, blocks: blocks))
    }
    onEvents?(
      .answered(
        turn: id,
        .init(
          event: .finished(
            .init(
              reason: turn.answer.endedByLength ? .length : .stop,
              promptTokens: UInt32(clamping: usage.promptTokens ?? turn.load.promptTokens),
              cachedTokens: UInt32(clamping: usage.cachedTokens ?? 0),
              outputTokens: UInt32(clamping: usage.outputTokens ?? turn.load.tokens)
            )
          )
        )
      )
    )
    onEvents?(.ended(turn: id))
    tellLoad()
  }

  /// What an engine says that failed.
  private func words(_ status: Int, _ body: [UInt8]) -> EngineFailure {
    let kind: EngineFailure.Kind =
      switch status {
      case 429: .full
      case 502, 503, 504: .gone
      default: .failed
      }
    var reader = ErrorReader()
    let said = reader.message(in: body.span).map { ": " + $0.prefix(200) } ?? ""
    return EngineFailure(kind, "\(replica.id) answers \(status)\(said)")
  }

  func fail(_ id: UInt64, _ why: EngineFailure) {
    guard remove(id) != nil else { return }
    onEvents?(.failed(turn: id, why))
    tellLoad()
  }

  /// Counts tokens of an answer; whether they are its first.
  private func note(_ tokens: Int, of turn: Turn) -> Bool {
    guard tokens > 0 else { return false }
    carried.remove(turn.load)
    let isFirst = turn.load.tokens == 0
    turn.load.tokens += tokens
    carried.add(turn.load)
    return isFirst
  }

  private func tellLoad() {
    let own = carried.load
    onEvents?(.loadChanged(measured.map { Self.load(own, since: $0, on: replica) } ?? own))
  }
}
