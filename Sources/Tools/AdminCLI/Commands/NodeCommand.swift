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
        The time left of a drain and LAST HEARD are wall time.

        Examples:
          hearth node list --region us-east
          hearth node list -o jsonl | jq -r 'select(.state != "ready") | .node'
        """,
      aliases: ["ls"]
    )

    @Option(
      help: ArgumentHelp("Show only this region's nodes.", valueName: "name"),
      completion: FleetNames.regions
    )
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

    @Argument(
      help: "The node, or an unambiguous prefix of its name.",
      completion: FleetNames.nodes
    )
    var node: String
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

    @Argument(help: "The node's whole name.", completion: FleetNames.nodes)
    var node: String
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The reason, shown with the node.", valueName: "text")
    )
    var message = ""
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      try await connection.connected { fleet in
        let order = try await NodeListing.order(node, .cordoned, .zero, message, fleet)
        print("\(order.name) is cordoned\(order.change)")
      }
    }
  }

  struct Undrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "undrain",
      abstract: "Return a drained, draining or cordoned node to service.",
      aliases: ["uncordon"]
    )

    @Argument(help: "The node's whole name.", completion: FleetNames.nodes)
    var node: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      try await connection.connected { fleet in
        print("\(try await NodeListing.order(node, .ready, .zero, "", fleet).name) is in service")
      }
    }
  }
}

extension NodeCommand {
  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "forget",
      abstract: "Stop listing a lost node, and drop its cordon or drain.",
      discussion: """
        A node that is lost stays listed, since somebody may be looking for it. A node that was \
        forgotten and comes back is in service.

        Example:
          hearth node forget us-east-1
        """
    )

    @Argument(help: "The node's whole name.", completion: FleetNames.nodes)
    var node: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      try await connection.connected { fleet in
        let name = try await NodeListing.find(node, isExact: true, fleet).node
        _ = try await fleet.ask(HearthV1.Admin.forget, .init(node: name), isConnected: true)
        print("\(name) is forgotten")
      }
    }
  }
}

/// What the commands about nodes share.
enum NodeListing {
  /// The node of a name, or of an unambiguous prefix of one unless `isExact`.
  static func find(_ text: String, isExact: Bool = false, _ fleet: FleetClient)
    async throws(Failure) -> HearthV1.NodeStatus
  {
    let nodes = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
    let names = nodes.map(\.node)
    let name =
      try isExact ? resolveExactly(text, "node", among: names) : resolve(text, "node", among: names)
    guard let node = nodes.first(where: { $0.node == name }) else {
      throw Failure(.notFound, "no node is named \"\(name)\"")
    }
    return node
  }

  /// What an order did to a node.
  struct Order {
    /// The node's whole name.
    let name: String
    /// What was so before and is not, or stays, in words that follow; empty where that is nothing.
    let change: String

    init(to node: HearthV1.NodeStatus, reason: String) {
      name = node.node
      let isOrdered = [.cordoned, .draining, .drained].contains(node.availability)
      guard isOrdered else {
        change = ""
        return
      }
      var words = "it was \(node.availability.word)"
      if node.drainLeftNs > 0 {
        words += " with \(Duration.nanoseconds(node.drainLeftNs).wholeSeconds) left"
      }
      if !reason.isEmpty, reason == node.reason { words += "; the reason stays: \(reason)" }
      if !node.reason.isEmpty, reason != node.reason { words += " because: \(node.reason)" }
      change = Terminal.safe(" (\(words))")
    }
  }

  /// Orders a node's availability; what an operator ordered before keeps its reason unless there is
  /// a new one.
  static func order(
    _ text: String,
    _ availability: HearthV1.Availability,
    _ deadline: Duration,
    _ message: String,
    _ fleet: FleetClient
  ) async throws(Failure) -> Order {
    let node = try await find(text, isExact: true, fleet)
    let isOrdered = [.cordoned, .draining, .drained].contains(node.availability)
    let reason =
      message.isEmpty && isOrdered && availability != .ready ? node.reason : message
    _ = try await fleet.ask(
      HearthV1.Admin.setNodeAvailability,
      .init(
        node: node.node,
        availability: availability,
        deadlineNs: deadline.nanoseconds,
        message: reason
      ),
      isConnected: true
    )
    return Order(to: node, reason: reason)
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
