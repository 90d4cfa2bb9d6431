import Basics
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ValueTests {
  @Test(arguments: ["eu-1/node.2", "a", "x:1_y"])
  func `a well-formed name is an identifier`(text: String) {
    #expect(NodeID(text)?.text == text)
  }

  @Test(arguments: ["", "a b", "é", "a\n", String(repeating: "x", count: 129)])
  func `a malformed name is none`(text: String) {
    #expect(NodeID(text) == nil)
  }

  @Test func `one seed gives the same numbers, another stream of it different ones`() {
    var (one, two) = (PRNG(seed: 1), PRNG(seed: 1))
    var other = PRNG(seed: 1, stream: "jitter")
    let first = (0..<4).map { _ in one.next() }
    #expect(first == (0..<4).map { _ in two.next() })
    #expect(first != (0..<4).map { _ in other.next() })
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(one.nextUnit()) })
  }

  @Test func `numbers of things agree with their nouns and verbs`() {
    #expect([0, 1, 2].map { count($0, "node") } == ["0 nodes", "1 node", "2 nodes"])
    #expect([1, 2].map { count($0, "hot prefix") } == ["1 hot prefix", "2 hot prefixes"])
    let waiting = [1, 2].map { count(UInt32($0), "turn", ("is", "are")) }
    #expect(waiting == ["1 turn is", "2 turns are"])
  }

  @Test func `an action buffer hands its actions out once`() {
    var actions = Actions<Int>()
    actions.append(1)
    actions.append(2)
    #expect(actions[1] == 2)
    #expect(actions.take() == [1, 2])
    #expect(actions.isEmpty)
  }
}
