import KVIndex
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ResidencyChangesTests {
  @Test func `a block that is again as the peer knows it is not mentioned`() {
    var changes = ResidencyChanges()
    changes.note(1, isHeld: true)
    changes.note(2, isHeld: false)
    changes.note(1, isHeld: false)
    changes.note(2, isHeld: true)
    #expect(changes.isEmpty)
    let taken = changes.take(limit: 10)
    #expect(!taken.cleared && taken.removed.isEmpty && taken.stored.isEmpty)
  }

  @Test func `changes come in the order of the first, however often blocks come and go`() {
    var changes = ResidencyChanges()
    for hash in 1...3 as ClosedRange<UInt64> { changes.note(hash, isHeld: true) }
    for _ in 0..<1_000 {
      changes.note(9, isHeld: true)
      changes.note(9, isHeld: false)
    }
    changes.note(4, isHeld: true)
    changes.note(2, isHeld: false)
    #expect(changes.take(limit: 2).stored == [1, 3])
    #expect(changes.take(limit: 2).stored == [4])
    #expect(changes.isEmpty)
  }

  @Test func `a clearing forgets what came before, and is told first`() {
    var changes = ResidencyChanges()
    changes.note(1, isHeld: true)
    changes.clear()
    changes.note(2, isHeld: true)
    #expect(changes.isPressing)
    let taken = changes.take(limit: 10)
    #expect(taken.cleared && taken.removed.isEmpty && taken.stored == [2])
    #expect(!changes.isPressing && changes.isEmpty)
  }

  @Test func `so many changes that they would fill a report press`() {
    var changes = ResidencyChanges()
    for hash in 0..<4_095 as Range<UInt64> { changes.note(hash, isHeld: true) }
    #expect(!changes.isPressing)
    changes.note(9_999, isHeld: false)
    #expect(changes.isPressing)
  }
}
