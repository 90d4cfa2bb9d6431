/// A part of what is done for one request in one process; confined to its loop.
public final class TraceSpan {
  /// How a span stands to others, by OpenTelemetry's numbers.
  public enum Kind: Int, Sendable {
    /// Within a process.
    case inside = 1
    /// What somebody asked for.
    case server = 2
    /// What somebody else is asked for.
    case client = 3
  }

  /// A detail of a span.
  public enum Value: Sendable, Hashable {
    /// A text.
    case text(String)
    /// A whole number.
    case number(Int)
    /// Seconds, or a share.
    case figure(Double)
  }

  /// A span that ended.
  public struct Record: Sendable {
    let context: TraceContext
    let parent: UInt64?
    let name: String
    let kind: Kind
    let start: WallTime
    var end: WallTime
    var details: [(key: String, value: Value)] = []
    var fault: String?
  }

  /// What those name that are asked within the span.
  public var context: TraceContext { record.context }
  private var record: Record
  private weak var tracer: Tracer?

  init(_ name: String, _ kind: Kind, trace: UInt128, parent: UInt64?, of tracer: Tracer) {
    self.tracer = tracer
    let now = WallTime.now()
    let own = TraceContext(trace: trace, span: .random(in: 1 ... .max), isSampled: true)
    record = Record(context: own, parent: parent, name: name, kind: kind, start: now, end: now)
  }

  /// Adds a detail; an empty text adds none.
  public func note(_ key: String, _ value: Value) {
    if value != .text("") { record.details.append((key, value)) }
  }

  /// Ends the span, with what went wrong, if something did.
  ///
  /// Only the first end counts.
  public func end(fault: String? = nil) {
    record.end = WallTime.now()
    record.fault = fault
    tracer?.add(record)
    tracer = nil
  }
}
