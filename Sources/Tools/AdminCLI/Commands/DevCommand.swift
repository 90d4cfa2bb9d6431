import ArgumentParser
import Basics
import Client
import EventLoop
import Foundation
import HearthMessages
import HearthProto
import RPC
import Settings

struct DevCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dev",
    abstract: "Start a whole fleet on this machine, each part a process of its own.",
    discussion: """
      Each log line starts with the name of its process. Ctrl-C stops all processes; a second \
      Ctrl-C stops them without waiting. They also end when this command is killed. A process that \
      is killed is restarted after a second; a process that exits by itself ends the fleet.

      Exit codes: 0 stopped by Ctrl-C, 1 a process ended or a setting is wrong, 3 no such file.

      Example:
        hearth dev --file deploy/fleet.yaml
      """
  )

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The fleet file.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var file = "fleet.yaml"
  @Option(
    help: ArgumentHelp(
      "Where the control plane listens; port 0 takes a free port. (default: as the file says, or "
        + "\(ConnectionOptions.standard))",
      valueName: "host:port"
    )
  )
  var listen: String?

  @Option(
    help: ArgumentHelp(
      "Where the control plane serves operators over HTTP. (default: a free port)",
      valueName: "host:port"
    )
  )
  var admin: String?

  @Option(
    help: ArgumentHelp(
      "Serve OpenAI's and Anthropic's APIs there, by a gateway in the first region.",
      valueName: "host:port"
    )
  )
  var http: String?

  @Option(
    help: ArgumentHelp(
      "Write the control plane's address to this file, for scripts.",
      valueName: "file"
    ),
    completion: .file()
  )
  var addressFile: String?

  func validate() throws {
    let places = [
      ("--listen", listen, ConnectionOptions.standard), ("--http", http, Self.httpHint),
      ("--admin", admin, Self.adminHint),
    ]
    for (option, place, hint) in places {
      guard let place, NetworkAddress(place) == nil else { continue }
      throw ValidationError("\(option): \(place.quoted(limit: 64)) is no address (try \(hint))")
    }
  }

  private static let (httpHint, adminHint) = ("127.0.0.1:8080", "127.0.0.1:7401")

  /// Where the control plane listens: what is typed counts before the file.
  func place(in fleet: FleetFile) -> NetworkAddress? {
    listen.flatMap { NetworkAddress($0) } ?? fleet.controlListen
      ?? NetworkAddress(ConnectionOptions.standard)
  }

  func run() async throws {
    let fleet = try FleetFile.read(from: file, for: .processes)
    guard let listen = place(in: fleet) else { return }
    let addressFile = addressFile
    let http = http.flatMap { NetworkAddress($0) }
    let admin = admin.flatMap { NetworkAddress($0) }
    let ended = AsyncStream<Failure?>.makeStream()
    let started = AsyncStream<(control: NetworkAddress, admin: NetworkAddress)>.makeStream()
    let thread = try await LoopThread.start(name: "hearth-dev") { loop in
      let dev = try DevFleet(
        fleet,
        listen: listen,
        admin: admin,
        http: http,
        addressFile: addressFile,
        loop: loop
      ) { ended.continuation.yield($0) }
      started.continuation.yield((dev.control, dev.admin))
      return dev
    }
    let welcome = Task {
      for await (control, admin) in started.stream {
        let channel = Channel.Settings()
        let client = FleetClient(control: "\(control)", channel: channel, loop: thread.handle)
        await Self.welcome(to: fleet, client, admin: admin)
        return client.close()
      }
    }
    var failure: Failure?
    for await end in ended.stream {
      failure = end
      break
    }
    welcome.cancel()
    await welcome.value
    await thread.stop()
    if let failure { throw failure }
  }

  /// Waits until every node is ready, and says what to try.
  private static func welcome(
    to fleet: FleetFile,
    _ client: FleetClient,
    admin: NetworkAddress
  ) async {
    while !Task.isCancelled {
      let status = try? await client.ask(HearthV1.Admin.getStatus, .init())
      if let status, status.nodesReady >= fleet.nodeCount {
        return Terminal.write(invitation(to: fleet, at: client.control, admin: admin))
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  private static func invitation(
    to fleet: FleetFile,
    at address: String,
    admin: NetworkAddress
  ) -> String {
    let program = CommandLine.arguments.first ?? "hearth"
    let node = fleet.regions.lazy.flatMap(\.nodes).first?.name.text ?? "NODE"
    let origin = fleet.regions.last?.name.text ?? "REGION"
    let export =
      address == ConnectionOptions.standard ? "" : "\n  export HEARTH_ADDRESS=\(address)"
    let speed =
      fleet.timeScale == 1 ? "" : ", \(fleet.timeScale.text()) times faster than real time"
    return """

      The fleet is ready: \(fleet.sizes)\(speed). In another terminal, try:\(export)
        \(program) status
        \(program) route --explain --origin \(origin)
        \(program) node drain \(node) --deadline 30s -m 'new fans'
        \(program) chat
      The console is at http://\(admin)/. Ctrl-C here stops everything.


      """
  }
}
