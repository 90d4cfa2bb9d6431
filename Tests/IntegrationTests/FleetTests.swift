import Foundation
import Testing

/// What one replay said, out of its JSON.
struct ReplayResult {
  let requests, completed, refused, failed, retries: Int
  let hitRate, outOfRegion: Double
  let refusedBecause: [String: Int]
  /// Seconds of the fleet's time; nil when nobody waited, or was told.
  let longestWait, retryAfter: Double?

  init(_ json: String) throws {
    let list = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
    let fields = try #require(list?.first, "\(json)")
    func number(_ key: String) throws -> Double {
      try #require((fields[key] as? NSNumber)?.doubleValue, "\(key) in \(json)")
    }
    requests = Int(try number("requests"))
    completed = Int(try number("completed"))
    refused = Int(try number("refused"))
    failed = Int(try number("failed"))
    retries = Int(try number("retries"))
    hitRate = try number("hitRate")
    outOfRegion = try number("outOfRegion")
    refusedBecause = fields["refusedBecause"] as? [String: Int] ?? [:]
    longestWait = (fields["waitP99Seconds"] as? NSNumber)?.doubleValue
    retryAfter = (fields["retryAfterP50Seconds"] as? NSNumber)?.doubleValue
  }
}

@Suite(.serialized, .timeLimit(.minutes(3)))
struct FleetTests {
  @Test func `a fleet of processes comes up, serves a replay, and stops in good order`()
    async throws
  {
    let fleet = try await TestFleet.standard()
    let trace = try TemporaryFile.trace(conversations: 10, turns: 6, gap: 500, output: 40)
    let replay = try await fleet.hearth("replay", trace.path, "-o", "json")
    #expect(replay.code == 0, "\(replay.errors)")
    let result = try ReplayResult(replay.out)
    #expect(result.requests == 60)
    #expect(result.completed == 60)
    #expect(result.hitRate > 0)
    let status = try await fleet.hearth("status", "-o", "json").out
    #expect(status.contains("\"placed\" : 60"))
    #expect(status.contains("\"reservationsExpired\" : 0"))
    try await fleet.stop()
    for node in fleet.nodes.values { #expect(try await node.end() == 0) }
  }

  @Test func `a node that is killed in the middle of a replay loses no request`() async throws {
    let fleet = try await TestFleet.standard(timeScale: 20)
    let trace = try TemporaryFile.trace(conversations: 20, turns: 5, gap: 600, output: 2_000)
    let replay = try fleet.start(["replay", trace.path, "-o", "json", "--policy", "round-robin"])
    try await wait("turns on a1") {
      let node = try await fleet.hearth("node", "get", "a1", "-o", "json").out
      return !node.contains("\"running\" : 0")
    }
    fleet.nodes["a1"]?.signal(SIGKILL)
    #expect(try await replay.end() == 0, "\(replay.errors)")
    let result = try ReplayResult(replay.output)
    #expect(result.completed == 100)
    #expect(result.retries > 0)
    try await wait("the control plane to give a1 up") { try await fleet.states()["a1"] == "lost" }
    try await fleet.addNode("a1", in: "a")
    try await fleet.ready(4)
    try await fleet.stop()
  }

  @Test func `a region agent that is restarted in the middle of a replay loses no request`()
    async throws
  {
    let fleet = try await TestFleet.standard(timeScale: 20)
    let trace = try TemporaryFile.trace(conversations: 20, turns: 5, gap: 600, output: 2_000)
    let replay = try fleet.start(["replay", trace.path, "-o", "json", "--policy", "round-robin"])
    try await wait("turns on a1") {
      let node = try await fleet.hearth("node", "get", "a1", "-o", "json").out
      return !node.contains("\"running\" : 0")
    }
    let agent = try #require(fleet.regions["a"])
    agent.process.signal(SIGKILL)
    try await agent.process.end()
    try await fleet.addRegion("a", listen: agent.address)
    #expect(try await replay.end() == 0, "\(replay.errors)")
    let result = try ReplayResult(replay.output)
    #expect(result.completed + result.refused == 100)
    #expect(result.failed == 0)
    try await fleet.ready(4)
    try await fleet.stop()
  }

  @Test func `a prompt that all conversations begin with is computed where nobody missed it yet`()
    async throws
  {
    let fleet = try await TestFleet(timeScale: 20)
    for region in ["a", "b"] { try await fleet.addRegion(region) }
    try await fleet.addNode("a1", in: "a")
    try await fleet.ready(1)
    // 8,192 tokens that all have in common. The region that has them is nearer than computing them.
    func replay(_ turns: Range<Int>, from region: String) async throws {
      let lines = turns.map { turn in
        """
        {"timestamp": \(turn * 1_000), "input_length": 8700, "output_length": 5, \
        "hash_ids": \(Array(0..<16) + [1_000 + turn])}
        """
      }
      let trace = try TemporaryFile(lines.joined(separator: "\n"), name: "trace.jsonl")
      let replay = try await fleet.hearth("replay", trace.path, "--origins", region, "-o", "json")
      #expect(replay.code == 0, "\(replay.errors)")
      #expect(try ReplayResult(replay.out).completed == turns.count)
    }
    try await replay(0..<1, from: "a")
    try await wait("its blocks to be known") { try await blocks(fleet) >= 16 }
    try await fleet.addNode("b1", in: "b")
    try await fleet.ready(2)
    try await replay(1..<61, from: "b")
    func status() async throws -> [String: Any] {
      let text = try await fleet.hearth("status", "-o", "json").out
      let status = try JSONSerialization.jsonObject(with: Data(text.utf8))
      return try #require(status as? [String: Any], "\(text)")
    }
    try await wait("the end of all turns") {
      (try await status()["completed"] as? NSNumber)?.intValue ?? 0 >= 61
    }
    let status = try await status()
    let copies = (status["prefixCopies"] as? NSNumber)?.intValue ?? -1
    #expect(copies > 0, "\(status)")
    // Copies are nobody's turns.
    #expect((status["placed"] as? NSNumber)?.intValue == 61)
    #expect((status["completed"] as? NSNumber)?.intValue == 61)
    try await fleet.stop()
  }

  @Test func `a control plane that is restarted knows the fleet again`() async throws {
    let fleet = try await TestFleet.standard()
    let trace = try TemporaryFile.trace(conversations: 4, turns: 2, gap: 100, output: 5)
    #expect(try await fleet.hearth("replay", trace.path).code == 0)
    let before = try await blocks(fleet)
    #expect(before > 0)
    fleet.control.signal(SIGKILL)
    try await fleet.control.end()
    let again = try TestProcess("hearth-control", ["--listen", fleet.address])
    try await fleet.ready(4)
    #expect(try await blocks(fleet) == before)
    #expect(again.isRunning)
  }

  private func blocks(_ fleet: TestFleet) async throws -> Int {
    let text = try await fleet.hearth("status", "-o", "json").out
    let status = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return (status?["blocksIndexed"] as? NSNumber)?.intValue ?? -1
  }

  @Test func `a node is drained with a reason, keeps its order when it restarts, and returns`()
    async throws
  {
    let fleet = try await TestFleet.standard()
    let drain = try await fleet.hearth("node", "drain", "a1", "-m", "new fans", "--deadline", "5s")
    #expect(drain.code == 0)
    #expect(drain.out == "a1 is drained\n")
    #expect(try await fleet.hearth("node", "list").out.contains("new fans"))
    let explain = try await fleet.hearth("route", "--explain").out
    #expect(explain.contains("drained"), "\(explain)")
    fleet.nodes["a1"]?.signal(SIGKILL)
    try await wait("the control plane to give a1 up") { try await fleet.states()["a1"] == "lost" }
    try await fleet.addNode("a1", in: "a")
    try await wait("a1 to drain again") { try await fleet.states()["a1"] == "drained" }
    #expect(try await fleet.hearth("node", "undrain", "a1").code == 0)
    try await fleet.ready(4)
    try await fleet.stop()
  }

  @Test func `a second node of the same name is refused, and the first goes on`() async throws {
    let fleet = try await TestFleet(timeScale: 100)
    try await fleet.addRegion("a")
    let first = try await fleet.addNode("twin", in: "a")
    try await fleet.ready(1)
    let second = try await fleet.addNode("twin", in: "a")
    let agent = try #require(fleet.regions["a"]?.process)
    #expect(try await agent.line(with: "node refused").contains("another live node is named twin"))
    #expect(first.isRunning && second.isRunning)
    #expect(try await fleet.states() == ["twin": "ready"])
  }

  @Test func `names may be cut short, and wrong ones are told apart`() async throws {
    let fleet = try await TestFleet(timeScale: 100)
    try await fleet.addRegion("a")
    try await fleet.addNode("alpha", in: "a")
    try await fleet.addNode("alter", in: "a")
    try await fleet.ready(2)
    #expect(try await fleet.hearth("node", "get", "alp", "-o", "name").out == "alpha\n")
    let several = try await fleet.hearth("node", "get", "al")
    #expect(several.code == 3)
    #expect(several.errors == "hearth: node \"al\" is ambiguous: alpha, alter")
    let none = try await fleet.hearth("node", "get", "alphx")
    #expect(none.code == 3)
    #expect(none.errors == "hearth: no node is named \"alphx\" (did you mean alpha?)")
    // Until nodes have had their time to attach, a larger replica may still come.
    try await wait("a refusal for good", within: .seconds(40)) {
      let refused = try await fleet.hearth("route", "--prompt-tokens", "10000000")
      #expect(refused.code == 2)
      return refused.errors.contains("10000000 tokens")
    }
  }

  @Test func `a chat streams words and says where they came from`() async throws {
    let fleet = try await TestFleet.standard()
    let script = "printf 'hello\\nagain\\n' | '\(TestProcess.folder.path)/hearth' chat --tokens 20"
    let chat = try TestProcess(
      "/bin/sh",
      ["-c", script],
      environment: ["HEARTH_ADDRESS": fleet.address]
    )
    #expect(try await chat.end() == 0, "\(chat.errors)")
    let notes = chat.output.split(separator: "\n").filter { $0.contains("tokens cached") }
    #expect(notes.count == 2, "\(chat.output)")
  }
}
