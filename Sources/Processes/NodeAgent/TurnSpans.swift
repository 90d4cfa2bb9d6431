import Daemon
import HearthMessages
import Telemetry
import Wire

/// What a trace shows of one turn on its node: the node's part, and the engine's within it.
final class TurnSpans {
  private let node: TraceSpan
  private let engine: TraceSpan?
  private var firstToken: TraceSpan?
  private var isOver = false

  init?(of request: HearthV1.GenerateRequest, in metadata: Metadata, by tracer: Tracer) {
    guard let node = tracer.begin("generate", .server, in: metadata.trace) else { return nil }
    self.node = node
    engine = tracer.begin("engine", .client, in: node.context)
    firstToken = tracer.begin("first token", .inside, in: engine?.context)
    node.note("hearth.request.id", .text(request.requestId))
    node.note("hearth.replica", .text(request.replica))
    engine?.note("gen_ai.request.model", .text(request.model))
  }

  /// The turn as its engine gets it: with the name of the engine's span.
  func named(in request: HearthV1.GenerateRequest) -> HearthV1.GenerateRequest {
    var request = request
    if let engine { request.http?.traceParent = engine.context.text }
    return request
  }

  /// The engine answered with another piece.
  func answered(_ response: HearthV1.GenerateResponse) {
    switch response.event {
    case .tokens(let tokens) where tokens.count > 0: endWait()
    case .body(let body) where body.tokens > 0: endWait()
    default: return
    }
  }

  private func endWait() {
    firstToken?.end()
    firstToken = nil
  }

  /// The turn has ended; only the first end counts.
  func end(with outcome: HearthV1.TurnOutcome) {
    let details = [
      ("gen_ai.usage.input_tokens", outcome.promptTokens),
      ("gen_ai.usage.output_tokens", outcome.outputTokens),
      ("hearth.cached_tokens", outcome.cachedTokens),
    ]
    for (key, count) in details { engine?.note(key, .number(Int(count))) }
    end(fault: outcome.ending == .completed ? nil : "\(outcome.ending)")
  }

  /// The turn has ended, or never began.
  func end(fault: String?) {
    guard !isOver else { return }
    isOver = true
    firstToken?.end(fault: fault)
    engine?.end(fault: fault)
    node.end(fault: fault)
  }
}
