import Basics
import Dispatching
import HearthMessages
import KVIndex
import TestSupport
import Testing

@testable import Coordination

/// Updates of residency that are lost, doubled and out of order on their way.
@Suite(.timeLimit(.minutes(5)))
struct ResidencyPropertyTests {
  /// A node that holds random blocks and tells them in numbered updates, as ``NodeCore`` does.
  private struct Node {
    var log = ResidencyLog()
    var held: Set<UInt64> = []
    private var sequence: UInt64 = 0
    private var resets = true

    mutating func change(_ random: inout PRNG) {
      let hashes = (0...random.next() % 8).map { _ in 1 + random.next() % 200 }
      switch random.next() % 20 {
      case 0:
        log.clear()
        held = []
      case 1..<8:
        log.remove(hashes)
        held.subtract(hashes)
      default:
        log.store(hashes)
        held.formUnion(hashes)
      }
    }

    mutating func restart() {
      log.restart()
      resets = true
    }

    mutating func update() -> HearthV1.NodeUpdate {
      sequence += 1
      let changes = log.takeChanges(limit: 30)
      let update = HearthV1.NodeUpdate(
        sequence: sequence,
        reset: resets,
        synced: !log.hasChanges,
        availability: .ready,
        replicas: [
          .init(
            index: 0,
            cleared: changes.cleared,
            removed: changes.removed,
            stored: changes.stored
          )
        ]
      )
      resets = false
      return update
    }
  }

  @Test(arguments: 0..<10)
  func `in the end the index is what the node holds`(
    round: Int
  ) throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("residency, round \(round): seed \(seed)")
    var random = PRNG(seed: seed)
    var (driver, node) = (ControlDriver(), Node())
    driver.attachRegion(1, "eu")
    driver.say(1, .nodeAttached(Fixture.node("n")))
    var (way, resynchronisations): ([HearthV1.NodeUpdate], Int) = ([], 0)
    func deliver(_ update: HearthV1.NodeUpdate) {
      let actions = driver.say(1, .nodeUpdate(.init(node: "n", update: update)))
      for case .resynchronise in actions.nodeCommands {
        resynchronisations += 1
        node.restart()
      }
    }
    for _ in 0..<3_000 {
      driver.now = driver.now.advanced(by: .milliseconds(50))
      if random.next() % 2 == 0 { node.change(&random) }
      if random.next() % 2 == 0 { way.append(node.update()) }
      guard !way.isEmpty, random.next() % 2 == 0 else { continue }
      switch random.next() % 40 {
      case 0: way.removeFirst()
      case 1: way.insert(way[0], at: 0)
      case 2: way.swapAt(0, way.count - 1)
      default: deliver(way.removeFirst())
      }
    }
    // The way is sound again: what is on it comes, and then the rest.
    for update in way { deliver(update) }
    driver.now = driver.now.advanced(by: .seconds(5))
    for _ in 0..<40 { deliver(node.update()) }
    #expect(resynchronisations > 10, "seed \(seed)")
    #expect(driver.core.dispatcher.index.blockCount(0) == node.held.count, "seed \(seed)")
    for hash: UInt64 in 1...200 {
      let cached = try driver.route([hash, 1_000], explain: true).candidates.first?.cachedTokens
      #expect(cached == (node.held.contains(hash) ? 16 : 0), "seed \(seed), block \(hash)")
    }
  }
}
