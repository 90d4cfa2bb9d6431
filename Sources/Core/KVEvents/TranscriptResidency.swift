public import KVIndex

/// Which blocks of transcripts an engine holds, as it follows from what it says of its own blocks.
///
/// The engine's blocks are of tokens, and it names them; a transcript's are of text, and clients
/// name them. They meet in a turn: its answer tells the tokens of its prompt, by which the engine's
/// names are found, and block k of the n of its transcript ends about where the same share of the
/// tokens does. A block of a transcript is held while the engine holds all blocks from the one
/// before it to its own end, and while the transcript's block before it is held. One that was found
/// once stays with the engine's blocks that it was found in, as long as turns lead there.
///
/// What the engine stores is told a moment before or after the tokens are, so the latest
/// ``waitingMax`` turns whose blocks are not all known are looked at again when more is told.
///
/// The blocks of turns whose tokens aren't told are taken as held from their end until the engine
/// has dropped as many blocks as it holds: it drops first what was unused for longest.
///
/// Memory is some 150 bytes a block of the engine, and 200 a block of a transcript; both are
/// bounded.
public struct TranscriptResidency: Sendable {
  /// A turn's transcript, up to some point.
  public struct Transcript: Sendable {
    /// Its full blocks.
    public var hashes: [BlockHash]
    /// The length of a block.
    public var blockLength: Int
    /// The length of all of it, in the same measure.
    public var length: Int
    /// LoRA adapter, or empty.
    public var adapter: String

    /// Makes a transcript.
    public init(hashes: [BlockHash], blockLength: Int, length: Int, adapter: String = "") {
      (self.hashes, self.blockLength) = (hashes, max(1, blockLength))
      (self.length, self.adapter) = (max(length, hashes.count * max(1, blockLength)), adapter)
    }

    /// How many of the engine's blocks the first `count` of the transcript's take, when all of it
    /// is so many tokens.
    func end(_ count: Int, tokens: Int, blockTokens: Int) -> Int {
      let share = Double(count * blockLength) / Double(max(1, length))
      let blocks = (share * Double(tokens) / Double(blockTokens)).rounded(.up)
      return max(1, min(Int(blocks), tokens / blockTokens))
    }
  }

  private struct Waiting: Sendable {
    let transcript: Transcript
    let tokenCount: Int
    var chain: TokenChain
  }

  static let waitingMax = 256
  private static let waitingBlocksMax = 1 << 18

  private var blocks: EngineBlocks
  private var held: HeldTranscripts
  private var waiting: [Waiting] = []
  /// Turns that came before it was known how many tokens a block has.
  private var early: [(transcript: Transcript, tokens: [UInt32])] = []
  private static let earlyTokensMax = 1 << 18

  /// Makes the table of an engine that holds nothing.
  public init(engineBlocksMax: Int = 1 << 20, transcriptBlocksMax: Int = 1 << 20) {
    blocks = EngineBlocks(countMax: engineBlocksMax)
    held = HeldTranscripts(countMax: transcriptBlocksMax)
  }

  /// Ranks of an engine that can be told apart.
  public static let ranksMax = EngineBlocks.ranksMax

  /// Blocks that the engine is known to hold.
  var engineBlockCount: Int { blocks.count }

  /// Blocks of transcripts that it holds.
  var transcriptBlockCount: Int { held.count }

  /// A rank of the engine says what changed.
  public mutating func apply(_ batch: KVBatch, rank: Int) {
    var hasStored = false
    for event in batch.events {
      switch event {
      case .stored(let stored):
        blocks.store(stored, rank: rank)
        hasStored = true
      case .removed(let hashes, let tier):
        blocks.remove(hashes, rank: rank, tier) { held.lost($0) }
      case .cleared: clear(rank: rank)
      }
    }
    held.expire(dropped: blocks.dropped, engineBlocks: blocks.count)
    guard hasStored, blocks.blockTokens != nil else { return }
    for turn in early { note(turn.transcript, tokens: turn.tokens) }
    early = []
    waiting = waiting.filter { turn in
      var turn = turn
      let before = turn.chain.hashes.count
      blocks.find(&turn.chain, mayJump: false)
      if turn.chain.hashes.count > before { settle(turn) }
      return !turn.chain.isFound
    }
  }

  /// Nothing is known of a rank any more.
  public mutating func clear(rank: Int) {
    blocks.clear(rank: rank) { held.lost($0) }
    if blocks.count == 0 { held.clear() }
  }

  /// A turn's tokens are these so far: its prompt's, and perhaps its answer's.
  public mutating func note(_ transcript: Transcript, tokens: [UInt32]) {
    guard let blockTokens = blocks.blockTokens else {
      let count = early.reduce(tokens.count) { $0 + $1.tokens.count }
      if count <= Self.earlyTokensMax, early.count < Self.waitingMax {
        early.append((transcript, tokens))
      }
      return
    }
    var turn = Waiting(
      transcript: transcript,
      tokenCount: tokens.count,
      chain: TokenChain(tokens, blockTokens: blockTokens, adapter: transcript.adapter)
    )
    blocks.find(&turn.chain, mayJump: true)
    settle(turn)
    guard !turn.chain.isFound else { return }
    waiting.append(turn)
    var count = waiting.reduce(0) { $0 + $1.chain.digests.count }
    while waiting.count > Self.waitingMax || count > Self.waitingBlocksMax {
      count -= waiting.removeFirst().chain.digests.count
    }
  }

  /// A turn was computed whose tokens aren't told.
  public mutating func assume(_ transcript: Transcript) {
    held.assume(transcript.hashes, dropped: blocks.dropped)
  }

  /// What changed since this was last asked, each block once.
  public mutating func takeChanges() -> (removed: [BlockHash], stored: [BlockHash]) {
    held.takeChanges()
  }

  /// Takes the transcript's blocks as held whose engine's blocks are found, from the first on.
  private mutating func settle(_ turn: Waiting) {
    guard let blockTokens = blocks.blockTokens else { return }
    var (start, parent) = (0, BlockHash?.none)
    for (index, hash) in turn.transcript.hashes.enumerated() {
      if let end = held.end(of: hash, in: turn.chain.hashes) {
        (start, parent) = (end, hash)
        continue
      }
      let end = turn.transcript.end(
        index + 1,
        tokens: turn.tokenCount,
        blockTokens: blockTokens
      )
      guard end <= turn.chain.hashes.count else { return }
      let range = turn.chain.hashes[min(start, end - 1)..<end]
      guard range.allSatisfy(blocks.contains),
        held.hold(hash, after: parent, in: Array(range), end: end)
      else { return }
      (start, parent) = (end, hash)
    }
  }
}
