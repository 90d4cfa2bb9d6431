import Daemon
import HearthMessages
import Telemetry
import Wire

/// What a trace shows of one question where a turn goes.
final class RouteSpan {
  private let span: TraceSpan
  private let tracer: Tracer
  private var wait: TraceSpan?

  init?(of request: HearthV1.RouteRequest, in metadata: Metadata, by tracer: Tracer) {
    guard let span = tracer.begin("route", .server, in: metadata.trace) else { return nil }
    (self.span, self.tracer) = (span, tracer)
    span.note("hearth.request.id", .text(request.requestId))
    span.note("gen_ai.request.model", .text(request.model))
    span.note("hearth.prompt_tokens", .number(Int(request.promptTokens)))
  }

  /// The turn waits for headroom.
  func waits() { wait = tracer.begin("queue", .inside, in: span.context) }

  /// The turn has its answer.
  func end(with response: HearthV1.RouteResponse) {
    wait?.end()
    span.note("hearth.policy", .text(response.policy))
    switch response.verdict {
    case .placed(let place):
      span.note("hearth.replica", .text(place.replica))
      span.note("hearth.region", .text(place.region))
      span.note("hearth.cached_tokens_predicted", .number(Int(place.cachedTokens)))
      span.end()
    case .refused(let refusal): span.end(fault: refusal.message)
    case .waits, nil: span.end()
    }
  }

  /// The turn gets none.
  func end(fault: String) {
    wait?.end(fault: fault)
    span.end(fault: fault)
  }
}
