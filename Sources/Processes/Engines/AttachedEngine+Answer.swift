import Transcripts
import Wire

extension AttachedEngine {
  /// Reads an answer as it passes, and takes out what nobody asked for.
  final class Answer {
    /// What is handed on.
    struct Piece {
      var bytes: [UInt8] = []
      var tokens = 0
    }

    private let hidesUsage: Bool
    /// Whether all that comes is the answer, and nothing of it is read but its usage.
    private let isOpaque: Bool
    private var hasBegun = false
    private var streams = false
    private var splitter = EventSplitter()
    private var reader = AnswerReader()

    init(hidesUsage: Bool, isOpaque: Bool) {
      (self.hidesUsage, self.isOpaque) = (hidesUsage, isOpaque)
    }

    var usage: AnswerUsage { reader.usage }
    /// Whether the engine said in the answer that it failed.
    var isError: Bool { streams && reader.isError }
    var endedByLength: Bool {
      ["length", "max_tokens", "incomplete"].contains(reader.finishReason)
    }

    func begin(streams: Bool) { self.streams = streams }

    func take(_ bytes: Span<UInt8>) -> Piece {
      guard streams else {
        let had = hasBegun
        reader.take(body: bytes)
        hasBegun = reader.hasContent || isOpaque
        return Piece(bytes: [UInt8](bytes), tokens: !had && hasBegun ? 1 : 0)
      }
      var piece = Piece()
      splitter.take(bytes) { take(event: $0, into: &piece) }
      return piece
    }

    /// What is left of an answer that ended.
    func finish() -> Piece {
      var piece = Piece()
      if streams { splitter.finish { take(event: $0, into: &piece) } }
      return piece
    }

    private func take(event: Span<UInt8>, into piece: inout Piece) {
      let read = reader.take(event: event)
      if read.hasContent { piece.tokens += 1 }
      guard !read.isUsageOnly || !hidesUsage else { return }
      piece.bytes.append(copying: event)
    }
  }
}
