import ArgumentParser
import Basics
import HearthMessages
import HearthProto

struct QueueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue",
    abstract: "Show the turns that wait for a replica, the next one first.",
    discussion: """
      A turn waits when no replica of its model has capacity for it. Within a model, the highest \
      priority goes first, then the tenant that was served least for its weight, then the turn \
      with the least work. ESTIMATE is how much longer a turn should wait, at the rate at which \
      turns have been leaving the queue. All times are the fleet's.

      Examples:
        hearth queue
        hearth queue --tenant acme -o json | jq '[.[].waitedSeconds] | max'
      """
  )

  @Option(
    help: ArgumentHelp("Show only this model's turns.", valueName: "name"),
    completion: FleetNames.models
  )
  var model: String?
  @Option(help: ArgumentHelp("Show only this tenant's turns.", valueName: "name"))
  var tenant: String?
  @OptionGroup var options: ListOptions

  func run() async throws {
    try await options.connection.connected { fleet in
      let queue = try await fleet.ask(HearthV1.Admin.listQueue, .init())
      var model = model
      if let name = model {
        let replicas = try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas
        let known = Set(replicas.map(\.model) + queue.turns.map(\.model)).sorted()
        model = try resolve(name, "model", among: known)
      }
      let turns = queue.turns.filter { turn in
        (model.map { turn.model == $0 } ?? true) && (tenant.map { turn.tenant == $0 } ?? true)
      }
      let isTable = options.output == .table || options.output == .wide
      if !isTable || !turns.isEmpty {
        print(QueueListing.listing.text(turns, as: options.output), terminator: "")
      }
      if isTable { print((turns.isEmpty ? "" : "\n") + QueueListing.summary(queue)) }
    }
  }
}

/// How the turns that wait are written.
enum QueueListing {
  static var listing: Listing<HearthV1.QueuedTurn> {
    Listing(
      name: \.requestId,
      columns: [
        .init("MODEL", \.model), .init("TENANT", \.tenant),
        .init("PRIORITY", number: true) { "\($0.priority)" },
        .init("WAITED", number: true) { Duration.nanoseconds($0.waitedNs).text },
        .init("ESTIMATE", number: true) { Duration.nanoseconds($0.estimateNs).text },
        .init("DEADLINE", number: true) {
          $0.deadlineLeftNs == 0 ? "" : Duration.nanoseconds($0.deadlineLeftNs).text
        },
        .init("PROMPT", wide: true, number: true) { "\($0.promptTokens)" },
        .init("ORIGIN", wide: true, \.originRegion), .init("REQUEST", \.requestId),
      ],
      fields: json
    )
  }

  /// How many wait and run, in words.
  static func summary(_ queue: HearthV1.ListQueueResponse) -> String {
    let hidden = Int(queue.waiting) - queue.turns.count
    let rest = hidden > 0 ? "; " + count(hidden, "waiting turn", ("is", "are")) + " not listed" : ""
    return "\(count(queue.waiting, "turn")) waiting (limit \(queue.waitingMax)), "
      + "\(queue.running) running\(rest)"
  }

  static func json(_ turn: HearthV1.QueuedTurn) -> JSONObject {
    [
      "request": turn.requestId, "model": turn.model,
      "tenant": turn.tenant, "origin": turn.originRegion,
      "priority": turn.priority,
      "promptTokens": turn.promptTokens,
      "waitedSeconds": seconds(turn.waitedNs), "estimateSeconds": seconds(turn.estimateNs),
      "deadlineLeftSeconds": turn.deadlineLeftNs == 0 ? nil : seconds(turn.deadlineLeftNs),
    ]
  }
}
