import Basics
import Telemetry
import Transcripts

@testable import Wire

/// Requests, responses, prompts and events: however they are cut, they are read alike.
func fuzzHTTP(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  let size = 1 + Int(reader.byte() % 64)
  let text = reader.rest()
  switch choice % 5 {
  case 0: precondition(requests(text, size) == requests(text, max(1, text.count)))
  case 1: precondition(responses(text, size) == responses(text, max(1, text.count)))
  case 2: precondition(prompt(text, size) == prompt(text, max(1, text.count)))
  case 3:
    precondition(events(text, size) == text, "bytes of a stream are lost")
    var body = AnswerReader(formats[size % 4], key: SipHash(key: (1, 2)), tail: [])
    for piece in pieces(text, size) { body.take(body: piece.span) }
    _ = body.finishTranscript()
    var (errors, others) = (ErrorReader(), ErrorReader())
    _ = (errors.message(in: text.span), others.message(inEvent: text.span))
  default:
    let context = TraceContext(String(decoding: text, as: UTF8.self))
    precondition(context == TraceContext(context?.text), "a trace context is lost")
  }
}

private func pieces(_ text: [UInt8], _ size: Int) -> [[UInt8]] {
  stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min(text.count, $0 + size)]) }
}

private let formats = [PromptFormat.chatCompletions, .completions, .responses, .messages]
private let limits = HTTP1Limits(headBytesMax: 1_024, bodyBytesMax: 512)

private func requests(_ text: [UInt8], _ size: Int) -> [String] {
  var reader = HTTP1RequestReader(limits: limits)
  return read(text, size) { (bytes, offset) throws(HTTPFault) in
    try reader.next(bytes, from: &offset)
  } words: {
    "\($0.method) \($0.target) \($0.fields.count)"
  } end: {
    ""
  }
}

private func responses(_ text: [UInt8], _ size: Int) -> [String] {
  var reader = HTTP1ResponseReader(limits: limits)
  return read(text, size) { (bytes, offset) throws(HTTPFault) in
    try reader.next(bytes, from: &offset)
  } words: {
    "\($0.status) \($0.fields.count)"
  } end: { () throws(HTTPFault) in
    "\(try reader.end())"
  }
}

/// What was read, as words.
private func read<Head>(
  _ text: [UInt8],
  _ size: Int,
  next: (Span<UInt8>, inout Int) throws(HTTPFault) -> HTTP1Event<Head>?,
  words: (Head) -> String,
  end: () throws(HTTPFault) -> String
) -> [String] {
  var (found, body) = ([String](), [UInt8]())
  do throws(HTTPFault) {
    for piece in pieces(text, size) {
      var offset = 0
      while let event = try next(piece.span, &offset) {
        switch event {
        case .head(let head): found.append(words(head))
        case .body(let range): body += piece[range]
        case .end:
          found.append("\(body)")
          body = []
        }
      }
    }
    found.append(try end())
  } catch {
    found.append("\(error.status)")
  }
  return found
}

private func prompt(_ text: [UInt8], _ size: Int) -> PromptOutline? {
  var scanner = PromptScanner(formats[text.count % 4], key: SipHash(key: (1, 2)))
  do throws(JSONFault) {
    for piece in pieces(text, size) { try scanner.take(piece.span) }
    return try scanner.finish()
  } catch {
    return nil
  }
}

private func events(_ text: [UInt8], _ size: Int) -> [UInt8] {
  var splitter = EventSplitter(eventBytesMax: 256)
  var reader = AnswerReader(formats[size % 4], key: SipHash(key: (1, 2)), tail: [])
  var found: [[UInt8]] = []
  for piece in pieces(text, size) { splitter.take(piece.span) { found.append([UInt8]($0)) } }
  splitter.finish { found.append([UInt8]($0)) }
  for event in found { _ = reader.take(event: event.span) }
  _ = reader.finishTranscript()
  return found.flatMap { $0 }
}
