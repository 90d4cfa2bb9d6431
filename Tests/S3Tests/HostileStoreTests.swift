import EventLoop
import HTTP
import Logging
import Synchronization
import Testing
import Wire

@testable import S3

/// A store that answers whatever it likes.
@Suite("Hostile stores")
struct HostileStoreTests {
  /// Gives a client of a store that answers each request with the next of `answers`, and the last
  /// one for ever.
  private func withClient(
    _ answers: [(Int, String)],
    _ body: (S3Client) throws -> Void
  ) async throws {
    let (place, asked) = (Place(), Place())
    let thread = try await LoopThread.start(name: "store") { loop in
      let kept = Kept()
      let server = try HTTPServer(
        loop: loop,
        settings: HTTPServer.Settings(),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      )
      place.text.withLock { $0 = (try? server.listen(on: "127.0.0.1:0")) ?? "" }
      server.onRequest = { [unowned kept] exchange in
        kept.exchanges.append(exchange)
        exchange.onComplete = { [unowned exchange] in
          let number = asked.text.withLock { text in
            text += "."
            return min(text.count, answers.count) - 1
          }
          let (status, body) = answers[number]
          exchange.respond(status, HTTPFields(), body: Array(body.utf8))
        }
      }
      kept.server = server
      return kept
    }
    let endpoint = "http://" + place.text.withLock { $0 }
    let address = try S3Address(endpoint: endpoint, region: "eu", bucket: "abc")
    do {
      try body(try S3Client(address, S3Credentials(keyID: "a", secret: "b")))
    } catch {
      await thread.stop()
      throw error
    }
    await thread.stop()
  }

  private final class Place: Sendable {
    let text = Mutex("")
  }

  private final class Kept {
    var server: HTTPServer?
    var exchanges: [HTTPExchange] = []
  }

  @Test(
    "What no listing says is refused",
    arguments: [
      ("<a><Contents><Key>other/x</Key><Size>1</Size></Contents></a>", "it lists \"other/x\""),
      ("<a><Contents><Key>p/x</Key><Size>-1</Size></Contents></a>", "no or absurd size"),
      ("<a><Contents><Key>p/x</Key></Contents></a>", "no or absurd size"),
      ("<a><Contents><Size>1</Size></Contents></a>", "it lists \"\""),
      ("<a><CommonPrefixes><Prefix>../</Prefix></CommonPrefixes></a>", "it lists \"../\""),
      ("<a><IsTruncated>true</IsTruncated></a>", "no end"),
      (
        "<a><Contents><Key>p/x</Key><Size>1</Size></Contents><IsTruncated>true</IsTruncated>"
          + "<NextContinuationToken>again</NextContinuationToken></a>", "it lists more than 9"
      ),
      ("<a>", "no XML that stores send"), ("", "no XML that stores send"),
    ]
  )
  func listings(answer: String, fault: String) async throws {
    try await withClient([(200, answer)]) { client in
      let error = #expect(throws: S3Fault.self) { try client.list("p/", limit: 9) }
      #expect(error?.kind == .invalid && error?.description.contains(fault) == true)
    }
  }

  @Test("A store that is busy is asked again, twice")
  func busy() async throws {
    try await withClient([(503, "<Error><Code>SlowDown</Code></Error>"), (500, ""), (200, "x")]) {
      let bytes = try $0.get("k", bytesMax: 1)
      #expect(bytes == [0x78])
    }
    try await withClient([(503, "")]) { client in
      let error = #expect(throws: S3Fault.self) { try client.get("k", bytesMax: 1) }
      #expect(error?.kind == .away)
    }
  }

  @Test("An upload without a name, and one that fails at its end, are faults")
  func uploads() async throws {
    let begun = "<a><UploadId>u</UploadId></a>"
    for answers in [[(200, "<a></a>")], [(200, begun), (200, "")]] {
      try await withClient(answers) { client in
        let error = #expect(throws: S3Fault.self) {
          try client.upload("k", bytes: S3Client.partBytesMin + 1) {
            [UInt8](repeating: 1, count: $0)
          }
        }
        #expect(error?.kind == .invalid)
      }
    }
  }

  @Test("What a refusal says is shown in one line, and cut short")
  func refusals() async throws {
    let evil =
      "<Error><Code>A\u{1b}[2J&#10;B</Code><Message>\(String(repeating: "x", count: 9_999))"
    try await withClient([(400, evil + "</Message></Error>")]) { client in
      let error = #expect(throws: S3Fault.self) { try client.put("k", [1]) }
      let text = error?.description ?? ""
      #expect(!text.contains("\n") && !text.contains("\u{1b}") && text.utf8.count < 500)
    }
  }
}
