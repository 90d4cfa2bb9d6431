import Basics
import Testing

@testable import KVIndex

@Suite(.timeLimit(.minutes(5)))
struct HolderPoolTests {
  @Test(arguments: [1, 2, 3, 5, 7], 0..<3)
  func `sets of every form equal sets of tags`(bitmapClass: Int, round: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    print("HolderPool, class \(bitmapClass), round \(round): seed \(seed)")
    var random = PRNG(seed: seed)
    var pool = HolderPool()
    var sets = Array(repeating: HolderSet(), count: 3)
    var twins = Array(repeating: Set<HolderTag>(), count: 3)
    var forms = Set<String>()
    let tagMax = 64 << UInt64(bitmapClass)
    for step in 0..<6_000 {
      let which = Int(random.next() % 3)
      let tag = HolderTag(random.next() % UInt64(min(tagMax, step < 300 ? 64 : 1 << 13)))
      // Sets grow and shrink in turns, so that every form comes from every other.
      let growing = (step / 500 + which) % 2 == 0
      if random.next() % 600 == 0 {
        let mask = mask(tagMax, (0..<200).map { _ in HolderTag(random.next() % UInt64(tagMax)) })
        pool.remove(mask, from: &sets[which])
        twins[which] = twins[which].filter { !mask.contains($0) }
      } else if growing || random.next() % 4 == 0 {
        #expect(pool.contains(tag, in: sets[which]) == twins[which].contains(tag))
        if twins[which].insert(tag).inserted {
          pool.insert(tag, into: &sets[which], bitmapClass: bitmapClass)
        }
      } else {
        let held = twins[which].randomElement(using: &random) ?? tag
        let gone = random.next() % 4 == 0 ? tag : held
        let removed = twins[which].remove(gone) != nil
        #expect(pool.remove(gone, from: &sets[which]) == removed, "seed \(seed)")
      }
      forms.insert("\(sets[which].form)")
      #expect(sets[which].count == twins[which].count, "seed \(seed)")
      if step % 50 == 0 { compare(sets, twins, pool, tagMax, &random) }
    }
    #expect(forms == (bitmapClass == 1 ? ["inPlace", "bitmap"] : ["inPlace", "list", "bitmap"]))
    #expect(pool.wordCount < 3 * (64 + 4 << bitmapClass), "free blocks are used again")
  }

  private func compare(
    _ sets: [HolderSet],
    _ twins: [Set<HolderTag>],
    _ pool: HolderPool,
    _ tagMax: Int,
    _ random: inout PRNG
  ) {
    for (set, twin) in zip(sets, twins) {
      let some = (0..<Int(random.next() % 80)).map { _ in HolderTag(random.next() % UInt64(tagMax))
      }
      var both = HolderMask()
      both.reset(tagMax: tagMax)
      pool.intersect(mask(tagMax, some), with: set, into: &both)
      #expect(
        (0..<tagMax).filter { both.contains(HolderTag($0)) }.map { HolderTag($0) }
          == twin.intersection(some).sorted()
      )
      #expect(
        pool.contains(mask(tagMax, some), count: Set(some).count, in: set)
          == twin.isSuperset(of: some)
      )
      let subset = Array(twin.shuffled(using: &random).prefix(some.count))
      #expect(pool.contains(mask(tagMax, subset), count: subset.count, in: set))
      var other = HolderPool()
      let copy = other.copy(set, from: pool)
      #expect(twin.allSatisfy { other.contains($0, in: copy) } && copy.count == twin.count)
    }
  }

  private func mask(_ tagMax: Int, _ tags: [HolderTag]) -> HolderMask {
    var mask = HolderMask()
    mask.reset(tagMax: tagMax)
    for tag in tags { mask.insert(tag) }
    return mask
  }
}
