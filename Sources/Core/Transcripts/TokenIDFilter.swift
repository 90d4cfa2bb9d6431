public import Basics

/// Takes the token ids out of an answer that an engine gave because the node asked for them, and
/// keeps them; all other bytes pass as they came.
///
/// What stands in their place is `null`, which engines write where nobody asks. Answers come as
/// events or whole, in pieces of any size.
public struct TokenIDFilter: Sendable {
  private enum Place {
    /// Outside of strings; a key may come next.
    case outside
    case string
    case escape
    /// After the colon of a key whose ids are looked for.
    case value
    /// In the ids.
    case ids
  }

  /// More are not kept; they are taken out all the same.
  public static let tokensMax = 1 << 20

  /// The prompt's tokens, as the engine counts them; nil until they came.
  public private(set) var promptTokens: [UInt32]?
  /// The answer's, as far as they came.
  public private(set) var answerTokens: [UInt32] = []

  private let streams: Bool
  private var place = Place.outside
  private var depth = 0
  /// A bit for each container that is open, the innermost the lowest: whether it is an object.
  private var objects: UInt64 = 0
  private var mayBeKey = false
  private var key: [UInt8] = []
  private var ids: [UInt32] = []
  private var number: UInt64?
  private var idsDepth = 0

  private static let promptKey = Array("prompt_token_ids".utf8)
  private static let answerKey = Array("token_ids".utf8)

  /// Makes a filter of one answer, which may come as events.
  public init(streams: Bool) { self.streams = streams }

  /// Whether the answer to a body can be asked for its ids: the body says nothing of them itself.
  public static func mayAsk(_ body: [UInt8]) -> Bool {
    let word = Array(#""return_token_ids"#.utf8)
    var matched = 0
    for byte in body {
      // Its first byte is nowhere else in the word.
      matched = byte == word[matched] ? matched + 1 : byte == word[0] ? 1 : 0
      if matched == word.count { return false }
    }
    return true
  }

  /// Appends to `output` what is to be handed on of `bytes`.
  public mutating func take(_ bytes: Span<UInt8>, into output: inout Bytes) {
    // What is passed on is copied a run at a time.
    var start = 0
    for index in bytes.indices {
      let wasInside = place == .ids
      take(bytes[index])
      if place == .ids, !wasInside {
        output.append(bytes.extracting(start..<index))
        output.append(Array("null".utf8).span)
      }
      if place == .ids || wasInside { start = index + 1 }
    }
    output.append(bytes.extracting(start...))
  }

  private mutating func take(_ byte: UInt8) {
    switch place {
    case .string:
      switch byte {
      case UInt8(ascii: "\\"): place = .escape
      case UInt8(ascii: "\""): place = .outside
      default: if mayBeKey, key.count <= Self.promptKey.count { key.append(byte) }
      }
    case .escape: place = .string
    case .ids: takeID(byte)
    case .value where byte == UInt8(ascii: "["):
      (place, ids, number, idsDepth) = (.ids, [], nil, 1)
    case .value where byte == 0x20: break
    case .value, .outside:
      place = .outside
      takeMark(byte)
    }
  }

  private mutating func takeMark(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""):
      guard depth > 0 else { return }
      place = .string
      mayBeKey = mayBeKey && isLookedAt
      key.removeAll(keepingCapacity: true)
    case UInt8(ascii: ":"):
      if mayBeKey, key == Self.promptKey || key == Self.answerKey { place = .value }
      mayBeKey = false
    case UInt8(ascii: ","): mayBeKey = objects & 1 == 1
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let isObject = byte == UInt8(ascii: "{")
      depth += 1
      objects = objects << 1 | (isObject ? 1 : 0)
      mayBeKey = isObject
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth = max(0, depth - 1)
      objects >>= 1
      mayBeKey = false
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
      // Each event is a text of its own, whatever came before it.
      if streams { (depth, objects, mayBeKey) = (0, 0, false) }
    default: break
    }
  }

  /// Ids are in the answer itself and in its choices.
  private var isLookedAt: Bool { objects & 1 == 1 && (depth == 1 || depth == 3) }

  private mutating func takeID(_ byte: UInt8) {
    if (0x30...0x39).contains(byte) {
      number = min((number ?? 0) * 10 + UInt64(byte - 0x30), UInt64(UInt32.max))
      return
    }
    if let number, ids.count < Self.tokensMax { ids.append(UInt32(number)) }
    number = nil
    if byte == UInt8(ascii: "[") { idsDepth += 1 }
    if byte == UInt8(ascii: "]") { idsDepth -= 1 }
    guard idsDepth == 0 else { return }
    place = .outside
    if key == Self.promptKey {
      promptTokens = promptTokens ?? ids
    } else {
      answerTokens += ids.prefix(Self.tokensMax - answerTokens.count)
    }
    ids = []
  }
}
