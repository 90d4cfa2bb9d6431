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

/// Reads traces in Mooncake's format: one flat JSON object a line.
///
/// The keys are `timestamp` (milliseconds since the start, not decreasing), `input_length` and
/// `output_length` (tokens), and `hash_ids` (one id a block of the prompt), all of them whole
/// numbers. Beyond that format a line may have a `tenant` (a name) and a `priority` (1 to 7). Each
/// key is there once, and no others are. Blank lines are skipped.
///
/// Source: kvcache-ai/Mooncake, FAST25-release/traces.
public enum TraceReader {
  /// Tokens in a block of the trace.
  public static let blockTokens = 512
  /// The longest prompt or answer.
  public static let tokensMax = 2_097_152

  /// Reads all the requests in `bytes`; `file` is the name for errors.
  public static func read(_ bytes: [UInt8], file: String) throws(TraceError) -> [TraceRequest] {
    try TraceLines.read(bytes, file: file) { range throws(JSONLineError) in
      var scanner = JSONLine(bytes, range)
      return scanner.isAtEnd ? nil : try request(&scanner)
    }
  }

  private static func request(
    _ scanner: inout JSONLine
  ) throws(JSONLineError) -> TraceRequest {
    var (timestamp, input, output): (UInt64?, UInt64?, UInt64?)
    var (blocks, tenant, priority): ([UInt64]?, TenantID?, UInt64?)
    try scanner.expect("{")
    repeat {
      let key = try scanner.key()
      switch key {
      case "timestamp":
        try set(&timestamp, key, scanner.number(in: 0...TraceLines.millisecondsMax, of: key))
      case "input_length":
        try set(&input, key, scanner.number(in: 1...UInt64(tokensMax), of: key))
      case "output_length":
        try set(&output, key, scanner.number(in: 1...UInt64(tokensMax), of: key))
      case "hash_ids":
        try set(&blocks, key, scanner.numbers(countMax: tokensMax / blockTokens, of: key))
      case "tenant": try set(&tenant, key, scanner.name(of: key))
      case "priority": try set(&priority, key, scanner.number(in: 1...7, of: key))
      default: throw JSONLineError("the key `\(key)` is unknown: remove it")
      }
    } while try scanner.separator(or: "}")
    guard scanner.isAtEnd else { throw JSONLineError("text follows the object: split the line") }
    let (promptTokens, ids) = (Int(try need(input, "input_length")), try need(blocks, "hash_ids"))
    let expected = (promptTokens + blockTokens - 1) / blockTokens
    guard ids.count == expected else {
      throw JSONLineError(
        "`hash_ids` has \(ids.count) blocks, but \(promptTokens) tokens are \(expected) blocks of "
          + "\(blockTokens)"
      )
    }
    var request = TraceRequest(
      arrival: .milliseconds(try need(timestamp, "timestamp")),
      promptTokens: promptTokens,
      outputTokens: Int(try need(output, "output_length")),
      blocks: ids
    )
    (request.tenant, request.priority) = (tenant, priority.map { Int($0) })
    return request
  }

  private static func set<Value>(
    _ field: inout Value?,
    _ key: String,
    _ value: Value
  ) throws(JSONLineError) {
    guard field == nil else { throw JSONLineError("`\(key)` is there twice: keep one") }
    field = value
  }

  private static func need<Value>(_ field: Value?, _ key: String) throws(JSONLineError) -> Value {
    guard let field else { throw JSONLineError("`\(key)` is missing: add it") }
    return field
  }
}
