/// Where a log is written to: as it is, or as a terminal may show it, and its last lines only
/// where that is asked for.
struct LogOutput {
  /// Most bytes that are held for their last lines.
  private static let heldMax = 32 << 20

  private let isShown: Bool
  private let write: ([UInt8]) -> Void
  private var linesMax: Int?
  private var held: [UInt8] = []

  /// Makes an output; where a person `isShown` it, nothing that moves the cursor is written.
  init(
    isShown: Bool,
    tail: Int? = nil,
    write: @escaping ([UInt8]) -> Void = { Terminal.write($0) }
  ) {
    (self.isShown, self.write) = (isShown, write)
    linesMax = tail
  }

  /// Whether only the last lines of what comes until ``flush()`` are wanted.
  var isHolding: Bool { linesMax != nil }

  /// Takes some of the log.
  mutating func add(_ bytes: [UInt8]) {
    held += bytes
    if linesMax != nil {
      if held.count > Self.heldMax { held.removeFirst(held.count - Self.heldMax / 2) }
      return
    }
    let end = isShown ? held.wholeCharacters : held.count
    send(held[..<end])
    held.removeFirst(end)
  }

  /// Writes what is held; from now on everything is written at once.
  mutating func flush() {
    if let linesMax { held.removeFirst(held.startOfLast(linesMax)) }
    linesMax = nil
    send(held[...])
    held = []
  }

  private func send(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    guard isShown else { return write(Array(bytes)) }
    let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
      .replacing("\r", with: "\n")
    write(Array(Terminal.safe(text, lines: true).utf8))
  }
}

extension [UInt8] {
  /// How many bytes there are up to a character that is not complete.
  fileprivate var wholeCharacters: Int {
    for back in 1...3 where back <= count {
      let byte = self[count - back]
      if byte & 0xc0 == 0x80 { continue }
      let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
      return length > back ? count - back : count
    }
    return count
  }

  /// Where the last lines begin; a last one without an end counts, too.
  fileprivate func startOfLast(_ lines: Int) -> Int {
    guard lines > 0 else { return count }
    var left = lines
    var index = last == UInt8(ascii: "\n") ? count - 1 : count
    while index > 0 {
      if self[index - 1] == UInt8(ascii: "\n") {
        left -= 1
        if left == 0 { return index }
      }
      index -= 1
    }
    return 0
  }
}
