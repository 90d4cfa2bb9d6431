import Basics
import Client
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TurnRequestTests {
  private func turn(text: String, model: String = "m") -> TurnRequest {
    TurnRequest(
      text: text,
      id: "t",
      model: model,
      tenant: "x",
      origin: "",
      blockTokens: 4,
      outputTokensMax: 5
    )
  }

  @Test(arguments: [(0, 1, 0), (1, 1, 0), (15, 4, 0), (16, 4, 1), (17, 5, 1), (32, 8, 2)])
  func `of a text four bytes are a token, and full blocks are hashed`(
    _ bytes: Int,
    _ tokens: Int,
    _ blocks: Int
  ) {
    let turn = turn(text: String(repeating: "x", count: bytes))
    #expect(turn.promptTokens == tokens)
    #expect(turn.blockHashes.count == blocks)
  }

  @Test func `a text that grows keeps its hashes, wherever a letter of more bytes is cut`() {
    let text = "user: wie läuft's?\nassistant: "
    let first = turn(text: text)
    let second = turn(text: text + "gut, danke\nuser: schön\nassistant: ")
    #expect(first.blockHashes.count == 1)
    #expect(Array(second.blockHashes.prefix(1)) == first.blockHashes)
    #expect(second.blockHashes.count == 4)
    #expect(turn(text: "User" + text.dropFirst(4)).blockHashes != first.blockHashes)
  }

  @Test(arguments: [(5, 5, 1), (12, 12, 3), (99, 13, 3)])
  func `its first tokens are a turn of their own, with an answer of one token`(
    _ tokens: UInt32,
    _ promptTokens: Int,
    _ blocks: Int
  ) {
    let turn = turn(text: String(repeating: "x", count: 52))
    let prefix = turn.prefix(tokens: tokens)
    #expect(prefix.promptTokens == promptTokens && prefix.outputTokensMax == 1)
    #expect(prefix.blockHashes == Array(turn.blockHashes.prefix(blocks)) && prefix.hasExactLength)
  }
}
