import ArgumentParser
import Basics
import HearthMessages
import HearthProto

struct ReplicaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica",
    abstract: "Replicas: engines that each serve one model on some of a node's GPUs.",
    subcommands: [List.self, Get.self],
    defaultSubcommand: List.self,
    aliases: ["replicas"]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the replicas with their load and their bottleneck.",
      discussion: """
        KV IN USE is the share of KV cache blocks that running turns hold. KV CACHED is the share \
        that no turn holds but that is kept for reuse. BATCH is the number of turns that decode. \
        BOUND BY is the bottleneck: the resource of which more would let the replica serve more \
        turns, or serve them sooner (kv-memory, compute, memory-bandwidth, network or nothing).

        Examples:
          hearth replica list --node us-east-1 -o wide
          hearth replica list -o json | jq '[.[].running] | add'
          hearth replica list -o jsonl | jq -r 'select(.operation.boundBy == "compute") | .replica'
        """,
      aliases: ["ls"]
    )

    @Option(
      help: ArgumentHelp("Show only this region's replicas.", valueName: "name"),
      completion: FleetNames.regions
    )
    var region: String?
    @Option(
      help: ArgumentHelp("Show only this node's replicas.", valueName: "name"),
      completion: FleetNames.nodes
    )
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
      abstract: "Show one replica: its load, its bottleneck and its measured speed.",
      discussion: """
        "now" is the engine step that the replica reported last, "lately" about the last 10 s of \
        the fleet's time. At the ridge point, arithmetic and memory take equally long to decode.

        Speeds are learned from the turns that the replica served, relative to its hardware's \
        figures. What is expected of prompts, answers and evicted blocks is learned per model.

        Example:
          hearth replica status us-east-1/0
        """,
      aliases: ["status"]
    )

    @Argument(
      help: "The replica, or an unambiguous prefix of its name.",
      completion: FleetNames.replicas
    )
    var replica: String
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        let replicas = try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas
        let name = try resolve(replica, "replica", among: replicas.map(\.id))
        for found in replicas where found.id == name {
          guard options.output != .json else { return print(found.json.jsonText(isPretty: true)) }
          var text = listing.text([found], as: options.output)
          if options.output == .table || options.output == .wide {
            text += "\n" + ReplicaReport(replica: found).text
          }
          print(text, terminator: "")
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
        .init("KV CACHED", number: true) { $0.share(of: $0.carried.blocksCached) },
        .init("BATCH", number: true) { "\($0.carried.decoding)" },
        .init("BOUND BY") { $0.operation?.bound ?? "" },
        .init("RIDGE BATCH", wide: true, number: true) {
          $0.operation.map { $0.ridgeBatch == 0 ? "" : "\($0.ridgeBatch)" } ?? ""
        },
        .init("PREFILL QUEUED", wide: true, number: true) { replica in
          let tokens = replica.operation?.prefillTokensQueued ?? 0
          let time = Duration.nanoseconds(replica.operation?.prefillQueuedNs ?? 0).text
          return tokens == 0 ? "0" : "\(tokens) (\(time))"
        },
        .init("COMPUTE", wide: true, number: true) { $0.operation?.computeMean.percent ?? "" },
        .init("BANDWIDTH", wide: true, number: true) {
          $0.operation?.memoryBandwidthMean.percent ?? ""
        },
        .init("NETWORK", wide: true, number: true) { $0.operation?.networkMean.percent ?? "" },
        .init("PREFILL SPEED", wide: true, number: true) { speed($0.calibration?.prefill) },
        .init("DECODE SPEED", wide: true, number: true) { speed($0.calibration?.decode) },
        .init("BLOCKS", wide: true, number: true) { "\($0.replica?.blockCount ?? 0)" },
        .init("BLOCK TOKENS", wide: true, number: true) { "\($0.replica?.blockTokens ?? 0)" },
        .init("INDEXED", wide: true, number: true) { "\($0.blocksIndexed)" },
        .init("ADAPTERS", wide: true) {
          $0.adapters?.names.joined(separator: ", ") ?? ""
        },
        .init("PENDING", wide: true, number: true) { "\($0.pending)" },
        .init("REASON", \.reason),
      ],
      fields: \.json
    )
  }

  /// Empty as long as nothing was measured.
  private static func speed(_ factor: HearthV1.CorrectionFactor?) -> String {
    factor.flatMap { $0.count > 0 ? "\($0.value.text()) x" : nil } ?? ""
  }
}

extension HearthV1.ReplicaStatus {
  var id: String { replica?.id ?? "" }
  var model: String { replica?.model?.name ?? "" }
  var carried: HearthV1.ReplicaLoad { load ?? .init() }

  /// Blocks as a share of all that the replica has.
  func share(of blocks: UInt32) -> String {
    let count = max(1, replica?.blockCount ?? 1)
    return (Double(blocks) / Double(count)).percent
  }

  var json: JSONObject {
    [
      "replica": id, "node": node, "region": region,
      "state": availability.word, "model": model,
      "gpu": replica?.gpu?.name ?? "",
      "gpuCount": replica?.gpuCount ?? 0,
      "blockTokens": replica?.blockTokens ?? 0,
      "blockCount": replica?.blockCount ?? 0,
      "blocksUsed": carried.blocksUsed,
      "blocksCached": carried.blocksCached,
      "blocksIndexed": blocksIndexed,
      "running": carried.running,
      "waiting": carried.waiting,
      "decoding": carried.decoding,
      "prefillTokensQueued": carried.prefillTokensQueued,
      "contextTokens": carried.contextTokens,
      "pending": pending, "reason": reason,
      "adapters": adapters.map {
        ["names": $0.names, "loaded": $0.loaded] as JSONObject
      },
      "operation": operation?.json, "calibration": calibration?.json,
    ]
  }
}
