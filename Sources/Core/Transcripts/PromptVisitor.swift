import Basics

/// Finds a request's outline and the digests of its prompt in the tokens of its JSON.
///
/// A value's digest is made of its kind, its length and what is in it; an object's of its members
/// in the order of their keys' digests, without those that are null. So it is the same for all
/// spellings of one value, and never for two values.
struct PromptVisitor: JSONVisitor {
  /// Members of a request that mean something here.
  private enum Field: String {
    case model, stream, user, n, messages, prompt, input, system, instructions, tools
    case streamOptions = "stream_options"
    case cacheKey = "prompt_cache_key"
    case maxTokens = "max_tokens"
    case maxCompletionTokens = "max_completion_tokens"
    case maxOutputTokens = "max_output_tokens"
  }

  private enum Kind: UInt8 { case string = 1, array, object, scalar }

  /// An object or an array that is open.
  private struct Frame {
    let isObject: Bool
    var hasher: SipHasher
    /// Where its members begin in ``members``.
    let membersStart: Int
    var count: UInt64 = 0
    var bytes = 0
    /// The digest of the key whose value comes next.
    var key: UInt64 = 0
    /// Whether that key is `content`, and the object a message.
    var isContent = false
  }

  private let sip: SipHash
  private let promptField: Field
  private let systemField: Field?
  private var frames: [Frame] = []
  private var members: [(key: UInt64, value: UInt64)] = []
  private var field: Field?
  private var seen: Set<Field> = []
  private var outline = PromptOutline()
  private(set) var repeatedKey: String?
  private(set) var isObject = false

  private var string: SipHasher
  private var stringBytes = 0
  /// The text of a string that means something here, while it is short.
  private var text: [UInt8]?
  /// Whether the string that is being read is a text of the prompt, which is cut into pieces.
  private var isCut = false
  private var pieceBytes = 0

  /// The text of the message that is being read, in order.
  private var content: [PromptChunk] = []
  private var system: [PromptChunk] = []
  private var tools: [PromptChunk] = []
  private var messages: [PromptChunk] = []

  private static let textBytesMax = 512
  private static let pieceBytesMax = 256
  /// What a chat template puts around a message, in bytes.
  private static let messageBytes = 16
  /// What a token is counted for, in bytes.
  private static let tokenBytes = 4

  init(_ format: PromptFormat, _ sip: SipHash) {
    self.sip = sip
    string = sip.hasher()
    switch format {
    case .chatCompletions: (promptField, systemField) = (.messages, nil)
    case .completions: (promptField, systemField) = (.prompt, nil)
    case .responses: (promptField, systemField) = (.input, .instructions)
    case .messages: (promptField, systemField) = (.messages, .system)
    case .embeddings: (promptField, systemField) = (.input, nil)
    }
    frames.reserveCapacity(8)
    members.reserveCapacity(32)
    messages.reserveCapacity(32)
  }

  mutating func finish() -> PromptOutline {
    outline.chunks = tools + system + messages
    return outline
  }

  // MARK: Containers

  mutating func began(isObject: Bool) {
    if frames.isEmpty { self.isObject = isObject }
    var hasher = sip.hasher()
    hasher.append(byte: (isObject ? Kind.object : .array).rawValue)
    frames.append(Frame(isObject: isObject, hasher: hasher, membersStart: members.count))
    if isInMessage, frames.count == 3 { content.removeAll(keepingCapacity: true) }
  }

  mutating func key(_ key: Span<UInt8>) {
    var hasher = sip.hasher()
    hasher.append(key)
    frames[frames.count - 1].key = hasher.finish()
    if frames.count == 1 {
      field = unsafe key.withUnsafeBufferPointer {
        unsafe Field(rawValue: String(decoding: $0, as: UTF8.self))
      }
      guard let field else { return }
      if !seen.insert(field).inserted { repeatedKey = field.rawValue }
    } else if frames.count == 3, isInMessage {
      frames[2].isContent = key.equals("content")
    } else if frames.count == 2, field == .streamOptions {
      text = key.equals("include_usage") ? [] : nil
    }
  }

  mutating func ended() {
    guard var frame = frames.popLast() else { return }
    if frame.isObject {
      members[frame.membersStart...].sort { $0 < $1 }
      for member in members[frame.membersStart...] {
        frame.hasher.append(member.key)
        frame.hasher.append(member.value)
      }
      frame.count = UInt64(members.count - frame.membersStart)
      members.removeSubrange(frame.membersStart...)
    }
    frame.hasher.append(frame.count)
    endValue(frame.hasher.finish(), bytes: frame.bytes, of: frame)
  }

  /// Whether what is read is a list of messages.
  private var isInMessage: Bool {
    field == promptField && frames.count > 1 && !frames[1].isObject
  }

  /// A value is complete: what it is a part of takes it in.
  private mutating func endValue(_ digest: UInt64, bytes: Int, of container: Frame? = nil) {
    guard let last = frames.indices.last else { return }
    if last == 0 { return endMember(digest, bytes: bytes, of: container) }
    if isInMessage {
      if last == 1 { return endMessage(digest, bytes: bytes) }
      // The parts of a message's text come in order; of the whole it is a member that it has parts.
      if last == 3, frames[2].isContent, !frames[3].isObject {
        return content.append(PromptChunk(digest: digest, bytes: bytes))
      }
      if last == 2, frames[2].isContent, container == nil { return }
    }
    frames[last].bytes += bytes
    if frames[last].isObject {
      members.append((frames[last].key, digest))
    } else {
      frames[last].hasher.append(digest)
      frames[last].count += 1
    }
  }

  private mutating func endMessage(_ digest: UInt64, bytes: Int) {
    messages.append(PromptChunk(digest: digest, bytes: bytes + Self.messageBytes))
    messages += content
    content.removeAll(keepingCapacity: true)
    outline.messageCount = (outline.messageCount ?? 0) + 1
  }

  /// A member of the request is complete.
  private mutating func endMember(_ digest: UInt64, bytes: Int, of container: Frame?) {
    let chunk = PromptChunk(digest: digest, bytes: bytes + Self.messageBytes)
    switch field {
    case .tools: tools = [chunk]
    case promptField:
      if let container, container.isObject { return }
      if container == nil { messages = content }
      outline.messageCount = outline.messageCount ?? (container == nil ? 1 : 0)
    case systemField where container != nil: system = [chunk]
    case systemField: system = content
    default: break
    }
    content.removeAll(keepingCapacity: true)
  }

  // MARK: Strings and scalars

  mutating func beganString() {
    string = sip.hasher()
    string.append(byte: Kind.string.rawValue)
    (stringBytes, pieceBytes, text) = (0, 0, nil)
    let isWhole = frames.count == 1 && (field == promptField || field == systemField)
    let isContent = frames.count == 3 && isInMessage && frames[2].isContent
    isCut = isWhole || isContent
    guard frames.count == 1 else { return }
    switch field {
    case .model, .user, .cacheKey: text = []
    default: break
    }
  }

  mutating func part(_ bytes: Span<UInt8>) {
    stringBytes += bytes.count
    if let count = text?.count, count + bytes.count <= Self.textBytesMax {
      for index in bytes.indices { text?.append(bytes[index]) }
    } else {
      text = nil
    }
    guard isCut else {
      string.append(bytes)
      return
    }
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Self.pieceBytesMax - pieceBytes)
      string.append(bytes.extracting(start..<end))
      pieceBytes += end - start
      start = end
      if pieceBytes == Self.pieceBytesMax { endPiece() }
    }
  }

  private mutating func endPiece() {
    string.append(UInt64(pieceBytes))
    content.append(PromptChunk(digest: string.finish(), bytes: pieceBytes))
    pieceBytes = 0
    string = sip.hasher()
    string.append(byte: Kind.string.rawValue)
  }

  mutating func endedString() {
    if isCut {
      if pieceBytes > 0 { endPiece() }
      isCut = false
      return endValue(0, bytes: 0)
    }
    if frames.count == 1, let text {
      let value = String(decoding: text, as: UTF8.self)
      switch field {
      case .model: outline.model = value
      case .user: outline.user = value
      case .cacheKey: outline.cacheKey = value
      default: break
      }
    }
    string.append(UInt64(stringBytes))
    endValue(string.finish(), bytes: stringBytes)
  }

  mutating func scalar(_ bytes: Span<UInt8>) {
    let word = unsafe bytes.withUnsafeBufferPointer {
      unsafe String(decoding: $0, as: UTF8.self)
    }
    if frames.count == 1 { note(word) }
    if frames.count == 2, field == .streamOptions, text != nil {
      outline.wantsUsage = word == "true"
    }
    // A member that is null is as good as none.
    if word == "null", frames.last?.isObject == true { return }
    var hasher = sip.hasher()
    hasher.append(byte: Kind.scalar.rawValue)
    hasher.append(bytes)
    hasher.append(UInt64(bytes.count))
    guard frames.count != 1 || field != promptField else { return }
    // A prompt may be a list of tokens.
    if frames.count == 2, isInMessage {
      messages.append(PromptChunk(digest: hasher.finish(), bytes: Self.tokenBytes))
      outline.messageCount = (outline.messageCount ?? 0) + 1
    } else {
      endValue(hasher.finish(), bytes: bytes.count)
    }
  }

  private mutating func note(_ word: String) {
    switch field {
    case .stream: outline.streams = word == "true"
    case .maxTokens, .maxCompletionTokens, .maxOutputTokens:
      outline.outputTokensMax = Int(word) ?? outline.outputTokensMax
    case .n: outline.answers = Int(word) ?? 1
    default: break
    }
  }
}
