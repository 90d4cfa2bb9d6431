public import Telemetry
public import Wire

extension Metadata {
  /// The trace that a call belongs to; nil where it names none.
  public var trace: TraceContext? { TraceContext(self["traceparent"]) }

  /// The same for what is asked within a span, where there is one.
  public func within(_ span: TraceSpan?) -> Metadata {
    guard let span else { return self }
    // Without room for it the call is not traced any further.
    return (try? replacing("traceparent", with: span.context.text)) ?? self
  }
}
