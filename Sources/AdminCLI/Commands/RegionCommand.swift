import ArgumentParser
import Basics
import HearthMessages
import HearthProto

struct RegionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "region",
    abstract: "Regions and the distances between them.",
    subcommands: [List.self],
    aliases: ["regions"]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the regions.",
      aliases: ["ls"]
    )

    @OptionGroup var connection: ConnectionOptions
    @Option(name: .shortAndLong, help: "table, wide, json, jsonl or name.")
    var output = OutputFormat.table

    func run() async throws {
      try await connection.connected { fleet in
        let regions = try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions
        print(listing.text(regions, as: output), terminator: "")
      }
    }

    private var listing: Listing<HearthV1.RegionStatus> {
      Listing(
        name: \.region,
        columns: [
          .init("REGION", \.region), .init("STATE") { $0.state.word },
          .init("NODES", number: true) { "\($0.nodesReady)/\($0.nodes)" },
          .init("ROUND TRIPS") { region in
            region.distances.map {
              "\($0.region) \(Duration.nanoseconds($0.roundTripNs).text)"
            }.joined(separator: ", ")
          },
          .init("ADDRESS", wide: true, \.address),
        ],
        fields: { region in
          .object([
            ("region", .string(region.region)), ("state", .string(region.state.word)),
            ("nodes", .integer(Int64(region.nodes))),
            ("nodesReady", .integer(Int64(region.nodesReady))),
            ("address", .string(region.address)),
            (
              "roundTripSeconds",
              .object(
                region.distances.map {
                  ($0.region, .number(Duration.nanoseconds($0.roundTripNs).inSeconds))
                }
              )
            ),
          ])
        }
      )
    }
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
