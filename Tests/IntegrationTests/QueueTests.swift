import Foundation
import Testing

/// Turns that find the fleet full.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct QueueTests {
  /// A fleet that runs two turns at a time, with one more in the engine.
  private func fleet() async throws -> TestFleet {
    let fleet = try await TestFleet(
      timeScale: 10,
      controlFlags: ["--tenants", "{greedy: {concurrentTurns: 1}}"] + TestFleet.patient
    )
    try await fleet.addRegion("a")
    try await fleet.addNode(
      "n",
      in: "a",
      replicas: "[{model: llama-3.1-8b, gpu: h100-sxm, kvBlockTokens: 512, kvBlockCount: 400, "
        + "runningMax: 2, waitingMax: 1}]"
    )
    try await fleet.ready(1)
    return fleet
  }

  private func start(
    _ fleet: TestFleet,
    _ tenant: String,
    turns: Int,
    output: Int = 200,
    _ flags: String...
  ) throws -> (process: TestProcess, trace: TemporaryFile) {
    let trace = try TemporaryFile.trace(conversations: turns, turns: 1, gap: 0, output: output)
    let arguments = ["replay", trace.path, "-o", "json", "--tenant", tenant] + flags
    return (try fleet.start(arguments), trace)
  }

  private func waiting(_ fleet: TestFleet) async throws -> [[String: Any]] {
    let text = try await fleet.hearth("queue", "-o", "json").out
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
  }

  @Test func `a burst of one tenant delays another's turns by its share and no more`() async throws
  {
    let fleet = try await fleet()
    let burst = try start(fleet, "burst", turns: 40, output: 800)
    try await wait("the burst to wait") { try await waiting(fleet).count > 30 }
    let calm = try start(fleet, "calm", turns: 4)
    let late = try start(fleet, "late", turns: 3, "--deadline", "100ms")
    #expect(try await late.process.end() == 0, "\(late.process.errors)")
    let refused = try ReplayResult(late.process.output)
    #expect(refused.refused == 3)
    #expect(refused.refusedBecause == ["deadline": 3])
    #expect(try #require(refused.retryAfter) > 0)

    for process in [calm.process, burst.process] {
      #expect(try await process.end() == 0, "\(process.errors)")
    }
    let (one, other) = (
      try ReplayResult(calm.process.output), try ReplayResult(burst.process.output)
    )
    #expect(one.completed == 4 && other.completed == 40, "\(burst.process.output)")
    let (calmWait, burstWait) = (try #require(one.longestWait), try #require(other.longestWait))
    #expect(calmWait * 2 < burstWait, "\(calmWait) s against \(burstWait) s")
    let status = try await fleet.hearth("status", "-o", "json").out
    #expect(status.contains("\"waiting\" : 0"))
    try await fleet.stop()
  }

  @Test func `a quota refuses with the time to try again`() async throws {
    let fleet = try await fleet()
    let greedy = try start(fleet, "greedy", turns: 5)
    #expect(try await greedy.process.end() == 0, "\(greedy.process.errors)")
    let result = try ReplayResult(greedy.process.output)
    #expect(result.completed + result.refused == 5 && result.completed >= 1)
    #expect(result.refusedBecause == ["quota": result.refused] && result.refused > 0)
    #expect(try #require(result.retryAfter) > 0)
    // It counts turns at one time: once none runs, the next may.
    let again = try start(fleet, "greedy", turns: 1)
    #expect(try await again.process.end() == 0, "\(again.process.errors)")
    #expect(try ReplayResult(again.process.output).completed == 1)
    try await fleet.stop()
  }

  @Test func `turns whose client is killed wait no more, and are told when the process stops`()
    async throws
  {
    let fleet = try await fleet()
    // Their answers take longer than the test, so that they wait whenever it looks.
    let gone = try start(fleet, "gone", turns: 20, output: 50_000)
    try await wait("them to wait") { try await waiting(fleet).count > 10 }
    let row = try #require(try await waiting(fleet).last)
    #expect(row["tenant"] as? String == "gone" && row["model"] as? String == "llama-3.1-8b")
    #expect(try #require(row["estimateSeconds"] as? Double) > 0)
    let table = try await fleet.hearth("queue").out
    #expect(table.hasPrefix("MODEL ") && table.contains(" waiting (limit 4096), "))
    gone.process.signal(SIGKILL)
    try await wait("nobody to wait") { try await waiting(fleet).isEmpty }

    let cut = try start(fleet, "cut", turns: 20, output: 50_000)
    try await wait("them to wait") { try await waiting(fleet).count > 10 }
    fleet.control.signal(SIGTERM)
    #expect(try await fleet.control.end() == 0)
    cut.process.signal(SIGKILL)
    try await fleet.stop()
  }
}
