import Testing

@testable import Telemetry

@Suite(.timeLimit(.minutes(5)))
struct TracingTests {
  private let parent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"

  @Test func `a trace context reads back what it writes`() throws {
    let context = try #require(TraceContext(parent))
    #expect(context.text == parent && context.isSampled && context.span == 0xf0_67aa_0ba9_02b7)
    let other = try #require(TraceContext(parent.dropLast() + "2"))
    #expect(!other.isSampled && other.text.hasSuffix("-00"))
    #expect(TraceContext("cc" + parent.dropFirst(2) + "-more")?.text == parent)
  }

  @Test(
    arguments: [
      nil, "", "-", "---", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7",
      "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-more",
      "ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
      "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0af7651916cd43dd8448eb211c80319-00f067aa0ba902b7-01",
      "00-+af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
      "0g-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
      "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-0x",
      "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"
        + String(repeating: "-a", count: 99),
    ] as [String?]
  )
  func `what is no trace context is none`(_ text: String?) {
    #expect(TraceContext(text) == nil)
  }

  @Test func `spans are of the trace that asks for them, and of none that does not`() throws {
    let tracer = Tracer(of: "test", share: 1)
    #expect(tracer.begin("a", .server, in: nil) == nil)
    #expect(tracer.begin("a", .server, in: TraceContext(parent.dropLast() + "0")) == nil)
    #expect(tracer.beginTrace("a", .server, in: TraceContext(parent.dropLast() + "0")) == nil)
    let context = try #require(TraceContext(parent))
    let span = try #require(tracer.beginTrace("a", .server, in: context))
    #expect(span.context.trace == context.trace && span.context.span != context.span)
    let first = try #require(tracer.beginTrace("b", .server, in: nil))
    #expect(first.context.trace != context.trace && first.context.isSampled)
    #expect(Tracer(of: "test", share: 0).beginTrace("b", .server, in: nil) == nil)
    span.end()
    span.end(fault: "only the first counts")
    first.end(fault: "it \"broke\"")
    let records = tracer.take(8)
    #expect(records.map(\.parent) == [context.span, nil])
    #expect(records.map(\.fault) == [nil, "it \"broke\""])
  }

  @Test func `a batch is what OTLP names`() throws {
    let tracer = Tracer(of: "hearth-node", share: 1)
    let context = try #require(TraceContext(parent))
    let span = try #require(tracer.begin("say \"hi\"", .client, in: context))
    span.note("a", .text("é\n"))
    span.note("b", .text(""))
    span.note("c", .number(-3))
    span.note("d", .figure(0.5))
    span.end(fault: "no")
    let json = SpanBatch(from: tracer).json
    let id = String(span.context.text.split(separator: "-")[2])
    #expect(json.contains(#"{"key":"service.name","value":{"stringValue":"hearth-node"}}"#))
    #expect(
      json.contains(
        #"{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"\#(id)","#
          + #""parentSpanId":"00f067aa0ba902b7","flags":1,"name":"say \"hi\"","kind":3,"#
      )
    )
    #expect(
      json.contains(
        #""attributes":[{"key":"a","value":{"stringValue":"é\n"}},"#
          + #"{"key":"c","value":{"intValue":"-3"}},{"key":"d","value":{"doubleValue":0.5}}],"#
          + #""status":{"code":2,"message":"no"}}"#
      )
    )
    #expect(SpanBatch(from: tracer).count == 0)
  }

  @Test func `spans that nobody takes are dropped and counted`() {
    let tracer = Tracer(of: "test", share: 1)
    var calls = 0
    tracer.onWaiting = { calls += 1 }
    for _ in 0..<(Tracer.waitingMax + 3) { tracer.beginTrace("a", .server, in: nil)?.end() }
    #expect(tracer.dropped == 3 && tracer.waitingCount == Tracer.waitingMax && calls == 1)
    #expect(SpanBatch(from: tracer).count == 512)
  }
}
