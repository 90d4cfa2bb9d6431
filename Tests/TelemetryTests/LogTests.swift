import Glibc
import Logging
import Testing

@testable import Telemetry

@Suite(.timeLimit(.minutes(5)))
struct LogTests {
  private let pipe = TestPipe()

  private func writer(_ layout: LogLayout) -> LogWriter {
    LogWriter(layout: layout, descriptor: pipe.writeEnd, bufferBytesMax: 32_768) {
      WallTime(seconds: 1_769_850_307, nanoseconds: 42_999_999)
    }
  }

  @Test func `a line of text is time, level, message and sorted pairs`() {
    var logger = writer(.text(isColoured: false)).logger("hearth-node")
    logger[metadataKey: "node"] = "n1"
    logger.info("attached", metadata: ["region": "us-east", "epoch": "7", "note": "two words"])
    #expect(
      pipe.text() == "2026-01-31T09:05:07.042Z INFO     attached "
        + "epoch=7 node=n1 note=\"two words\" region=us-east\n"
    )
  }

  @Test func `a line of JSON keeps its own fields apart from metadata`() {
    let logger = writer(.json).logger("hearth-node")
    let count: Logger.Metadata.Value = .stringConvertible(7)
    logger.error("gone", metadata: ["level": "x", "why": "\"no\" \\ \u{1}", "count": count])
    #expect(
      pipe.text() == #"{"time":"2026-01-31T09:05:07.042Z","level":"error","message":"gone","#
        + #""label":"hearth-node","count":7,"metadata.level":"x","why":"\"no\" \\ \u0001"}"# + "\n"
    )
  }

  @Test func `what is below the level is not written`() {
    let writer = writer(.json)
    writer.logger("a").debug("quiet")
    #expect(pipe.text() == "")
    writer.logger("a", level: .debug).debug("heard")
    #expect(pipe.text().contains("heard"))
  }

  @Test(arguments: [
    ("a\nb", #"k="a\nb""#), ("\u{1B}[2J", #"k="\u001b[2J""#), ("\u{9B}31m", #"k="\u009b31m""#),
    ("a\u{2028}b", #"k="a\u2028b""#), ("\u{202E}gpj", #"k="\u202egpj""#), ("", #"k="""#),
    ("x level=error", #"k="x level=error""#), ("a\"b", #"k="a\"b""#), ("grün", "k=grün"),
    ("a\\nb", #"k="a\\nb""#), ("\u{E0041}", #"k="\udb40\udc41""#),
  ])
  func `a hostile value can't forge or hide anything`(value: String, expected: String) {
    writer(.text(isColoured: false)).logger("l").info("m", metadata: ["k": "\(value)"])
    #expect(pipe.text() == "2026-01-31T09:05:07.042Z INFO     m \(expected)\n")
  }

  @Test func `a hostile message or key can't forge a line`() {
    writer(.text(isColoured: false)).logger("l").info("a\nb\u{0}", metadata: ["k\n": "v"])
    #expect(pipe.text() == #"2026-01-31T09:05:07.042Z INFO     "a\nb\u0000" "k\n"=v"# + "\n")
  }

  @Test func `a long value is cut and a line that is too long still is dropped and counted`() {
    let writer = writer(.text(isColoured: false))
    writer.logger("l").info("m", metadata: ["k": "\(String(repeating: "x", count: 5000))"])
    let line = pipe.text()
    #expect(line.hasSuffix("x…\"\n") && line.utf8.count < 1100)
    var metadata: Logger.Metadata = [:]
    for index in 0..<17 { metadata["k\(index)"] = "\(String(repeating: "x", count: 5000))" }
    writer.logger("l").info("m", metadata: metadata)
    #expect(pipe.text() == "" && writer.droppedCount == 1)
    writer.flush()
    #expect(pipe.text().hasSuffix("log lines were dropped log.dropped=1\n"))
  }

  @Test func `a full pipe never blocks, and what it could not take is counted and told of`() {
    let writer = writer(.text(isColoured: false))
    let logger = writer.logger("l")
    var lines = 0
    while writer.droppedCount < 20, lines < 10_000 {
      logger.info("\(String(repeating: "x", count: 960)) \(lines)")
      lines += 1
    }
    let dropped = writer.droppedCount
    #expect(dropped == 20)
    var told = pipe.text()
    logger.info("again")
    told += pipe.text()
    let all = told.split(separator: "\n")
    #expect(all.count { $0.contains(" xxx") } == lines - Int(dropped))
    let counts = all.filter { $0.contains("log lines were dropped") }
      .compactMap { $0.split(separator: "=").last.flatMap { UInt64($0) } }
    #expect(counts.reduce(0, +) == dropped)
    #expect(all.last?.hasSuffix("again") == true)
  }

  @Test func `a pipe without a reader loses lines and nothing else`() {
    signal(SIGPIPE, SIG_IGN)
    let writer = writer(.json)
    pipe.closeReader()
    for _ in 0..<100 { writer.logger("l").info("nobody reads this") }
    #expect(writer.droppedCount == 100)
  }

  @Test func `the layout follows the format and the file`() {
    func name(_ format: LogFormat) -> String { "\(LogLayout(format, descriptor: pipe.writeEnd))" }
    #expect(name(.auto) == "json")
    #expect(name(.json) == "json")
    #expect(name(.text) == "text(isColoured: false)")
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
    (951_868_799, "2000-02-29T23:59:59.000Z"), (951_868_800, "2000-03-01T00:00:00.000Z"),
    (4_107_542_400, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.000Z"),
    (1_735_689_599, "2024-12-31T23:59:59.000Z"),
  ])
  func `a moment is written by the Gregorian calendar`(seconds: Int, text: String) {
    #expect(WallTime(seconds: seconds, nanoseconds: 999_999).text == text)
  }
}

/// A pipe whose reader never waits.
private final class TestPipe {
  private var readEnd: CInt
  let writeEnd: CInt

  init() {
    var ends: [CInt] = [0, 0]
    precondition(Glibc.pipe(&ends) == 0)
    (readEnd, writeEnd) = (ends[0], ends[1])
    precondition(fcntl(readEnd, F_SETFL, O_NONBLOCK) == 0)
  }

  deinit {
    closeReader()
    close(writeEnd)
  }

  func closeReader() {
    if readEnd >= 0 { close(readEnd) }
    readEnd = -1
  }

  /// All that was written since the last call.
  func text() -> String {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(readEnd, &part, part.count), count > 0 { bytes += part[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
