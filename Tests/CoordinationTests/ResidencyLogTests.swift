import Basics
import Coordination
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ResidencyLogTests {
  @Test func `what came and went between two updates is not mentioned`() {
    var log = ResidencyLog()
    log.store([1, 2, 3])
    log.remove([2])
    #expect(log.takeChanges(limit: 10).stored == [1, 3])
    #expect(!log.hasChanges)
    log.remove([1])
    log.store([1])
    let changes = log.takeChanges(limit: 10)
    #expect(changes.removed.isEmpty && changes.stored.isEmpty)
  }

  @Test func `a restart lists everything again`() {
    var log = ResidencyLog()
    log.store([5, 4])
    _ = log.takeChanges(limit: 10)
    log.restart()
    let changes = log.takeChanges(limit: 10)
    #expect(changes.cleared)
    #expect(changes.stored == [4, 5])
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `a peer that applies the updates holds what the log holds`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var log = ResidencyLog()
    var peer: Set<UInt64> = []
    for step in 0..<3_000 {
      let hashes = (0..<Int(random.next() % 8)).map { _ in random.next() % 50 }
      switch random.next() % 40 {
      case 0: log.clear()
      case 1:
        log.restart()
        peer = [random.next() % 50]
      case 2..<20: log.store(hashes)
      case 20..<36: log.remove(hashes)
      default:
        let changes = log.takeChanges(limit: 5)
        if changes.cleared { peer.removeAll() }
        peer.subtract(changes.removed)
        peer.formUnion(changes.stored)
        #expect(changes.removed.count + changes.stored.count <= 5)
      }
      guard step % 100 == 99 else { continue }
      while log.hasChanges {
        let changes = log.takeChanges(limit: 5)
        if changes.cleared { peer.removeAll() }
        peer.subtract(changes.removed)
        peer.formUnion(changes.stored)
      }
      #expect(peer == log.resident, "seed \(seed), step \(step)")
    }
  }
}
