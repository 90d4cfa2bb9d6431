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
  /// How long a token is taken to be until it is known better: four bytes of prose.
  public static let tokenLength = 4

  /// Where a transcript stands, for whoever goes on with it elsewhere.
  public struct Link: Sendable {
    /// What blocks are hashed with: of one trust group, model and adapter.
    public let key: (UInt64, UInt64)
    /// Names all that was appended.
    public let digest: UInt64
    /// The length of the transcript.
    public let length: Int
    /// The length of a block; at least 1.
    public let blockLength: Int

    /// Makes a link from its parts.
    public init(key: (UInt64, UInt64), digest: UInt64, length: Int, blockLength: Int) {
      (self.key, self.digest) = (key, digest)
      (self.length, self.blockLength) = (max(0, length), max(1, blockLength))
    }

    /// Full blocks up to here.
    public var blockCount: Int { length / blockLength }
  }

  private let sip: SipHash
  private var blockCount: Int
  /// Where it stands.
  public private(set) var link: Link

  /// The hashes of the blocks that were filled since it was made.
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
    var hasher = key.hasher()
    for part in [group, model, adapter] {
      hasher.append(UInt64(part.utf8.count))
      for byte in part.utf8 { hasher.append(byte: byte) }
    }
    let first = hasher.finish()
    hasher.append(byte: 1)
    let blockLength = max(1, blockTokens) * Self.tokenLength
    self.init(
      after: Link(key: (first, hasher.finish()), digest: 0, length: 0, blockLength: blockLength)
    )
  }

  /// Goes on with a chain.
  public init(after link: Link) {
    (self.link, blockCount, sip) = (link, link.blockCount, SipHash(key: link.key))
  }

  /// The length of the transcript in tokens, as far as its text tells it.
  public var tokensEstimate: Int {
    max(1, (link.length + Self.tokenLength - 1) / Self.tokenLength)
  }

  /// Appends what comes next in the transcript.
  public mutating func append(_ chunk: PromptChunk) {
    let (length, overflow) = link.length.addingReportingOverflow(chunk.length)
    link = Link(
      key: link.key,
      digest: hash(chunk.digest, UInt64(chunk.length)),
      length: overflow ? link.length : length,
      blockLength: link.blockLength
    )
    while blockCount < link.blockCount {
      blockHashes.append(hash(UInt64(blockCount), .max))
      blockCount += 1
    }
  }

  private func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    var hasher = sip.hasher()
    hasher.append(link.digest)
    hasher.append(first)
    hasher.append(second)
    return hasher.finish()
  }
}
