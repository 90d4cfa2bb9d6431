import Basics

/// What a request says that only an engine needs which makes its answers up.
public struct RequestOptions: JSONVisitor {
  /// The tool that must be called; nil where none must.
  public var calledTool: String? { mustCall ? namedTool ?? firstTool : nil }
  /// Texts that are to be embedded.
  public private(set) var inputs = 1

  private var mustCall = false
  private var namedTool: String?
  private var firstTool: String?
  /// The keys on the way to the value that comes next; empty for an element.
  private var path: [String] = []
  private var word: [UInt8] = []
  private var elements = 0

  private static let wordBytesMax = 256

  /// Makes the options of a request that says nothing.
  public init() {}

  /// Reads a request's body.
  public init(_ body: Span<UInt8>) throws(JSONFault) {
    var scanner = JSONScanner()
    try scanner.take(body, &self)
    try scanner.finish(&self)
  }

  mutating func began(isObject: Bool) {
    count()
    path.append("")
    if path.count == 2, path[0] == "input" { elements = 0 }
  }

  mutating func ended() {
    path.removeLast()
    if path == ["input"] { inputs = max(1, elements) }
  }

  mutating func key(_ key: Span<UInt8>) {
    path[path.count - 1] = unsafe key.withUnsafeBufferPointer {
      unsafe String(decoding: $0, as: UTF8.self)
    }
  }

  mutating func beganString() {
    count()
    word = []
  }

  mutating func part(_ bytes: Span<UInt8>) {
    for index in bytes.indices where word.count < Self.wordBytesMax { word.append(bytes[index]) }
  }

  mutating func endedString() {
    let value = String(decoding: word, as: UTF8.self)
    switch path {
    case ["tool_choice"]: mustCall = value == "required"
    case ["tool_choice", "type"]: mustCall = ["any", "tool", "function"].contains(value)
    case ["tool_choice", "name"], ["tool_choice", "function", "name"]: namedTool = value
    case ["tools", "", "name"], ["tools", "", "function", "name"]: firstTool = firstTool ?? value
    default: break
    }
  }

  mutating func scalar(_ text: Span<UInt8>) {}

  /// A list of numbers is one text, of tokens.
  private mutating func count() { if path == ["input", ""] { elements += 1 } }
}
