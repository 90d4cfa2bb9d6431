import Foundation
import Testing

/// Processes that are stopped, suspended and ended in the middle of their work.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SignalTests {
  @Test func `a second signal ends a process at once, whatever it has to do`() async throws {
    let fleet = try await TestFleet(timeScale: 1)
    for region in ["a", "b"] {
      try await fleet.addRegion(region)
      try await fleet.addNode("\(region)1", in: region)
    }
    try await fleet.ready(2)
    // Turns from the other region, so that the agent passes half of them on.
    let trace = try TemporaryFile.trace(conversations: 8, turns: 1, gap: 1, output: 10_000)
    let replay = try fleet.start([
      "replay", trace.path, "--origins", "a", "--policy", "round-robin",
    ])
    try await wait("turns on b1: \(replay.errors)") {
      try await fleet.hearth("node", "get", "b1", "-o", "json").out.contains("\"running\" : 4")
    }
    for process in [try #require(fleet.regions["b"]?.process), try #require(fleet.nodes["a1"])] {
      process.signal(SIGTERM)
      _ = try await process.line(with: "\"stopping\"")
      #expect(process.isRunning)
      process.signal(SIGTERM)
      #expect(try await process.end(within: .seconds(5)) == 0, "\(process.errors)")
    }
    #expect(fleet.control.isRunning)
    replay.signal(SIGKILL)
  }

  @Test func `a node that was stopped is ready when it is started again`() async throws {
    let fleet = try await TestFleet(timeScale: 100)
    try await fleet.addRegion("a")
    let node = try await fleet.addNode("n", in: "a")
    try await fleet.ready(1)
    node.signal(SIGTERM)
    #expect(try await node.end() == 0)
    try await fleet.addNode("n", in: "a")
    try await fleet.ready(1)
    try await fleet.stop()
  }

  @Test(arguments: ["control", "region", "node"])
  func `a process that was suspended for long comes back`(_ what: String) async throws {
    let fleet = try await TestFleet(timeScale: 100)
    try await fleet.addRegion("a")
    try await fleet.addNode("n", in: "a")
    try await fleet.ready(1)
    let process = [
      "control": fleet.control, "region": fleet.regions["a"]?.process, "node": fleet.nodes["n"],
    ][what].flatMap { $0 }
    process?.signal(SIGSTOP)
    if what == "control" {
      _ = try await fleet.regions["a"]?.process.line(with: "control plane detached")
    } else {
      try await wait("\(what) to be given up") { try await fleet.states()["n"] == "lost" }
    }
    process?.signal(SIGCONT)
    try await fleet.ready(1)
    try await fleet.stop()
  }
}
