import Basics
import Engines
import EventLoop
import FleetSpec
import HTTP
import HearthMessages
import Logging
import Testing
import Wire

/// A server that answers like an engine, and the node's side of it, on one loop that the test
/// itself turns.
final class MockEngine {
  let loop: Loop
  let address: String
  private(set) var server: HTTPServer?
  private(set) var engine: AttachedEngine?

  /// What is answered to questions that are no turns.
  var health = (status: 200, body: "")
  var models = MockEngine.list("tiny")
  var metrics = (status: 404, body: "")
  var sources = (status: 404, body: "")
  /// What is answered to turns, once their body is there.
  var serve: (HTTPExchange, String) -> Void = { exchange, _ in exchange.fail() }

  /// The requests that came: method, target and body.
  private(set) var asked: [String] = []
  /// Turns that are being answered.
  private(set) var open: [HTTPExchange] = []
  /// What the engine said, in order.
  private(set) var states: [EngineState] = []
  private(set) var load = ReplicaLoad()
  private(set) var clears = 0
  private(set) var held: Set<UInt64> = []
  private(set) var notes: [String] = []
  private(set) var changed: ReplicaSpec?
  private(set) var adapters: (names: [String], loaded: [String]) = ([], [])
  private(set) var answers: [UInt64: [HearthV1.GenerateResponse]] = [:]
  private(set) var failures: [UInt64: EngineFailure] = [:]
  private(set) var ended: Set<UInt64> = []

  static func list(_ names: String..., owner: String = "vllm", adapters: [String] = []) -> String {
    let models = names.map { #"{"id":"\#($0)","owned_by":"\#(owner)","parent":null}"# }
    let others = adapters.map { #"{"id":"\#($0)","owned_by":"\#(owner)","parent":"tiny"}"# }
    return #"{"object":"list","data":[\#((models + others).joined(separator: ","))]}"#
  }

  static let replica: ReplicaSpec = {
    guard let gpu = GPUModel.named("h100-sxm"), let model = ModelArchitecture.named("llama-3.1-8b"),
      let id = ReplicaID("n/0"), let node = NodeID("n"), let region = RegionID("eu"),
      let name = ModelID("tiny")
    else { preconditionFailure("these are known") }
    return ReplicaSpec(
      id: id,
      node: node,
      region: region,
      model: name,
      roofline: Roofline(gpu: gpu, gpuCount: 1, model: model),
      blockCount: 1_000,
      runningMax: 4,
      waitingMax: 4,
      publishesEvents: false
    )
  }()

  init(
    on loop: Loop? = nil,
    _ change: (inout AttachedEngine.Settings) -> Void = { _ in }
  ) throws {
    let loop = try loop ?? Loop()
    self.loop = loop
    let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = try HTTPServer(loop: loop, settings: .init(), logger: silent)
    address = try server.listen(on: "127.0.0.1:0")
    self.server = server
    var settings = AttachedEngine.Settings(address: address, model: "tiny")
    change(&settings)
    let engine = try AttachedEngine(Self.replica, settings, loop: loop)
    self.engine = engine
    engine.onEvents = { [unowned self] in hear($0) }
    server.onRequest = { [unowned self] in take($0) }
  }

  deinit {
    open = []
    engine?.onEvents = nil
  }

  /// The server is gone: nobody answers there any longer.
  func end() {
    for exchange in open { exchange.fail() }
    open = []
    server = nil
  }

  /// A server is there again.
  func restart() throws {
    let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = try HTTPServer(loop: loop, settings: .init(), logger: silent)
    _ = try server.listen(on: address)
    self.server = server
    server.onRequest = { [unowned self] in take($0) }
  }

  func begin() throws {
    engine?.start()
    try turn("it is ready", until: { states.last == .ready })
  }

  /// Turns the loop until `condition` holds, which it must within 20 s.
  func turn(
    _ words: Comment,
    until condition: () -> Bool,
    at place: SourceLocation = #_sourceLocation
  ) throws {
    let came = loop.run(until: condition, within: .seconds(20))
    try #require(came, words, sourceLocation: place)
  }

  private func take(_ exchange: HTTPExchange) {
    var body: [UInt8] = []
    exchange.onBody = { body += $0.withUnsafeBufferPointer { Array($0) } }
    exchange.onComplete = { [unowned self, unowned exchange] in
      let text = String(decoding: body, as: UTF8.self)
      asked.append("\(exchange.head.method) \(exchange.head.target) \(text)")
      switch String(exchange.head.target) {
      case "/health": answer(exchange, health.status, health.body)
      case "/v1/models": answer(exchange, 200, models)
      case "/metrics": answer(exchange, metrics.status, metrics.body)
      case "/kv_event_sources": answer(exchange, sources.status, sources.body)
      default:
        open.append(exchange)
        serve(exchange, text)
      }
    }
  }

  func answer(
    _ exchange: HTTPExchange,
    _ status: Int,
    _ body: String,
    _ fields: HTTPFields = HTTPFields()
  ) {
    var fields = fields
    fields.append("content-type", "application/json")
    exchange.respond(status, fields, body: Array(body.utf8))
  }

  /// Begins a streamed answer.
  func stream(_ exchange: HTTPExchange, _ events: String...) {
    if exchange.status == nil {
      var fields = HTTPFields()
      fields.append("content-type", "text/event-stream")
      exchange.begin(200, fields)
    }
    for event in events { exchange.write(Array("data: \(event)\n\n".utf8).span) }
  }

  private func hear(_ event: EngineEvents) {
    switch event {
    case .answered(let id, let response): answers[id, default: []].append(response)
    case .ended(let id): ended.insert(id)
    case .failed(let id, let why): failures[id] = why
    case .cacheCleared:
      clears += 1
      held = []
    case .cacheChanged(let removed, let stored): held = held.subtracting(removed).union(stored)
    case .noted(let words): notes.append(words)
    case .loadChanged(let load): self.load = load
    case .stateChanged(let state): states.append(state)
    case .adaptersChanged(let names, let loaded): adapters = (names, loaded)
    case .replicaChanged(let replica): changed = replica
    case .wrote, .extended: break
    }
  }

  func submit(
    _ id: UInt64,
    path: String = "/v1/chat/completions",
    body: String = #"{"model":"tiny","messages":[]}"#,
    promptTokens: UInt32 = 100,
    adapter: String = "",
    addsUsage: Bool = false
  ) throws(EngineRejection) {
    var request = HearthV1.GenerateRequest()
    (request.model, request.promptTokens) = ("tiny", promptTokens)
    request.adapter = adapter
    request.http = .init(path: path, body: Array(body.utf8), addsUsage: addsUsage)
    try engine?.submit(EngineTurn(id: id, request: request))
  }

  /// The bytes of a turn's answer.
  func text(_ id: UInt64) -> String {
    (answers[id] ?? []).reduce("") { text, response in
      guard case .body(let body) = response.event else { return text }
      return text + String(decoding: body.bytes, as: UTF8.self)
    }
  }

  func status(_ id: UInt64) -> UInt32? {
    for response in answers[id] ?? [] {
      if case .head(let head) = response.event { return head.status }
    }
    return nil
  }
}
