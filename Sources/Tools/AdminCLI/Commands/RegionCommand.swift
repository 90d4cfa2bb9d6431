import ArgumentParser
import Basics
import HearthMessages
import HearthProto

struct RegionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "region",
    abstract: "Regions, and the distances between them.",
    subcommands: [List.self, Get.self, Forget.self],
    defaultSubcommand: List.self,
    aliases: ["regions"]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the regions with their nodes and their round trips to the others.",
      discussion: """
        The region agents measure the round trips. Times are the fleet's.

        Example:
          hearth region list -o wide
        """,
      aliases: ["ls"]
    )

    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        let regions = try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions
        print(listing.text(regions, as: options.output), terminator: "")
      }
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get",
      abstract: "Show one region and its nodes."
    )

    @Argument(
      help: "The region, or an unambiguous prefix of its name.",
      completion: FleetNames.regions
    )
    var region: String
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        let regions = try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions
        let name = try resolve(region, "region", among: regions.map(\.region))
        let found = regions.filter { $0.region == name }
        let output = options.output
        if output == .json, let region = found.first {
          return print(json(region).jsonText(isPretty: true))
        }
        var text = listing.text(found, as: output)
        if output == .table || output == .wide {
          let nodes = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
          text += "\n"
          text += NodeListing.listing.text(nodes.filter { $0.region == name }, as: output)
        }
        print(text, terminator: "")
      }
    }
  }

  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "forget",
      abstract: "Stop listing a lost region and its nodes.",
      discussion: """
        Example:
          hearth region forget us-east
        """
    )

    @Argument(help: "The region's whole name.") var region: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      try await connection.connected { fleet in
        let names = try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions.map(\.region)
        let name = try resolveExactly(region, "region", among: names)
        let answer = try await fleet.ask(
          HearthV1.Admin.forget,
          .init(region: name),
          isConnected: true
        )
        print("\(name) is forgotten, with \(count(Int(answer.nodes), "node"))")
      }
    }
  }

  static var listing: Listing<HearthV1.RegionStatus> {
    Listing(
      name: \.region,
      columns: [
        .init("REGION", \.region), .init("STATE") { $0.state.word },
        .init("NODES READY", number: true) { "\($0.nodesReady) of \($0.nodes)" },
        .init("ROUND TRIPS") { region in
          region.distances.map {
            "\($0.region) \(Duration.nanoseconds($0.roundTripNs).text)"
          }.joined(separator: ", ")
        },
        .init("ADDRESS", wide: true, \.address),
      ],
      fields: json
    )
  }

  static func json(_ region: HearthV1.RegionStatus) -> JSONObject {
    [
      "region": region.region, "state": region.state.word,
      "nodes": region.nodes,
      "nodesReady": region.nodesReady,
      "address": region.address,
      "roundTripSeconds": JSONObject(
        region.distances.map { ($0.region, seconds($0.roundTripNs)) }
      ),
    ]
  }
}

extension HearthV1.Availability {
  /// The availability as operators read it.
  var word: String {
    switch self {
    case .ready: "ready"
    case .cordoned: "cordoned"
    case .draining: "draining"
    case .drained: "drained"
    case .failed: "failed"
    case .suspect: "suspect"
    case .lost: "lost"
    case .starting: "starting"
    default: "unknown"
    }
  }
}
