import Basics

/// Finds what an engine says is wrong: `error.message`, `message` or `detail`, whichever it has.
public struct ErrorReader: JSONVisitor {
  private var depth = 0
  private var isWanted = false
  private var isInError = false
  private var text: [UInt8] = []
  private var found: String?

  private static let textBytesMax = 4_096

  /// Makes a reader.
  public init() {}

  /// The message in the body of an error; nil where there is none.
  public mutating func message(in body: Span<UInt8>) -> String? {
    var scanner = JSONScanner()
    do throws(JSONFault) {
      try scanner.take(body, &self)
    } catch {
      return found
    }
    return found
  }

  mutating func began(isObject: Bool) { depth += 1 }

  mutating func ended() {
    depth -= 1
    if depth < 2 { isInError = false }
  }

  mutating func key(_ key: Span<UInt8>) {
    if depth == 1 { isInError = key.equals("error") }
    isWanted =
      depth == 1 && (key.equals("message") || key.equals("detail") || key.equals("error"))
      || depth == 2 && isInError && key.equals("message")
  }

  mutating func beganString() { text = [] }

  mutating func part(_ bytes: Span<UInt8>) {
    guard isWanted, found == nil else { return }
    for index in bytes.indices where text.count < Self.textBytesMax { text.append(bytes[index]) }
  }

  mutating func endedString() {
    if isWanted, found == nil { found = String(decoding: text, as: UTF8.self) }
  }

  mutating func scalar(_ text: Span<UInt8>) {}
}
