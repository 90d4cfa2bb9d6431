import Foundation
import Testing

/// Engines that a node starts.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct EngineProcessTests {
  private static let script = PeerTests.root.appendingPathComponent(
    "Tests/IntegrationTests/mock_engine.py"
  ).path

  /// A fleet with one node, whose engine it starts.
  private func fleet(_ keys: String, at place: String) async throws -> (TestFleet, TestProcess) {
    let fleet = try await TestFleet(timeScale: 1)
    try await fleet.addRegion("a")
    let node = try await fleet.addNode(
      "a1",
      in: "a",
      replicas: "[{model: llama-3.1-8b, gpu: h100-sxm, engineModel: mock, \(keys)"
        + "engineCommand: [python3, \(Self.script), '\(place)', mock]}]"
    )
    return (fleet, node)
  }

  /// The numbers of the engine's process and its child, the `count`th time that they are told.
  private func processes(of node: TestProcess, _ count: Int) async throws -> [Int32] {
    var lines: [String] = []
    try await wait("the engine's \(count). start", within: .seconds(60)) {
      lines = node.errors.filter { $0.contains("processes ") }
      return lines.count >= count
    }
    let words = try #require(lines[count - 1].components(separatedBy: "processes ").last)
    let numbers = words.split { !$0.isNumber }.prefix(2).compactMap { Int32($0) }
    #expect(numbers.count == 2)
    return numbers
  }

  private func isGone(_ process: Int32) -> Bool {
    // Whoever is to reap it may not have come to it.
    let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return state == nil || state?.contains(") Z ") == true
  }

  private func replica(_ fleet: TestFleet, says words: String) async throws {
    try await wait("the replica to say \(words)", within: .seconds(60)) {
      try await fleet.hearth("replica", "list", "-o", "json").out.contains(words)
    }
  }

  @Test func `an engine that ends is started again, and what it leaves is ended with it`()
    async throws
  {
    let (fleet, node) = try await fleet("", at: "{port}")
    try await replica(fleet, says: "\"state\" : \"ready\"")
    let first = try await processes(of: node, 1)
    kill(first[0], SIGKILL)
    try await replica(fleet, says: "the engine was ended by signal 9; it is started again in 1s")
    try await replica(fleet, says: "\"state\" : \"ready\"")
    let second = try await processes(of: node, 2)
    #expect(second[0] != first[0] && first.allSatisfy(isGone))
    node.signal(SIGKILL)
    try await wait("nothing is left of the engine") { second.allSatisfy(isGone) }
  }

  @Test func `an engine on a Unix socket ends with its node`() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let socket = folder.appendingPathComponent("s").path
    let (fleet, node) = try await fleet("engine: 'unix:\(socket)', ", at: "{socket}")
    try await replica(fleet, says: "\"state\" : \"ready\"")
    // One that is killed leaves its socket.
    let first = try await processes(of: node, 1)
    kill(first[0], SIGKILL)
    let second = try await processes(of: node, 2)
    try await replica(fleet, says: "\"state\" : \"ready\"")
    node.signal(SIGTERM)
    #expect(try await node.end() == 0)
    #expect(second.allSatisfy(isGone))
  }

  @Test func `a command that can't be run is said, with what to look at`() async throws {
    let fleet = try await TestFleet(timeScale: 1)
    try await fleet.addRegion("a")
    let node = try await fleet.addNode(
      "a1",
      in: "a",
      replicas: "[{model: llama-3.1-8b, gpu: h100-sxm, engineCommand: [/no/such/x, '{port}']}]"
    )
    try await replica(fleet, says: "the engine can't be started; it is started again in ")
    #expect(node.errors.contains { $0.contains("/no/such/x can't be run: No such file") })
    node.signal(SIGTERM)
    #expect(try await node.end() == 0)
  }
}
