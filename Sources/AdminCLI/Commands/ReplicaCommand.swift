import ArgumentParser
import Basics
import HearthMessages
import HearthProto

struct ReplicaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica",
    abstract: "Replicas, the engines that serve a model on some GPUs of a node.",
    subcommands: [List.self, Get.self],
    defaultSubcommand: List.self,
    aliases: ["replicas"]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the replicas with what they carry.",
      discussion: """
        KV IN USE is the share of the KV cache's blocks that running turns hold; KV KEPT the share \
        that no turn holds and that is kept for the next one of its conversation.

        Examples:
          hearth replica list --node us-east-1 -o wide
          hearth replica list -o json | jq '[.[].running] | add'
        """,
      aliases: ["ls"]
    )

    @Option(help: ArgumentHelp("Only those of this region.", valueName: "name"))
    var region: String?
    @Option(help: ArgumentHelp("Only those of this node.", valueName: "name"))
    var node: String?
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        var replicas = try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas
        if let region {
          let name = try await fleet.region(region)
          replicas = replicas.filter { $0.region == name }
        }
        if let node {
          let name = try await NodeListing.find(node, fleet).node
          replicas = replicas.filter { $0.node == name }
        }
        print(listing.text(replicas, as: options.output), terminator: "")
      }
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get",
      abstract: "Show one replica."
    )

    @Argument(help: "The replica, or the beginning of its name.") var replica: String
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        let replicas = try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas
        let name = try resolve(replica, "replica", among: replicas.map(\.id))
        for found in replicas where found.id == name {
          guard options.output != .json else { return print(found.json.text(pretty: true)) }
          print(listing.text([found], as: options.output), terminator: "")
        }
      }
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
        .init("REASON", \.reason),
      ],
      fields: \.json
    )
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
      ("pending", .integer(Int64(pending))), ("reason", .string(reason)),
    ])
  }
}
