import Basics
import KVIndex
import Testing

@testable import Transcripts

private let key = SipHash(key: (1, 2))

/// The outline of a body that comes in pieces of `size` bytes.
private func outline(
  _ text: String,
  _ format: PromptFormat = .chatCompletions,
  size: Int = .max,
  key: SipHash = key
) throws -> PromptOutline {
  let bytes = Array(text.utf8)
  var scanner = PromptScanner(format, key: key)
  var start = 0
  while start < bytes.count {
    let end = start + min(size, bytes.count - start)
    try scanner.take(bytes.span.extracting(start..<end))
    start = end
  }
  return try scanner.finish()
}

struct PromptScannerTests {
  @Test func `what a request says is found wherever it stands`() throws {
    let text = #"""
      {"messages":[{"role":"user","content":"hi"}],"stream":true,"temperature":0.5,
       "stream_options":{"x":1,"include_usage":true},"max_completion_tokens":17,"n":2,
       "user":"caf\u00e9","prompt_cache_key":"k","logit_bias":{"model":"no"},"model":"tiny"}
      """#
    for size in [1, 2, 7, .max] {
      let found = try outline(text, size: size)
      #expect(found.model == "tiny" && found.streams && found.wantsUsage)
      #expect(found.outputTokensMax == 17 && found.answers == 2)
      #expect(found.user == "café" && found.cacheKey == "k" && found.messageCount == 1)
    }
    let bare = try outline(#"{"model":null,"messages":[]}"#)
    #expect(bare.model == nil && bare.messageCount == 0 && !bare.streams && !bare.wantsUsage)
    let numbers: [(String, Int?)] = [
      ("-1", -1), ("-1.0", -1), ("-1e0", -1), ("0.0", 0), ("17.0", 17), ("1.5", 0), ("null", nil),
      ("99999999999999999999999", 0),
    ]
    for (word, count) in numbers {
      let found = try outline(#"{"prompt":"hi","max_tokens":\#(word),"n":\#(word)}"#, .completions)
      #expect(found.outputTokensMax == count && found.answers == count ?? 1, "\(word)")
    }
    #expect(try outline("{}").messageCount == nil)
    #expect(try outline(#"{"prompt":{}}"#, .completions).messageCount == nil)
    #expect(try outline(#"{"prompt":7}"#, .completions).messageCount == nil)
    let embeddings = try outline(#"{"input":"hi","stream":true}"#, .embeddings)
    #expect(!embeddings.streams, "they are never streamed")
  }

  @Test(arguments: [
    (#"{"model":"a","model":"b"}"#, 19, #""model" is given twice"#),
    (#"{"a":{"n":1,"n":2},"messages":[],"messages":[]}"#, 42, #""messages" is given twice"#),
    (#"{"messages":"hi"}"#, 12, #""messages" is no list"#),
    (#"{"messages":{}}"#, 12, #""messages" is no list"#),
    (#"{"messages":7}"#, 13, #""messages" is no list"#),
    (#"{"messages":[{},1]}"#, 17, "a message is no object"),
    (#"{"messages":["hi"]}"#, 13, "a message is no object"),
    (#"{"messages":[[]]}"#, 13, "a message is no object"),
    (#"{"messages":[null]}"#, 17, "a message is no object"),
  ]) func `what no engine should guess at is refused at its place`(
    text: String,
    offset: Int,
    words: String
  ) {
    for size in [1, 5, .max] {
      for format in [PromptFormat.chatCompletions, .messages] {
        #expect(throws: JSONFault(reason: words, offset: offset), "in pieces of \(size)") {
          try outline(text, format, size: size)
        }
      }
    }
  }

  @Test(arguments: [
    #"{"messages":[{"content":"é\"\n😀","role":"user"}]}"#,
    #"{ "messages" : [ { "role" : "user" , "content" : "\u00e9\u0022\u000a\ud83d\ude00" } ] }"#,
    #"{"messages":[{"role":"user","name":null,"content":"\u00E9\"\n\uD83D\uDE00"}]}"#,
    "{\"messages\"\n:[{\t\"r\\u006fle\":\"us\\u0065r\",\"content\":\"é\\\"\\n😀\"}\r]}",
  ]) func `all spellings of one prompt are one prompt`(text: String) throws {
    let expected = try outline(#"{"messages":[{"role":"user","content":"é\"\n😀"}]}"#).chunks
    for size in [1, 3, .max] { #expect(try outline(text, size: size).chunks == expected) }
  }

  @Test func `prompts that differ in anything are told apart`() throws {
    let messages = [
      #"[]"#, #"[{}]"#, #"[{"role":"user"}]"#,
      #"[{"role":"user","content":""}]"#, #"[{"role":"user","content":"ab"}]"#,
      #"[{"role":"user","content":["ab"]}]"#, #"[{"role":"user","content":["a","b"]}]"#,
      #"[{"role":"user","content":"a"},{"role":"user","content":"b"}]"#,
      #"[{"role":"system","content":"ab"}]"#, #"[{"role":"user","content":"ab","name":"x"}]"#,
      #"[{"role":"user","content":"ab","name":"y"}]"#, #"[{"role":"user","contents":"ab"}]"#,
      #"[{"role":"user","content":[{"type":"image","text":"ab"}]}]"#,
      #"[{"role":"user","content":[{"type":"text"},{"text":"ab"}]}]"#,
      #"[{"role":"user","x":[1,null]}]"#, #"[{"role":"user","x":[null,1]}]"#,
      #"[{"role":"user","x":1}]"#, #"[{"role":"user","x":"1"}]"#, #"[{"role":"user","x":true}]"#,
      #"[{"role":"user","x":"true"}]"#, #"[{"role":"user","x":{"a":{},"b":1}}]"#,
      #"[{"role":"user","x":{"a":{"b":1}}}]"#,
      #"[{"role":"user","content":"\ud800"}]"#, #"[{"role":"user","content":"\ufffd"}]"#,
    ]
    let found = try messages.filter { $0 != "[]" && $0 != "[{\"role\":\"user\"}]" }
      .map { try outline(#"{"messages":\#($0)}"#).chunks }
    for (index, chunks) in found.enumerated() {
      let same = found.indices.filter { found[$0] == chunks }
      #expect(same == [index], "\(messages[index]) and others")
    }
    let prompts = [#""ab""#, #"["ab"]"#, #"["a","b"]"#, #"[97,98]"#, #"[9798]"#, "[[]]", "[null]"]
    let texts = try prompts.map { try outline(#"{"prompt":\#($0)}"#, .completions).chunks }
    #expect(Set(texts).count == prompts.count)
    let tools = try outline(#"{"messages":[],"tools":[{"a":1}]}"#).chunks
    #expect(tools.count == 1)
    #expect(try outline(#"{"tools":[{"a":2}],"messages":[]}"#).chunks != tools)
  }

  @Test func `the prompts of two trust groups have no block in common`() throws {
    let words = String(repeating: "hi ", count: 99)
    let text = #"{"model":"m","messages":[{"role":"user","content":"\#(words)"}]}"#
    let found = try outline(text)
    var blocks: Set<BlockHash> = []
    for group in ["acme", "other"] {
      var chain = TranscriptChain(key: key, group: group, model: "m", blockTokens: 8)
      for chunk in found.chunks { chain.append(chunk) }
      #expect(blocks.isDisjoint(with: chain.blockHashes) && !chain.blockHashes.isEmpty)
      blocks.formUnion(chain.blockHashes)
    }
  }

  @Test func `tools and the system prompt come first, whatever stands first`() throws {
    let first = try outline(
      #"{"messages":[{"role":"user","content":"hi"}],"system":"be kind","tools":[1]}"#,
      .messages
    )
    let second = try outline(
      #"{"tools":[1],"system":"be kind","messages":[{"role":"user","content":"hi"}]}"#,
      .messages
    )
    #expect(first == second && first.chunks.count == 4)
    let others = try outline(#"{"system":"be kind","tools":[1],"messages":[]}"#, .messages)
    #expect(others.chunks[...] == first.chunks[..<2])
  }

  @Test func `a conversation that goes on has the blocks of what it goes on from`() throws {
    func hashes(_ texts: [String], model: String = "m") throws -> [BlockHash] {
      let messages = texts.map { #"{"role":"user","content":"\#($0)"}"# }.joined(separator: ",")
      var chain = TranscriptChain(key: key, model: model, blockTokens: 64)
      for chunk in try outline("{\"messages\":[\(messages)]}").chunks { chain.append(chunk) }
      return chain.blockHashes
    }
    let long = String(repeating: "abcdefghij", count: 200)
    let first = try hashes([long])
    #expect(first.count == (long.utf8.count + 16 + 4) / 256)
    let second = try hashes([long, long])
    #expect(second.count > first.count && second.starts(with: first))
    // A long text that ends otherwise shares the pieces before.
    let other = try hashes([String(long.dropLast(300)) + String(repeating: "x", count: 300)])
    #expect(other.count == first.count && other != first && other.dropLast(2) == first.dropLast(2))
    #expect(Set(try hashes([long], model: "h")).isDisjoint(with: first))
  }

  @Test(arguments: [
    "", " ", "[]", "7", "nul", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "[1,]",
    "{\"a\":1}}",
    "{\"a\":1} x", "{'a':1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}", "{\"a\":-}",
    "{\"a\":1e}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":NaN}", "{\"a\":\"\u{1}\"}",
    "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":[1}", "{\"a\":{]}", "{\"a\":1 2}", "{a:1}",
    "{\"a\":\"", "{\"a\":1", "\u{feff}{}", "{\"model\":\"a\",\"model\":\"b\"}",
    "{\"\(String(repeating: "k", count: 300))\":1}", "{\"a\":\(String(repeating: "1", count: 70))}",
  ]) func `what is no JSON object is refused`(text: String) {
    for size in [1, .max] {
      #expect(throws: JSONFault.self, "in pieces of \(size)") { try outline(text, size: size) }
    }
  }

  @Test(arguments: [
    "{}", " { } ", #"{"a":[]}"#, #"{"a":-0.5e+10,"b":0,"c":1E5,"d":true,"e":[1,[2,{}]]}"#,
    #"{"":"","\u0000":"\b\f\/"}"#,
  ]) func `JSON objects are taken`(text: String) throws {
    for size in [1, .max] { _ = try outline(text, size: size) }
  }

  @Test func `depth is bounded`() throws {
    func nested(_ depth: Int) -> String {
      "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    }
    _ = try outline(nested(JSONScanner.depthMax - 1))
    #expect(throws: JSONFault.self) { try outline(nested(JSONScanner.depthMax)) }
  }

  @Test(arguments: [1, 2, 3]) func `spelling and pieces never change what a prompt is`(
    seed: UInt64
  ) throws {
    var random = PRNG(seed: seed)
    for _ in 0..<200 {
      let messages = RandomJSON.array(
        (0..<3).map { _ in .object([("content", RandomJSON(&random, depth: 3))]) }
      )
      let plain = "{\"messages\":\(messages.text(&random, isPlain: true))}"
      let odd = "{\"messages\":\(messages.text(&random, isPlain: false))}"
      let size = Int.random(in: 1...20, using: &random)
      let (first, second) = (try outline(plain), try outline(odd, size: size))
      #expect(first.chunks == second.chunks, "seed \(seed): \(plain) and \(odd)")
    }
  }
}

/// A JSON value that can be spelled in several ways.
private indirect enum RandomJSON {
  case string([Unicode.Scalar])
  case number(Int)
  case word(String)
  case array([RandomJSON])
  case object([(String, RandomJSON)])

  init(_ random: inout PRNG, depth: Int) {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 3), using: &random) {
    case 0:
      let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "é", "😀", "/", "\u{0}", "漢"]
      let count = Int.random(in: 0...30, using: &random)
      self = .string((0..<count).map { _ in scalars.randomElement(using: &random) ?? "a" })
    case 1: self = .number(Int.random(in: -9...99, using: &random))
    case 2: self = .word(["true", "false"].randomElement(using: &random) ?? "true")
    case 3:
      let count = Int.random(in: 0...3, using: &random)
      self = .array((0..<count).map { _ in RandomJSON(&random, depth: depth - 1) })
    default:
      let keys = ["role", "content", "text", "x"].shuffled(using: &random).prefix(3)
      self = .object(keys.map { ($0, RandomJSON(&random, depth: depth - 1)) })
    }
  }

  func text(_ random: inout PRNG, isPlain: Bool) -> String {
    let space = isPlain ? "" : [" ", "", "\n\t"].randomElement(using: &random) ?? ""
    switch self {
    case .string(let scalars):
      return "\"" + scalars.map { Self.escape($0, &random, isPlain) }.joined() + "\"" + space
    case .number(let number): return "\(number)\(space)"
    case .word(let word): return word + space
    case .array(let values):
      return "[" + space + values.map { $0.text(&random, isPlain: isPlain) }.joined(separator: ",")
        + "]" + space
    case .object(let members):
      let ordered = isPlain ? members : members.shuffled(using: &random)
      let texts = ordered.map { member in
        "\"\(member.0)\"" + space + ":" + space + member.1.text(&random, isPlain: isPlain)
      }
      return "{" + space + texts.joined(separator: "," + space) + "}" + space
    }
  }

  private static func escape(
    _ scalar: Unicode.Scalar,
    _ random: inout PRNG,
    _ isPlain: Bool
  ) -> String {
    let mustEscape = scalar == "\"" || scalar == "\\" || scalar.value < 0x20
    guard mustEscape || !isPlain && Bool.random(using: &random) else { return String(scalar) }
    return String(scalar).utf16.map { unit in
      let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }
}

struct PromptChunkTests {
  @Test func `capitals count twice, digits three times, all else once`() {
    var random = PRNG(seed: 5)
    for count in [0, 1, 7, 8, 9, 255, 256, 3_000] {
      let text = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let expected = text.reduce(0) {
        switch $1 {
        case 0x30...0x39: $0 + 3
        case 0x41...0x5a: $0 + 2
        default: $0 + 1
        }
      }
      #expect(PromptChunk.length(of: text.span) == expected)
    }
    #expect(PromptChunk.length(of: [UInt8](repeating: 0x37, count: 5_000).span) == 15_000)
  }

  @Test func `images count for what they may cost, whatever their size, and are told apart`() throws
  {
    func image(_ data: String) throws -> PromptChunk {
      let url = #"{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(data)"}}"#
      let body = #"{"messages":[{"role":"user","content":[\#(url)]}]}"#
      return try #require(try outline(body).chunks.last)
    }
    let (small, large) = (try image("AAAA"), try image(String(repeating: "B", count: 50_000)))
    #expect(small.length == large.length && (1_000...8_000).contains(small.length))
    #expect(small.digest != large.digest)
  }

  @Test func `what marks a prompt for a cache changes nothing`() throws {
    let plain = try outline(
      #"{"system":[{"type":"text","text":"be kind"}],"messages":[],"tools":[{"a":1},{"b":2}]}"#,
      .messages
    ).chunks
    let mark = #""cache_control":{"type":"ephemeral"}"#
    let marked = try outline(
      #"{"system":[{"type":"text",\#(mark),"text":"be kind"}],"messages":[],"#
        + #""tools":[{"a":1},{\#(mark),"b":2}]}"#,
      .messages
    ).chunks
    #expect(plain == marked && plain.count == 3)
    #expect(try outline(#"{"system":"be kind","messages":[]}"#, .messages).chunks == [plain[2]])
    let more = try outline(#"{"messages":[],"tools":[{"a":1},{"b":3}]}"#).chunks
    #expect(more[0] == plain[0] && more[1] != plain[1])
  }
}
