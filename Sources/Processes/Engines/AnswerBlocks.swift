import Basics
import HearthMessages
import KVIndex
import Transcripts

/// The blocks of its transcript that a turn's answer fills.
struct AnswerBlocks {
  private let link: HearthV1.TranscriptLink
  private let format: PromptFormat
  private let adapter: String
  private let trustGroup: String

  /// Follows the answer of a turn; nil where the turn does not say what its answer goes on with.
  init?(of turn: EngineTurn) {
    guard let http = turn.request.http, let link = http.transcript, link.blockLength > 0,
      link.tail.count <= 256, let format = PromptFormat(path: http.path)
    else { return nil }
    (self.link, self.format) = (link, format)
    (adapter, trustGroup) = (turn.request.adapter, turn.trustGroup)
  }

  /// What reads the answer.
  var reader: AnswerReader {
    let key = SipHash(key: (link.valueKeyLow, link.valueKeyHigh))
    return AnswerReader(format, key: key, tail: link.tail)
  }

  /// Full blocks of the prompt that the answer goes on from.
  var promptCount: Int { chainLink.blockCount }

  /// The hashes of the blocks that an answer of these chunks fills, as they are kept, and how long
  /// the transcript is then.
  func end(_ chunks: [PromptChunk]) -> (hashes: [BlockHash], length: Int) {
    var chain = TranscriptChain(after: chainLink)
    for chunk in chunks { chain.append(chunk) }
    let hashes = chain.blockHashes.under(adapter: adapter, trustGroup: trustGroup)
    return (hashes, chain.link.length)
  }

  private var chainLink: TranscriptChain.Link {
    .init(
      key: (link.blockKeyLow, link.blockKeyHigh),
      digest: link.digest,
      length: Int(link.length),
      blockLength: Int(link.blockLength)
    )
  }
}
