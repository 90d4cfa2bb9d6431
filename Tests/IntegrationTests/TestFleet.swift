import Foundation
import TestSupport
import Testing

/// A fleet of real processes for one test.
final class TestFleet {
  let timeScale: Int
  let control: TestProcess
  let address: String
  private(set) var regions: [String: (process: TestProcess, address: String)] = [:]
  private(set) var nodes: [String: TestProcess] = [:]
  private let daemonFlags: [String]

  /// One replica of a node, small enough for a test to fill.
  static let replica =
    "[{model: llama-3.1-8b, gpu: h100-sxm, kvBlockTokens: 512, kvBlockCount: 400}]"

  /// At a time scale of 100 the default of 10 s is a tenth of a second, less than a busy machine
  /// takes.
  static let patient = ["--queue-wait-max", "30m"]

  init(
    timeScale: Int = 100,
    daemonFlags: [String] = [],
    controlFlags: [String] = TestFleet.patient,
    lostAfter: (suspect: String, lost: String) = ("300ms", "1s")
  ) async throws {
    self.timeScale = timeScale
    self.daemonFlags =
      [
        "--time-scale", "\(timeScale)", "--log-format", "json", "--heartbeat", "100ms",
        "--suspect-after", lostAfter.suspect, "--lost-after", lostAfter.lost,
      ] + daemonFlags
    control = try TestProcess(
      "hearth-control",
      ["--listen", "127.0.0.1:0"] + self.daemonFlags + controlFlags
    )
    address = try await control.address()
  }

  func addRegion(_ name: String, listen: String = "127.0.0.1:0") async throws {
    let others = ["a", "b"].filter { $0 != name }.map { "\($0): 50ms" }.joined(separator: ", ")
    let process = try TestProcess(
      "hearth-region",
      [
        "--region", name, "--control", address, "--listen", listen, "--round-trips",
        "{\(others)}",
      ] + daemonFlags
    )
    regions[name] = (process, try await process.address())
  }

  @discardableResult
  func addNode(
    _ name: String,
    in region: String,
    replicas: String = TestFleet.replica,
    flags: [String] = []
  ) async throws -> TestProcess {
    let agent = try #require(regions[region]?.address)
    let process = try TestProcess(
      "hearth-node",
      [
        "--name", name, "--region", region, "--agent", agent, "--listen", "127.0.0.1:0",
        "--replicas", replicas,
      ] + flags + daemonFlags
    )
    _ = try await process.address()
    nodes[name] = process
    return process
  }

  /// Starts a gateway in a region, and says where it serves clients.
  func gateway(
    in region: String,
    _ flags: [String] = []
  ) async throws -> (process: TestProcess, address: String) {
    let process = try TestProcess(
      "hearth-gateway",
      [
        "--control", address, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--region",
        region, "--time-scale", "\(timeScale)", "--log-format", "json",
      ] + flags
    )
    let line = try await process.line(with: "serving HTTP")
    let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return (process, try #require(fields?["address"] as? String, "\(line)"))
  }

  /// Two regions with two nodes each, all ready.
  static func standard(timeScale: Int = 100) async throws -> TestFleet {
    let fleet = try await TestFleet(timeScale: timeScale)
    for region in ["a", "b"] {
      try await fleet.addRegion(region)
      for index in 1...2 { try await fleet.addNode("\(region)\(index)", in: region) }
    }
    try await fleet.ready(4)
    return fleet
  }

  /// Starts `hearth` with the fleet's address.
  func start(_ arguments: [String]) throws -> TestProcess {
    try TestProcess("hearth", arguments, environment: ["HEARTH_ADDRESS": address])
  }

  /// Runs `hearth` to its end.
  func hearth(_ arguments: String...) async throws -> (code: Int32, out: String, errors: String) {
    let process = try start(arguments)
    let code = try await process.end()
    return (code, process.output, process.errors.joined(separator: "\n"))
  }

  /// Waits until so many nodes are ready.
  func ready(_ count: Int) async throws {
    try await wait("\(count) ready nodes") {
      try await self.states().values.count { $0 == "ready" } == count
    }
  }

  /// What the control plane says of each node.
  func states() async throws -> [String: String] {
    let nodes = try await hearth("node", "list", "-o", "json").out
    let list = try JSONSerialization.jsonObject(with: Data(nodes.utf8)) as? [[String: Any]] ?? []
    var states: [String: String] = [:]
    for node in list { states[node["node"] as? String ?? ""] = node["state"] as? String }
    return states
  }

  /// Stops every process in good order.
  func stop() async throws {
    let all = nodes.values.map { $0 } + regions.values.map(\.process) + [control]
    for process in all where process.isRunning { process.signal(SIGTERM) }
    for process in all { try await process.end() }
  }
}

/// A file that lives as long as the object.
final class TemporaryFile {
  private let folder: TemporaryFolder
  let path: String

  init(_ text: String, name: String) throws {
    folder = try TemporaryFolder()
    path = try folder.write(text, as: name)
  }
}

extension TemporaryFile {
  /// A trace of conversations of some turns each, whose prompts grow by a block a turn.
  static func trace(conversations: Int, turns: Int, gap: Int, output: Int) throws -> TemporaryFile {
    var lines: [String] = []
    for turn in 0..<turns {
      for conversation in 0..<conversations {
        let blocks = [0] + (1...(turn + 2)).map { conversation * 1_000 + $0 }
        let time = (turn * conversations + conversation) * gap
        lines.append(
          """
          {"timestamp": \(time), "input_length": \(blocks.count * 512 - 7), \
          "output_length": \(output), "hash_ids": \(blocks)}
          """
        )
      }
    }
    return try TemporaryFile(lines.joined(separator: "\n") + "\n", name: "trace.jsonl")
  }
}
