import Basics
import Testing

@testable import KVIndex

@Suite(.timeLimit(.minutes(5)))
struct InferredBlocksTests {
  /// The cache beside its twin, with what whoever follows what is stored and removed takes it for.
  private struct Pair {
    var blocks: InferredBlocks
    var naive: NaiveInferredBlocks
    var followed: Set<BlockHash> = []
    /// Whether something was stored twice, or removed that was not there.
    var isUnsteady = false

    init(tokensMax: Int, blocksMax: Int) {
      blocks = InferredBlocks(tokensMax: tokensMax, blocksMax: blocksMax)
      naive = NaiveInferredBlocks(tokensMax: tokensMax, blocksMax: blocksMax)
    }

    mutating func follow(_ stored: [BlockHash] = [], removed: [BlockHash]) {
      for hash in removed where followed.remove(hash) == nil { isUnsteady = true }
      for hash in stored where !followed.insert(hash).inserted { isUnsteady = true }
    }

    var isAlike: Bool {
      !isUnsteady && followed == naive.held && blocks.count == followed.count
        && blocks.capacityTokens == naive.capacity
    }
  }

  @Test(arguments: 0..<8)
  func `runs of blocks are what blocks would be one by one`(round: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    print("InferredBlocks, round \(round): seed \(seed)")
    var random = PRNG(seed: seed)
    func draw(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    var pair = Pair(tokensMax: 200 + draw(2_000), blocksMax: 20 + draw(100))
    var now = Instant.zero
    // Chains that part from each other anywhere.
    var chains: [[UInt64]] = [[]]
    for _ in 0..<30 {
      let start = chains[draw(chains.count)]
      let identities =
        start.prefix(draw(start.count + 1)) + (0..<1 + draw(25)).map { _ in random.next() }
      chains.append(Array(identities))
    }
    for step in 0..<3_000 {
      now = now.advanced(by: .seconds(Int64(draw(5))))
      switch draw(12) {
      case 0..<10:
        var hasher = BlockHasher(model: "m")
        let identities = chains[1 + draw(chains.count - 1)]
        let hashes = identities.prefix(1 + draw(identities.count)).map {
          hasher.append(identity: $0)
        }
        let (tokens, isProof) = (1 + draw(40), draw(2) == 0)
        var (stored, removed): ([BlockHash], [BlockHash]) = ([], [])
        let held = pair.blocks.use(
          hashes,
          blockTokens: tokens,
          isProof: isProof,
          at: now,
          stored: &stored,
          removed: &removed
        )
        let proofs = pair.naive.use(hashes, blockTokens: tokens, isProof: isProof, at: now)
        let found = proofs.indices.map { depth in held.first { depth < $0.end }?.proof }
        #expect(found == proofs && held.last?.end ?? 0 == proofs.count, "seed \(seed), \(step)")
        pair.follow(stored, removed: removed)
        if draw(10) == 0, let proof = proofs.first, proof > 0 {
          var removed: [BlockHash] = []
          pair.blocks.missed(proof, removed: &removed)
          pair.naive.missed(proof)
          pair.follow(removed: removed)
        }
      case 10:
        pair.blocks.found()
        pair.naive.found()
      default:
        let limit = now.advanced(by: .seconds(-20 - Int64(draw(60))))
        var removed: [BlockHash] = []
        pair.blocks.expire(before: limit, removed: &removed)
        pair.naive.expire(before: limit)
        pair.follow(removed: removed)
      }
      #expect(pair.isAlike, "seed \(seed), step \(step)")
    }
  }

  @Test(arguments: 0..<4)
  func `hashes that are no chain take no more than there is room for, and all go`(round: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    print("InferredBlocks, no chains, round \(round): seed \(seed)")
    var random = PRNG(seed: seed)
    var blocks = InferredBlocks(tokensMax: 1_000, blocksMax: 100)
    var (stored, removed) = (0, 0)
    for second in 0..<5_000 {
      let hashes = (0..<1 + random.next() % 60).map { _ in random.next() % 40 }
      var (new, gone): ([BlockHash], [BlockHash]) = ([], [])
      blocks.use(
        hashes,
        blockTokens: 1 + Int(random.next() % 20),
        isProof: random.next() % 2 == 0,
        at: Instant.zero.advanced(by: .seconds(second)),
        stored: &new,
        removed: &gone
      )
      (stored, removed) = (stored + new.count, removed + gone.count)
      #expect(blocks.count <= 100 && stored - removed == blocks.count, "seed \(seed)")
    }
    var gone: [BlockHash] = []
    blocks.expire(before: Instant.zero.advanced(by: .seconds(5_000)), removed: &gone)
    #expect(blocks.count == 0 && removed + gone.count == stored, "seed \(seed)")
  }
}
