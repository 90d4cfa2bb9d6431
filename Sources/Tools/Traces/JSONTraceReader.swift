import Basics

/// Reads traces of JSON lines: one flat object a line, blank lines skipped.
///
/// In Mooncake's format the keys are `timestamp` (whole milliseconds, not decreasing),
/// `input_length` and `output_length` (tokens), and `hash_ids` (one id a block of the prompt).
/// Beyond that format a line may have a `tenant` (a name) and a `priority` (1 to 7). Each key is
/// there once, and no others are.
///
/// A line with a `chat_id` is in Bailian's format: the `timestamp` is in seconds with a fraction, a
/// block has 16 tokens, `parent_chat_id` names the turn before, or is -1, and other keys are
/// skipped.
///
/// Sources: kvcache-ai/Mooncake, FAST25-release/traces; alibaba-edu/qwen-bailian-usagetraces-anon.
enum JSONTraceReader {
  /// Tokens in a block of Bailian's.
  private static let bailianBlockTokens = 16
  /// The most tokens that a block can have.
  private static let blockTokensMax = 65_536

  /// What a line says.
  private struct Line {
    /// As it is written, since only a whole line tells its unit.
    var timestamp: JSONLine.Number?
    var promptTokens: UInt64?
    var outputTokens: UInt64?
    var blocks: [UInt64]?
    var tenant: TenantID?
    var priority: UInt64?
    var chat: UInt64?
    /// Nil in the first turn of a conversation.
    var parent: UInt64?
    /// Keys that only other formats than Mooncake's have.
    var others: [String] = []
  }

  static func read(
    _ bytes: [UInt8],
    file: String,
    blockTokens: Int?
  ) throws(TraceError) -> Trace {
    // The first turns of conversations, by their later ones.
    var roots: [UInt64: UInt64] = [:]
    var leftOutCount = 0
    let requests = try TraceLines.read(bytes, file: file) { range throws(TraceLineError) in
      var scanner = JSONLine(bytes, range)
      guard !scanner.isAtEnd else { return nil }
      let line = try line(&scanner)
      if line.chat == nil, let key = line.others.first {
        throw TraceLineError("the key `\(key)` is unknown: remove it")
      }
      let answer = try need(line.outputTokens, "output_length")
      guard let chat = line.chat else {
        return try request(line, answer, blockTokens: blockTokens)
      }
      let root = line.parent.map { roots[$0] ?? $0 } ?? chat
      roots[chat] = root
      guard answer > 0 else {
        leftOutCount += 1
        return nil
      }
      var request = try request(line, answer, blockTokens: blockTokens)
      request.session = PRNG.mix(root)
      return request
    }
    return Trace(requests: requests, leftOutCount: leftOutCount)
  }

  private static func line(_ scanner: inout JSONLine) throws(TraceLineError) -> Line {
    var line = Line()
    var keys: Set<String> = []
    let tokens = 1...UInt64(TraceReader.tokensMax)
    try scanner.expect("{")
    repeat {
      let key = try scanner.key()
      guard keys.insert(key).inserted else {
        throw TraceLineError("`\(key)` is there twice: keep one")
      }
      switch key {
      case "timestamp": line.timestamp = try scanner.number(of: key)
      case "input_length":
        line.promptTokens = try scanner.number(of: key).whole(in: tokens, "tokens")
      case "output_length":
        line.outputTokens = try scanner.number(of: key).whole(in: 0...tokens.upperBound, "tokens")
      case "hash_ids":
        line.blocks = try scanner.numbers(countMax: TraceReader.tokensMax, of: key)
      case "tenant": line.tenant = try scanner.name(of: key)
      case "priority": line.priority = try scanner.number(of: key).whole(in: 1...7)
      case "chat_id": line.chat = try scanner.number(of: key).whole(in: 0...UInt64.max)
      case "parent_chat_id":
        let parent = try scanner.number(of: key)
        line.parent = parent.text == "-1" ? nil : try parent.whole(in: 0...UInt64.max)
        line.others.append(key)
      default:
        line.others.append(key)
        try scanner.skip()
      }
    } while try scanner.separator(or: "}")
    guard scanner.isAtEnd else { throw TraceLineError("text follows the object: split the line") }
    return line
  }

  private static func request(
    _ line: Line,
    _ answer: UInt64,
    blockTokens: Int?
  ) throws(TraceLineError) -> TraceRequest {
    let isBailian = line.chat != nil
    guard answer > 0 else {
      throw TraceLineError(
        "`output_length` is 0: it must be from 1 to \(TraceReader.tokensMax)"
      )
    }
    let promptTokens = Int(try need(line.promptTokens, "input_length"))
    let blocks = try need(line.blocks, "hash_ids")
    let size = blockTokens ?? (isBailian ? bailianBlockTokens : TraceReader.blockTokens)
    let expected = (promptTokens + size - 1) / size
    guard blocks.count == expected || isBailian && blocks.count == promptTokens / size else {
      var message =
        "`hash_ids` has \(count(blocks.count, "block")), but \(promptTokens) tokens are "
      message += "\(count(expected, "block")) of \(size)"
      if let other = likelySize(blocks.count, of: promptTokens) {
        message += ": for a trace in blocks of \(other) say --block-tokens \(other)"
      }
      throw TraceLineError(message)
    }
    let timestamp = try need(line.timestamp, "timestamp")
    var request = TraceRequest(
      arrival: try isBailian
        ? timestamp.seconds()
        : .milliseconds(Int64(timestamp.whole(in: 0...1 << 53, "milliseconds"))),
      promptTokens: promptTokens,
      outputTokens: Int(answer),
      blocks: blocks,
      blockTokens: size
    )
    (request.tenant, request.priority) = (line.tenant, line.priority.map { Int($0) })
    return request
  }

  /// The power of two of which `count` blocks hold that many tokens, if there is one.
  private static func likelySize(_ count: Int, of tokens: Int) -> Int? {
    var size = 1
    while size <= blockTokensMax {
      if (tokens + size - 1) / size == count { return size }
      size *= 2
    }
    return nil
  }

  private static func need<Value>(_ field: Value?, _ key: String) throws(TraceLineError) -> Value {
    guard let field else { throw TraceLineError("`\(key)` is missing: add it") }
    return field
  }
}
