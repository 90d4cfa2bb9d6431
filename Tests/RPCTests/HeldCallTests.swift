import Basics
import EventLoop
import HearthMessages
import HearthProto
import Testing
import Wire

@testable import RPC

/// Unary calls whose answers are held back.
@Suite(.timeLimit(.minutes(5)))
struct HeldCallTests {
  /// A server that holds the calls whose text begins with "hold".
  private final class Holder {
    var held: [String: HeldCall<Kinds>] = [:]
    var cancelled: [String: GRPCStatus] = [:]

    func serve(on server: Server) {
      server.handleHolding(Echo.unary) { [unowned self] request, _ throws(GRPCStatus) in
        let text = request.string
        if text == "no" { throw GRPCStatus(.notFound, "no such thing") }
        guard text.hasPrefix("hold") else { return .now(request) }
        return .held { [unowned self] call in
          held[text] = call
          call.onCancel = { [unowned self] in cancelled[text] = $0 }
        }
      }
    }
  }

  @Test func `what is held is answered later, what is not at once`() throws {
    let holder = Holder()
    let one = try OneLoop { holder.serve(on: $0) }
    let channel = try one.channel()
    let outcomes = ["hold 1", "hold 2"].map { one.echo($0, on: channel) }
    try one.turn("both are held", until: { holder.held.count == 2 })
    try one.expectEcho("others go on", on: channel)
    let refused = one.echo("no", on: channel)
    try one.turn("an error comes at once", until: { refused.result != nil })
    #expect(refused.status?.code == .notFound)
    #expect(outcomes.allSatisfy { $0.result == nil })

    holder.held["hold 2"]?.answer(Kinds(string: "second"))
    try one.turn("the second is answered", until: { outcomes[1].result != nil })
    #expect(outcomes[1].text == "second" && outcomes[0].result == nil)
    holder.held["hold 1"]?.finish(GRPCStatus(.unavailable, "not today"))
    try one.turn("the first ended", until: { outcomes[0].result != nil })
    #expect(outcomes[0].status == GRPCStatus(.unavailable, "not today"))

    // After its end a call takes nothing more.
    for call in holder.held.values { call.answer(Kinds(string: "again")) }
    try one.expectEcho("still up", on: channel)
    #expect(holder.cancelled.isEmpty)
    #expect(one.server?.callCount == 0)
  }

  @Test func `a client that goes away, or whose deadline passes, is noticed once`() throws {
    let holder = Holder()
    let one = try OneLoop { holder.serve(on: $0) }
    let (channel, other) = (try one.channel(), try one.channel())
    var options = CallOptions()
    options.timeout = .milliseconds(50)
    let late = one.echo("hold late", on: channel, options: options)
    _ = one.echo("hold gone", on: other)
    try one.turn("both are held", until: { holder.held.count == 2 })
    try one.turn("the deadline passed", until: { holder.cancelled["hold late"] != nil })
    try one.turn("the client heard", until: { late.result != nil })
    #expect(late.status?.code == .deadlineExceeded)
    other.close()
    try one.turn("the client is gone", until: { holder.cancelled["hold gone"] != nil })
    for call in holder.held.values { call.answer(Kinds(string: "too late")) }
    try one.expectEcho("still up", on: channel)
  }

  @Test func `a server that ends cuts off what it holds`() throws {
    let holder = Holder()
    let one = try OneLoop { holder.serve(on: $0) }
    let channel = try one.channel()
    let outcome = one.echo("hold", on: channel)
    try one.turn("it is held", until: { !holder.held.isEmpty })
    var isDown = false
    one.server?.shutDown(within: .milliseconds(50)) { isDown = true }
    try one.turn("the call ended", until: { isDown && outcome.result != nil })
    #expect(outcome.status?.code == .unavailable)
    #expect(holder.cancelled.count == 1)
  }
}
