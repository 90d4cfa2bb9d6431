import Foundation
import Testing

/// Programs that are not Hearth's, and bytes that nobody meant.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct PeerTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func `a grpcio client built from the protos uses health, reflection, Route and Generate`()
    async throws
  {
    let python = try #require(
      ProcessInfo.processInfo.environment["HEARTH_INTEROP_PYTHON"],
      "run this by `make test`, which makes a Python with grpcio"
    )
    let fleet = try await TestFleet.standard()
    let script = Self.root.appendingPathComponent("Tests/IntegrationTests/grpcio_client.py").path
    let proto = Self.root.appendingPathComponent("proto").path
    let client = try TestProcess(python, [script, proto, fleet.address])
    #expect(try await client.end() == 0, "\(client.output)\n\(client.errors)")
    #expect(client.output.contains("generate: 50 tokens, 1024 cached"), "\(client.output)")
  }

  @Test func `garbage on a socket ends that connection and disturbs nobody else`() async throws {
    let fleet = try await TestFleet.standard()
    let agent = try #require(fleet.regions["a"]?.address)
    let node = try #require(fleet.nodes["a1"])
    let addresses = [fleet.address, agent, try await node.address()]
    let trace = try TemporaryFile.trace(conversations: 10, turns: 4, gap: 1_000, output: 40)
    let replay = try fleet.start(["replay", trace.path, "-o", "json"])
    for address in addresses {
      for bytes in Self.garbage { try await send(bytes, to: address) }
    }
    #expect(try await replay.end() == 0, "\(replay.errors)")
    #expect(try ReplayResult(replay.output).completed == 40)
    #expect(fleet.control.isRunning && node.isRunning)
    try await fleet.ready(4)
  }

  /// No HTTP at all, HTTP/1, a preface with a frame that is too long, and one with frames of
  /// nothing.
  private static let garbage: [[UInt8]] = {
    let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    return [
      [UInt8](repeating: 0xff, count: 4_096), Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
      preface + [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1],
      preface + [0, 0, 0, 4, 0, 0, 0, 0, 0]
        + (0..<900).flatMap { _ in [0, 0, 0, 9, 0, 0, 0, 0, 9] },
    ]
  }()

  /// Sends bytes and waits until the peer closes the connection.
  private func send(_ bytes: [UInt8], to address: String) async throws {
    let parts = address.split(separator: ":")
    let port = try #require(UInt16(parts[1]))
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.bigEndian
    place.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(connected == 0)
    _ = bytes.withUnsafeBytes {
      Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    try await wait("\(address) to hang up") {
      var buffer = [UInt8](repeating: 0, count: 4_096)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      return count == 0 || (count < 0 && errno != EAGAIN)
    }
  }

}

/// What is wrong with files and flags is said, with its place, before anything starts.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadInputTests {
  private func fails(
    _ program: String,
    _ arguments: [String],
    code: Int32,
    _ message: String
  ) async throws {
    let process = try TestProcess(program, arguments)
    #expect(try await process.end() == code)
    let errors = process.errors.joined(separator: "\n")
    #expect(errors.contains(message), "\(errors)")
  }

  @Test func `a fleet file with an unknown key and a wrong unit names both lines`() async throws {
    let text = """
      timeScale: 20
      polcy: warm
      replica: {model: llama-3.1-8b, gpu: h100-sxm}
      regions:
        - name: a
          rtt: {b: fast}
          nodes: [{name: a1}]
        - name: b
          nodes: [{name: b1}]
      """
    let file = try TemporaryFile(text, name: "fleet.yaml")
    for command in [["dev", "--file"], ["config", "check"]] {
      let arguments = command + [file.path]
      try await fails("hearth", arguments, code: 1, "\(file.path):2: polcy: is not a setting")
      try await fails("hearth", arguments, code: 1, "\"fast\" is not a duration (try 80ms)")
      try await fails("hearth", arguments, code: 1, "\(file.path):6: regions[0].rtt.b")
    }
  }

  @Test func `daemons refuse wrong settings with code 2, each where it was given`() async throws {
    try await fails(
      "hearth-node",
      ["--name", "n", "--region", "r", "--agent", "nowhere"],
      code: 2,
      "--agent: \"nowhere\" is not an address"
    )
    try await fails("hearth-control", ["--polciy", "warm"], code: 2, "--polciy")
    try await fails("hearth-region", [], code: 2, "region")
    let file = try TemporaryFile("name: n\nregion: r\nagent: a:1\nheartbeat: 5\n", name: "n.yaml")
    try await fails(
      "hearth-node",
      ["--config", file.path],
      code: 2,
      "\(file.path):4: heartbeat: \"5\" is not a duration"
    )
  }

  @Test func `a daemon whose port is taken says so and ends`() async throws {
    let first = try TestProcess("hearth-control", ["--listen", "127.0.0.1:0"])
    let address = try await first.address()
    try await fails("hearth-control", ["--listen", address], code: 1, "address already in use")
    #expect(first.isRunning)
  }

  @Test func `a trace with a line that is no JSON is refused with the line's number`() async throws
  {
    let good = #"{"timestamp": 0, "input_length": 5, "output_length": 1, "hash_ids": [1]}"#
    let file = try TemporaryFile("\(good)\n\(good)\nnonsense\n", name: "trace.jsonl")
    try await fails("hearth", ["replay", file.path], code: 1, "\(file.path):3: ")
  }

  @Test func `a trace may come from a pipe, and output that can't be written is no success`()
    async throws
  {
    let fleet = try TemporaryFile(
      """
      replica: {model: Qwen2.5-32B, weights: fp8, kvCache: fp8, gpu: h100-sxm}
      regions: [{name: eu, nodes: [{name: eu-1}]}]

      """,
      name: "fleet.yaml"
    )
    let line = #"{"timestamp": 9, "input_length": 5, "output_length": 1, "hash_ids": [1]}"#
    let simulate = "\(TestProcess.folder.path)/hearth simulate - --file \(fleet.path)"
    let piped = try TestProcess("/bin/sh", ["-c", "echo '\(line)' | \(simulate)"])
    #expect(try await piped.end() == 0, "\(piped.errors)")
    #expect(piped.output.split(separator: "\n").contains { $0.hasPrefix("completed ") })
    for command in ["\(simulate) </dev/stdin", "\(TestProcess.folder.path)/hearth --help"] {
      let full = try TestProcess("/bin/sh", ["-c", "echo '\(line)' | \(command) >/dev/full"])
      #expect(try await full.end() == 1)
      #expect(full.errors.last == "hearth: the output can't be written: No space left on device")
    }
    let packed = try TestProcess("/bin/sh", ["-c", "echo '\(line)' | gzip | \(simulate)"])
    #expect(try await packed.end() == 1)
    #expect(packed.errors.last?.contains("standard input is packed with gzip") == true)
  }

  @Test func `the example client talks to a fleet, and its second turn is warm`() async throws {
    let python = try #require(
      ProcessInfo.processInfo.environment["HEARTH_INTEROP_PYTHON"],
      "run the tests with `make test`"
    )
    let fleet = try await TestFleet.standard()
    let script = PeerTests.root.appendingPathComponent("examples/chat.py").path
    let client = try TestProcess(
      python,
      [script],
      environment: ["HEARTH_ADDRESS": fleet.address]
    )
    #expect(try await client.end() == 0, "\(client.errors)")
    let notes = client.output.split(separator: "\n").filter { $0.hasPrefix("[") }
    #expect(notes.map { $0.contains(": 512 of ") } == [false, true], "\(client.output)")
    try await fleet.stop()
  }

  @Test func `a fleet that is not there is said to be, with what to do`() async throws {
    let arguments = ["status", "--address", "127.0.0.1:1"]
    try await fails("hearth", arguments, code: 4, "start a fleet with `hearth dev`")
  }
}

/// `hearth dev` and the processes that it starts.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DevTests {
  private static let fleet = """
    timeScale: 100
    controlPlane: {listen: 127.0.0.1:0}
    replica: {model: llama-3.1-8b, gpu: h100-sxm}
    regions:
      - name: a
        nodes: [{name: a1}, {name: a2}]
    """

  private func start() async throws -> (dev: TestProcess, file: TemporaryFile, children: [Int32]) {
    let file = try TemporaryFile(Self.fleet, name: "fleet.yaml")
    let place = file.path + ".address"
    let dev = try TestProcess("hearth", ["dev", "--file", file.path, "--address-file", place])
    try await wait("the address") { FileManager.default.fileExists(atPath: place) }
    let address = try String(contentsOfFile: place, encoding: .utf8).dropLast()
    let status = try TestProcess(
      "hearth",
      ["status", "--address", String(address), "--wait", "20s", "--nodes", "2"]
    )
    #expect(try await status.end() == 0, "\(status.errors) \(dev.output) \(dev.errors)")
    let list = "/proc/\(dev.processID)/task"
    let children = try FileManager.default.contentsOfDirectory(atPath: list).flatMap { task in
      let text = try? String(contentsOfFile: "\(list)/\(task)/children", encoding: .utf8)
      return (text ?? "").split(separator: " ").compactMap { Int32($0) }
    }
    #expect(children.count == 4)
    return (dev, file, children)
  }

  /// Whether a process runs: neither gone nor waiting to be buried.
  private func runs(_ process: Int32) -> Bool {
    let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    guard let text, let name = text.lastIndex(of: ")") else { return false }
    return text[name...].dropFirst(2).first != "Z"
  }

  @Test(arguments: [SIGINT, SIGTERM]) func `one signal ends the whole fleet in good order`(
    _ signal: Int32
  ) async throws {
    let (dev, _, children) = try await start()
    try await wait("what to try next") { dev.output.contains("Ctrl-C here stops everything.") }
    #expect(dev.output.contains("The fleet is ready: 1 region, 2 nodes, 2 replicas, 100 times"))
    dev.signal(signal)
    #expect(try await dev.end() == 0, "\(dev.errors)")
    #expect(!children.contains(where: runs))
    #expect(dev.output.contains("a1"))
  }

  @Test func `no process outlives a dev that was killed`() async throws {
    let (dev, _, children) = try await start()
    dev.signal(SIGKILL)
    try await wait("the fleet to end") { !children.contains(where: runs) }
  }

  @Test func `a part that was killed is started again`() async throws {
    let (dev, _, children) = try await start()
    let node = try #require(
      children.first {
        (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8))?
          .contains("hearth-node") == true
      }
    )
    kill(node, SIGKILL)
    try await wait("it to be started again") { dev.output.contains("restarting it") }
    try await wait("four serving and one more") {
      dev.output.components(separatedBy: " serving address=").count == 6
    }
    dev.signal(SIGINT)
    #expect(try await dev.end() == 0)
  }
}
