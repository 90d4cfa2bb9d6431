import CYAML

/// Owner of one libyaml parser and of the text that it reads: events out, values only.
@safe final class EventParser {
  /// What came next in a text.
  struct Event {
    enum Kind {
      /// The beginning of the stream, or the beginning or the end of a document.
      case structure
      case streamEnd
      case scalar(String, isPlain: Bool)
      case listStart
      case mapStart
      /// The end of a list or a map.
      case end
      case alias
    }

    let kind: Kind
    let mark: YAMLMark
    var hasAnchor = false
    var hasTag = false
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// Makes a parser of a copy of `bytes`; nil when there is no memory.
  init?(_ bytes: [UInt8]) {
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    unsafe text = .allocate(capacity: max(1, bytes.count))
    _ = unsafe text.initialize(from: bytes)
    guard unsafe yaml_parser_initialize(parser) == 1 else { return nil }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe text.deallocate()
  }

  /// The next event; must not be called again after an error or the end of the stream.
  func next() throws(YAMLError) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw fault() }
    defer { unsafe yaml_event_delete(&event) }
    let mark = unsafe YAMLMark(event.start_mark)
    switch unsafe event.type {
    case YAML_STREAM_END_EVENT: return Event(kind: .streamEnd, mark: mark)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return Event(kind: .end, mark: mark)
    case YAML_ALIAS_EVENT: return Event(kind: .alias, mark: mark)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      return unsafe Event(
        kind: .listStart,
        mark: mark,
        hasAnchor: start.anchor != nil,
        hasTag: start.tag != nil
      )
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      return unsafe Event(
        kind: .mapStart,
        mark: mark,
        hasAnchor: start.anchor != nil,
        hasTag: start.tag != nil
      )
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return unsafe Event(
        kind: .scalar(
          String(decoding: bytes, as: UTF8.self),
          isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE
        ),
        mark: mark,
        hasAnchor: scalar.anchor != nil,
        hasTag: scalar.tag != nil
      )
    default: return Event(kind: .structure, mark: mark)
    }
  }

  /// What the parser found wrong; its own words, but for the two that people meet without a clue.
  private func fault() -> YAMLError {
    let offset = unsafe parser.pointee.problem_offset
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      let before = unsafe text.prefix(offset)
      let line = unsafe before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      let newlines = unsafe before.count { $0 == UInt8(ascii: "\n") }
      let mark = YAMLMark(line: newlines + 1, column: offset - line + 1)
      return YAMLError(mark: mark, message: "a byte that is not valid UTF-8")
    }
    let mark = unsafe YAMLMark(parser.pointee.problem_mark)
    let index = unsafe Int(clamping: parser.pointee.problem_mark.index)
    if unsafe index < text.count, unsafe text[index] == UInt8(ascii: "\t") {
      return YAMLError(mark: mark, message: "a tab where only spaces may indent")
    }
    let words = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
    return YAMLError(mark: mark, message: "not YAML: \(words ?? "out of memory")")
  }
}

extension YAMLMark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
  }
}
