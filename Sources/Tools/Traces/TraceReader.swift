import Basics

/// What is wrong with a trace, and where: `trace.jsonl:17: …`.
public struct TraceError: Error, Equatable, CustomStringConvertible {
  /// The file, as the caller named it.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// What is wrong there and what to do.
  public let message: String

  /// File, line and message.
  public var description: String { "\(file):\(line): \(message)" }
}

/// What is wrong with a line.
struct TraceLineError: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}

/// A trace that was read.
public struct Trace: Sendable {
  /// Its requests, in the order of their arrival, which counts from the first.
  public internal(set) var requests: [TraceRequest]
  /// Requests without a prompt or without an answer, which are left out: they failed.
  public internal(set) var leftOutCount = 0
}

/// Reads traces of lines, whose format their beginning tells: see ``formats``.
public enum TraceReader {
  /// Tokens in a block of a trace, unless its format or its reader knows better.
  public static let blockTokens = 512
  /// The longest prompt or answer.
  public static let tokensMax = 2_097_152

  /// The formats that are read, in words for people.
  public static let formats =
    "Mooncake's (JSON lines with timestamp, input_length, output_length and hash_ids), Bailian's "
    + "(the same with chat_id), Azure's (CSV with TIMESTAMP, ContextTokens and GeneratedTokens) "
    + "and BurstGPT's (CSV with Timestamp, Request tokens and Response tokens)"

  /// Reads all the requests in `bytes`; `file` is the name for errors.
  ///
  /// `blockTokens` are the tokens of a block of the trace, for those that name blocks and have not
  /// the size of their format.
  public static func read(
    _ bytes: [UInt8],
    file: String,
    blockTokens: Int? = nil
  ) throws(TraceError) -> Trace {
    let start = bytes[TraceLines.byteOrderMark(bytes)...].drop { $0 <= UInt8(ascii: " ") }
    guard let first = start.first else { return Trace(requests: []) }
    if first == UInt8(ascii: "{") {
      return try JSONTraceReader.read(bytes, file: file, blockTokens: blockTokens)
    }
    let heading = start.prefix { $0 != UInt8(ascii: "\n") }
    guard heading.count < 4_096, let columns = CSVTraceReader.Columns(heading) else {
      throw TraceError(
        file: file,
        line: bytes[..<start.startIndex].count { $0 == UInt8(ascii: "\n") } + 1,
        message: "this starts as no trace that is known: the formats are \(formats)"
      )
    }
    guard blockTokens == nil else {
      throw TraceError(
        file: file,
        line: 1,
        message: "a trace in CSV names no blocks, so that their size means nothing"
      )
    }
    return try CSVTraceReader.read(bytes, file: file, columns)
  }
}
