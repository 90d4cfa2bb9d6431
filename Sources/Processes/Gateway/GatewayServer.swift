import Basics
public import Daemon
import EventLoop
import HTTP
import HearthMessages
import HearthProto
import Logging
public import RPC
public import Settings
import Transcripts
import Wire

/// A gateway: what serves clients over HTTP, and asks the fleet for them.
public final class GatewayServer: DaemonService {
  private let server: HTTPServer
  private let context: GatewayTurn.Context
  private var turns: [ObjectIdentifier: GatewayTurn] = [:]
  /// Numbers for turns: none is secret, and the system's own random ones cost a system call.
  private var numbers = PRNG(seed: .random(in: 0 ... .max))
  /// Tokens in a block of the replicas of each model that is served.
  private var models: [String: Int] = [:]
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
    server = try HTTPServer(loop: daemon.loop, settings: http, logger: daemon.logger)
    context = GatewayTurn.Context(
      loop: daemon.loop,
      clock: daemon.fleetClock,
      control: try daemon.channel(to: settings.control),
      channels: ChannelTable(loop: daemon.loop, settings: daemon.channelSettings),
      key: Self.key(settings),
      region: settings.region?.text ?? "",
      outputTokensMax: settings.outputTokensMax,
      logger: daemon.logger
    )
    server.describe = { fault in
      let error = APIError(fault.status, "invalid_http", fault.reason)
      return (error.fields, error.body(isAnthropic: false))
    }
    server.onRequest = { [unowned self] in begin($0) }
    let bound = try server.listen(on: settings.http.description)
    daemon.logger.notice("serving HTTP", metadata: ["address": "\(bound)"])
    timer = try LoopTimer(loop: daemon.loop, clock: LoopClock()) { [unowned self] in list() }
    list()
  }

  /// What prompts are told apart by: drawn at random unless gateways are to agree.
  private static func key(_ settings: GatewaySettings) -> SipHash {
    let word = settings.promptKey.map { UInt64($0) } ?? .random(in: 0 ... .max)
    return SipHash(key: (word, ~word))
  }

  /// Nothing is served over gRPC but health.
  public func register(on server: Server) {}

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
    call.onMessage = { [unowned self] in
      models = [:]
      for status in $0.replicas {
        guard let replica = status.replica, let name = replica.model?.name else { continue }
        models[name] = models[name] ?? Int(replica.blockTokens)
      }
    }
    call.onClose = { [unowned self] _ in
      listing = nil
      timer?.arm(after: models.isEmpty ? Self.firstInterval : Self.listInterval)
    }
    call.send(.init())
    call.end()
  }

  private func begin(_ exchange: HTTPExchange) {
    let path = String(exchange.head.path)
    let method = exchange.head.method
    switch (method, path) {
    case (.get, "/health"), (.head, "/health"):
      let isUp = context.control.isReady
      respond(exchange, isUp ? 200 : 503, #"{"status":"\#(isUp ? "ok" : "no control plane")"}"#)
    case (.get, "/v1/models"): respond(exchange, 200, modelList)
    default:
      guard let format = Self.formats[path] else {
        return fail(exchange, APIError(404, "not_found", "there is nothing at \(path.prefix(100))"))
      }
      guard method == .post else {
        return fail(exchange, APIError(405, "method_not_allowed", "\(path) takes POST"))
      }
      let turn = GatewayTurn(
        exchange,
        number: numbers.next(),
        path: path,
        format: format,
        context: context,
        blockTokens: { [unowned self] in models[$0] },
        onEnd: { [unowned self] in turns[ObjectIdentifier($0)] = nil }
      )
      turns[ObjectIdentifier(turn)] = turn
    }
  }

  private static let formats: [String: PromptFormat] = [
    "/v1/chat/completions": .chatCompletions, "/v1/completions": .completions,
    "/v1/responses": .responses, "/v1/messages": .messages, "/v1/embeddings": .embeddings,
  ]

  private var modelList: String {
    let list = models.keys.sorted().map {
      #"{"id":\#($0.quoted()),"object":"model","created":0,"owned_by":"hearth"}"#
    }
    return #"{"object":"list","data":[\#(list.joined(separator: ","))]}"#
  }

  private func respond(_ exchange: HTTPExchange, _ status: Int, _ body: String) {
    var fields = HTTPFields()
    fields.append("content-type", "application/json")
    exchange.respond(status, fields, body: Array(body.utf8))
  }

  private func fail(_ exchange: HTTPExchange, _ error: APIError) {
    // The rest of the request is read first, so that the connection can go on.
    exchange.onComplete = { [unowned exchange] in
      exchange.respond(error.status, error.fields, body: error.body(isAnthropic: false))
    }
  }
}
