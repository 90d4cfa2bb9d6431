import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

struct NodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node",
    abstract: "Nodes (hosts with GPUs): list, drain, cordon, forget.",
    subcommands: [List.self, Get.self, Drain.self, Cordon.self, Undrain.self, Forget.self],
    defaultSubcommand: List.self,
    aliases: ["nodes"]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the nodes with their state, their load and why they are out of service.",
      discussion: """
        Examples:
          hearth node list --region us-east
          hearth node list -o jsonl | jq -r 'select(.state != "ready") | .node'
        """,
      aliases: ["ls"]
    )

    @Option(help: ArgumentHelp("Show only this region's nodes.", valueName: "name"))
    var region: String?
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        var nodes = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
        if let region {
          let name = try await fleet.region(region)
          nodes = nodes.filter { $0.region == name }
        }
        print(NodeListing.listing.text(nodes, as: options.output), terminator: "")
      }
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get",
      abstract: "Show one node and its replicas."
    )

    @Argument(help: "The node, or an unambiguous prefix of its name.") var node: String
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        let node = try await NodeListing.find(node, fleet)
        let output = options.output
        guard output != .json else { return print(NodeListing.json(node).jsonText(isPretty: true)) }
        var text = NodeListing.listing.text([node], as: output)
        if output == .table || output == .wide {
          text += "\n" + ReplicaCommand.listing.text(node.replicas, as: output)
        }
        print(text, terminator: "")
      }
    }
  }

  struct Cordon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cordon",
      abstract: "Give a node no new turns; running ones go on.",
      discussion: """
        The node stays cordoned, even if it restarts, until `hearth node undrain`.

        Example:
          hearth node cordon us-east-1 -m 'ECC errors on GPU 3'
        """
    )

    @Argument(help: "The node's whole name.") var node: String
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The reason, shown with the node.", valueName: "text")
    )
    var message = ""
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      try await connection.connected { fleet in
        let name = try await NodeListing.order(node, .cordoned, .zero, message, fleet)
        print("\(name) is cordoned")
      }
    }
  }

  struct Undrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "undrain",
      abstract: "Return a drained, draining or cordoned node to service.",
      aliases: ["uncordon"]
    )

    @Argument(help: "The node's whole name.") var node: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      try await connection.connected { fleet in
        print("\(try await NodeListing.order(node, .ready, .zero, "", fleet)) is in service")
      }
    }
  }
}

extension NodeCommand {
  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "forget",
      abstract: "List a lost node no longer, and drop what was ordered of it.",
      discussion: """
        A node that is lost stays listed, since somebody may be looking for it. A node that was \
        forgotten and comes back is in service.

        Example:
          hearth node forget us-east-1
        """
    )

    @Argument(help: "The node's whole name.") var node: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      try await connection.connected { fleet in
        let names = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes.map(\.node)
        let name = try resolveExactly(node, "node", among: names)
        _ = try await fleet.ask(HearthV1.Admin.forget, .init(node: name), isConnected: true)
        print("\(name) is forgotten")
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
    let names = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes.map(\.node)
    let name = try resolveExactly(text, "node", among: names)
    _ = try await fleet.ask(
      HearthV1.Admin.setNodeAvailability,
      .init(
        node: name,
        availability: availability,
        deadlineNs: deadline.nanoseconds,
        message: message
      ),
      isConnected: true
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
          return node.availability.word + (left > .zero ? ", \(left.wholeSeconds) left" : "")
        },
        .init("REPLICAS", number: true) { "\($0.replicas.count)" },
        .init("RUNNING", number: true) { "\($0.turns(\.running))" },
        .init("WAITING", number: true) { "\($0.turns(\.waiting))" },
        .init("REASON", \.reason), .init("ADDRESS", wide: true, \.address),
        .init("VERSION", wide: true, \.version),
        .init("LAST HEARD", wide: true) { Duration.nanoseconds($0.silentNs).text + " ago" },
      ],
      fields: json
    )
  }

  static func json(_ node: HearthV1.NodeStatus) -> JSONObject {
    [
      "node": node.node, "region": node.region,
      "state": node.availability.word, "reason": node.reason,
      "drainLeftSeconds": seconds(node.drainLeftNs),
      "address": node.address, "version": node.version,
      "lastHeardSeconds": seconds(node.silentNs),
      "replicas": node.replicas.map(\.json),
    ]
  }
}

extension HearthV1.NodeStatus {
  /// Turns of all its replicas.
  func turns(_ count: KeyPath<HearthV1.ReplicaLoad, UInt32>) -> Int {
    replicas.reduce(0) { $0 + Int($1.carried[keyPath: count]) }
  }
}

extension Duration {
  /// The duration without fractions of a second, for what counts down.
  var wholeSeconds: String {
    self > .zero ? Duration.seconds(Int64(inSeconds.rounded(.up))).text : "0s"
  }
}
