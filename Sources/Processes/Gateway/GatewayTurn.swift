import Basics
import Client
import EventLoop
import HTTP
import HearthMessages
import HearthProto
import KVIndex
import Logging
import RPC
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
    let key: SipHash
    let region: String
    let outputTokensMax: Int
    let logger: Logger
  }

  private let context: Context
  private let exchange: HTTPExchange
  private let path: String
  private let isAnthropic: Bool
  private let id: String
  private let blockTokens: (String) -> Int?
  private var scanner: PromptScanner
  private var fault: JSONFault?
  private var body: [UInt8] = []
  private var request: TurnRequest?
  private var streams = false
  private var addsUsage = false
  private var machine: TurnMachine
  private var actions = Actions<TurnMachine.Action>()
  private var routing: ClientStream<HearthV1.RouteRequest, HearthV1.RouteResponse>?
  private var answering: ClientStream<HearthV1.GenerateRequest, HearthV1.GenerateResponse>?
  private var timer: LoopTimer?
  private var place: HearthV1.Placement?
  private var head: HearthV1.HTTPHead?
  private var errorBody: [UInt8] = []
  private var isOver = false
  private let onEnd: (GatewayTurn) -> Void

  private static let errorBytesMax = 64 << 10

  init(
    _ exchange: HTTPExchange,
    number: UInt64,
    path: String,
    format: PromptFormat,
    context: Context,
    blockTokens: @escaping (String) -> Int?,
    onEnd: @escaping (GatewayTurn) -> Void
  ) {
    self.exchange = exchange
    self.path = path
    self.context = context
    self.blockTokens = blockTokens
    self.onEnd = onEnd
    isAnthropic = format == .messages
    id = Self.requestID(of: exchange, number)
    scanner = PromptScanner(format, key: context.key)
    machine = TurnMachine(
      settings: .init(timeScale: context.clock.rate),
      seed: number
    )
    exchange.onBody = { [unowned self] in read($0) }
    exchange.onComplete = { [unowned self] in begin() }
    exchange.onAbandon = { [unowned self] in leave() }
    exchange.onWritable = { [unowned self] in answering?.resume() }
  }

  /// The name of the request: the client's where that can be one, else one of our own.
  private static func requestID(of exchange: HTTPExchange, _ number: UInt64) -> String {
    let marks: Set<Character> = [".", "_", "/", ":", "-"]
    if let given = exchange.head.fields.text("x-request-id"), (1...128).contains(given.count),
      given.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || marks.contains($0)) })
    {
      return given
    }
    return "req_" + String(number, radix: 16)
  }

  private func read(_ bytes: Span<UInt8>) {
    body.append(copying: bytes)
    guard fault == nil else { return }
    do throws(JSONFault) {
      try scanner.take(bytes)
    } catch {
      fault = error
    }
  }

  private func begin() {
    do throws(APIError) {
      let outline = try outline()
      request = try turn(of: outline)
      streams = outline.streams
      // Only these two formats have such an option.
      addsUsage = streams && !outline.wantsUsage && path.hasSuffix("completions")
    } catch {
      return refuse(error)
    }
    step(.began)
  }

  private func outline() throws(APIError) -> PromptOutline {
    do throws(JSONFault) {
      if let fault { throw fault }
      return try scanner.finish()
    } catch {
      throw APIError(400, "invalid_json", "the body, at byte \(error.offset): \(error.reason)")
    }
  }

  /// The turn that a request asks for, unless that can't be meant.
  private func turn(of outline: PromptOutline) throws(APIError) -> TurnRequest {
    guard let model = outline.model, !model.isEmpty else {
      throw APIError(400, "missing_model", "name a model: \"model\" is missing or no text")
    }
    guard let count = outline.messageCount, count > 0 else {
      throw APIError(400, "missing_prompt", "there is no prompt, or it is empty")
    }
    if let max = outline.outputTokensMax, max < 1 {
      throw APIError(400, "invalid_max_tokens", "the most tokens of an answer must be 1 or more")
    }
    // Whether it is served is for the control plane to say.
    let blockTokens = blockTokens(model) ?? 16
    var chain = TranscriptChain(key: context.key, model: model, blockTokens: blockTokens)
    for chunk in outline.chunks { chain.append(chunk) }
    var turn = TurnRequest(
      id: id,
      model: model,
      tenant: "",
      origin: context.region,
      promptTokens: chain.tokensEstimate,
      blockHashes: chain.blockHashes,
      blockTokens: blockTokens,
      outputTokensMax: outline.outputTokensMax ?? context.outputTokensMax
    )
    turn.isEstimated = true
    turn.session = outline.cacheKey ?? outline.user ?? ""
    return turn
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
    guard exchange.status == nil else { return cutOff("the engine is lost") }
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
    errorBody.removeAll()
    let isNear = place.region == context.region || context.region.isEmpty
    let address = isNear ? place.nodeAddress : place.regionAddress
    guard let channel = context.channels.channel(to: address) else {
      return step(.streamEnded(code: 14, message: "\(address) can't be called"))
    }
    let call = channel.stream(HearthV1.Inference.generate)
    answering = call
    call.onMessage = { [unowned self] in received($0) }
    call.onClose = { [unowned self] status in
      answering = nil
      step(.streamEnded(code: Int(status.code.rawValue), message: status.message))
    }
    var turn = request.generate(at: place)
    turn.http = HearthV1.HTTPTurn(
      path: path,
      body: body,
      requestId: id,
      traceParent: exchange.head.fields.text("traceparent") ?? "",
      addsUsage: addsUsage
    )
    call.send(turn)
    call.end()
  }

  private func received(_ response: HearthV1.GenerateResponse) {
    step(.received(response))
    guard !isOver else { return }
    switch response.event {
    case .head(let head): self.head = head
    case .body(let body): pass(body.bytes)
    case .started, .tokens, .finished, nil: break
    }
  }

  private func pass(_ bytes: [UInt8]) {
    guard let head, !bytes.isEmpty else { return }
    guard head.status < 400 else {
      errorBody += bytes.prefix(Self.errorBytesMax - errorBody.count)
      return
    }
    if exchange.status == nil { exchange.begin(Int(head.status), fields(head.contentType)) }
    exchange.write(bytes.span)
    if !exchange.isWritable { answering?.pause() }
  }

  private func fields(_ contentType: String) -> HTTPFields {
    var fields = HTTPFields()
    fields.append("content-type", contentType)
    fields.append("x-request-id", id)
    if streams { fields.append("cache-control", "no-cache") }
    if let place, exchange.head.fields.count(of: "x-hearth-explain") > 0 {
      fields.append("x-hearth-replica", place.replica)
      fields.append("x-hearth-region", place.region)
      fields.append("x-hearth-cached-tokens-predicted", "\(place.cachedTokens)")
    }
    return fields
  }

  // MARK: The end

  private func end(_ outcome: TurnMachine.Outcome) {
    switch outcome {
    case .completed:
      if let head, head.status >= 400 { return refuse(engineError(head)) }
      guard let head else { return refuse(APIError(code: 13, message: "the engine said nothing")) }
      if exchange.status == nil { exchange.begin(Int(head.status), fields(head.contentType)) }
      exchange.finish()
      finish()
    case .refused(let refusal): refuse(APIError(refusal, timeScale: context.clock.rate))
    case .failed(let code, let message):
      guard exchange.status == nil else { return cutOff(message) }
      refuse(APIError(code: code, message: message))
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
    var fields = error.fields
    fields.append("x-request-id", id)
    exchange.respond(error.status, fields, body: error.body(isAnthropic: isAnthropic))
    finish()
  }

  /// Ends an answer of which the client has a part already.
  private func cutOff(_ why: String) {
    guard !isOver else { return }
    if streams {
      let error = APIError(502, "engine_lost", "the answer is not complete: \(why)")
      let event = isAnthropic ? "event: error\n" : ""
      let data = String(decoding: error.body(isAnthropic: isAnthropic), as: UTF8.self)
      exchange.write(Array("\(event)data: \(data)\n\n".utf8).span)
    }
    exchange.fail()
    finish()
  }

  /// The client is gone: what runs for it ends.
  private func leave() {
    context.logger.debug("client left", metadata: ["request": "\(id)", "status": "499"])
    finish()
  }

  private func finish() {
    guard !isOver else { return }
    isOver = true
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
}
