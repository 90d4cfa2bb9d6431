/// Makes the spans of a process and keeps those that ended until they are taken; confined to its
/// loop.
public final class Tracer {
  /// Most spans that wait to be taken: what ends beyond is dropped.
  static let waitingMax = 2_048

  /// The program, as its spans name the service.
  let service: String
  private let share: Double
  private var ended: [TraceSpan.Record] = []
  /// Called when a span ended and none waited before.
  public var onWaiting: (() -> Void)?
  /// Spans that were dropped because too many waited.
  public private(set) var dropped = 0

  /// Makes the tracer of a program that begins a trace for this share of what has none.
  public init(of service: String, share: Double) {
    (self.service, self.share) = (service, share)
  }

  /// Spans that wait to be taken.
  public var waitingCount: Int { ended.count }

  /// Begins a span within a trace; nil where there is none, or nobody wants it recorded.
  public func begin(_ name: String, _ kind: TraceSpan.Kind, in parent: TraceContext?) -> TraceSpan?
  {
    guard let parent, parent.isSampled else { return nil }
    return TraceSpan(name, kind, trace: parent.trace, parent: parent.span, of: self)
  }

  /// Begins a span within a trace, or the first of one where there is no trace yet.
  public func beginTrace(
    _ name: String,
    _ kind: TraceSpan.Kind,
    in parent: TraceContext?
  ) -> TraceSpan? {
    if parent != nil { return begin(name, kind, in: parent) }
    guard share > 0, Double.random(in: 0..<1) < share else { return nil }
    return TraceSpan(name, kind, trace: .random(in: 1 ... .max), parent: nil, of: self)
  }

  /// Takes out so many of the spans that wait at most, the first that ended first.
  public func take(_ count: Int) -> [TraceSpan.Record] {
    defer { ended.removeFirst(min(count, ended.count)) }
    return Array(ended.prefix(count))
  }

  func add(_ span: TraceSpan.Record) {
    guard ended.count < Self.waitingMax else { return dropped += 1 }
    ended.append(span)
    if ended.count == 1 { onWaiting?() }
  }
}
