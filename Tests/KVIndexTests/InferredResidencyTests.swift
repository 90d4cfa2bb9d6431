import Basics
import KVIndex
import Testing

@Suite(.timeLimit(.minutes(5)))
struct InferredResidencyTests {
  /// Replicas whose engines tell nothing, with an index of what they are taken to hold.
  private struct Fleet {
    var index = PrefixIndex(seed: 3)
    var inferred: InferredResidency
    var now = Instant.zero
    private var prompts: [UInt64: InferredResidency.Prompt] = [:]
    private var turnCount: UInt64 = 0

    init(replicas: Int32 = 2, blocks: Int = 100, blockTokens: Int = 16, hashesMax: Int = 1 << 20) {
      inferred = InferredResidency(hashesMax: hashesMax)
      for slot in 0..<replicas {
        index.attach(slot, blockLimit: blocks)
        inferred.attach(slot, blockCount: blocks, blockTokens: blockTokens)
      }
    }

    mutating func place(_ hashes: [BlockHash], on slot: Int32 = 0) -> UInt64 {
      turnCount += 1
      prompts[turnCount] = inferred.placed(
        hashes,
        blockTokens: 16,
        usable: hashes.count,
        on: slot
      )
      return turnCount
    }

    mutating func accept(_ id: UInt64, by slot: Int32 = 0) {
      guard var prompt = prompts[id] else { return }
      inferred.accepted(&prompt, by: slot, at: now, in: &index)
      prompts[id] = prompt
    }

    mutating func end(
      _ id: UInt64,
      found blocks: Int?,
      answer: [BlockHash] = [],
      by slot: Int32 = 0
    ) {
      guard let prompt = prompts.removeValue(forKey: id) else { return }
      inferred.ended(
        prompt,
        cachedTokens: blocks.map { $0 * 16 },
        answer: answer,
        by: slot,
        at: now,
        in: &index
      )
    }

    /// A turn that finds so many blocks, from placement to end.
    mutating func run(_ hashes: [BlockHash], found blocks: Int, on slot: Int32 = 0) {
      let id = place(hashes, on: slot)
      accept(id, by: slot)
      end(id, found: blocks, by: slot)
    }

    /// A turn whose blocks were taken to have 20 tokens each, and had 24.
    mutating func runEstimated(_ hashes: [BlockHash], found tokens: Int) {
      guard
        var prompt = inferred.placed(
          hashes,
          blockTokens: 20,
          isEstimated: true,
          usable: hashes.count,
          on: 0
        )
      else { return }
      inferred.accepted(&prompt, by: 0, at: now, in: &index)
      inferred.ended(
        prompt,
        cachedTokens: tokens,
        blockTokens: 24,
        by: 0,
        at: now,
        in: &index
      )
    }

    func matched(_ hashes: [BlockHash]) -> [Int32] {
      var match = PrefixMatch()
      index.match(hashes.span, into: &match)
      return match.blocks
    }
  }

  private func hashes(_ range: Range<Int>) -> [BlockHash] { range.map { BlockHash($0) } }

  @Test func `a turn's blocks are held once its replica accepted it, and there alone`() {
    var fleet = Fleet()
    let prompt = hashes(1..<11)
    let id = fleet.place(prompt, on: 1)
    #expect(fleet.matched(prompt) == [0, 0])
    fleet.accept(id, by: 0)
    #expect(fleet.matched(prompt) == [0, 0], "another's reservation")
    fleet.accept(id, by: 1)
    #expect(fleet.matched(prompt) == [0, 10])
    fleet.accept(id, by: 1)
    fleet.end(id, found: 0, by: 1)
    fleet.end(id, found: 0, by: 1)
    #expect(fleet.matched(prompt) == [0, 10])
    #expect(fleet.index.counters == PrefixIndex.Counters())
    // A turn that was refused leaves nothing.
    fleet.end(fleet.place(hashes(50..<60)), found: nil)
    #expect(fleet.index.blockCount == 10)
  }

  @Test func `an answer's blocks are held after those of its prompt`() {
    var fleet = Fleet()
    let id = fleet.place(hashes(0..<10))
    fleet.accept(id)
    fleet.end(id, found: 0, answer: hashes(10..<14))
    #expect(fleet.matched(hashes(0..<20))[0] == 14)
    // They were not there: they go, and what came before stays.
    fleet.run(hashes(0..<20), found: 10)
    #expect(fleet.index.counters == PrefixIndex.Counters())
  }

  @Test func `an estimate that is somewhat off evicts nothing`() {
    var fleet = Fleet()
    fleet.runEstimated(hashes(0..<40), found: 0)
    let capacity = fleet.inferred.capacityTokens(0)
    // Forty blocks of 24 tokens, less the last and what a denser end makes of them.
    fleet.runEstimated(hashes(0..<44), found: 920)
    #expect(fleet.inferred.capacityTokens(0) == capacity)
    fleet.runEstimated(hashes(0..<48), found: 480)
    #expect(fleet.inferred.capacityTokens(0) < capacity, "half of it was missed")
  }

  @Test func `what was unused for longest goes first, from its end`() {
    var fleet = Fleet(blocks: 20)
    fleet.run(hashes(0..<10), found: 0)
    fleet.run(hashes(100..<108), found: 0)
    fleet.run(hashes(0..<4), found: 4)
    fleet.run(hashes(200..<206), found: 0)
    #expect(fleet.matched(hashes(0..<10))[0] == 6 && fleet.matched(hashes(100..<108))[0] == 8)
    #expect(fleet.matched(hashes(200..<206))[0] == 6 && fleet.index.blockCount(0) == 20)
    // A prompt with more blocks than there are keeps its start.
    fleet.run(hashes(300..<330), found: 0)
    #expect(fleet.matched(hashes(300..<330))[0] == 20 && fleet.index.blockCount(0) == 20)
    #expect(fleet.index.counters == PrefixIndex.Counters())
  }

  @Test func `a block that an engine missed takes with it all that was unused for longer`() {
    var fleet = Fleet()
    fleet.run(hashes(0..<10), found: 0)
    fleet.run(hashes(100..<110), found: 0)
    fleet.run(hashes(200..<210), found: 0)
    // Of the second prompt only six blocks were there: the first is gone, the third is not.
    fleet.run(hashes(100..<112), found: 6)
    #expect(fleet.matched(hashes(0..<10))[0] == 0 && fleet.matched(hashes(200..<210))[0] == 10)
    #expect(fleet.matched(hashes(100..<112))[0] == 12)
    // There is capacity for no more than what was left, 22 blocks: one more prompt, and the oldest
    // goes.
    let capacity = fleet.inferred.capacityTokens(0)
    #expect(capacity < 30 * 16)
    fleet.run(hashes(300..<312), found: 0)
    #expect(fleet.matched(hashes(200..<210))[0] < 10)
    for _ in 0..<200 { fleet.run(hashes(300..<312), found: 12) }
    #expect(fleet.inferred.capacityTokens(0) == 100 * 16)
  }

  @Test func `turns that overlap prove nothing against each other`() {
    var fleet = Fleet()
    fleet.run(hashes(0..<10), found: 0)
    let (one, two) = (fleet.place(hashes(100..<110)), fleet.place(hashes(100..<110)))
    fleet.accept(one)
    fleet.accept(two)
    fleet.end(one, found: 0)
    // The other one was computed beside it.
    fleet.end(two, found: 0)
    #expect(fleet.matched(hashes(0..<10))[0] == 10 && fleet.matched(hashes(100..<110))[0] == 10)
    #expect(fleet.inferred.capacityTokens(0) == 100 * 16)
  }

  @Test func `an engine whose blocks are larger finds whole ones`() {
    var fleet = Fleet(blocks: 100, blockTokens: 64)
    fleet.run(hashes(0..<10), found: 0)
    fleet.run(hashes(0..<11), found: 8)
    #expect(fleet.inferred.capacityTokens(0) == 6_400, "ten blocks of 16 tokens are two of 64")
    fleet.run(hashes(0..<11), found: 4)
    #expect(fleet.inferred.capacityTokens(0) < 6_400)
  }

  @Test func `what nobody uses for a quarter of an hour is no longer counted on`() {
    var fleet = Fleet()
    fleet.run(hashes(0..<10), found: 0)
    fleet.now = fleet.now.advanced(by: .seconds(600))
    fleet.run(hashes(0..<4), found: 4)
    fleet.now = fleet.now.advanced(by: .seconds(600))
    fleet.inferred.expire(at: fleet.now, in: &fleet.index)
    #expect(fleet.matched(hashes(0..<10))[0] == 4)
    fleet.inferred.clear(0)
    fleet.index.clear(0)
    #expect(fleet.inferred.blockCount(0) == 0)
    fleet.run(hashes(0..<5), found: 0)
    #expect(fleet.matched(hashes(0..<10))[0] == 5)
  }

  @Test func `turns are followed while their prompts have no more blocks than may be kept`() {
    var fleet = Fleet(hashesMax: 25)
    let ids = (0..<3).map { fleet.place(hashes($0 * 10..<$0 * 10 + 10)) }
    for id in ids { fleet.accept(id) }
    #expect(fleet.matched(hashes(10..<20))[0] == 10 && fleet.matched(hashes(20..<30))[0] == 0)
    fleet.end(ids[0], found: nil)
    fleet.accept(fleet.place(hashes(20..<30)))
    #expect(fleet.matched(hashes(20..<30))[0] == 10)
  }

  @Test(arguments: 0..<6)
  func `whatever is told, the index has what is inferred, closed under prefixes`(round: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    print("InferredResidency, round \(round): seed \(seed)")
    var random = PRNG(seed: seed)
    var fleet = Fleet(replicas: 3, blocks: 20 + Int(random.next() % 60))
    let chains = (0..<12).map { prompt in
      var hasher = BlockHasher(model: "m")
      return (0..<15).map { hasher.append(identity: UInt64($0 < prompt ? $0 : prompt * 100 + $0)) }
    }
    var open: [(id: UInt64, slot: Int32)] = []
    for _ in 0..<2_000 {
      fleet.now = fleet.now.advanced(by: .seconds(Int64(random.next() % 30)))
      let slot = Int32(random.next() % 3)
      let chain = chains[Int(random.next() % 12)]
      switch random.next() % 10 {
      case 0..<4:
        let prompt = Array(chain.prefix(1 + Int(random.next() % 15)))
        open.append((fleet.place(prompt, on: slot), slot))
      case 4..<7:
        if let turn = open.randomElement(using: &random) { fleet.accept(turn.id, by: turn.slot) }
      case 7..<9 where !open.isEmpty:
        let turn = open.remove(at: Int(random.next() % UInt64(open.count)))
        fleet.end(
          turn.id,
          found: random.next() % 4 == 0 ? nil : Int(random.next() % 17),
          by: turn.slot
        )
      default: fleet.inferred.expire(at: fleet.now, in: &fleet.index)
      }
      for slot: Int32 in 0..<3 {
        #expect(fleet.index.blockCount(slot) == fleet.inferred.blockCount(slot), "seed \(seed)")
      }
    }
    #expect(fleet.index.counters == PrefixIndex.Counters(), "seed \(seed)")
    // Closed: what matches from the start are all blocks that are held.
    for slot in 0..<3 {
      var held: Set<BlockHash> = []
      for chain in chains { held.formUnion(chain.prefix(Int(fleet.matched(chain)[slot]))) }
      #expect(held.count == fleet.index.blockCount(Int32(slot)), "seed \(seed)")
    }
  }
}

extension Array {
  fileprivate func randomElement(using random: inout PRNG) -> Element? {
    isEmpty ? nil : self[Int(random.next() % UInt64(count))]
  }
}
