import Basics

/// Finds a request's outline and the chunks of its prompt in the tokens of its JSON.
///
/// A value's digest is made of its kind, its length and what is in it; an object's of its members
/// in the order of their keys' digests, without those that are null. So it is the same for all
/// spellings of one value, and never for two values.
///
/// A message is the chunk of its role, then its thoughts, its text, and all else that it has. What
/// no engine reads does not count: members that are null or empty, names and states of items,
/// marks for caches. A text is the same as a list with one part that is this text.
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

  /// What becomes of the value that comes next.
  private enum Use { case member, role, content, thought, text, type, medium, none }

  private typealias Kind = ValueKind

  /// An object or an array that is open.
  private struct Frame {
    let isObject: Bool
    var hasher: SipHasher
    /// Where its members begin in ``members``.
    let membersStart: Int
    var count: UInt64 = 0
    var length = 0
    /// The digest of the key whose value comes next.
    var key: UInt64 = 0
    var use = Use.member
    /// Whether it is a part that is a text, as far as its type and its members say.
    var isText = false
    var hasText = false
  }

  private let sip: SipHash
  private let format: PromptFormat
  private let promptField: Field
  private let systemField: Field?
  private var frames: [Frame] = []
  private var members: [(key: UInt64, value: UInt64)] = []
  private var field: Field?
  private var seen: Set<Field> = []
  private var outline = PromptOutline()
  private(set) var objection: String?
  private(set) var isObject = false

  private var string: SipHasher
  private var (stringBytes, stringLength) = (0, 0)
  /// The text of a string that means something here, while it is short.
  private var text: [UInt8]?
  private var texts: TextCutter
  private var thoughts: TextCutter
  /// What the string that is being read is cut for; else it is digested whole.
  private var cut = Use.member
  /// The last bytes of a prompt that is one text.
  private var tail: [UInt8] = []

  /// Of the message that is being read, in order; and of its part.
  private var role: UInt64 = 0
  private var thought: [PromptChunk] = []
  private var content: [PromptChunk] = []
  private var part: [PromptChunk] = []
  private var system: [PromptChunk] = []
  private var tools: [PromptChunk] = []
  private var messages: [PromptChunk] = []

  private static let textBytesMax = 512
  /// What a chat template puts around a message.
  private static let messageLength = 16
  /// What a token is counted for.
  private static let tokenLength = 4
  /// What an image or another medium is counted for, however large: 1,024 tokens.
  private static let mediumLength = 4_096
  private static let textTypes = ["text", "input_text", "output_text"]

  init(_ format: PromptFormat, _ sip: SipHash) {
    (self.format, self.sip) = (format, sip)
    string = sip.hasher()
    texts = TextCutter(sip, kind: Kind.string.rawValue)
    thoughts = TextCutter(sip, kind: Kind.thought.rawValue)
    switch format {
    case .chatCompletions: (promptField, systemField) = (.messages, nil)
    case .completions: (promptField, systemField) = (.prompt, nil)
    case .responses: (promptField, systemField) = (.input, .instructions)
    case .messages: (promptField, systemField) = (.messages, .system)
    case .embeddings: (promptField, systemField) = (.input, nil)
    }
  }

  /// Makes room for a request: an answer has less in it, and may take long.
  mutating func makeRoom() {
    frames.reserveCapacity(8)
    members.reserveCapacity(32)
    messages.reserveCapacity(32)
  }

  mutating func finish() -> PromptOutline {
    outline.chunks = tools + system + messages
    // What has no such option is never streamed.
    if format == .embeddings { outline.streams = false }
    return outline
  }

  // MARK: Containers

  mutating func began(isObject: Bool) {
    if frames.isEmpty { self.isObject = isObject }
    check(isObject: isObject)
    var hasher = sip.hasher()
    hasher.append(byte: (isObject ? Kind.object : .array).rawValue)
    frames.append(Frame(isObject: isObject, hasher: hasher, membersStart: members.count))
    if frames.count == 3, isInMessage {
      role = 0
      content.removeAll(keepingCapacity: true)
      thought.removeAll(keepingCapacity: true)
    }
  }

  /// Objects to messages that are none, of which an engine might make something else; nil is for
  /// what is no container.
  private mutating func check(isObject: Bool?) {
    guard field == .messages, promptField == .messages, frames.count < 3 else { return }
    if frames.count == 1, isObject != false {
      objection = "\"messages\" is no list"
    } else if frames.count == 2, isInMessage, isObject != true {
      objection = "a message is no object"
    }
  }

  mutating func key(_ key: Span<UInt8>) {
    var hasher = sip.hasher()
    hasher.append(key)
    let last = frames.count - 1
    (frames[last].key, frames[last].use) = (hasher.finish(), .member)
    if last == 0 {
      field = unsafe key.withUnsafeBufferPointer {
        unsafe Field(rawValue: String(decoding: $0, as: UTF8.self))
      }
      guard let field else { return }
      if !seen.insert(field).inserted { objection = "\"\(field.rawValue)\" is given twice" }
    } else if field == .tools || field == promptField || field == systemField {
      // Lists of tools are read as JSON.
      frames[last].use = use(of: key)
      if field == .tools, frames[last].use != .none {
        frames[last].length += key.count + Self.tokenLength
      }
    } else if last == 1, field == .streamOptions {
      text = key.equals("include_usage") ? [] : nil
    }
  }

  private func use(of key: Span<UInt8>) -> Use {
    guard let member = PromptMember(key) else { return .member }
    let (isOfMessage, depth) = (frames.count == 3 && isInMessage, frames.count)
    switch member {
    case .cacheMark: return .none
    case .role where isOfMessage: return .role
    case .content where isOfMessage: return .content
    case .thought where isOfMessage: return .thought
    case .type where isOfMessage || isInPart: return .type
    case .text where isInPart: return .text
    // What no engine reads.
    case .id where isOfMessage, .state where isOfMessage, .remark where isOfMessage || isInPart,
      .index where depth == 5 && isInMessage, .parsed where depth == 6 && isInMessage:
      return .none
    case .medium where depth > 4: return .medium
    default: return .member
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
    endValue(PromptChunk(digest: frame.hasher.finish(), length: frame.length), frame)
  }

  /// Whether what is read is a list of messages.
  private var isInMessage: Bool {
    field == promptField && frames.count > 1 && !frames[1].isObject
  }

  /// At what depth the text stands that is being read: in the request, or in a message.
  private var contentDepth: Int? {
    if field == systemField { return 1 }
    return isInMessage && frames.count > 2 && frames[2].use == .content ? 3 : nil
  }

  /// Whether the innermost container is a part of a text that comes in parts.
  private var isInPart: Bool {
    guard let depth = contentDepth, frames.count == depth + 2 else { return false }
    return !frames[depth].isObject && frames[depth + 1].isObject
  }

  /// A value is complete: what it is a part of takes it in.
  ///
  /// `container` is nil for a string or a scalar.
  private mutating func endValue(_ value: PromptChunk, _ container: Frame? = nil) {
    guard let last = frames.indices.last else { return }
    if let depth = contentDepth, last == depth, !frames[depth].isObject {
      return endPart(value, container)
    }
    if last == 0 { return endField(value, container) }
    if last == 1, isInMessage { return endMessage(value, container) }
    if last == 1, field == .tools, !frames[1].isObject { return tools.append(value) }
    switch frames[last].use {
    case .role:
      role = value.digest
      return
    case .none, .text, .thought: return
    case .content where container?.isObject == false: return
    // A message is all the same without what is empty.
    case _ where container?.count == 0 && last == 2 && isInMessage && frames[2].isObject: return
    case .member, .content, .type, .medium: break
    }
    frames[last].length += frames[last].use == .medium ? Self.mediumLength : value.length
    if frames[last].isObject {
      members.append((frames[last].key, value.digest))
    } else {
      frames[last].hasher.append(value.digest)
      frames[last].count += 1
    }
  }

  /// A part of a text that comes in parts is complete.
  private mutating func endPart(_ value: PromptChunk, _ container: Frame?) {
    if let container, container.isText, container.hasText, container.count == 1 {
      content += part
    } else {
      let digest = sip.digest(of: value.digest, as: .array)
      content += [PromptChunk(digest: digest, length: value.length)] + part
    }
    part.removeAll(keepingCapacity: true)
  }

  private mutating func endMessage(_ value: PromptChunk, _ container: Frame?) {
    outline.messageCount = (outline.messageCount ?? 0) + 1
    guard let container, container.isObject else {
      // A prompt may be a list of tokens.
      return messages.append(value)
    }
    messages.append(head(role))
    messages += thought
    messages += content
    if container.count > 0 { messages.append(value) }
  }

  private func head(_ role: UInt64) -> PromptChunk {
    PromptChunk(digest: sip.digest(of: role, as: .role), length: Self.messageLength)
  }

  /// A member of the request is complete.
  private mutating func endField(_ value: PromptChunk, _ container: Frame?) {
    switch field {
    case .tools where container == nil || container?.isObject == true: tools = [value]
    case promptField:
      if let container, container.isObject { return }
      outline.messageCount = outline.messageCount ?? (container == nil ? 1 : 0)
      if format == .completions {
        outline.tail = container == nil ? tail : nil
      } else if format != .embeddings {
        outline.tail = []
      }
      guard container == nil else { break }
      // The same as what a user says.
      messages = (format == .responses ? [head(sip.digest(of: "user"))] : []) + content
    case systemField: system = container?.isObject == true ? [value] : content
    default: break
    }
    content.removeAll(keepingCapacity: true)
  }

  // MARK: Strings and scalars

  mutating func beganString() {
    (string, stringBytes, stringLength, text) = (sip.hasher(), 0, 0, nil)
    string.append(byte: Kind.string.rawValue)
    cut = .member
    check(isObject: nil)
    guard let last = frames.last else { return }
    if frames.count == 1 {
      switch field {
      case .model, .user, .cacheKey: text = []
      case promptField, systemField: cut = .content
      default: break
      }
    } else {
      switch last.use {
      case .content, .thought, .text: cut = last.use
      case .type: text = []
      default: break
      }
    }
  }

  mutating func part(_ bytes: Span<UInt8>) {
    switch cut {
    case .content:
      texts.take(bytes, into: &content)
      if format == .completions, frames.count == 1 { keepTail(of: bytes) }
    case .thought: thoughts.take(bytes, into: &thought)
    case .text: texts.take(bytes, into: &part)
    default:
      string.append(bytes)
      stringBytes += bytes.count
      stringLength += PromptChunk.length(of: bytes)
    }
    guard let count = text?.count else { return }
    if count + bytes.count <= Self.textBytesMax {
      for index in bytes.indices { text?.append(bytes[index]) }
    } else {
      text = nil
    }
  }

  private mutating func keepTail(of bytes: Span<UInt8>) {
    let count = texts.tailBytes
    if bytes.count >= count { tail.removeAll(keepingCapacity: true) }
    for index in max(0, bytes.count - count)..<bytes.count { tail.append(bytes[index]) }
  }

  mutating func endedString() {
    let value = text.map { String(decoding: $0, as: UTF8.self) }
    let last = frames.count - 1
    switch cut {
    case .content:
      texts.end(into: &content)
      if last == 0 { endField(PromptChunk(digest: 0, length: 0), nil) }
      return
    case .thought: return thoughts.end(into: &thought)
    case .text:
      frames[last].hasText = true
      return texts.end(into: &part)
    default: break
    }
    if last == 0, let value {
      switch field {
      case .model: outline.model = value
      case .user: outline.user = value
      case .cacheKey: outline.cacheKey = value
      default: break
      }
    }
    if last > 0, frames[last].use == .type, let value {
      frames[last].isText = Self.textTypes.contains(value)
      // What an item of a list of messages is unless it says otherwise.
      if last == 2, value == "message" { return }
    }
    if stringBytes == 0, last == 2, isInMessage, frames[2].isObject { return }
    string.append(UInt64(stringBytes))
    endValue(PromptChunk(digest: string.finish(), length: stringLength))
  }

  mutating func scalar(_ bytes: Span<UInt8>) {
    let word = unsafe bytes.withUnsafeBufferPointer {
      unsafe String(decoding: $0, as: UTF8.self)
    }
    check(isObject: nil)
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
    let isToken = frames.count == 2 && isInMessage
    let length = isToken ? Self.tokenLength : PromptChunk.length(of: bytes)
    endValue(PromptChunk(digest: hasher.finish(), length: length))
  }

  private mutating func note(_ word: String) {
    switch field {
    case .stream: outline.streams = word == "true"
    case .maxTokens, .maxCompletionTokens, .maxOutputTokens:
      if word != "null" { outline.outputTokensMax = Self.whole(word) }
    case .n: if word != "null" { outline.answers = Self.whole(word) }
    default: break
    }
  }

  /// A whole number, however it is written; 0 for anything else.
  private static func whole(_ word: String) -> Int {
    Int(word) ?? Double(word).flatMap { Int(exactly: $0) } ?? 0
  }
}
