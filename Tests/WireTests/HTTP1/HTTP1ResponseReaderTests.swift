import Basics
import Testing

@testable import Wire

/// What a reader made of the bytes of a connection that then ended.
private func read(_ text: String, size: Int, headOnly: Bool = false) -> [String] {
  let bytes = Array(text.utf8)
  var reader = HTTP1ResponseReader()
  reader.expect(headOnly: headOnly)
  var (result, body) = ([String](), "")
  do throws(HTTPFault) {
    var start = 0
    while start < bytes.count {
      let piece = bytes.span.extracting(start..<min(bytes.count, start + size))
      var offset = 0
      while let event = try reader.next(piece, from: &offset) {
        switch event {
        case .head(let head): result.append("\(head.status)\(head.keepsAlive ? "" : " closes")")
        case .body(let range):
          body += String(
            decoding: bytes[(start + range.lowerBound)..<(start + range.upperBound)],
            as: UTF8.self
          )
        case .end:
          result.append(body)
          body = ""
        }
      }
      start += size
    }
    if try reader.end() { result.append(body) }
  } catch {
    result.append("fault")
  }
  return result
}

struct HTTP1ResponseReaderTests {
  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", ["200", "{}"]),
    ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", ["200", "{}"]),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", ["200", "{}"]),
    ("HTTP/1.1 200 OK\r\n\r\n{}", ["200 closes", "{}"]),
    ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", ["200 closes", "{}"]),
    (
      "HTTP/1.1 429 Too Many\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", ["429 closes", ""]
    ),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", ["200", "{}"]),
    ("HTTP/1.1 204 No Content\r\n\r\n", ["204", ""]),
    ("HTTP/1.1 101 Switching\r\n\r\n", ["fault"]),
    ("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", ["fault"]),
    ("HTTP/1.1 2x0 OK\r\n\r\n", ["fault"]),
    ("HTTP/1.1 600 OK\r\n\r\n", ["fault"]),
    ("HTTP/2 200 OK\r\n\r\n", ["fault"]),
    ("\r\nHTTP/1.1 200 OK\r\n\r\n", ["fault"]),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", ["fault"]),
    ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", ["200", "fault"]),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", ["200", "fault"]),
    ("HTTP/1.1 200 O", ["fault"]),
    ("", []),
  ]) func `responses are read as strictly as requests`(text: String, expected: [String]) {
    for size in [1, 3, 1000] { #expect(read(text, size: size) == expected, "in pieces of \(size)") }
  }

  @Test func `the answer to HEAD has no body`() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"
    #expect(read(text, size: 5, headOnly: true) == ["200", ""])
  }
}
