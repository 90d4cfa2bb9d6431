import Basics
import Client
import HearthMessages
import Transcripts
import Wire

/// Reads a request's body as it comes, and makes the turn of it that the request asks for.
final class RequestReader {
  /// What a request asks for.
  struct Reading {
    let outline: PromptOutline
    let turn: TurnRequest
    /// Where its prompt ends, for the node that answers it; nil where nobody can go on from there.
    let link: HearthV1.TranscriptLink?
  }

  /// More hashes the router does not take: it gets those of a longer prompt's beginning.
  private static let blocksMax = 65_536

  /// As it came.
  private(set) var body: [UInt8] = []
  private let head: HTTPRequestHead
  private let key: PromptKey
  private var scanner: PromptScanner
  private var fault: JSONFault?

  init(_ format: PromptFormat, _ head: HTTPRequestHead, _ key: PromptKey) {
    (self.head, self.key) = (head, key)
    scanner = PromptScanner(format, key: key.values)
  }

  /// The name of a request: the client's where that can be one, else one of our own.
  static func requestID(of head: HTTPRequestHead, _ number: UInt64) -> String {
    let marks: Set<Character> = [".", "_", "/", ":", "-"]
    if let given = head.fields.text("x-request-id"), (1...128).contains(given.count),
      given.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || marks.contains($0)) })
    {
      return given
    }
    return "req_" + String(number, radix: 16)
  }

  /// Reads on.
  func take(_ bytes: Span<UInt8>) {
    body.append(copying: bytes)
    guard fault == nil else { return }
    do throws(JSONFault) {
      try scanner.take(bytes)
    } catch {
      fault = error
    }
  }

  /// There is no more: what the request asks for, unless that can't be meant.
  func finish(
    id: String,
    _ client: GatewayClient,
    _ models: ServedModels,
    _ context: GatewayTurn.Context
  ) throws(APIError) -> Reading {
    let outline = try outline()
    guard let name = outline.model, !name.isEmpty, !name.utf8.contains(0) else {
      throw APIError(400, "missing_model", "name a model: \"model\" is missing or no text")
    }
    guard let count = outline.messageCount, count > 0 else {
      throw APIError(400, "missing_prompt", "there is no prompt, or it is empty")
    }
    if let max = outline.outputTokensMax, max < 1 {
      throw APIError(
        400,
        "invalid_max_tokens",
        "the most tokens of an answer must be a whole number, 1 or more"
      )
    }
    guard outline.answers > 0 else {
      throw APIError(400, "invalid_n", "\"n\" must be 1 or more")
    }
    // Whether it is served is for the control plane to say. Until it did nobody knows the size of
    // its blocks, and replicas with others would not be taken.
    let known = models[name]
    let served = known ?? ServedModel(model: name, blockTokens: 16)
    var chain = TranscriptChain(
      key: key.chains,
      group: client.group,
      model: served.model,
      adapter: served.adapter,
      blockTokens: served.blockTokens
    )
    let whole = outline.chunks.count - (outline.tail?.isEmpty == false ? 1 : 0)
    for chunk in outline.chunks[..<whole] { chain.append(chunk) }
    // Of several answers nobody knows which one goes on.
    let link = outline.answers == 1 ? outline.tail.map { key.link(chain, tail: $0) } : nil
    for chunk in outline.chunks[whole...] { chain.append(chunk) }
    var turn = TurnRequest(
      id: id,
      model: served.model,
      tenant: client.tenant,
      origin: context.region,
      promptTokens: chain.tokensEstimate,
      blockHashes: known == nil ? [] : Array(chain.blockHashes.prefix(Self.blocksMax)),
      blockTokens: served.blockTokens,
      outputTokensMax: outline.outputTokensMax ?? context.outputTokensMax
    )
    turn.adapter = served.adapter
    turn.isEstimated = true
    turn.priority = client.priority
    turn.session = session(outline)
    return Reading(outline: outline, turn: turn, link: link)
  }

  private func outline() throws(APIError) -> PromptOutline {
    do throws(JSONFault) {
      if let fault { throw fault }
      let outline = try scanner.finish()
      try checkText()
      return outline
    } catch {
      throw APIError(400, "invalid_json", "the body, at byte \(error.offset): \(error.reason)")
    }
  }

  private func checkText() throws(JSONFault) {
    let body = body
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: body.span)
    } catch {
      throw JSONFault(reason: "this is not UTF-8", offset: error.byteOffsets.lowerBound)
    }
  }

  /// What the client says is one conversation: a hint, and no more.
  private func session(_ outline: PromptOutline) -> String {
    for name: StaticString in ["x-session-id", "x-session-affinity", "x-correlation-id"] {
      if let value = head.fields.text(name), !value.isEmpty { return String(value.prefix(256)) }
    }
    return (outline.cacheKey ?? outline.user ?? "").replacing("\0", with: "")
  }
}
