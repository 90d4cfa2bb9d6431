import Basics
import CVectors

/// Cuts a text into pieces of a fixed size, each a chunk of its own: texts that begin alike have
/// chunks in common, however they go on.
struct TextCutter {
  private let sip: SipHash
  private let kind: UInt8
  private var piece = [256 of UInt8](repeating: 0)
  /// Bytes since the last full piece.
  private(set) var tailBytes = 0

  static let pieceBytesMax = 256

  /// Makes a cutter of texts of this kind, whose chunks are told from those of others.
  init(_ sip: SipHash, kind: UInt8) { (self.sip, self.kind) = (sip, kind) }

  /// Goes on with the text.
  mutating func take(_ bytes: Span<UInt8>, into chunks: inout [PromptChunk]) {
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Self.pieceBytesMax - tailBytes)
      let part = bytes.extracting(start..<end)
      start = end
      if part.count == Self.pieceBytesMax {
        chunks.append(chunk(part))
        continue
      }
      for index in part.indices { piece[tailBytes + index] = part[index] }
      tailBytes += part.count
      if tailBytes == Self.pieceBytesMax { self.end(into: &chunks) }
    }
  }

  /// The text ends, and another may begin.
  mutating func end(into chunks: inout [PromptChunk]) {
    guard tailBytes > 0 else { return }
    chunks.append(chunk(piece.span.extracting(first: tailBytes)))
    tailBytes = 0
  }

  private func chunk(_ piece: Span<UInt8>) -> PromptChunk {
    var hasher = sip.hasher()
    hasher.append(UInt64(kind))
    hasher.append(piece)
    hasher.append(UInt64(piece.count))
    return PromptChunk(digest: hasher.finish(), length: PromptChunk.length(of: piece))
  }
}

extension PromptChunk {
  /// How long a text is: a byte counts as one, but a capital as two and a digit as three, since
  /// tokenizers make more tokens of names, numbers and random text than of words.
  ///
  /// Texts of five tokenizers (of Qwen, Llama, Mistral and DeepSeek) and 25 kinds, from prose in a
  /// dozen languages to hexadecimal, are so told to 17 % on average once a tokenizer's own factor
  /// is known, and to 30 % by their bytes.
  static func length(of text: Span<UInt8>) -> Int {
    unsafe text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      var extras = 0
      for start in stride(from: 0, to: bytes.count, by: 2_032) {
        unsafe extras += hearth_digits_and_capitals(base + start, min(2_032, bytes.count - start))
      }
      return bytes.count + extras
    }
  }
}
