public import Basics
public import KVIndex

/// Makes the block hashes of a transcript from its chunks: h(i) = H(h(i-1), chunk i).
///
/// A block is a fixed number of bytes of text, and its hash names all chunks up to the one in which
/// the block ends. So a transcript that goes on has the blocks of what it goes on from, and no
/// tokenizer is needed.
public struct TranscriptChain: Sendable {
  /// Bytes of text in one block.
  public static let blockBytes = 256

  private let sip: SipHash
  private var link: UInt64
  private var bytes = 0
  /// The hashes of the blocks that are full.
  public private(set) var blockHashes: [BlockHash] = []

  /// Starts a chain; prompts of two trust groups, models or adapters have no hash in common.
  public init(key: SipHash, group: String, model: String, adapter: String = "") {
    sip = key
    var hasher = key.hasher()
    for part in [group, model, adapter] {
      hasher.append(UInt64(part.utf8.count))
      for byte in part.utf8 { hasher.append(byte: byte) }
    }
    link = hasher.finish()
  }

  /// Appends what comes next in the transcript.
  public mutating func append(_ chunk: PromptChunk) {
    link = hash(chunk.digest, UInt64(chunk.bytes))
    bytes += chunk.bytes
    while (blockHashes.count + 1) * Self.blockBytes <= bytes {
      blockHashes.append(hash(UInt64(blockHashes.count), .max))
    }
  }

  private func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    var hasher = sip.hasher()
    hasher.append(link)
    hasher.append(first)
    hasher.append(second)
    return hasher.finish()
  }
}
