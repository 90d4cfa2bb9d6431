import Basics
import KVIndex
import Testing

@testable import KVEvents

/// The same, told by going through everything there is.
private struct NaiveTranscripts {
  private struct Entry {
    let hash: BlockHash
    let parent: BlockHash?
    var blocks: [UInt64]
    var end: Int
    var usedAt: UInt64
  }

  private var entries: [Entry] = []

  var held: Set<BlockHash> { Set(entries.map(\.hash)) }

  mutating func hold(_ hash: BlockHash, after parent: BlockHash?, in blocks: [UInt64]) {
    enter(hash, after: parent)
    change(hash) { $0.blocks = blocks }
  }

  mutating func assume(_ hashes: [BlockHash], dropped: UInt64) {
    var parent: BlockHash?
    for hash in hashes {
      enter(hash, after: parent)
      change(hash) { if $0.blocks.isEmpty { $0.usedAt = dropped } }
      parent = hash
    }
  }

  mutating func lost(_ block: UInt64) { remove { $0.blocks.contains(block) } }

  mutating func expire(dropped: UInt64, engineBlocks: Int) {
    remove { $0.blocks.isEmpty && dropped - $0.usedAt > UInt64(engineBlocks) }
  }

  private mutating func enter(_ hash: BlockHash, after parent: BlockHash?) {
    guard !held.contains(hash) else { return }
    entries.append(Entry(hash: hash, parent: parent, blocks: [], end: 0, usedAt: 0))
  }

  private mutating func change(_ hash: BlockHash, _ body: (inout Entry) -> Void) {
    for index in entries.indices where entries[index].hash == hash { body(&entries[index]) }
  }

  private mutating func remove(_ condition: (Entry) -> Bool) {
    entries.removeAll(where: condition)
    while true {
      let left = held
      entries.removeAll { $0.parent.map { !left.contains($0) } ?? false }
      if held == left { return }
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct HeldTranscriptsTests {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `a naive twin holds the same`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var (table, twin) = (HeldTranscripts(countMax: .max), NaiveTranscripts())
    var told: Set<BlockHash> = []
    var dropped: UInt64 = 0
    // A tree: block n follows block n / 3.
    func path(_ leaf: BlockHash) -> [BlockHash] {
      Array(sequence(first: leaf) { $0 < 3 ? nil : $0 / 3 }).reversed()
    }
    for _ in 0..<300 {
      switch random.next() % 8 {
      case 0...2:
        var parent: BlockHash?
        for hash in path(1 + random.next() % 80) {
          let blocks = (0...random.next() % 3).map { _ in random.next() % 30 }
          let isHeld = table.hold(hash, after: parent, in: blocks, end: 1)
          #expect(isHeld)
          twin.hold(hash, after: parent, in: blocks)
          parent = hash
        }
      case 3, 4:
        let hashes = path(1 + random.next() % 80)
        table.assume(hashes, dropped: dropped)
        twin.assume(hashes, dropped: dropped)
      case 5, 6:
        let block = random.next() % 30
        table.lost(block)
        twin.lost(block)
      default:
        dropped += random.next() % 4
        table.expire(dropped: dropped, engineBlocks: 5)
        twin.expire(dropped: dropped, engineBlocks: 5)
      }
      #expect(table.count == twin.held.count, "seed \(seed)")
      let changes = table.takeChanges()
      told.subtract(changes.removed)
      told.formUnion(changes.stored)
      #expect(told == twin.held, "seed \(seed)")
    }
    table.clear()
    told.subtract(table.takeChanges().removed)
    #expect(told.isEmpty)
  }
}
