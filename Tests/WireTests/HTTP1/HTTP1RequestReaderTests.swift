import Basics
import TestSupport
import Testing

@testable import Wire

/// What a reader made of the bytes of a connection.
private struct Reading: Equatable {
  var requests: [String] = []
  var fault: Int?
  var isComplete = true

  /// Reads `bytes` in pieces, each of at most as many bytes as `sizes` says in turn.
  init(_ bytes: [UInt8], sizes: [Int], limits: HTTP1Limits = HTTP1Limits()) {
    var reader = HTTP1RequestReader(limits: limits)
    var (start, turn, text) = (0, 0, "")
    do throws(HTTPFault) {
      while start < bytes.count {
        let end = min(bytes.count, start + sizes[turn % sizes.count])
        let piece = bytes.span.extracting(start..<end)
        var offset = 0
        while let event = try reader.next(piece, from: &offset) {
          switch event {
          case .head(let head):
            text = "\(head.method) \(head.target) \(head.fields.count) "
            if !head.hasBody { requests.append(text) }
          case .body(let range):
            text += String(
              decoding: bytes[start...][start + range.lowerBound..<start + range.upperBound],
              as: UTF8.self
            )
          case .end: requests.append(text)
          }
        }
        start = end
        turn += 1
      }
      isComplete = !reader.isInside
    } catch {
      fault = error.status
      isComplete = false
    }
  }
}

private func request(
  _ lines: [String],
  first: String = "POST /v1/chat/completions HTTP/1.1",
  body: String = #"{"model":"tiny"}"#
) -> [UInt8] {
  Array(([first] + lines + ["", body]).joined(separator: "\r\n").utf8)
}

private let (host, length) = ("Host: x", "Content-Length: 16")
private let chunks = "10\r\n{\"model\":\"tiny\"}\r\n0\r\n\r\n"

struct HTTP1RequestReaderTests {
  /// Requests that are to be taken, each with what the reader makes of it.
  static let good: [(String, [UInt8], [String])] = [
    ("plain", request([host, length]), [#"post /v1/chat/completions 2 {"model":"tiny"}"#]),
    (
      "chunked", request([host, "Transfer-Encoding: chunked"], body: chunks),
      [#"post /v1/chat/completions 2 {"model":"tiny"}"#]
    ),
    (
      "chunked, in capitals", request([host, "TRANSFER-ENCODING: Chunked"], body: chunks),
      [#"post /v1/chat/completions 2 {"model":"tiny"}"#]
    ),
    (
      "chunks with extensions and a trailer",
      request(
        [host, "Transfer-Encoding: chunked"],
        body: "8;a=b\r\n{\"model\"\r\n008\r\n:\"tiny\"}\r\n0;c\r\nTrailer: x\r\n\r\n"
      ),
      [#"post /v1/chat/completions 2 {"model":"tiny"}"#]
    ),
    (
      "two that come at once", request([host, length]) + request([host, length]),
      Array(repeating: #"post /v1/chat/completions 2 {"model":"tiny"}"#, count: 2)
    ),
    (
      "an address as the target",
      request([host, length], first: "POST http://x:1/v1/chat/completions?a=b HTTP/1.1"),
      [#"post /v1/chat/completions?a=b 2 {"model":"tiny"}"#]
    ),
    (
      "an empty line before it", Array("\r\n".utf8) + request([host, length]),
      [#"post /v1/chat/completions 2 {"model":"tiny"}"#]
    ),
    ("no body", request([host], first: "GET /health HTTP/1.1", body: ""), ["get /health 1 "]),
    ("HTTP/1.0 without a host", request([], first: "GET / HTTP/1.0", body: ""), ["get / 0 "]),
    (
      "the server's options", request([host], first: "OPTIONS * HTTP/1.1", body: ""),
      ["options * 1 "]
    ),
    (
      "an empty value, one of other scripts, and blanks around",
      request([host, "X-A:", "X-B: \u{e9}", "X-C:\t a b \t", length]),
      [#"post /v1/chat/completions 5 {"model":"tiny"}"#]
    ),
    (
      "an IPv6 host", request(["Host: [::1]:8080", length]),
      [#"post /v1/chat/completions 2 {"model":"tiny"}"#]
    ),
  ]

  /// Requests that are to be refused, each with the status of the answer.
  static let bad: [(String, [UInt8], Int)] = {
    let chunked = [host, "Transfer-Encoding: chunked"]
    let lineFeeds = request([host, length]).filter { $0 != 13 }
    return [
      ("line feeds alone", lineFeeds, 400),
      ("one line feed alone", Array("GET / HTTP/1.1\nHost: x\r\n\r\n".utf8), 400),
      ("a carriage return alone", Array("GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n".utf8), 400),
      ("two lengths", request([host, length, "Content-Length: 17"]), 400),
      ("one length twice", request([host, length, length]), 400),
      ("a list of lengths", request([host, "Content-Length: 16, 16"]), 400),
      ("a length and chunks", request([length] + chunked, body: chunks), 400),
      ("chunks and a length", request(chunked + [length], body: chunks), 400),
      ("a length with a plus", request([host, "Content-Length: +16"]), 400),
      ("a negative length", request([host, "Content-Length: -1"]), 400),
      ("a hexadecimal length", request([host, "Content-Length: 0x10"]), 400),
      ("a length with a fraction", request([host, "Content-Length: 16.0"]), 400),
      ("an empty length", request([host, "Content-Length:"]), 400),
      ("a length beyond integers", request([host, "Content-Length: 99999999999999999999"]), 413),
      ("a length beyond the limit", request([host, "Content-Length: 99999999999"]), 413),
      ("two codings", request([host, "Transfer-Encoding: gzip, chunked"], body: chunks), 400),
      ("chunked twice", request(chunked + ["Transfer-Encoding: chunked"], body: chunks), 400),
      (
        "chunked and identity", request(chunked + ["Transfer-Encoding: identity"], body: chunks),
        400
      ),
      ("identity", request([host, "Transfer-Encoding: identity"]), 400),
      ("an empty coding", request([host, "Transfer-Encoding:"]), 400),
      (
        "chunked with a parameter",
        request([host, "Transfer-Encoding: chunked;q=1"], body: chunks), 400
      ),
      (
        "a coding with a vertical tab",
        request([host, "Transfer-Encoding: \u{b}chunked"], body: chunks), 400
      ),
      ("a space before the colon", request([host, "Transfer-Encoding : chunked", length]), 400),
      ("a folded field", request([host, "Transfer-Encoding:\r\n chunked"], body: chunks), 400),
      ("a first line that is folded", request([" X: a", host, length]), 400),
      ("NUL in a value", request([host, "X-A: b\0c", length]), 400),
      ("DEL in a value", request([host, "X-A: b\u{7f}c", length]), 400),
      ("a name with a space", request([host, "X A: b", length]), 400),
      ("a name in other scripts", request([host, "X-\u{e9}: b", length]), 400),
      ("no name", request([host, ": b", length]), 400),
      ("no colon", request([host, "X-A", length]), 400),
      ("no host", request([length]), 400),
      ("two hosts", request([host, "Host: x", length]), 400),
      ("an empty host", request(["Host:", length]), 400),
      ("a host with a path", request(["Host: x/y", length]), 400),
      ("a host with a user", request(["Host: a@x", length]), 400),
      ("two hosts in one field", request(["Host: x, y", length]), 400),
      ("an address with a user", request([host, length], first: "POST http://a@x/ HTTP/1.1"), 400),
      (
        "an address without a host", request([host, length], first: "POST http:///v1 HTTP/1.1"), 400
      ),
      ("chunks in HTTP/1.0", request(chunked, first: "POST / HTTP/1.0", body: chunks), 400),
      ("HTTP/2.0", request([host], first: "GET / HTTP/2.0", body: ""), 505),
      ("HTTP/0.9", Array("GET /\r\n\r\n".utf8), 400),
      ("HTTP/1.1 in small letters", request([host], first: "GET / http/1.1", body: ""), 400),
      ("two spaces", request([host], first: "GET  / HTTP/1.1", body: ""), 400),
      ("no target", request([host], first: "GET  HTTP/1.1", body: ""), 400),
      ("a tab for a space", request([host], first: "GET\t/ HTTP/1.1", body: ""), 400),
      ("a space at the end", request([host], first: "GET / HTTP/1.1 ", body: ""), 400),
      ("a space in the target", request([host], first: "GET /a b HTTP/1.1", body: ""), 400),
      ("a fragment", request([host], first: "GET /a#b HTTP/1.1", body: ""), 400),
      ("a target in other scripts", request([host], first: "GET /\u{e9} HTTP/1.1", body: ""), 400),
      ("a target that is no path", request([host], first: "GET a HTTP/1.1", body: ""), 400),
      ("a tunnel", request([host], first: "CONNECT x:443 HTTP/1.1", body: ""), 400),
      (
        "a long target",
        request([host], first: "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1", body: ""),
        414
      ),
      ("no method", request([host], first: "/ HTTP/1.1", body: ""), 400),
      ("a method with a colon", request([host], first: "GE:T / HTTP/1.1", body: ""), 400),
      ("two empty lines before", Array("\r\n\r\n".utf8) + request([host, length]), 400),
      ("another expectation", request([host, length, "Expect: 200-ok"]), 417),
      (
        "two expectations",
        request([host, length, "Expect: 100-continue", "Expect: 100-continue"]), 417
      ),
      (
        "a 64 kB field",
        request([host, "X-A: \(String(repeating: "a", count: 64 << 10))", length]), 431
      ),
      ("300 fields", request([host] + (0..<300).map { "X-\($0): a" } + [length]), 431),
      (
        "a chunk that ends in a line feed",
        request(chunked, body: "10\n{\"model\":\"tiny\"}\n0\n\n"), 400
      ),
      ("a chunk longer than its size", request(chunked, body: "1\r\n{}\r\n0\r\n\r\n"), 400),
      ("a chunk without a size", request(chunked, body: "\r\n{}\r\n0\r\n\r\n"), 400),
      ("a chunk of negative size", request(chunked, body: "-1\r\n{}\r\n0\r\n\r\n"), 400),
      ("a chunk of 0x2", request(chunked, body: "0x2\r\n{}\r\n0\r\n\r\n"), 400),
      ("a chunk's size with a space", request(chunked, body: "2 \r\n{}\r\n0\r\n\r\n"), 400),
      ("a chunk's size after a space", request(chunked, body: " 2\r\n{}\r\n0\r\n\r\n"), 400),
      ("a chunk beyond integers", request(chunked, body: "ffffffffffffffffff\r\n"), 400),
      ("a chunk beyond the limit", request(chunked, body: "fffffffffff\r\n"), 413),
      ("NUL in an extension", request(chunked, body: "2;\0\r\n{}\r\n0\r\n\r\n"), 400),
      ("a line feed in an extension", request(chunked, body: "2;a\n{}\r\n0\r\n\r\n"), 400),
      (
        "an extension without end",
        request(chunked, body: "2;" + String(repeating: "a", count: 5000)), 400
      ),
      ("a length in a trailer", request(chunked, body: "0\r\nContent-Length: 5\r\n\r\n"), 400),
      ("a trailer with a space", request(chunked, body: "0\r\nA : 5\r\n\r\n"), 400),
      ("an upgrade's preface", Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), 505),
    ]
  }()

  @Test(arguments: good) func `requests that are in order are taken`(
    name: String,
    bytes: [UInt8],
    expected: [String]
  ) {
    for sizes in [[.max], [1], [2, 3], [7]] {
      let reading = Reading(bytes, sizes: sizes.map { min($0, bytes.count) })
      #expect(reading.fault == nil, "\(name) in pieces of \(sizes)")
      #expect(reading.requests == expected, "\(name) in pieces of \(sizes)")
      #expect(reading.isComplete, "\(name) in pieces of \(sizes)")
    }
  }

  @Test(arguments: bad) func `what two readers could take in two ways is refused`(
    name: String,
    bytes: [UInt8],
    status: Int
  ) {
    for sizes in [[.max], [1], [2, 3], [7]] {
      let reading = Reading(bytes, sizes: sizes.map { min($0, bytes.count) })
      #expect(reading.fault == status, "\(name) in pieces of \(sizes)")
      #expect(reading.requests == [], "\(name) in pieces of \(sizes)")
    }
  }

  @Test func `a body of chunks is bounded as a whole`() {
    let bytes = request([host, "Transfer-Encoding: chunked"], body: "8\r\n12345678\r\n9\r\n")
    #expect(Reading(bytes, sizes: [5], limits: HTTP1Limits(bodyBytesMax: 16)).fault == 413)
    #expect(Reading(bytes, sizes: [5], limits: HTTP1Limits(bodyBytesMax: 17)).fault == nil)
  }

  @Test func `what is cut off is not complete`() {
    let bytes = request([host, length])
    for end in 1..<bytes.count {
      let reading = Reading(Array(bytes[..<end]), sizes: [end])
      #expect(reading.fault == nil && reading.requests == [] && !reading.isComplete)
    }
  }

  @Test func `a head says how the connection goes on`() throws {
    func head(_ lines: [String], _ first: String = "POST / HTTP/1.1") throws -> HTTPRequestHead? {
      var reader = HTTP1RequestReader()
      var offset = 0
      let bytes = request(lines, first: first)
      guard case .head(let head) = try reader.next(bytes.span, from: &offset) else { return nil }
      return head
    }
    let plain = try #require(try head([host, length]))
    #expect(plain.keepsAlive && plain.takesChunks && !plain.expectsContinue)
    #expect(try #require(try head([host, length, "Connection: x, Close"])).keepsAlive == false)
    let old = try #require(try head([length, "Expect: 100-continue"], "POST / HTTP/1.0"))
    #expect(!old.keepsAlive && !old.takesChunks && !old.expectsContinue)
    #expect(try #require(try head([host, length, "Expect: 100-Continue"])).expectsContinue)
    #expect(try #require(try head([host, "Expect: 100-continue"])).expectsContinue == false)
  }

  @Test(arguments: [1, 2, 3]) func `pieces never change what is read`(seed: UInt64) {
    var random = PRNG(seed: seed)
    let all = Self.good.map { $0.1 } + Self.bad.map { $0.1 }
    for _ in 0..<300 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes += all[Int.random(in: 0..<all.count, using: &random)]
      }
      // A byte that is changed gives heads that nobody thought of.
      if Bool.random(using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255,
          using: &random
        )
      }
      let sizes = (0..<8).map { _ in Int.random(in: 1...40, using: &random) }
      #expect(Reading(bytes, sizes: [bytes.count]) == Reading(bytes, sizes: sizes), "seed \(seed)")
    }
  }
}
