import Basics
import Transcripts

@testable import Wire

/// Requests, responses, prompts and events: however they are cut, they are read alike.
func fuzzHTTP(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  let size = 1 + Int(reader.byte() % 64)
  let text = reader.rest()
  switch choice % 4 {
  case 0: precondition(requests(text, size) == requests(text, max(1, text.count)))
  case 1: precondition(responses(text, size) == responses(text, max(1, text.count)))
  case 2: precondition(prompt(text, size) == prompt(text, max(1, text.count)))
  default: precondition(events(text, size) == text, "bytes of a stream are lost")
  }
}

private func pieces(_ text: [UInt8], _ size: Int) -> [[UInt8]] {
  stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min(text.count, $0 + size)]) }
}

/// What was read, as words.
private func requests(_ text: [UInt8], _ size: Int) -> [String] {
  var reader = HTTP1RequestReader(limits: HTTP1Limits(headBytesMax: 1_024, bodyBytesMax: 512))
  var (found, body) = ([String](), [UInt8]())
  do throws(HTTPFault) {
    for piece in pieces(text, size) {
      var offset = 0
      while let event = try reader.next(piece.span, from: &offset) {
        switch event {
        case .head(let head): found.append("\(head.method) \(head.target) \(head.fields.count)")
        case .body(let range): body += piece[range]
        case .end:
          found.append("\(body)")
          body = []
        }
      }
    }
  } catch {
    found.append("\(error.status)")
  }
  return found
}

private func responses(_ text: [UInt8], _ size: Int) -> [String] {
  var reader = HTTP1ResponseReader(limits: HTTP1Limits(headBytesMax: 1_024, bodyBytesMax: 512))
  var (found, body) = ([String](), [UInt8]())
  do throws(HTTPFault) {
    for piece in pieces(text, size) {
      var offset = 0
      while let event = try reader.next(piece.span, from: &offset) {
        switch event {
        case .head(let head): found.append("\(head.status) \(head.fields.count)")
        case .body(let range): body += piece[range]
        case .end:
          found.append("\(body)")
          body = []
        }
      }
    }
    found.append("\(try reader.end())")
  } catch {
    found.append("\(error.status)")
  }
  return found
}

private func prompt(_ text: [UInt8], _ size: Int) -> PromptOutline? {
  var scanner = PromptScanner(.chatCompletions, key: SipHash(key: (1, 2)))
  do throws(JSONFault) {
    for piece in pieces(text, size) { try scanner.take(piece.span) }
    return try scanner.finish()
  } catch {
    return nil
  }
}

private func events(_ text: [UInt8], _ size: Int) -> [UInt8] {
  var splitter = EventSplitter(eventBytesMax: 256)
  var reader = AnswerReader()
  var found: [[UInt8]] = []
  func keep(_ event: Span<UInt8>) {
    var copy: [UInt8] = []
    for index in event.indices { copy.append(event[index]) }
    found.append(copy)
  }
  for piece in pieces(text, size) { splitter.take(piece.span, keep) }
  splitter.finish(keep)
  for event in found { _ = reader.take(event: event.span) }
  return found.flatMap { $0 }
}
