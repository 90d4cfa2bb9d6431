import Basics

/// Spans as a collector takes them: OTLP 1 in JSON.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
public struct SpanBatch {
  private let service: String
  private let spans: [TraceSpan.Record]

  /// Takes up to 512 of the spans that wait at a tracer.
  public init(from tracer: Tracer) { (service, spans) = (tracer.service, tracer.take(512)) }

  /// How many spans are in it.
  public var count: Int { spans.count }

  /// The body of a request to `/v1/traces`.
  public var json: String {
    let resource = Self.list([
      ("service.name", .text(service)), ("service.version", .text(HearthVersion.text)),
    ])
    let spans = spans.map(Self.json).joined(separator: ",")
    return #"{"resourceSpans":[{"resource":{"attributes":\#(resource)},"scopeSpans":["#
      + #"{"scope":{"name":"hearth"},"spans":[\#(spans)]}]}]}"#
  }

  private static func json(_ span: TraceSpan.Record) -> String {
    var text = #"{"traceId":"\#(span.context.traceText)","spanId":"\#(span.context.spanText)""#
    if let parent = span.parent {
      let context = TraceContext(trace: span.context.trace, span: parent, isSampled: true)
      text += #","parentSpanId":"\#(context.spanText)""#
    }
    text += #","flags":1,"name":\#(span.name.quoted(limit: 256)),"kind":\#(span.kind.rawValue)"#
    text += #","startTimeUnixNano":"\#(nanoseconds(span.start))""#
    text += #","endTimeUnixNano":"\#(nanoseconds(span.end))","attributes":\#(list(span.details))"#
    if let fault = span.fault {
      text += #","status":{"code":2,"message":\#(fault.quoted(limit: 1_024))}"#
    }
    return text + "}"
  }

  private static func nanoseconds(_ time: WallTime) -> Int {
    time.seconds * 1_000_000_000 + time.nanoseconds
  }

  private static func list(_ details: [(key: String, value: TraceSpan.Value)]) -> String {
    let items = details.map { key, value in
      let text =
        switch value {
        case .text(let text): #""stringValue":\#(text.quoted(limit: 1_024))"#
        case .number(let number): #""intValue":"\#(number)""#
        case .figure(let figure): #""doubleValue":\#(figure.isFinite ? figure : 0)"#
        }
      return #"{"key":\#(key.quoted()),"value":{\#(text)}}"#
    }
    return "[" + items.joined(separator: ",") + "]"
  }
}
