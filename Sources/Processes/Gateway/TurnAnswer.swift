import Basics
import EventLoop
import HTTP
import HearthMessages
import Wire

/// How the answer of a turn goes to its client: as its engine gives it, or an error in the shape of
/// the client's API.
///
/// A client that waits for a streamed answer is sent comments, which are the beginning of an answer
/// with the status 200: an error after that is an event of the stream. While the engine is quiet in
/// the middle of one they go on, since a client that has left shows no other way.
final class TurnAnswer {
  let exchange: HTTPExchange
  /// What the request is called.
  let id: String
  /// Whether the client wants to be told how its turn was placed.
  let explains: Bool
  private let isAnthropic: Bool
  /// Whether the client wants the answer as it is made.
  private(set) var streams = false
  /// Whether the client has a part of the engine's answer, which can't be taken back.
  var hasContent: Bool { contentBegan != nil && held == nil }
  /// When the engine's answer began.
  private(set) var contentBegan: Instant?
  private var timer: LoopTimer?
  /// Whether nothing went to the client since the timer was armed.
  private var isQuiet = true
  /// An answer that is kept until its figures are known, so that its head can tell them.
  private var held: (status: Int, contentType: String, body: [UInt8])?

  private static let clock = LoopClock()
  private static let heldBytesMax = 4 << 20

  init(_ exchange: HTTPExchange, id: String, isAnthropic: Bool) {
    (self.exchange, self.id, self.isAnthropic) = (exchange, id, isAnthropic)
    explains = exchange.head.fields.count(of: "x-hearth-explain") > 0
  }

  /// The client wants the answer as it is made: it is told to wait on every `interval` in which
  /// nothing else is, unless that is zero.
  func expectStream(every interval: Duration, on loop: Loop) {
    streams = true
    guard interval > .zero else { return }
    timer = try? LoopTimer(loop: loop, clock: Self.clock) { [unowned self] in
      if exchange.status == nil { exchange.begin(200, fields("text/event-stream", nil)) }
      if isQuiet, exchange.isWritable { exchange.write(Array(": keep-alive\n\n".utf8).span) }
      isQuiet = true
      timer?.arm(after: interval)
    }
    timer?.arm(after: interval)
  }

  /// The turn is run elsewhere: what is kept of its answer is none.
  func startAgain() { if !hasContent { (held, contentBegan) = (nil, nil) } }

  /// Passes on a part of the engine's answer.
  func pass(_ bytes: [UInt8], _ head: HearthV1.HTTPHead, _ place: HearthV1.Placement?) {
    begin(head)
    isQuiet = false
    guard var held else {
      if exchange.status == nil {
        exchange.begin(Int(head.status), fields(head.contentType, place))
      }
      return exchange.write(bytes.span)
    }
    self.held = nil
    held.body += bytes
    guard held.body.count > Self.heldBytesMax else { return self.held = held }
    exchange.begin(held.status, fields(held.contentType, place))
    exchange.write(held.body.span)
  }

  private func begin(_ head: HearthV1.HTTPHead) {
    guard contentBegan == nil else { return }
    contentBegan = Self.clock.now
    if !head.contentType.hasPrefix("text/event-stream") { timer = nil }
    if explains, !streams { held = (Int(head.status), head.contentType, []) }
  }

  /// The engine's answer is complete.
  func finish(
    _ head: HearthV1.HTTPHead,
    _ place: HearthV1.Placement?,
    _ usage: HearthV1.Finished
  ) {
    begin(head)
    timer = nil
    if let held {
      var fields = fields(held.contentType, place)
      fields.append("x-hearth-cached-tokens", "\(usage.cachedTokens)")
      exchange.begin(held.status, fields, length: held.body.count)
      exchange.write(held.body.span)
    } else if exchange.status == nil {
      exchange.begin(Int(head.status), fields(head.contentType, place))
    }
    if explains, streams, let place {
      let words =
        ": hearth decision=\(id) replica=\(place.replica) region=\(place.region) "
        + "cached_tokens_predicted=\(place.cachedTokens) cached_tokens=\(usage.cachedTokens)\n\n"
      exchange.write(Array(words.utf8).span)
    }
    exchange.finish()
  }

  /// There is no answer: says why, with the status of the error unless one was sent.
  func refuse(_ error: APIError) {
    timer = nil
    guard exchange.status == nil else {
      write(error)
      return exchange.finish()
    }
    var fields = error.fields
    fields.append("x-request-id", id)
    exchange.respond(error.status, fields, body: error.body(isAnthropic: isAnthropic))
  }

  /// Ends an answer of which the client has a part already.
  func cutOff(_ error: APIError) {
    timer = nil
    if streams { write(error) }
    exchange.fail()
  }

  private func write(_ error: APIError) {
    let event = isAnthropic ? "event: error\n" : ""
    let data = String(decoding: error.body(isAnthropic: isAnthropic), as: UTF8.self)
    exchange.write(Array("\(event)data: \(data)\n\n".utf8).span)
  }

  private func fields(_ contentType: String, _ place: HearthV1.Placement?) -> HTTPFields {
    var fields = HTTPFields()
    fields.append("content-type", contentType)
    fields.append("x-request-id", id)
    if streams { fields.append("cache-control", "no-cache") }
    if explains { fields.append("x-hearth-decision", id) }
    if let place, explains {
      fields.append("x-hearth-replica", place.replica)
      fields.append("x-hearth-region", place.region)
      fields.append("x-hearth-cached-tokens-predicted", "\(place.cachedTokens)")
    }
    return fields
  }
}
