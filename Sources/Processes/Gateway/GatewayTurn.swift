import Basics
import Client
import Daemon
import EventLoop
import HTTP
import HearthMessages
import HearthProto
import KVIndex
import Logging
import RPC
import Telemetry
import Transcripts
import Wire

/// One request of a client, from its head to the end of its answer.
///
/// The body passes unread to the engine but for its outline, and so does the answer on its way
/// back. Until its first part came the turn is run elsewhere when a place fails; after that the
/// answer is cut off, so that the client sees that it is not complete.
final class GatewayTurn {
  /// What a turn needs of its gateway.
  struct Context {
    let loop: Loop
    let clock: LoopClock
    let control: Channel
    let channels: ChannelTable
    let key: PromptKey
    let region: String
    let outputTokensMax: Int
    let keepAlive: Duration
    let retryTime: Duration
    let logger: Logger
    let figures = GatewayFigures()
  }

  private let context: Context
  private let number: UInt64
  let exchange: HTTPExchange
  private let client: GatewayClient
  private let answer: TurnAnswer
  private let path: String
  private let id: String
  private let span: TraceSpan?
  private let models: () -> ServedModels
  /// Until the request is complete.
  private var reader: RequestReader?
  /// As long as the turn may have to run elsewhere.
  private var body: [UInt8] = []
  private var request: TurnRequest?
  private var link: HearthV1.TranscriptLink?
  private var addsUsage = false
  private var machine: TurnMachine
  private var actions = Actions<TurnMachine.Action>()
  private var routing: ClientStream<HearthV1.RouteRequest, HearthV1.RouteResponse>?
  private var answering: ClientStream<HearthV1.GenerateRequest, HearthV1.GenerateResponse>?
  private var timer: LoopTimer?
  private var place: HearthV1.Placement?
  private var head: HearthV1.HTTPHead?
  private var usage = HearthV1.Finished()
  /// What the last place said that failed, and when it may be asked again.
  private var (failure, retryAfterMs): (String, Int64?) = ("the engine is lost", nil)
  private var errorBody: [UInt8] = []
  private var isOver = false
  private var isCutOff = false
  private let onEnd: (GatewayTurn) -> Void

  private static let errorBytesMax = 64 << 10
  private static let unknownModelTime = Duration.seconds(2)

  init(
    _ exchange: HTTPExchange,
    number: UInt64,
    path: String,
    format: PromptFormat,
    client: GatewayClient,
    context: Context,
    models: @escaping () -> ServedModels,
    onEnd: @escaping (GatewayTurn) -> Void
  ) {
    self.exchange = exchange
    self.path = path
    self.client = client
    self.context = context
    self.models = models
    self.onEnd = onEnd
    id = RequestReader.requestID(of: exchange.head, number)
    span = context.figures.tracer?.beginTrace(
      "POST \(path)",
      .server,
      in: TraceContext(exchange.head.fields.text("traceparent"))
    )
    answer = TurnAnswer(exchange, id: id, isAnthropic: format == .messages)
    reader = RequestReader(format, exchange.head, context.key)
    self.number = number
    machine = Self.machine(context, number)
    exchange.onBody = { [unowned self] in read($0) }
    exchange.onComplete = { [unowned self] in begin() }
    exchange.onAbandon = { [unowned self] in leave() }
    exchange.onWritable = { [unowned self] in answering?.resume() }
  }

  private static func machine(
    _ context: Context,
    _ number: UInt64,
    retryTime: Duration? = nil
  ) -> TurnMachine {
    TurnMachine(
      settings: .init(
        retryTime: retryTime ?? context.retryTime,
        timeScale: context.clock.rate
      ),
      seed: number
    )
  }

  private func read(_ bytes: Span<UInt8>) {
    context.figures.bytesRead += bytes.count
    reader?.take(bytes)
  }

  private func begin() {
    guard let reader else { return }
    self.reader = nil
    do throws(APIError) {
      let read = try reader.finish(id: id, client, models(), context)
      (body, request, link) = (reader.body, read.turn, read.link)
      if models()[read.turn.model] == nil {
        // A fleet that begins takes any name for that of a model whose nodes are still to come: the
        // client is to hear soon that there is none yet.
        machine = Self.machine(context, number, retryTime: Self.unknownModelTime)
      }
      let outline = read.outline
      if outline.streams { answer.expectStream(every: context.keepAlive, on: context.loop) }
      // Only these two formats have such an option.
      addsUsage = outline.streams && !outline.wantsUsage && path.hasSuffix("completions")
    } catch {
      return refuse(error)
    }
    step(.began)
  }

  // MARK: The turn

  private func step(_ event: TurnMachine.Event) {
    machine.step(event, at: context.clock.now, into: &actions)
    for action in actions.take() {
      guard !isOver else { return }
      switch action {
      case .route(let excluding, let pause, let token): route(excluding, token, after: pause)
      case .generate(let place): generate(at: place)
      case .startAgain, .show, .copy: break
      case .end(let outcome): end(outcome)
      }
    }
  }

  private func route(_ excluding: [String], _ token: UInt64, after pause: Duration) {
    // What the client has of an answer can't be taken back.
    guard !answer.hasContent else { return cutOff(failure) }
    if !excluding.isEmpty { context.figures.retries += 1 }
    guard pause > .zero else { return route(excluding, token) }
    timer = try? LoopTimer(loop: context.loop, clock: context.clock) { [unowned self] in
      route(excluding, token)
    }
    timer?.arm(after: pause)
  }

  private func route(_ excluding: [String], _ token: UInt64) {
    guard let request else { return }
    var options = CallOptions()
    options.timeout = .seconds(120)
    options.waitsForReady = true
    options.metadata = Metadata().within(span)
    let call = context.control.stream(HearthV1.Router.route, options: options)
    routing = call
    var answer: HearthV1.RouteResponse?
    call.onMessage = { answer = $0 }
    call.onClose = { [unowned self] status in
      routing = nil
      if let answer, status.code == .ok {
        step(.routed(answer))
      } else {
        step(.routeFailed(code: Int(status.code.rawValue), message: status.message))
      }
    }
    let brought = exchange.head.fields.text(APIError.retryTokenField).flatMap { UInt64($0) } ?? 0
    var question = request.route(excluding: excluding, retryToken: token != 0 ? token : brought)
    question.makesCopies = false
    call.send(question)
    call.end()
  }

  private func generate(at place: HearthV1.Placement) {
    guard let request else { return }
    (self.place, head) = (place, nil)
    answer.startAgain()
    errorBody.removeAll()
    let isNear = place.region == context.region || context.region.isEmpty
    let address = isNear ? place.nodeAddress : place.regionAddress
    guard let channel = context.channels.channel(to: address) else {
      return step(.streamEnded(code: 14, message: "\(address) can't be called"))
    }
    let call = channel.stream(
      HearthV1.Inference.generate,
      options: CallOptions(metadata: Metadata().within(span))
    )
    answering = call
    call.onMessage = { [unowned self] in received($0) }
    call.onClose = { [unowned self] status in
      retryAfterMs = answering?.trailers.retryAfterMs
      if !status.message.isEmpty { failure = status.message }
      answering = nil
      step(.streamEnded(code: Int(status.code.rawValue), message: status.message))
    }
    var turn = request.generate(at: place)
    turn.http = HearthV1.HTTPTurn(
      path: path,
      body: body,
      requestId: id,
      traceParent: span?.context.text ?? exchange.head.fields.text("traceparent") ?? "",
      addsUsage: addsUsage,
      transcript: link
    )
    call.send(turn)
    call.end()
  }

  private func received(_ response: HearthV1.GenerateResponse) {
    step(.received(response))
    guard !isOver else { return }
    switch response.event {
    case .head(let head):
      self.head = head
      check(head)
    case .body(let body): pass(body.bytes)
    case .finished(let usage): self.usage = usage
    case .started, .tokens, nil: break
    }
  }

  /// Refuses an answer of another kind than the client can read.
  private func check(_ head: HearthV1.HTTPHead) {
    let streams = head.contentType.hasPrefix("text/event-stream")
    guard head.status < 400, streams != answer.streams else { return }
    let words =
      streams ? "streams what was to come whole" : "does not stream what was to be streamed"
    refuse(APIError(502, "engine_failed", "\(place?.replica ?? "the engine") \(words)"))
  }

  private func pass(_ bytes: [UInt8]) {
    guard let head, !bytes.isEmpty else { return }
    guard head.status < 400 else {
      errorBody += bytes.prefix(Self.errorBytesMax - errorBody.count)
      return
    }
    if answer.contentBegan == nil {
      context.figures.answered(exchange, model: request?.model ?? "")
    }
    context.figures.bytesWritten += bytes.count
    answer.pass(bytes, head, place)
    if answer.hasContent, !body.isEmpty {
      // A slow answer need not hold what only another try would need.
      (body, link) = ([], nil)
      request?.blockHashes = []
    }
    if !exchange.isWritable { answering?.pause() }
  }

  // MARK: The end

  private func end(_ outcome: TurnMachine.Outcome) {
    switch outcome {
    case .completed:
      if let head, head.status >= 400 { return refuse(engineError(head)) }
      guard let head else { return refuse(APIError(code: 13, message: "the engine said nothing")) }
      answer.finish(head, place, usage)
      finish(exchange.status ?? 0)
    case .refused(let refusal):
      let isUnknown =
        refusal.reason == .noneReady
        && models().isUnknownBesideOthers(request?.model ?? "")
      refuse(
        isUnknown
          ? APIError(
            404,
            "model_not_found",
            "no replica serves the model, though others are served"
          )
          : APIError(refusal, timeScale: context.clock.rate, engineSays: retryAfterMs)
      )
    case .failed(let code, let message):
      guard !answer.hasContent else { return cutOff(message) }
      refuse(APIError(code: code, message: message, engineSays: retryAfterMs))
    }
  }

  /// What an engine says is wrong, whatever the shape in which it does.
  private func engineError(_ head: HearthV1.HTTPHead) -> APIError {
    var reader = ErrorReader()
    let body = errorBody
    let found = reader.message(in: body.span)
    let message = found ?? "the engine gives no reason"
    return APIError(Int(head.status), "engine_\(head.status)", message)
  }

  private func refuse(_ error: APIError) {
    guard !isOver else { return }
    answer.refuse(error)
    finish(error.status, error.message)
  }

  /// Ends an answer of which the client has a part already.
  private func cutOff(_ why: String) {
    guard !isOver else { return }
    let error = APIError(502, "engine_lost", "the answer is not complete: \(why)")
    answer.cutOff(error)
    isCutOff = true
    finish(error.status, error.message)
  }

  /// The client is gone, or the rest of its request can't be taken: what runs for it ends.
  private func leave() {
    finish(exchange.fault?.status ?? 499, exchange.fault?.reason ?? "the client left")
  }

  private func endSpan() {
    guard let span else { return }
    let status = exchange.status ?? 499
    span.note("http.request.method", .text("POST"))
    span.note("url.path", .text(path))
    span.note("http.response.status_code", .number(status))
    span.note("hearth.request.id", .text(id))
    span.note("gen_ai.request.model", .text(request?.model ?? ""))
    span.note("hearth.replica", .text(place?.replica ?? ""))
    span.end(fault: status < 500 && !isCutOff ? nil : "the answer is an error, or not complete")
  }

  private func finish(_ status: Int, _ why: String? = nil) {
    guard !isOver else { return }
    isOver = true
    log(status, why)
    endSpan()
    if let routing {
      (routing.onMessage, routing.onClose) = (nil, nil)
      routing.cancel()
    }
    if let answering {
      (answering.onMessage, answering.onClose) = (nil, nil)
      answering.cancel()
    }
    timer = nil
    onEnd(self)
  }

  /// One line for each request: what came of it, and where its time went.
  private func log(_ status: Int, _ why: String?) {
    guard context.logger.logLevel <= .info else { return }
    var metadata = exchange.metadata(id, status: status, client, why)
    if let request {
      metadata["model"] = .string(request.model)
      // Counted by the engine, else estimated.
      let tokens = usage.promptTokens > 0 ? Int(usage.promptTokens) : request.promptTokens
      metadata["prompt_tokens"] = .string(String(tokens))
    }
    if let place {
      metadata["replica"] = "\(place.replica)"
      let waited = Duration.nanoseconds(place.waitedNs) / context.clock.rate
      metadata["waited"] = .string(waited.text)
    }
    if usage.outputTokens > 0 {
      metadata["cached_tokens"] = .string(String(usage.cachedTokens))
      metadata["output_tokens"] = .string(String(usage.outputTokens))
    }
    if let first = answer.contentBegan {
      metadata["first_byte"] = .string(exchange.began.duration(to: first).text)
    }
    context.logger.info("request", metadata: metadata)
  }
}
