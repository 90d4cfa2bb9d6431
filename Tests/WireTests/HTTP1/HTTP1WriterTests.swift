import Basics
import Testing

@testable import Wire

struct HTTP1WriterTests {
  private func text(_ write: (inout Bytes) -> Void) -> String {
    var bytes = Bytes()
    write(&bytes)
    return String(decoding: bytes.array(), as: UTF8.self)
  }

  @Test func `responses are written`() {
    var fields = HTTPFields()
    fields.append("content-type", "text/plain")
    let plain = text {
      HTTP1Writer.response(status: 200, fields: fields, body: .length(12), closes: false, into: &$0)
    }
    #expect(plain == "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 12\r\n\r\n")
    let chunked = text {
      HTTP1Writer.response(
        status: 503,
        fields: HTTPFields(),
        body: .chunked,
        closes: true,
        into: &$0
      )
      HTTP1Writer.chunk(Array("0123456789abcdef0".utf8).span, into: &$0)
      HTTP1Writer.chunk([UInt8]().span, into: &$0)
      HTTP1Writer.lastChunk(into: &$0)
    }
    #expect(
      chunked == """
        HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r
        11\r\n0123456789abcdef0\r\n0\r\n\r\n
        """
    )
  }

  @Test func `requests are written`() {
    var fields = HTTPFields()
    fields.append("host", "x")
    let request = text {
      HTTP1Writer.request("POST", target: "/v1", fields: fields, body: .length(0), into: &$0)
    }
    #expect(request == "POST /v1 HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
  }

  @Test func `a value cannot end its field`() {
    var fields = HTTPFields()
    fields.append("x-a", "b\r\nc: d\0")
    #expect(fields.text("x-a") == "b??c: d?")
  }
}
