import Scheduling
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BlockHashTests {
  private func hashes(_ hasher: BlockHasher, _ identities: [UInt64]) -> [BlockHash] {
    var hasher = hasher
    return identities.map { hasher.append(identity: $0) }
  }

  private func chat(_ messages: [(String, String)], chunkBytes: Int = 4) -> [BlockHash] {
    var (hasher, hashes): (BlockHasher, [BlockHash]) = (BlockHasher(model: "m"), [])
    for (role, text) in messages {
      hasher.append(role: role, text: text, chunkBytes: chunkBytes, into: &hashes)
    }
    return hashes
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

  @Test func `a conversation that grows keeps all its hashes`() {
    let first = chat([("system", "Be brief."), ("user", "Hi")])
    let second = chat([("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello!")])
    #expect(first.count == 3 + 1)
    #expect(second.count == first.count + 2)
    #expect(Array(second.prefix(first.count)) == first)
  }

  @Test func `roles, borders of messages and empty messages count`() {
    let all = [
      chat([("user", "abcd")]), chat([("system", "abcd")]), chat([("user", "ab"), ("user", "cd")]),
      chat([("user", "")]), chat([("user", "abcd"), ("user", "")]),
    ]
    #expect(Set(all).count == all.count)
    #expect(all.map(\.count) == [1, 1, 2, 1, 2])
    #expect(Set(all.map { $0.last }).count == all.count)
  }

  @Test func `the functions are the same on every platform and in every version`() {
    var hasher = BlockHasher(model: "llama-3.1-8b", adapter: "legal", salt: "acme")
    var found = [hasher.hash, hasher.append(identity: 42)]
    found.append(hasher.append(bytes: Array("hello, world".utf8).span))
    hasher.append(role: "user", text: "Schöne Grüße", chunkBytes: 8, into: &found)
    #expect(
      found == [
        0xb30d_5033_8a78_7b07, 0xeea1_46f9_4af2_66db, 0xa33e_1755_dc6b_62a4, 0xdc79_0fb4_ebed_1a8b,
        0xb809_1e46_07dc_21f9,
      ]
    )
  }
}
