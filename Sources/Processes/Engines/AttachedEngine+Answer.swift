import Basics
import FleetSpec
import HearthMessages
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
    private let hidesIDs: Bool
    private var filter: TokenIDFilter?
    private var passed = Bytes()
    private var splitter = EventSplitter()
    private let transcript: AnswerBlocks?
    private var reader: AnswerReader
    private var errorWords: String?

    init(to turn: EngineTurn, hidesIDs: Bool) {
      self.hidesIDs = hidesIDs
      isOpaque = turn.request.http?.path == "/v1/embeddings"
      hidesUsage = turn.request.http?.addsUsage ?? false
      transcript = AnswerBlocks(of: turn)
      reader = transcript?.reader ?? AnswerReader()
    }

    /// What an answer adds to its transcript.
    struct Addition {
      /// Blocks of the prompt that it goes on from.
      var promptCount = 0
      /// The blocks that it fills.
      var hashes: [UInt64] = []
      /// The length of the transcript with it.
      var length = 0
    }

    /// What the answer, which ended, adds to its transcript; nothing where it was cut off.
    func addition() -> Addition? {
      guard let transcript, reader.finishReason != nil else { return nil }
      let (hashes, length) = transcript.end(reader.finishTranscript())
      return Addition(promptCount: transcript.promptCount, hashes: hashes, length: length)
    }

    /// The tokens of the prompt; nil until the engine says them.
    var promptTokens: [UInt32]? { filter?.promptTokens }
    /// The tokens of the answer, as far as they came.
    var answerTokens: [UInt32] { filter?.answerTokens ?? [] }

    var usage: AnswerUsage { reader.usage }
    /// Whether the engine said in the answer that it failed.
    var isError: Bool { streams && reader.isError }
    /// Whether nothing follows that means something.
    var isWhole: Bool { reader.isWhole }
    var endedByLength: Bool {
      ["length", "max_tokens", "incomplete"].contains(reader.finishReason)
    }

    func begin(streams: Bool) {
      self.streams = streams
      if hidesIDs { filter = TokenIDFilter(streams: streams) }
    }

    func take(_ bytes: Span<UInt8>) -> Piece {
      guard filter != nil else { return read(bytes) }
      passed.removeAll(keeping: 64 << 10)
      filter?.take(bytes, into: &passed)
      return passed.withSpan { read($0) }
    }

    private func read(_ bytes: Span<UInt8>) -> Piece {
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

    /// What the engine said when it failed in the middle.
    func failure(of replica: ReplicaSpec) -> EngineFailure {
      let words = errorWords.map { ": " + $0.prefix(200) } ?? ""
      return EngineFailure(.gone, "\(replica.id) ended the answer with an error\(words)")
    }

    private func take(event: Span<UInt8>, into piece: inout Piece) {
      // After an error comes nothing but an end, which would make the answer look complete.
      guard !isError else { return }
      let read = reader.take(event: event)
      guard !isError else {
        var errors = ErrorReader()
        errorWords = errors.message(inEvent: event)
        return
      }
      if read.hasContent { piece.tokens += 1 }
      guard !read.isUsageOnly || !hidesUsage else { return }
      piece.bytes.append(copying: event)
    }
  }
}
