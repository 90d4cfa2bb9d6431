import Basics
import KVIndex
import Testing

@testable import KVEvents

@Suite(.timeLimit(.minutes(5)))
struct TranscriptResidencyTests {
  private typealias Transcript = TranscriptResidency.Transcript

  /// Stores blocks of two tokens that are named like their last token.
  private func stored(
    _ tokens: [UInt32],
    after parent: UInt64? = nil,
    adapter: String = "",
    tier: KVTier = .gpu
  ) -> KVBatch {
    let names = stride(from: 1, to: tokens.count, by: 2).map { UInt64(tokens[$0]) }
    return KVBatch([
      .stored(
        KVStored(
          hashes: names,
          parent: parent,
          tokens: tokens,
          blockTokens: 2,
          adapter: adapter,
          tier: tier
        )
      )
    ])
  }

  private func removed(_ names: [UInt64], _ tier: KVTier = .gpu) -> KVBatch {
    KVBatch([.removed(names, tier)])
  }

  private func transcript(
    _ hashes: [BlockHash],
    blockLength: Int = 2,
    adapter: String = ""
  ) -> Transcript {
    Transcript(
      hashes: hashes,
      blockLength: blockLength,
      length: hashes.count * blockLength,
      adapter: adapter
    )
  }

  private func changes(_ table: inout TranscriptResidency) -> [[BlockHash]] {
    let changes = table.takeChanges()
    return [changes.removed, changes.stored]
  }

  @Test func `a transcript is held where its tokens are, whichever is told first`() {
    for tokensFirst in [false, true] {
      var table = TranscriptResidency()
      table.apply(stored([98, 99]), rank: 0)
      if !tokensFirst { table.apply(stored([1, 2, 3, 4]), rank: 0) }
      table.note(transcript([10, 20]), tokens: [1, 2, 3, 4])
      if tokensFirst {
        #expect(changes(&table) == [[], []])
        table.apply(stored([1, 2, 3, 4]), rank: 0)
      }
      #expect(changes(&table) == [[], [10, 20]])
      table.apply(removed([4]), rank: 0)
      #expect(changes(&table) == [[20], []])
      // With a block go those that follow it.
      table.note(transcript([10, 20]), tokens: [1, 2, 3, 4])
      table.apply(stored([3, 4], after: 2), rank: 0)
      #expect(changes(&table) == [[], [20]])
      table.apply(removed([2]), rank: 0)
      #expect(changes(&table) == [[10, 20], []])
    }
  }

  @Test func `blocks of both kinds end at about the same share of the tokens`() {
    // Three blocks and a quarter are 13 tokens.
    let transcript = Transcript(hashes: [1, 2, 3], blockLength: 100, length: 325)
    #expect((1...3).map { transcript.end($0, tokens: 13, blockTokens: 2) } == [2, 4, 6])
    #expect((1...3).map { transcript.end($0, tokens: 3, blockTokens: 2) } == [1, 1, 1])
    // A length that can't be.
    let short = Transcript(hashes: [1, 2], blockLength: 10, length: 5)
    #expect((1...2).map { short.end($0, tokens: 40, blockTokens: 4) } == [5, 10])
  }

  @Test func `prompts of less than a block of the engine are not held`() {
    var table = TranscriptResidency()
    table.apply(stored([1, 2]), rank: 0)
    table.note(transcript([10], blockLength: 1), tokens: [1])
    #expect(changes(&table) == [[], []])
  }

  @Test func `storing twice is storing once, and removing what is not there is nothing`() {
    var table = TranscriptResidency()
    table.apply(removed([2, 4]), rank: 0)
    for _ in 0..<3 { table.apply(stored([1, 2, 3, 4]), rank: 0) }
    table.note(transcript([10, 20]), tokens: [1, 2, 3, 4])
    #expect(changes(&table) == [[], [10, 20]])
    table.apply(removed([4]), rank: 0)
    table.apply(removed([4]), rank: 0)
    #expect(changes(&table) == [[20], []])
    #expect(table.engineBlockCount == 1)
  }

  @Test func `a block is held while any rank or tier has it`() {
    var table = TranscriptResidency()
    table.apply(stored([1, 2]), rank: 0)
    table.apply(stored([1, 2]), rank: 1)
    table.note(transcript([10]), tokens: [1, 2])
    #expect(changes(&table) == [[], [10]])
    table.apply(removed([2]), rank: 0)
    let offload = KVStored(hashes: [2], parent: nil, tokens: [], blockTokens: 8, tier: .host)
    table.apply(KVBatch([.stored(offload)]), rank: 1)
    table.apply(removed([2]), rank: 1)
    #expect(changes(&table) == [[], []])
    table.apply(removed([2], .host), rank: 1)
    #expect(changes(&table) == [[10], []])
  }

  @Test func `a rank that cleared its cache or is lost holds nothing`() {
    for isLost in [false, true] {
      var table = TranscriptResidency()
      table.apply(stored([1, 2]), rank: 0)
      table.apply(stored([3, 4]), rank: 1)
      table.note(transcript([10]), tokens: [1, 2])
      table.note(transcript([30]), tokens: [3, 4])
      #expect(changes(&table) == [[], [10, 30]])
      if isLost { table.clear(rank: 1) } else { table.apply(KVBatch([.cleared]), rank: 1) }
      #expect(changes(&table) == [[30], []])
    }
  }

  @Test func `what one adapter computed is not found for another`() {
    var table = TranscriptResidency()
    table.apply(stored([1, 2], adapter: "alpha"), rank: 0)
    table.note(transcript([10]), tokens: [1, 2])
    table.note(transcript([20], adapter: "alpha"), tokens: [1, 2])
    #expect(changes(&table) == [[], [20]])
  }

  @Test func `prefixes that began before anyone listened are found by what follows`() {
    var table = TranscriptResidency()
    // Blocks 2 and 4 are not told of; 6 follows 4.
    table.apply(stored([5, 6, 7, 8], after: 4), rank: 0)
    table.note(transcript([10, 20, 30, 40]), tokens: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(changes(&table) == [[], [10, 20, 30, 40]])
    table.apply(removed([4]), rank: 0)
    #expect(changes(&table) == [[10, 20, 30, 40], []])
  }

  @Test func `turns whose tokens are not told count until as much was dropped as is held`() {
    var table = TranscriptResidency()
    table.apply(stored([1, 2, 3, 4]), rank: 0)
    table.assume(transcript([10]))
    table.apply(stored([5, 6, 7, 8]), rank: 0)
    table.apply(removed([2]), rank: 0)
    table.apply(stored([11, 12]), rank: 0)
    table.assume(transcript([30]))
    #expect(changes(&table) == [[], [10, 30]])
    // One more goes with each that comes.
    for (name, token) in [(4, 21), (6, 23), (8, 25), (12, 27)] as [(UInt64, UInt32)] {
      let batch = removed([name]).events + stored([token, token + 1]).events
      #expect(changes(&table) == [[], []])
      table.apply(KVBatch(batch), rank: 0)
    }
    #expect(changes(&table) == [[10], []])
    #expect(table.transcriptBlockCount == 1)
  }

  @Test func `memory is bounded, and what is beyond it is not held`() {
    var table = TranscriptResidency(engineBlocksMax: 2, transcriptBlocksMax: 1)
    table.apply(stored([1, 2, 3, 4, 5, 6]), rank: 0)
    #expect(table.engineBlockCount == 2)
    table.note(transcript([10, 20, 30]), tokens: [1, 2, 3, 4, 5, 6])
    #expect(changes(&table) == [[], [10]])
    // Tokens that no block is ever told for wait for a while.
    for turn in 0..<UInt32(2 * TranscriptResidency.waitingMax) {
      table.note(transcript([UInt64(turn) + 100]), tokens: [turn + 100, turn + 101])
    }
    table.apply(removed([2, 4]), rank: 0)
    table.apply(stored([100, 101]), rank: 0)
    #expect(changes(&table) == [[10], []])
  }

  /// Conversations whose transcripts' blocks are five tokens, on an engine whose blocks are four.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `what is held is what the engine would find`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var engine = PrefixCachingEngine(capacity: 10 + Int(random.next() % 60), blockTokens: 4)
    var table = TranscriptResidency()
    var held: Set<BlockHash> = []
    var talks = (0..<6).map { talk in (0..<20).map { UInt32($0 < 12 ? $0 : 1_000 * talk + $0) } }
    func hashes(_ tokens: [UInt32]) -> [BlockHash] {
      var sip = SipHash(key: (1, 2)).hasher()
      var hashes: [BlockHash] = []
      for (index, token) in tokens.enumerated() {
        sip.append(UInt64(token))
        if index % 5 == 4 { hashes.append(sip.finish()) }
      }
      return hashes
    }
    for _ in 0..<120 {
      let talk = Int(random.next() % 6)
      talks[talk] += (0..<random.next() % 9).map { _ in UInt32(random.next() % 50_000) }
      if talks[talk].count > 150 { talks[talk].removeLast(talks[talk].count - 15) }
      if random.next() % 40 == 0 { engine.reset() }
      let tokens = talks[talk]
      engine.run(tokens)
      let turn = Transcript(hashes: hashes(tokens), blockLength: 5, length: tokens.count)
      // The tokens are told before what the engine stored is, after that, or both.
      let order = random.next() % 3
      let isBehind = order == 0 && !engine.batches.allSatisfy(isStoring)
      if order != 1 { table.note(turn, tokens: tokens) }
      for batch in engine.batches { table.apply(batch, rank: 0) }
      engine.batches = []
      if order != 0 { table.note(turn, tokens: tokens) }
      let changes = table.takeChanges()
      held.subtract(changes.removed)
      held.formUnion(changes.stored)
      #expect(held.count == table.transcriptBlockCount)
      for tokens in talks {
        let found = hashes(tokens).prefix { held.contains($0) }.count
        let cached = engine.cachedTokens(tokens)
        #expect(found * 5 < cached + 4, "seed \(seed)")
        #expect(!hashes(tokens).dropFirst(found).contains { held.contains($0) }, "seed \(seed)")
      }
      if engine.cachedTokens(tokens) == tokens.count / 4 * 4, !isBehind {
        #expect(hashes(tokens).allSatisfy { held.contains($0) }, "seed \(seed)")
      }
    }
  }

  private func isStoring(_ batch: KVBatch) -> Bool {
    batch.events.allSatisfy { if case .stored = $0 { true } else { false } }
  }
}
