import CYAML

/// Reads one YAML document of hostile origin into a tree, within bounds.
///
/// Anchors, aliases and tags are refused: settings need none, and aliases are how a small text
/// becomes a huge tree.
public struct YAMLReader {
  /// How much of a text is read before it is refused.
  public struct Limits: Sendable {
    /// Most bytes of the text.
    public var bytesMax = 1 << 20
    /// Most nodes of the tree.
    public var nodesMax = 50_000
    /// Most lists and maps inside each other.
    public var depthMax = 32
    /// Most bytes of one text in it.
    public var scalarBytesMax = 16_384

    /// Makes the limits: 1 MiB, 50,000 nodes, 32 deep, 16 KiB a text.
    public init() {}
  }

  private let limits: Limits
  private let parser: EventParser
  private var nodeCount = 0
  private var depth = 0

  /// Reads `text`, which must be UTF-8; nil when there is nothing but comments in it.
  public static func read(
    _ text: [UInt8],
    limits: Limits = .init()
  ) throws(YAMLError) -> YAMLNode? {
    let start = YAMLMark(line: 1, column: 1)
    guard text.count <= limits.bytesMax else {
      throw YAMLError(
        mark: start,
        message: "more than \(limits.bytesMax) bytes"
      )
    }
    guard let parser = EventParser(text) else {
      throw YAMLError(mark: start, message: "out of memory while reading the file")
    }
    var reader = YAMLReader(limits: limits, parser: parser)
    return try reader.document()
  }

  private init(limits: Limits, parser: EventParser) {
    self.limits = limits
    self.parser = parser
  }

  private mutating func document() throws(YAMLError) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let event = try parser.next()
      switch event.kind {
      case .structure: continue
      case .streamEnd: return root
      case _ where root != nil:
        throw YAMLError(mark: event.mark, message: "a second document begins; only one is allowed")
      default: root = try node(event)
      }
    }
  }

  private mutating func node(_ event: EventParser.Event) throws(YAMLError) -> YAMLNode {
    nodeCount += 1
    guard nodeCount <= limits.nodesMax else {
      throw YAMLError(mark: event.mark, message: "more than \(limits.nodesMax) values")
    }
    guard !event.hasAnchor else {
      throw YAMLError(mark: event.mark, message: "anchors (&name) are not allowed")
    }
    guard !event.hasTag else {
      throw YAMLError(mark: event.mark, message: "tags (!name) are not allowed")
    }
    switch event.kind {
    case .scalar(let text, let isPlain):
      guard text.utf8.count <= limits.scalarBytesMax else {
        throw YAMLError(
          mark: event.mark,
          message: "a string of \(text.utf8.count) bytes; the limit is \(limits.scalarBytesMax)"
        )
      }
      let isNull = isPlain && ["", "~", "null"].contains(text)
      return YAMLNode(isNull ? .null : .scalar(text), mark: event.mark)
    case .listStart: return YAMLNode(.list(try list(at: event.mark)), mark: event.mark)
    case .mapStart: return YAMLNode(.map(try map(at: event.mark)), mark: event.mark)
    case .alias: throw YAMLError(mark: event.mark, message: "aliases (*name) are not allowed")
    case .structure, .end, .streamEnd:
      throw YAMLError(mark: event.mark, message: "a value is missing")
    }
  }

  private mutating func list(at mark: YAMLMark) throws(YAMLError) -> [YAMLNode] {
    try enter(mark)
    var items: [YAMLNode] = []
    while true {
      let event = try parser.next()
      if case .end = event.kind { break }
      items.append(try node(event))
    }
    depth -= 1
    return items
  }

  private mutating func map(at mark: YAMLMark) throws(YAMLError) -> [YAMLEntry] {
    try enter(mark)
    var entries: [YAMLEntry] = []
    while true {
      let event = try parser.next()
      if case .end = event.kind { break }
      let key = try node(event)
      guard case .scalar(let text) = key.value else {
        throw YAMLError(mark: event.mark, message: "a key must be a string")
      }
      let value = try node(try parser.next())
      entries.append(YAMLEntry(key: text, mark: key.mark, value: value))
    }
    depth -= 1
    return entries
  }

  private mutating func enter(_ mark: YAMLMark) throws(YAMLError) {
    depth += 1
    guard depth <= limits.depthMax else {
      throw YAMLError(mark: mark, message: "more than \(limits.depthMax) levels of lists and maps")
    }
  }
}
