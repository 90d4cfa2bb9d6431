import ArgumentParser
import Basics
import HearthMessages
import HearthProto

struct NodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node",
    abstract: "Nodes: hosts with GPUs; list, drain and cordon them.",
    subcommands: [List.self, Get.self, Drain.self, Undrain.self, Cordon.self],
    aliases: ["nodes"]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the nodes.",
      aliases: ["ls"]
    )

    @OptionGroup var connection: ConnectionOptions
    @Option(name: .shortAndLong, help: "table, wide, json, jsonl or name.")
    var output = OutputFormat.table
    @Option(help: "Only those of this region.") var region: String?

    func run() async throws {
      try await connection.connected { fleet in
        var nodes = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
        if let region { nodes = nodes.filter { $0.region.hasPrefix(region) } }
        print(NodeListing.listing.text(nodes, as: output), terminator: "")
      }
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get",
      abstract: "Show one node and its replicas."
    )

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The node, or the beginning of its name.") var node: String
    @Option(name: .shortAndLong, help: "table, wide, json, jsonl or name.")
    var output = OutputFormat.table

    func run() async throws {
      try await connection.connected { fleet in
        let node = try await NodeListing.find(node, fleet)
        var text = NodeListing.listing.text([node], as: output)
        if output == .table || output == .wide {
          text += "\n" + ReplicaCommand.List.listing.text(node.replicas, as: output)
        }
        print(text, terminator: "")
      }
    }
  }

  struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "drain",
      abstract: "Take a node out of service: no new turns, and what runs may finish.",
      discussion: """
        After the deadline what still runs is ended with UNAVAILABLE; its clients run it again \
        elsewhere. The order outlives the node's process, until `hearth node undrain`.
        """
    )

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The node, or the beginning of its name.") var node: String
    @Option(help: "How long what runs may take, such as 30s or 1h.") var deadline = "1h"
    @Option(name: .shortAndLong, help: "Why; kept, and shown with the node.") var message = ""
    @Flag(help: "Return at once, and do not wait until the node is drained.") var detach = false

    func validate() throws {
      guard Duration(text: deadline) != nil else {
        throw ValidationError("--deadline: \"\(deadline)\" is not a duration (try 30s)")
      }
    }

    func run() async throws {
      try await connection.connected { fleet in
        let limit = Duration(text: deadline) ?? .zero
        let name = try await NodeListing.order(node, .draining, limit, message, fleet)
        guard !detach else { return print("\(name) drains") }
        var shown = ""
        while true {
          let node = try await NodeListing.find(name, fleet)
          if node.availability == .drained { return print("\(name) is drained") }
          let running = node.replicas.reduce(0) { $0 + $1.carried.running + $1.carried.waiting }
          let left = Duration.nanoseconds(node.drainLeftNs).text
          let line = "\(name) is \(node.availability.word): \(running) turns run, \(left) left"
          if Terminal.showsProgress, line != shown { Terminal.progress(line) }
          shown = line
          try await Task.sleep(for: .milliseconds(200))
        }
      }
    }
  }

  struct Undrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "undrain",
      abstract: "Return a node to service, drained or cordoned.",
      aliases: ["uncordon"]
    )

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The node, or the beginning of its name.") var node: String

    func run() async throws {
      try await connection.connected { fleet in
        print("\(try await NodeListing.order(node, .ready, .zero, "", fleet)) is in service")
      }
    }
  }

  struct Cordon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cordon",
      abstract: "Give a node no new turns; what runs goes on."
    )

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The node, or the beginning of its name.") var node: String
    @Option(name: .shortAndLong, help: "Why; kept, and shown with the node.") var message = ""

    func run() async throws {
      try await connection.connected { fleet in
        let name = try await NodeListing.order(node, .cordoned, .zero, message, fleet)
        print("\(name) is cordoned")
      }
    }
  }
}

/// What the commands about nodes share.
enum NodeListing {
  static func find(_ text: String, _ fleet: FleetClient) async throws(Failure)
    -> HearthV1.NodeStatus
  {
    let nodes = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
    let name = try resolve(text, "node", among: nodes.map(\.node))
    guard let node = nodes.first(where: { $0.node == name }) else {
      throw Failure(.notFound, "no node is named \"\(name)\"")
    }
    return node
  }

  /// Orders a node's availability and returns its whole name.
  static func order(
    _ text: String,
    _ availability: HearthV1.Availability,
    _ deadline: Duration,
    _ message: String,
    _ fleet: FleetClient
  ) async throws(Failure) -> String {
    let name = try await find(text, fleet).node
    _ = try await fleet.ask(
      HearthV1.Admin.setNodeAvailability,
      .init(
        node: name,
        availability: availability,
        deadlineNs: deadline.nanoseconds,
        message: message
      )
    )
    return name
  }

  static var listing: Listing<HearthV1.NodeStatus> {
    Listing(
      name: \.node,
      columns: [
        .init("NODE", \.node), .init("REGION", \.region),
        .init("STATE") { node in
          let left = Duration.nanoseconds(node.drainLeftNs)
          return node.availability.word + (left > .zero ? ", \(left.text) left" : "")
        },
        .init("REPLICAS", number: true) { "\($0.replicas.count)" },
        .init("RUNNING", number: true) { "\($0.replicas.reduce(0) { $0 + $1.carried.running })" },
        .init("WAITING", number: true) { "\($0.replicas.reduce(0) { $0 + $1.carried.waiting })" },
        .init("REASON", \.reason), .init("ADDRESS", wide: true, \.address),
        .init("VERSION", wide: true, \.version),
        .init("LAST NEWS", wide: true) { Duration.nanoseconds($0.silentNs).text + " ago" },
      ],
      fields: { node in
        .object([
          ("node", .string(node.node)), ("region", .string(node.region)),
          ("state", .string(node.availability.word)), ("reason", .string(node.reason)),
          ("drainLeftSeconds", .number(Duration.nanoseconds(node.drainLeftNs).inSeconds)),
          ("address", .string(node.address)), ("version", .string(node.version)),
          ("lastNewsSeconds", .number(Duration.nanoseconds(node.silentNs).inSeconds)),
          ("replicas", .array(node.replicas.map(\.json))),
        ])
      }
    )
  }
}
