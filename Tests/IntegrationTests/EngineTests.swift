import Foundation
import Testing

/// Real engines: llama.cpp servers behind a whole fleet.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct EngineTests {
  /// A thousand tokens that no other conversation begins with.
  private func opening(_ name: String) -> String {
    "\(name): " + (0..<90).map { "\($0) words of \(name)" }.joined(separator: ", ")
  }

  /// Conversations of three turns each, which come to the gateways of both regions in turn; what
  /// came of each one's later turns beside the turn before.
  private func converse(
    with fleet: EngineFleet,
    _ topic: String
  ) async throws -> [(before: EngineConversation.Turn, turn: EngineConversation.Turn)] {
    // An odd number, so that round robin does not give a conversation the same replica again.
    var conversations = Array(repeating: EngineConversation(), count: 5)
    var latest: [EngineConversation.Turn] = []
    var found: [(EngineConversation.Turn, EngineConversation.Turn)] = []
    for index in conversations.indices {
      let (words, region) = (opening("\(topic) \(index)"), index % 2 == 0 ? "a" : "b")
      latest.append(try await conversations[index].say(words, to: fleet, in: region))
    }
    for round in 1...2 {
      for index in conversations.indices {
        let region = (index + round) % 2 == 0 ? "a" : "b"
        let turn = try await conversations[index].say("and then?", to: fleet, in: region)
        found.append((latest[index], turn))
        latest[index] = turn
      }
    }
    return found
  }

  @Test func `later turns find their prompt on the engine that has it, as round robin does not`()
    async throws
  {
    let engines = try await Engines()
    let warm = try await EngineFleet(engines)
    let turns = try await converse(with: warm, "warm")
    for (before, turn) in turns {
      #expect(turn.replica == before.replica)
      // The engine has it in its cache up to the last token or two.
      #expect(turn.cachedTokens >= before.promptTokens - 8, "\(before), then \(turn)")
      // Which was known before, though nobody but the engine has a tokenizer.
      let error = abs(turn.predictedTokens - turn.cachedTokens)
      #expect(error <= max(32, turn.cachedTokens / 20), "\(turn)")
    }
    #expect(Set(turns.map(\.turn.replica)) == ["a1/0", "b1/0"])
    try await warm.stop()

    let blind = try await EngineFleet(engines, policy: "round-robin")
    let others = try await converse(with: blind, "blind")
    #expect(others.allSatisfy { $0.before.replica != $0.turn.replica })
    let (found, foundBlindly) = (
      turns.reduce(0) { $0 + $1.turn.cachedTokens }, others.reduce(0) { $0 + $1.turn.cachedTokens }
    )
    #expect(found * 3 > foundBlindly * 4, "\(found) tokens found, blindly \(foundBlindly)")
    try await blind.stop()
  }

  @Test func `an engine that is killed ends its answer with an error, and the talk goes on`()
    async throws
  {
    let engines = try await Engines(["--slot-tokens", "32768"])
    let fleet = try await EngineFleet(engines)
    var conversation = EngineConversation()
    let first = try await conversation.say(opening("killed"), to: fleet, in: "a")
    let body = try conversation.body(saying: "go on for long", tokens: 20_000, streams: true)
    let file = try TemporaryFile(body, name: "body.json")
    let url = "http://\(try fleet.address(in: "a"))/v1/chat/completions"
    let client = try TestProcess("/usr/bin/env", ["curl", "-sSN", "-d", "@\(file.path)", url])
    try await wait("some words") { client.output.split(separator: "\n").count > 5 }
    engines.processes[String(first.replica.prefix(1))]?.signal(SIGKILL)
    // The connection ends before the body does.
    #expect(try await client.end() == 18, "\(client.errors)")
    let last = try #require(client.output.split(separator: "\n").last)
    #expect(
      last.hasPrefix("data: {\"error\":{\"message\":\"the answer is not complete:"),
      "\(last)"
    )
    #expect(last.contains(#""code":"engine_lost""#), "\(last)")
    #expect(!client.output.contains("[DONE]"))

    let next = try await conversation.say("are you there?", to: fleet, in: "a")
    #expect(next.replica != first.replica && !next.replica.isEmpty)
    let later = try await conversation.say("good", to: fleet, in: "a")
    #expect(later.replica == next.replica)
    #expect(later.cachedTokens >= next.promptTokens - 8)
    try await fleet.stop()
  }

  @Test func `conversations of a node that is drained go on at another, and stay there`()
    async throws
  {
    let fleet = try await EngineFleet(try await Engines())
    var conversation = EngineConversation()
    let first = try await conversation.say(opening("drained"), to: fleet, in: "a")
    let second = try await conversation.say("and then?", to: fleet, in: "a")
    #expect(second.replica == first.replica)
    let node = String(first.replica.prefix(2))
    #expect(try await fleet.fleet.hearth("node", "drain", node, "-m", "new fans").code == 0)
    let third = try await conversation.say("and now?", to: fleet, in: "a")
    #expect(third.replica != first.replica)
    #expect(third.cachedTokens < second.promptTokens / 2)
    #expect(try await fleet.fleet.hearth("node", "undrain", node).code == 0)
    try await fleet.fleet.ready(2)
    // The first has an older part of it, and computing the rest costs less than the way: either
    // is right, but the engine that is asked has most of it.
    let fourth = try await conversation.say("good", to: fleet, in: "a")
    #expect(fourth.cachedTokens >= second.promptTokens - 8)
    try await fleet.stop()
  }
}
