import Basics
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(5)))
struct GRPCTextTests {
  @Test(arguments: [
    ("10S", Duration.seconds(10)), ("99999999n", .nanoseconds(99_999_999)),
    ("5u", .microseconds(5)),
    ("250m", .milliseconds(250)), ("2M", .seconds(120)), ("1H", .seconds(3600)),
    ("99999999H", .nanoseconds(Int64.max)),
  ])
  func `a timeout is read`(text: String, expected: Duration) {
    #expect(GRPCTimeout.parse(Array(text.utf8).span) == expected)
  }

  @Test(arguments: ["", "S", "1", "1s", "-1S", "123456789S", "1.5S", " 1S", "1SS", "0x1S"])
  func `what is no timeout is refused`(text: String) {
    #expect(GRPCTimeout.parse(Array(text.utf8).span) == nil)
  }

  @Test(arguments: [
    (Duration.nanoseconds(1), "1n"), (.zero, "1n"), (.seconds(-3), "1n"),
    (.milliseconds(100), "100000u"), (.seconds(30), "30000000u"), (.seconds(3_000_000), "3000000S"),
    (.nanoseconds(Int64.max), "2562048H"),
  ])
  func `a timeout is written in the finest unit that has room`(duration: Duration, text: String) {
    var bytes: [UInt8] = []
    GRPCTimeout.append(duration, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
    #expect(
      GRPCTimeout.parse(bytes.span).map { $0 >= min(duration, .nanoseconds(Int64.max)) } == true
    )
  }

  @Test(arguments: ["", "plain", "50 % of\r\n", "Grüße 🚀", "a%41b\u{7f}", " ", " a  b: "])
  func `a status message survives the wire`(text: String) {
    var bytes: [UInt8] = []
    PercentEncoding.append(text, limit: 1000, to: &bytes)
    #expect(bytes.allSatisfy { (0x20...0x7e).contains($0) })
    // HTTP/2 has no values that begin or end with a space.
    #expect(bytes.first != 0x20 && bytes.last != 0x20)
    #expect(PercentEncoding.decode(bytes.span) == text)
  }

  @Test func `a long status message is cut between characters`() {
    var bytes: [UInt8] = []
    PercentEncoding.append("aé", limit: 2, to: &bytes)
    #expect(bytes == [UInt8(ascii: "a")])
  }

  @Test(arguments: [
    ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%FF", "\u{fffd}"), ("%e4x", "\u{fffd}x"),
  ])
  func `a damaged status message is read as far as it goes`(encoded: String, text: String) {
    #expect(PercentEncoding.decode(Array(encoded.utf8).span) == text)
  }

  @Test(arguments: [
    ("0", GRPCStatus.Code.ok), ("16", .unauthenticated), ("17", .unknown), ("999", .unknown),
    ("", nil), ("-1", nil), ("1000", nil), ("x", nil),
  ])
  func `a status code is read`(text: String, code: GRPCStatus.Code?) {
    #expect(GRPCStatus.code(text: Array(text.utf8).span) == code)
  }

  @Test func `there are 17 codes, numbered from zero`() {
    #expect(GRPCStatus.Code.allCases.map(\.rawValue) == Array(0...16))
    #expect(GRPCStatus(.dataLoss, "gone").description == "DATA_LOSS: gone")
  }

  @Test func `HTTP statuses and reset codes have the statuses that gRPC gives them`() {
    let http: [(Int, GRPCStatus.Code)] = [
      (400, .internal), (401, .unauthenticated), (403, .permissionDenied), (404, .unimplemented),
      (429, .unavailable), (503, .unavailable), (500, .unknown), (302, .unknown),
    ]
    for (status, code) in http { #expect(GRPCStatus.status(http: status).code == code) }
    let resets: [(UInt32, GRPCStatus.Code)] = [
      (0, .internal), (7, .unavailable), (8, .cancelled), (11, .resourceExhausted),
      (12, .permissionDenied), (999, .internal),
    ]
    for (reset, code) in resets { #expect(GRPCStatus.status(reset: reset).code == code) }
  }

  @Test func `base64 is read with and without padding`() {
    for count in 0..<40 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      var text: [UInt8] = []
      Base64.append(bytes.span, to: &text)
      #expect(Base64.decode(text[...]) == bytes)
      let padded = text + Array(repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
      #expect(Base64.decode(padded[...]) == bytes)
    }
    #expect(Base64.decode(Array("AAAAA".utf8)[...]) == nil)
    #expect(Base64.decode(Array("A*==".utf8)[...]) == nil)
  }
}

@Suite(.timeLimit(.minutes(5)))
struct MetadataTests {
  @Test func `entries are found by name, in order`() throws {
    var metadata = Metadata()
    try metadata.append("a", "1")
    try metadata.append("b.c_d-e", "")
    try metadata.append("a", "2")
    try metadata.append("x-bin", bytes: [0, 255, 1])
    #expect(metadata["a"] == "1")
    #expect(metadata["b.c_d-e"] == "")
    #expect(metadata["c"] == nil)
    #expect(metadata.bytes(of: "x-bin") == [0, 255, 1])
    #expect(metadata.bytes(of: "a-bin") == nil)
    #expect(metadata.entries.map(\.name) == ["a", "b.c_d-e", "a", "x-bin"])
    #expect(metadata.count == 4)
  }

  @Test(arguments: ["", "A", "grpc-x", ":path", "a b", "x-bin", "ä"])
  func `names that can't be are refused`(name: String) {
    var metadata = Metadata()
    #expect(throws: WireError.self) { try metadata.append(name, "1") }
    #expect(metadata.isEmpty)
  }

  @Test func `values that can't be are refused`() {
    var metadata = Metadata()
    #expect(throws: WireError.self) { try metadata.append("a", "line\nbreak") }
    #expect(throws: WireError.self) { try metadata.append("a", "ä") }
    for value in [" ", " b", "b "] {
      #expect(throws: WireError.self) { try metadata.append("a", value) }
    }
    #expect(throws: WireError.self) { try metadata.append("a", bytes: [1]) }
  }

  @Test func `metadata is bounded`() throws {
    var metadata = Metadata()
    let value = String(repeating: "v", count: 1000)
    #expect(throws: WireError.self) {
      for _ in 0..<100 { try metadata.append("name", value) }
    }
    #expect(metadata.count == Metadata.bytesMax / 1010)
  }
}

@Suite(.timeLimit(.minutes(5)))
struct GRPCFramerTests {
  let framer = GRPCFramer(messageBytesMax: 300)

  @Test func `a message is found once it is complete`() throws {
    var bytes = Bytes()
    GRPCFramer.append(to: &bytes) { $0.append([1, 2, 3].span) }
    GRPCFramer.append(to: &bytes) { _ in }
    let all = bytes.array()
    #expect(all == [0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0])
    for count in 0..<8 { #expect(try framer.next(in: Array(all[..<count]).span) == nil) }
    #expect(try framer.next(in: all.span) == 5..<8)
    #expect(try framer.next(in: Array(all[8...]).span) == 5..<5)
  }

  @Test func `a message that can't be encoded leaves nothing`() {
    var bytes = Bytes()
    #expect(throws: GRPCStatus.self) {
      try GRPCFramer.append(to: &bytes) { (bytes: inout Bytes) throws(GRPCStatus) in
        bytes.append(1)
        throw GRPCStatus(.internal)
      }
    }
    let count = bytes.count
    #expect(count == 0)
  }

  @Test(arguments: [
    ([UInt8](arrayLiteral: 1, 0, 0, 0, 0), GRPCStatus.Code.unimplemented),
    ([2, 0, 0, 0, 0], .internal),
    ([0, 0, 0, 1, 45], .resourceExhausted), ([0, 255, 255, 255, 255], .resourceExhausted),
  ])
  func `a bad prefix is refused before the message is there`(
    prefix: [UInt8],
    code: GRPCStatus.Code
  ) {
    let error = #expect(throws: GRPCStatus.self) { try framer.next(in: prefix.span) }
    #expect(error?.code == code)
  }

  @Test func `a message of just the limit is taken`() throws {
    let bytes = [0, 0, 0, 1, 44] + [UInt8](repeating: 7, count: 300)
    #expect(try framer.next(in: bytes.span) == 5..<305)
  }
}
