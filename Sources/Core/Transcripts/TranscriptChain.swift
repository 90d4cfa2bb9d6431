public import Basics
public import KVIndex

/// Makes the block hashes of a transcript from its chunks: h(i) = H(h(i-1), chunk i).
///
/// A transcript is what an engine reads and then says: tools, system prompt, messages, the answer.
/// Its block i is the stretch from i to i + 1 times a fixed length of text, which stands for about
/// as many tokens as an engine's block has. How many they really are depends on text and tokenizer
/// and is learnt elsewhere, from usage: hashes never change with what is learnt. A block's hash
/// names all chunks up to the one in which the block ends. So a transcript that goes on has the
/// blocks of what it goes on from, and no tokenizer is needed. To find where a block ends among an
/// engine's tokens, take the same share of the prompt's tokens as of its length.
public struct TranscriptChain: Sendable {
  /// How long a token is taken to be, in bytes of text, until it is known better: as in English
  /// prose.
  public static let tokenBytes = 4

  private let blockBytes: Int
  private let sip: SipHash
  private var link: UInt64
  private var bytes = 0

  /// The length of the transcript as far as its text tells it.
  public var tokensEstimate: Int { max(1, (bytes + Self.tokenBytes - 1) / Self.tokenBytes) }

  /// The hashes of the blocks that are full.
  public private(set) var blockHashes: [BlockHash] = []

  /// Starts a chain; prompts of two trust groups of tenants, models or adapters have no hash in
  /// common.
  public init(
    key: SipHash,
    group: String = "",
    model: String,
    adapter: String = "",
    blockTokens: Int
  ) {
    sip = key
    blockBytes = max(1, blockTokens) * Self.tokenBytes
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
    while (blockHashes.count + 1) * blockBytes <= bytes {
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
