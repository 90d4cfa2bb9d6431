import Basics
import KVIndex
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BlockHashTests {
  private func hashes(_ hasher: BlockHasher, _ identities: [UInt64]) -> [BlockHash] {
    var hasher = hasher
    return identities.map { hasher.append(identity: $0) }
  }

  @Test func `prompts under an adapter have no hash in common with those of the model or another`()
  {
    let hashes: [BlockHash] = [1, 2, 3]
    let all = ["", "lora-a", "lora-b"].map { hashes.under(adapter: $0) }
    #expect(all[0] == hashes && Set(all.flatMap(\.self)).count == 9)
  }

  @Test func `prompts of two trust groups have no hash in common, under whatever adapters`() {
    var random = PRNG(seed: 7)
    let hashes: [BlockHash] = (0..<200).map { _ in random.next() >> 1 }
    let groups = ["", "acme", "acme2", "a/cme", "2"]
    let all = groups.flatMap { group in
      ["", "lora-a", group].map { hashes.under(adapter: $0, trustGroup: group) }
    }
    let kinds = Set(all)
    #expect(all[0] == hashes && kinds.count == all.count - 1, "the model's own, twice")
    #expect(Set(kinds.flatMap(\.self)).count == 200 * kinds.count)
  }

  @Test func `who knows the groups' names can't undo what keeps their hashes apart`() {
    // The difference of two adapters' hashes before they are mixed is always the same.
    let (own, other) = ([1, 2].under(trustGroup: "a"), [1, 2].under(trustGroup: "b"))
    #expect(own[0] ^ other[0] != own[1] ^ other[1])
    let again = [1 ^ own[0] ^ other[0]].under(trustGroup: "b")
    #expect(again[0] != own[0])
  }

  @Test func `who names no tenant finds nobody's prompts by the hashes that those are kept under`()
  {
    var random = PRNG(seed: 8)
    let hashes: [BlockHash] = (0..<200).map { _ in random.next() }
    let kept = hashes.under(trustGroup: "acme")
    #expect(Set(kept).isDisjoint(with: kept.under()))
    let salt = BlockHasher(model: "lora").hash
    let unsalted = kept.map { Self.unmixed($0) ^ salt }
    #expect(unsalted.map { PRNG.mix($0 ^ salt) } == kept, "the adapter alone can be undone")
    #expect(Set(kept).isDisjoint(with: unsalted.under(adapter: "lora")))
  }

  /// What is mixed to a value.
  private static func unmixed(_ value: UInt64) -> UInt64 {
    func unshifted(_ value: UInt64, _ count: UInt64) -> UInt64 {
      value ^ value >> count ^ value >> (2 * count)
    }
    func inverse(_ odd: UInt64) -> UInt64 {
      (0..<6).reduce(odd) { found, _ in found &* (2 &- odd &* found) }
    }
    var value = unshifted(value, 31) &* inverse(0x94d0_49bb_1331_11eb)
    value = unshifted(value, 27) &* inverse(0xbf58_476d_1ce4_e5b9)
    return unshifted(value, 30)
  }

  @Test func `a hash names the whole prefix, not the block`() {
    let start = BlockHasher(model: "m")
    let (one, other) = (hashes(start, [1, 2, 3]), hashes(start, [1, 9, 3]))
    #expect(one[0] == other[0])
    #expect(one[1] != other[1])
    #expect(one[2] != other[2], "equal blocks after different ones differ")
    #expect(hashes(start, [1, 2])[1] != hashes(start, [2, 1])[1])
  }

  @Test func `model, adapter and salt each set a chain apart, and do not run together`() {
    let starts = [
      BlockHasher(model: "ab"), BlockHasher(model: "a", adapter: "b"),
      BlockHasher(model: "a", salt: "b"), BlockHasher(model: "", adapter: "ab"),
      BlockHasher(model: "ab", salt: "\0"), BlockHasher(model: ""),
    ]
    #expect(Set(starts.map { hashes($0, [1])[0] }).count == starts.count)
  }

  @Test func `bytes count with their length`() {
    func hash(_ bytes: [UInt8]) -> BlockHash {
      var hasher = BlockHasher(model: "m")
      return hasher.append(bytes: bytes.span)
    }
    let all = [[], [0], [0, 0], [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8, 0]].map(hash)
    #expect(Set(all).count == all.count)
  }

  @Test func `the functions are the same on every platform and in every version`() {
    var hasher = BlockHasher(model: "llama-3.1-8b", adapter: "legal", salt: "acme")
    var found = [hasher.hash, hasher.append(identity: 42)]
    found.append(hasher.append(bytes: Array("hello, world".utf8).span))
    #expect(found == [0xb30d_5033_8a78_7b07, 0xeea1_46f9_4af2_66db, 0xa33e_1755_dc6b_62a4])
  }
}
