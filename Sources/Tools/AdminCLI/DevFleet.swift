import Basics
import EventLoop
import Foundation
import Settings

/// The processes of a fleet on this machine; confined to its loop.
///
/// One that ends by itself ends all others: a fleet with a hole is not what was asked for. Killing
/// one on purpose to see what happens is: its place is filled again after a second.
final class DevFleet {
  private struct Part {
    let name: String
    let command: ChildProcess.Command
    var process: ChildProcess?
    var restart: LoopTimer?
    var starts = 0
  }

  /// Where the control plane listens.
  let control: NetworkAddress
  /// Where it serves operators over HTTP.
  let admin: NetworkAddress

  private let loop: Loop
  private let folder: TemporaryFolder
  private let onEnd: (Failure?) -> Void
  private var parts: [Part] = []
  private var signals: [SignalSource] = []
  private var timer: LoopTimer?
  private var isStopping = false
  private var failure: Failure?
  private let nameWidth: Int

  init(
    _ fleet: FleetFile,
    listen: NetworkAddress,
    admin: NetworkAddress?,
    http: NetworkAddress?,
    addressFile: String?,
    loop: Loop,
    onEnd: @escaping (Failure?) -> Void
  ) throws {
    self.loop = loop
    self.onEnd = onEnd
    folder = try TemporaryFolder(named: "hearth-dev")
    let names = fleet.regions.flatMap { [$0.name.text] + $0.nodes.map(\.name.text) }
    nameWidth = (names + ["control", "gateway"]).map(\.count).max() ?? 0
    let ports = FreePorts(loop: loop)
    control = listen.port == 0 ? try ports.next() : listen
    self.admin = try admin ?? ports.next()
    try plan(fleet, ports)
    if let http {
      var gateway = fleet.gateway(http: http, listen: try ports.next(), control: control)
      gateway.common.admin = try ports.next()
      try add("gateway", "hearth-gateway", gateway.fileText)
    }
    try addressFile.map {
      try "\(control)\n".write(toFile: $0, atomically: true, encoding: .utf8)
    }
    for signal in [SIGHUP, SIGINT, SIGTERM] {
      signals.append(
        try SignalSource(signal, loop: loop) { [unowned self] in stop(because: nil) }
      )
    }
    for index in parts.indices { start(index) }
  }

  /// Chooses addresses and writes the settings of each process.
  private func plan(_ fleet: FleetFile, _ ports: FreePorts) throws {
    var settings = fleet.control(listen: control)
    settings.common.admin = admin
    settings.stateFolder = folder.url.appendingPathComponent("state").path
    try add("control", "hearth-control", settings.fileText)
    for region in fleet.regions {
      let listen = try region.listen ?? ports.next()
      var agent = fleet.agent(of: region, listen: listen, control: control)
      agent.common.admin = try ports.next()
      try add(region.name.text, "hearth-region", agent.fileText)
      for node in region.nodes {
        let address = try node.listen ?? ports.next()
        var settings = fleet.node(node, in: region, listen: address, agent: listen)
        settings.common.admin = try ports.next()
        let own = folder.url.appendingPathComponent("jobs").appendingPathComponent(node.name.text)
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        settings.jobs.folder = own.path
        try add(node.name.text, "hearth-node", settings.fileText)
      }
    }
  }

  private func add(_ name: String, _ program: String, _ settings: String) throws {
    let file = folder.url.appendingPathComponent("\(parts.count)-\(program).yaml")
    try settings.write(to: file, atomically: true, encoding: .utf8)
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let path = own.deletingLastPathComponent().appendingPathComponent(program).path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Failure(.notFound, "\(path) is missing: build all programs with `make build`")
    }
    let arguments = ["--config", file.path, "--log-format", "text"]
    parts.append(Part(name: name, command: .init(executable: path, arguments: arguments)))
  }

  private func start(_ index: Int) {
    let name = parts[index].name
    parts[index].restart = nil
    parts[index].starts += 1
    do throws(UVError) {
      parts[index].process = try ChildProcess(
        parts[index].command,
        loop: loop,
        onLine: { [unowned self] _, line in show(name, line) },
        onExit: { [unowned self] exit in ended(index, exit) }
      )
    } catch {
      stop(because: Failure(.failed, "\(error)"))
    }
  }

  private func ended(_ index: Int, _ exit: ChildProcess.Exit) {
    let name = parts[index].name
    // Not inside its own callback.
    loop.runLater { [weak self] in
      self?.parts[index].process = nil
      self?.finishIfDone()
    }
    guard !isStopping else { return }
    switch exit {
    case .signal(let signal):
      show(name, "was ended by signal \(signal); restarting it")
      guard let timer = try? LoopTimer(loop: loop, fire: { [unowned self] in start(index) }) else {
        return
      }
      timer.arm(after: .seconds(1))
      parts[index].restart = timer
    case .status(let code):
      stop(because: Failure(.failed, "\(name) exited with code \(code): see its last log lines"))
    }
  }

  private func stop(because failure: Failure?) {
    guard !isStopping else {
      for part in parts { part.process?.kill(SIGKILL) }
      return
    }
    isStopping = true
    self.failure = failure
    for index in parts.indices {
      parts[index].restart = nil
      parts[index].process?.kill(SIGTERM)
    }
    timer = try? LoopTimer(loop: loop) { [unowned self] in
      for part in parts { part.process?.kill(SIGKILL) }
    }
    timer?.arm(after: .seconds(5))
    finishIfDone()
  }

  private func finishIfDone() {
    guard isStopping, parts.allSatisfy({ $0.process == nil }) else { return }
    timer = nil
    folder.remove()
    onEnd(failure)
  }

  private func show(_ name: String, _ line: String) {
    let space = String(repeating: " ", count: nameWidth - name.count)
    Terminal.write(Terminal.dim("\(name)\(space) | ") + line + "\n")
  }
}

/// Ports that nobody listens on, found by listening on them for a moment.
struct FreePorts {
  let loop: Loop

  /// A port of this machine's loopback that was free a moment ago.
  func next() throws -> NetworkAddress {
    let listener = try TCPListener(on: "127.0.0.1:0", loop: loop, settings: .init()) { $0.close() }
    defer { listener.close() }
    guard let text = listener.localAddress, let address = NetworkAddress(text) else {
      throw Failure(.failed, "no port of 127.0.0.1 is free")
    }
    return address
  }
}
