import Basics
public import EventLoop
public import FleetSpec
import HTTP
import HearthMessages
import Transcripts
import Wire

/// A server with an OpenAI-compatible API, such as vLLM, SGLang or llama.cpp, that runs beside the
/// node and is asked over HTTP.
///
/// Turns pass unread but for what is needed of the answer: its first token, its usage, its end. The
/// engine says nothing of its batch, so its load is that of the turns that it has. Paths of the API
/// that no turn has are never asked.
public final class AttachedEngine: Engine {
  /// What the engine is, as it is announced to the fleet.
  public let replica: ReplicaSpec
  /// Where events go.
  public var onEvents: ((EngineEvents) -> Void)?

  private struct Turn {
    let call: HTTPCall
    let answer: Answer
    let promptTokens: Int
    var tokens = 0
  }

  private let client: HTTPClient
  private let host: String
  private var turns: [UInt64: Turn] = [:]

  /// What a turn may ask of an engine: the rest of its API is for whoever runs it.
  private static let paths: Set<String> = [
    "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1/embeddings",
  ]

  /// Makes the engine behind `host:port`.
  public init(
    _ replica: ReplicaSpec,
    at address: String,
    loop: Loop
  ) throws(UVError) {
    self.replica = replica
    host = address
    client = try HTTPClient(to: address, loop: loop)
  }

  /// Sends a turn to the engine.
  public func submit(_ turn: EngineTurn) throws(EngineRejection) {
    guard let http = turn.request.http else {
      throw EngineRejection(
        isFull: false,
        message: "\(replica.id) is a real engine, which takes requests of its API: ask a gateway"
      )
    }
    guard Self.paths.contains(http.path) else {
      let path = http.path.prefix(100)
      throw EngineRejection(isFull: false, message: "\(replica.id) is not asked for \(path)")
    }
    guard turns.count < replica.runningMax + replica.waitingMax else {
      throw EngineRejection(
        isFull: true,
        message: "\(replica.id) has \(turns.count) turns, as many as it may"
      )
    }
    var fields = HTTPFields()
    fields.append("host", host)
    fields.append("content-type", "application/json")
    if !http.requestId.isEmpty { fields.append("x-request-id", http.requestId) }
    if !http.traceParent.isEmpty { fields.append("traceparent", http.traceParent) }
    let body = http.addsUsage ? Self.addingUsage(to: http.body) : http.body
    let call = client.send("POST", http.path, fields, body: body)
    let id = turn.id
    call.onHead = { [unowned self] in began(id, $0) }
    call.onBody = { [unowned self] in received($0, of: id) }
    call.onEnd = { [unowned self] in ended(id, $0) }
    turns[id] = Turn(
      call: call,
      answer: Answer(hidesUsage: http.addsUsage),
      promptTokens: Int(turn.request.promptTokens)
    )
    tellLoad()
  }

  /// Takes a turn back: the engine sees its connection end.
  public func cancel(_ id: UInt64) {
    guard let turn = turns.removeValue(forKey: id) else { return }
    turn.call.cancel()
    onEvents?(.ended(turn: id))
    tellLoad()
  }

  /// Reads no more of an answer, so that the engine has to wait.
  public func pause(_ id: UInt64) { turns[id]?.call.pause() }

  /// Reads on.
  public func resume(_ id: UInt64) { turns[id]?.call.resume() }

  /// Engines have no common way to be told.
  public func resetCache() {}

  /// The body of a request that asks for the usage at the end of its answer.
  private static func addingUsage(to body: [UInt8]) -> [UInt8] {
    guard let brace = body.firstIndex(of: UInt8(ascii: "{")) else { return body }
    return Array(#"{"stream_options":{"include_usage":true},"#.utf8) + body[(brace + 1)...]
  }

  private func began(_ id: UInt64, _ head: HTTPResponseHead) {
    // What says that it is full or starts has not taken the turn.
    if head.status == 429 || head.status == 503 {
      let why = "\(replica.id) answers \(head.status): it is full, or not ready"
      turns[id]?.call.cancel()
      return fail(id, EngineRejection(isFull: head.status == 429, message: why))
    }
    let type = head.fields.text("content-type") ?? "application/json"
    turns[id]?.answer.begin(streams: type.hasPrefix("text/event-stream"))
    let message = HearthV1.HTTPHead(status: UInt32(head.status), contentType: type)
    onEvents?(.answered(turn: id, .init(event: .head(message))))
  }

  private func received(_ bytes: Span<UInt8>, of id: UInt64) {
    guard let piece = turns[id]?.answer.take(bytes) else { return }
    turns[id]?.tokens += piece.tokens
    send(piece, of: id)
  }

  private func send(_ piece: Answer.Piece, of id: UInt64) {
    guard !piece.bytes.isEmpty || piece.tokens > 0 else { return }
    let body = HearthV1.HTTPBody(bytes: piece.bytes, tokens: UInt32(piece.tokens))
    onEvents?(.answered(turn: id, .init(event: .body(body))))
  }

  private func ended(_ id: UInt64, _ fault: HTTPFault?) {
    if let fault {
      let why = "\(replica.id) broke off: \(fault.reason)"
      return fail(id, EngineRejection(isFull: false, message: why))
    }
    guard let turn = turns.removeValue(forKey: id) else { return }
    send(turn.answer.finish(), of: id)
    let usage = turn.answer.usage
    onEvents?(
      .answered(
        turn: id,
        .init(
          event: .finished(
            .init(
              reason: turn.answer.endedByLength ? .length : .stop,
              promptTokens: UInt32(clamping: usage.promptTokens ?? turn.promptTokens),
              cachedTokens: UInt32(clamping: usage.cachedTokens ?? 0),
              outputTokens: UInt32(clamping: usage.outputTokens ?? turn.tokens)
            )
          )
        )
      )
    )
    onEvents?(.ended(turn: id))
    tellLoad()
  }

  private func fail(_ id: UInt64, _ why: EngineRejection) {
    guard turns.removeValue(forKey: id) != nil else { return }
    onEvents?(.failed(turn: id, why))
    tellLoad()
  }

  private func tellLoad() {
    var load = ReplicaLoad()
    for turn in turns.values {
      let tokens = turn.promptTokens + turn.tokens
      load.blocksUsed += (tokens + replica.blockTokens - 1) / replica.blockTokens
      load.running += 1
      if turn.tokens > 0 {
        load.decoding += 1
        load.contextTokens += tokens
      } else {
        load.prefillTokensQueued += turn.promptTokens
      }
    }
    load.waiting = max(0, load.running - replica.runningMax)
    load.running -= load.waiting
    onEvents?(.loadChanged(load))
  }
}

extension AttachedEngine {
  /// Reads an answer as it passes, and takes out what nobody asked for.
  final class Answer {
    /// What is handed on.
    struct Piece {
      var bytes: [UInt8] = []
      var tokens = 0
    }

    private let hidesUsage: Bool
    private var streams = false
    private var splitter = EventSplitter()
    private var reader = AnswerReader()

    init(hidesUsage: Bool) { self.hidesUsage = hidesUsage }

    var usage: AnswerUsage { reader.usage }
    var endedByLength: Bool {
      ["length", "max_tokens", "incomplete"].contains(reader.finishReason)
    }

    func begin(streams: Bool) { self.streams = streams }

    func take(_ bytes: Span<UInt8>) -> Piece {
      guard streams else {
        let had = reader.hasContent
        reader.take(body: bytes)
        return Piece(bytes: [UInt8](bytes), tokens: !had && reader.hasContent ? 1 : 0)
      }
      var piece = Piece()
      splitter.take(bytes) { take(event: $0, into: &piece) }
      return piece
    }

    /// What is left of an answer that ended.
    func finish() -> Piece {
      var piece = Piece()
      if streams { splitter.finish { take(event: $0, into: &piece) } }
      return piece
    }

    private func take(event: Span<UInt8>, into piece: inout Piece) {
      let read = reader.take(event: event)
      if read.hasContent { piece.tokens += 1 }
      guard !read.isUsageOnly || !hidesUsage else { return }
      piece.bytes.append(copying: event)
    }
  }
}
