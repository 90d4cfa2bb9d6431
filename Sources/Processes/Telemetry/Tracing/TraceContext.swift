/// Which span of which trace something belongs to, as W3C Trace Context names it.
///
/// Source: https://www.w3.org/TR/trace-context/
public struct TraceContext: Sendable, Hashable {
  /// The trace's id; not all zero.
  public let trace: UInt128
  /// The span's id; not zero.
  public let span: UInt64
  /// Whether whoever began the trace wants its spans recorded.
  public let isSampled: Bool

  init(trace: UInt128, span: UInt64, isSampled: Bool) {
    (self.trace, self.span, self.isSampled) = (trace, span, isSampled)
  }

  /// Reads a `traceparent`; nil where there is none, or it is malformed.
  public init?(_ text: String?) {
    guard let text, text.utf8.count <= 256 else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].utf8.count == 2, parts[1].utf8.count == 32,
      parts[2].utf8.count == 16, parts[3].utf8.count == 2,
      parts.prefix(4).joined().utf8.allSatisfy(Self.isDigit),
      // Later versions may have more parts; there is none of the highest number.
      parts[0] == "00" ? parts.count == 4 : parts[0] != "ff",
      let trace = UInt128(parts[1], radix: 16), trace != 0,
      let span = UInt64(parts[2], radix: 16), span != 0,
      let flags = UInt8(parts[3], radix: 16)
    else { return nil }
    self.init(trace: trace, span: span, isSampled: flags & 1 == 1)
  }

  /// The `traceparent` for whoever is asked next.
  public var text: String { "00-\(traceText)-\(spanText)-\(isSampled ? "01" : "00")" }

  var traceText: String { Self.digits(trace, 32) }
  var spanText: String { Self.digits(span, 16) }

  private static func digits(_ number: some BinaryInteger, _ count: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: count - digits.utf8.count) + digits
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
