import Basics
public import Daemon
import EventLoop
import HTTP
import HearthMessages
import HearthProto
import Logging
public import RPC
public import Settings
public import Telemetry
import Transcripts
import Wire

/// A gateway: what serves clients over HTTP, and asks the fleet for them.
public final class GatewayServer: AttachingService {
  /// Called with whether the control plane answers, each time that it is asked.
  public var onHealth: ((_ isServing: Bool) -> Void)?

  private let server: HTTPServer
  private let context: GatewayTurn.Context
  private var turns: [ObjectIdentifier: GatewayTurn] = [:]
  /// Numbers for turns: none is secret, and the system's own random ones cost a system call.
  private var numbers = PRNG(seed: .random(in: 0 ... .max))
  private let logger: Logger
  private var keys: ClientKeys
  private var models = ServedModels()
  private var timer: LoopTimer?
  private var listing: ClientStream<HearthV1.ListReplicasRequest, HearthV1.ListReplicasResponse>?

  /// How often it is asked which models are served, and how often until there is one.
  private static let (listInterval, firstInterval) = (
    Duration.seconds(2), Duration.milliseconds(100)
  )

  /// Makes a gateway that listens at once.
  public init(_ settings: GatewaySettings, _ daemon: DaemonContext) throws {
    var http = HTTPServer.Settings()
    http.limits.bodyBytesMax = settings.bodyBytesMax
    if let certificate = settings.httpsCertificate, let key = settings.httpsKey {
      var tls = TLSSettings(
        certificateChainPath: certificate,
        privateKeyPath: key,
        protocols: [.http2, .http1]
      )
      tls.oldestVersion = .tls12
      http.tls = tls
    }
    logger = daemon.logger
    keys = try ClientKeys(path: settings.apiKeys)
    server = try HTTPServer(loop: daemon.loop, settings: http, logger: daemon.logger)
    context = GatewayTurn.Context(
      loop: daemon.loop,
      clock: daemon.fleetClock,
      control: try daemon.channel(to: settings.control),
      channels: ChannelTable(loop: daemon.loop, settings: daemon.channelSettings),
      key: PromptKey(settings.promptKey.map { UInt64($0) }),
      region: settings.region?.text ?? "",
      outputTokensMax: settings.outputTokensMax,
      keepAlive: settings.keepAlive,
      retryTime: settings.retryTime,
      logger: daemon.logger
    )
    server.describe = { fault in
      let error = APIError(fault.status, "invalid_http", fault.reason)
      return (error.fields, error.body(isAnthropic: fault.path.hasPrefix("/v1/messages")))
    }
    server.onRefusal = { [unowned self] in refused($0, $1) }
    server.onRequest = { [unowned self] in begin($0) }
    server.onEnd = { [figures = context.figures] in figures.ended($0, isKnown: Self.isKnown) }
    let bound = try server.listen(on: settings.http.description)
    daemon.logger.notice(
      "serving HTTP",
      metadata: ["address": "\(bound)", "tls": "\(http.tls != nil)", "keys": "\(keys.areAsked)"]
    )
    warn(settings)
    timer = try LoopTimer(loop: daemon.loop, clock: LoopClock()) { [unowned self] in list() }
    list()
  }

  /// Says what others than those who should could do.
  private func warn(_ settings: GatewaySettings) {
    guard !settings.http.isLoopback else { return }
    let address: Logger.Metadata = ["address": "\(settings.http)"]
    if !keys.areAsked {
      logger.warning(
        "no API keys on an address that others may reach: anybody may use the fleet",
        metadata: address
      )
    }
    if settings.httpsCertificate == nil {
      logger.warning(
        "no TLS on an address that others may reach: they can read prompts and keys",
        metadata: address
      )
    }
  }

  /// Reads certificates and keys again.
  public func reread() throws -> [String] {
    (try server.rereadCertificates() ? ["certificates for clients"] : [])
      + (try keys.reread() ? ["API keys"] : [])
  }

  /// Nothing is served over gRPC but health.
  public func register(on server: Server) {}

  /// Has what it counts read when somebody wants it, and turns traced.
  public func observe(_ metrics: MetricsRegistry, _ tracer: Tracer?) {
    context.figures.tracer = tracer
    metrics.add(GatewayFigures.metrics) { [unowned self] in
      .init(figures: context.figures, server: server, turns: turns.count)
    }
  }

  /// Lets answers finish.
  public func stop(within limit: Duration, done: @escaping () -> Void) {
    server.shutDown(within: limit, done: done)
  }

  /// Asks which models are served.
  private func list() {
    var options = CallOptions()
    options.timeout = .seconds(10)
    let call = context.control.stream(HearthV1.Admin.listReplicas, options: options)
    listing = call
    // The channel's end ends the call, which may be when this object is gone.
    call.onMessage = { [weak self] in self?.models.update($0.replicas) }
    call.onClose = { [weak self] status in
      guard let self else { return }
      listing = nil
      onHealth?(status.code == .ok)
      timer?.arm(after: models.names.isEmpty ? Self.firstInterval : Self.listInterval)
    }
    call.send(.init())
    call.end()
  }

  private func begin(_ exchange: HTTPExchange) {
    let path = String(exchange.head.path)
    if path == "/health", [.get, .head].contains(exchange.head.method) {
      let isUp = context.control.isReady
      let words = isUp ? "ok" : "no control plane"
      return respond(exchange, isUp ? 200 : 503, #"{"status":"\#(words)"}"#)
    }
    var client: GatewayClient?
    do throws(APIError) {
      let known = try keys.client(exchange.head.fields)
      client = known
      let isList = path == "/v1/models"
      if isList || path.hasPrefix(Self.modelPath) {
        guard [.get, .head].contains(exchange.head.method) else {
          throw APIError(path, takes: "GET, HEAD")
        }
      }
      if isList {
        respond(exchange, 200, models.list)
        return log(exchange, 200, client)
      }
      if path.hasPrefix(Self.modelPath) {
        // Names may have slashes, which some clients escape, and more.
        let name = PercentEncoding.decode(Array(path.utf8.dropFirst(Self.modelPath.count)).span)
        guard models[name] != nil else {
          let why = "no replica serves \(name.quoted(limit: 100))"
          throw APIError(404, "model_not_found", why)
        }
        respond(exchange, 200, models.description(of: name))
        return log(exchange, 200, client)
      }
      try begin(exchange, path, known)
    } catch {
      fail(exchange, error, client, isAnthropic: path.hasPrefix("/v1/messages"))
    }
  }

  private func begin(
    _ exchange: HTTPExchange,
    _ path: String,
    _ client: GatewayClient
  ) throws(APIError) {
    guard let format = PromptFormat(path: path) else {
      throw APIError(404, "not_found", "there is nothing at \(path.prefix(100))")
    }
    guard exchange.head.method == .post else {
      throw APIError(path, takes: "POST")
    }
    try exchange.head.checkBody()
    let turn = GatewayTurn(
      exchange,
      number: numbers.next(),
      path: path,
      format: format,
      client: client,
      context: context,
      models: { [unowned self] in models },
      onEnd: { [unowned self] in turns[ObjectIdentifier($0.exchange)] = nil }
    )
    turns[ObjectIdentifier(exchange)] = turn
  }

  private static func isKnown(_ path: String) -> Bool {
    PromptFormat(path: path) != nil || ["/health", "/v1/models"].contains(path)
  }

  private static let modelPath = "/v1/models/"

  private func respond(_ exchange: HTTPExchange, _ status: Int, _ body: String) {
    var fields = HTTPFields()
    fields.append("content-type", "application/json")
    exchange.respond(status, fields, body: Array(body.utf8))
  }

  private func fail(
    _ exchange: HTTPExchange,
    _ error: APIError,
    _ client: GatewayClient?,
    isAnthropic: Bool
  ) {
    // The rest of the request is read first, so that the connection can go on.
    exchange.onComplete = { [unowned self, unowned exchange] in
      // The response is its end, and nothing else may hold it.
      let exchange = exchange
      exchange.respond(error.status, error.fields, body: error.body(isAnthropic: isAnthropic))
      log(exchange, error.status, client, error.message)
    }
  }

  private func log(
    _ exchange: HTTPExchange,
    _ status: Int,
    _ client: GatewayClient?,
    _ why: String? = nil
  ) {
    logger.info("request", metadata: exchange.metadata(nil, status: status, client, why))
  }

  /// A request can't be taken; that of a turn is logged with it.
  private func refused(_ fault: HTTPFault, _ exchange: HTTPExchange?) {
    guard let exchange else {
      let status = "\(fault.status)"
      return logger.info("request", metadata: ["status": "\(status)", "why": "\(fault.reason)"])
    }
    guard turns[ObjectIdentifier(exchange)] == nil else { return }
    log(exchange, fault.status, nil, fault.reason)
  }
}

extension HTTPRequestHead {
  /// Says what is wrong with what is said of the body.
  fileprivate func checkBody() throws(APIError) {
    guard hasBody || fields.count(of: "content-length") > 0 else {
      throw APIError(411, "no_body", "there is no body: send JSON, and its length")
    }
    let coding = fields.text("content-encoding") ?? "identity"
    guard coding.lowercased() == "identity" else {
      throw APIError(415, "content_encoding", "send the body as it is, not as \(coding.prefix(50))")
    }
    let type = fields.text("content-type") ?? ""
    guard !type.lowercased().hasPrefix("multipart/") else {
      throw APIError(415, "content_type", "send JSON, not \(type.prefix(50))")
    }
  }
}
