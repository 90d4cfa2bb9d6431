import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say why a request was placed where it was, or refused, and what became of it.",
    discussion: """
      Each decision about the request is shown: every replica of the model with each part of its \
      cost, or why it was out of the question; why the winner won; what was predicted and what \
      happened. A request that its node refused, or that was lost, was decided again. Of a model \
      with more than 64 replicas the chosen one and the 15 cheapest are kept, and counts of the rest.

      The control plane keeps the latest 4,096 decisions and a sample of older ones. Without a \
      request, the latest are listed. `hearth route --explain` tells where a turn would go now. How \
      long ago a decision was taken is wall time; all other times are the fleet's.

      Exit codes: 0 shown, 3 no request has that name, or several do.

      Examples:
        hearth explain
        hearth explain replay/3fa9/17
        hearth explain chat/81c2/2 -o json | jq '.decisions[0].predicted'
      """
  )

  @Argument(help: "The request, or the beginning of its name.", completion: FleetNames.requests)
  var request: String?
  @Option(
    help: ArgumentHelp("How many of the latest are listed. (default: 20)", valueName: "count")
  )
  var last: Int?
  @OptionGroup var options: ListOptions

  func validate() throws {
    guard let last else { return }
    guard request == nil else {
      throw ValidationError("--last is about the list: leave it out where a request is named")
    }
    guard (1...1_000).contains(last) else { throw ValidationError("--last is from 1 to 1000") }
  }

  func run() async throws {
    try await options.connection.connected { fleet in
      guard let request else { return try await list(fleet) }
      let wanted = HearthV1.ExplainRequest(requestId: request)
      let report = DecisionReport(try await fleet.ask(HearthV1.Admin.explain, wanted))
      switch options.output {
      case .json: print(report.json.jsonText(isPretty: true))
      case .jsonl: print(report.json.jsonText())
      case .name: print(Terminal.safe(report.decisions.last?.requestId ?? ""))
      case .table, .wide:
        print(report.table(isWide: options.output == .wide), terminator: "")
      }
    }
  }

  private func list(_ fleet: FleetClient) async throws {
    let wanted = HearthV1.ListDecisionsRequest(limit: UInt32(clamping: last ?? 20))
    let list = try await fleet.ask(HearthV1.Admin.listDecisions, wanted)
    print(Self.listing.text(list.decisions, as: options.output), terminator: "")
    guard options.output == .table || options.output == .wide, let reach = list.reach else {
      return
    }
    print("\n\(reach.words)")
  }

  static var listing: Listing<HearthV1.Decision> {
    Listing(
      name: \.requestId,
      columns: [
        .init("REQUEST", \.requestId),
        .init("AGE", number: true) { Duration.nanoseconds($0.ageNs).text },
        .init("FROM", \.originRegion), .init("REPLICA") { $0.place?.replica ?? "" },
        .init("PROMPT", number: true) { "\($0.promptTokens)" },
        .init("CACHED", number: true) { $0.place.map { "\($0.cachedTokens)" } ?? "" },
        .init("HIT", number: true) { $0.outcome.map { "\($0.cachedTokens)" } ?? "" },
        .init("TTFT", number: true) { $0.engineTTFT.map(\.text) ?? "" },
        .init("MEASURED", number: true) {
          $0.outcome.flatMap { $0.ttftNs > 0 ? Duration.nanoseconds($0.ttftNs).text : nil } ?? ""
        },
        .init("STATE") { $0.outcome.map(\.ending.word) ?? $0.state.word },
        .init("POLICY", wide: true, \.policy), .init("TENANT", wide: true, \.tenant),
        .init("MODEL", wide: true, \.model),
      ],
      fields: { DecisionReport.json($0, isWhole: false) }
    )
  }
}

extension HearthV1.Decision {
  fileprivate var place: HearthV1.Placement? {
    if case .placed(let place) = verdict { place } else { nil }
  }

  /// The predicted time to the first token as the engine sees it.
  fileprivate var engineTTFT: Duration? {
    place.map { .nanoseconds($0.predictedTtftNs) - .nanoseconds(networkNs) }
  }
}
