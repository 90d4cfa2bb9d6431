import ArgumentParser
import Basics
import HearthMessages
import HearthProto

struct ReplicaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica",
    abstract: "Replicas: engines that serve a model on some GPUs.",
    subcommands: [List.self],
    aliases: ["replicas"]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the replicas with what they carry.",
      aliases: ["ls"]
    )

    @OptionGroup var connection: ConnectionOptions
    @Option(name: .shortAndLong, help: "table, wide, json, jsonl or name.")
    var output = OutputFormat.table
    @Option(help: "Only those of this region.") var region: String?

    func run() async throws {
      try await connection.connected { fleet in
        var replicas = try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas
        if let region { replicas = replicas.filter { $0.region.hasPrefix(region) } }
        print(Self.listing.text(replicas, as: output), terminator: "")
      }
    }

    static var listing: Listing<HearthV1.ReplicaStatus> {
      Listing(
        name: \.id,
        columns: [
          .init("REPLICA", \.id), .init("REGION", \.region),
          .init("STATE") { $0.availability.word }, .init("MODEL", \.model),
          .init("GPUS") { "\($0.replica?.gpuCount ?? 0) x \($0.replica?.gpu?.name ?? "?")" },
          .init("RUNNING", number: true) { "\($0.carried.running)" },
          .init("WAITING", number: true) { "\($0.carried.waiting)" },
          .init("KV IN USE", number: true) { $0.share(of: $0.carried.blocksUsed) },
          .init("KV KEPT", number: true) { $0.share(of: $0.carried.blocksCached) },
          .init("PREFILL QUEUED", wide: true, number: true) {
            "\($0.carried.prefillTokensQueued)"
          },
          .init("BLOCKS", wide: true, number: true) { "\($0.replica?.blockCount ?? 0)" },
          .init("BLOCK TOKENS", wide: true, number: true) { "\($0.replica?.blockTokens ?? 0)" },
          .init("INDEXED", wide: true, number: true) { "\($0.blocksIndexed)" },
          .init("PENDING", wide: true, number: true) { "\($0.pending)" },
        ],
        fields: \.json
      )
    }
  }
}

extension HearthV1.ReplicaStatus {
  var id: String { replica?.id ?? "" }
  var model: String { replica?.model?.name ?? "" }
  var carried: HearthV1.ReplicaLoad { load ?? .init() }

  /// Blocks as a share of all that the replica has.
  func share(of blocks: UInt32) -> String {
    let count = max(1, replica?.blockCount ?? 1)
    return "\(Int((Double(blocks) * 100 / Double(count)).rounded()))%"
  }

  var json: JSONValue {
    .object([
      ("replica", .string(id)), ("node", .string(node)), ("region", .string(region)),
      ("state", .string(availability.word)), ("model", .string(model)),
      ("gpu", .string(replica?.gpu?.name ?? "")),
      ("gpuCount", .integer(Int64(replica?.gpuCount ?? 0))),
      ("blockTokens", .integer(Int64(replica?.blockTokens ?? 0))),
      ("blockCount", .integer(Int64(replica?.blockCount ?? 0))),
      ("blocksUsed", .integer(Int64(carried.blocksUsed))),
      ("blocksCached", .integer(Int64(carried.blocksCached))),
      ("blocksIndexed", .integer(Int64(clamping: blocksIndexed))),
      ("running", .integer(Int64(carried.running))),
      ("waiting", .integer(Int64(carried.waiting))),
      ("decoding", .integer(Int64(carried.decoding))),
      ("prefillTokensQueued", .integer(Int64(clamping: carried.prefillTokensQueued))),
      ("contextTokens", .integer(Int64(clamping: carried.contextTokens))),
      ("pending", .integer(Int64(pending))),
    ])
  }
}
