import Basics
import Transcripts

@testable import KVEvents

/// Batches of KV events, and answers with ids in them: what is read is within bounds, and however
/// an answer is cut, it is read alike.
func fuzzKVEvents(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  let size = 1 + Int(reader.byte() % 16)
  let text = reader.rest()
  switch choice % 3 {
  case 0: fuzzBatches(text)
  case 1: precondition(filtered(text, size) == filtered(text, max(1, text.count)))
  default:
    var sources = KVSourceReader()
    _ = sources.sources(in: text.span, host: "h")
  }
}

/// Batches, each with its length before it, and turns of the tokens in them.
private func fuzzBatches(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  var residency = TranscriptResidency(engineBlocksMax: 64, transcriptBlocksMax: 64)
  var held: Set<UInt64> = []
  while !reader.isAtEnd {
    let rank = Int(reader.byte()) % TranscriptResidency.ranksMax
    let payload = reader.take(reader.word())
    if let batch = try? KVBatchReader.read(payload.span) {
      residency.apply(batch, rank: rank)
      for case .stored(let stored) in batch.events {
        let hashes = (0..<UInt64(stored.hashes.count)).map { stored.hashes[Int($0)] &+ $0 }
        let length = stored.tokens.count
        residency.note(.init(hashes: hashes, blockLength: 3, length: length), tokens: stored.tokens)
      }
    } else {
      residency.clear(rank: rank)
    }
    let changes = residency.takeChanges()
    held.subtract(changes.removed)
    held.formUnion(changes.stored)
    precondition(held.count == residency.transcriptBlockCount)
    precondition(residency.engineBlockCount <= 64 && held.count <= 64)
  }
}

private func filtered(_ text: [UInt8], _ size: Int) -> [[UInt8]] {
  var filter = TokenIDFilter(streams: text.first.map { $0 & 1 == 0 } ?? false)
  var output = Bytes()
  for start in stride(from: 0, to: text.count, by: size) {
    filter.take(text[start..<min(text.count, start + size)].span, into: &output)
  }
  return [output.array(), (filter.promptTokens ?? []).map { UInt8(truncatingIfNeeded: $0) }]
}
