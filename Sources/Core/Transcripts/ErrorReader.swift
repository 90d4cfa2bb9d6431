import Basics

/// Finds what an engine says is wrong: `error.message`, `message` or `detail`, whichever it has.
///
/// A `detail` that is a list, as FastAPI has it, says for each fault where it is and what it is.
public struct ErrorReader: JSONVisitor {
  /// What the text that comes next is.
  private enum Use { case message, part, place, none }

  private var depth = 0
  private var use = Use.none
  private var (isInError, isInDetail) = (false, false)
  private var text: [UInt8] = []
  private var found: String?
  /// Of the list of faults: where the one that is read is and what it is; and all before it.
  private var (place, part, parts): ([String], String, [String]) = ([], "", [])

  private static let (textBytesMax, placesMax, partsMax) = (4_096, 16, 4)

  /// Makes a reader.
  public init() {}

  /// The message in the body of an error; nil where there is none.
  public mutating func message(in body: Span<UInt8>) -> String? {
    var scanner = JSONScanner()
    // What was found before a fault is as good.
    try? scanner.take(body, &self)
    return words
  }

  /// The message in an event of a stream.
  public mutating func message(inEvent event: Span<UInt8>) -> String? {
    var scanner = JSONScanner()
    EventData.forEachLine(of: event) { try? scanner.take($0, &self) }
    return words
  }

  private var words: String? {
    if let found { return found }
    // A message that was cut off is better than none.
    if use == .message, !text.isEmpty { return String(decoding: text, as: UTF8.self) }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  mutating func began(isObject: Bool) { depth += 1 }

  mutating func ended() {
    depth -= 1
    if depth < 2 { isInError = false }
    guard isInDetail, depth == 2 else { return }
    let words = place.joined(separator: ".") + (place.isEmpty || part.isEmpty ? "" : ": ") + part
    if !words.isEmpty, parts.count < Self.partsMax { parts.append(words) }
    (place, part, use) = ([], "", .none)
  }

  mutating func key(_ key: Span<UInt8>) {
    use = .none
    switch depth {
    case 1:
      (isInError, isInDetail) = (key.equals("error"), key.equals("detail"))
      if isInError || isInDetail || key.equals("message") { use = .message }
    case 2 where isInError && key.equals("message"): use = .message
    case 3 where isInDetail && key.equals("msg"): use = .part
    case 3 where isInDetail && key.equals("loc"): use = .place
    default: break
    }
  }

  mutating func beganString() { text = [] }

  mutating func part(_ bytes: Span<UInt8>) {
    guard use != .none, found == nil else { return }
    for index in bytes.indices where text.count < Self.textBytesMax { text.append(bytes[index]) }
  }

  mutating func endedString() {
    guard use != .none, found == nil else { return }
    let words = String(decoding: text, as: UTF8.self)
    switch use {
    case .message: found = words
    case .part: part = words
    case .place: if place.count < Self.placesMax { place.append(words) }
    case .none: break
    }
  }

  mutating func scalar(_ text: Span<UInt8>) {
    guard use == .place, place.count < Self.placesMax else { return }
    place.append(unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) })
  }
}
