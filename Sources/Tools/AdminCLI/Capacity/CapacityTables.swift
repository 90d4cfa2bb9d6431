import Basics
import HearthMessages

/// A report of capacity as people read it.
struct CapacityTables {
  let report: HearthV1.CapacityReport
  let isWide: Bool
  var window = CapacityWindow.lately

  private var format: OutputFormat { isWide ? .wide : .table }

  /// One row of the first table.
  private struct Row {
    var model: String
    var region: String
    var figure: HearthV1.CapacityFigure
    /// The model whose mean turn the row tells of.
    var mean: HearthV1.ModelCapacity?
  }

  /// Demand beside supply: models, their regions, the fleet.
  var figures: String {
    var rows: [Row] = []
    for model in report.models {
      rows.append(
        Row(model: model.model, region: "all", figure: model.total ?? .init(), mean: model)
      )
      for figure in model.regions {
        let region = figure.region.isEmpty ? "unknown" : figure.region
        rows.append(Row(model: model.model, region: region, figure: figure))
      }
    }
    if let fleet = report.fleet {
      rows.append(Row(model: "all", region: "all", figure: fleet))
    }
    let listing = Listing<Row>(
      name: \.model,
      columns: [
        .init("MODEL", \.model), .init("REGION", \.region),
        .init("REPLICAS", number: true) { "\($0.figure.replicas)" },
        .init("GPUS", wide: true, number: true) { "\($0.figure.gpus)" },
        .init("OFFERED", number: true) { $0.figure.offered.rate },
        .init("LAST HOUR", wide: true, number: true) { $0.figure.offeredHour.rate },
        .init("UNMET", number: true) { $0.figure.unmet.rate },
        .init("SUSTAINED", number: true) { $0.figure.sustainable.rate },
        .init("LEFT", wide: true, number: true) {
          ($0.figure.sustainable - $0.figure.offered).rate
        },
        .init("HEADROOM", number: true) { $0.figure.headroom }, .init("BOUND BY", \.figure.bound),
        .init("PROMPT", wide: true, number: true) { $0.mean.map { $0.promptTokens.tokens } ?? "" },
        .init("CACHED", wide: true, number: true) { $0.mean.map(\.cachedShare) ?? "" },
        .init("ANSWER", wide: true, number: true) { $0.mean.map { $0.outputTokens.tokens } ?? "" },
        .init("TTFT", wide: true, number: true) {
          $0.mean.map { Duration.nanoseconds($0.ttftNs).text } ?? ""
        },
        .init("TPOT", wide: true, number: true) {
          $0.mean.map { Duration.nanoseconds($0.tpotNs).text } ?? ""
        },
      ],
      fields: { _ in [:] }
    )
    return listing.text(rows, as: format)
  }

  /// What losses would mean, a row for each model that has replicas there.
  var losses: String {
    typealias Row = (loss: HearthV1.CapacityLoss, model: HearthV1.ModelLoss)
    let rows: [Row] = report.losses.flatMap { loss in loss.models.map { (loss, $0) } }
    guard !rows.isEmpty else { return "Nothing that takes turns would be lost.\n" }
    let listing = Listing<Row>(
      name: { $0.loss.name },
      columns: [
        .init("IF LOST") { $0.loss.name }, .init("GPUS", number: true) { "\($0.loss.gpus)" },
        .init("MODEL", \.model.model),
        .init("REPLICAS LEFT", number: true) {
          "\($0.model.leftReplicas) of \(Int($0.model.leftReplicas) + Int($0.model.lostReplicas))"
        },
        .init("OFFERED", wide: true, number: true) { $0.model.offered.rate },
        .init("SUSTAINED", number: true) { $0.model.sustainable.rate },
        .init("HEADROOM", number: true) {
          HearthV1.CapacityFigure.headroom(offered: $0.model.offered, of: $0.model.sustainable)
        },
        .init("THEN", \.model.outcome),
      ],
      fields: { _ in [:] }
    )
    return listing.text(rows, as: format)
  }

  /// How much the plan has, in a sentence or two.
  var summary: String {
    var parts: [String] = []
    if !report.moves.isEmpty { parts.append(count(report.moves.count, "move")) }
    if !report.adapterMoves.isEmpty {
      parts.append(count(report.adapterMoves.count, "adapter") + " to load")
    }
    if !report.prefixes.isEmpty {
      parts.append(count(report.prefixes.count, "hot prefix"))
    }
    let plan =
      parts.isEmpty
      ? "No move is worth its cost."
      : "`hearth capacity plan` has \(parts.joined(separator: ", "))."
    return plan + "\n" + shortages
  }

  /// The whole plan.
  var plan: String {
    var sections: [String] = []
    if !report.moves.isEmpty { sections.append(moves) }
    if !report.adapterMoves.isEmpty { sections.append(adapters) }
    if !report.prefixes.isEmpty { sections.append(prefixes) }
    if sections.isEmpty { sections.append("No move is worth its cost.\n") }
    if !shortages.isEmpty { sections.append(shortages) }
    return sections.joined(separator: "\n")
  }

  private var shortages: String {
    let models = report.shortages.map { short in
      let help =
        short.gpus == 0
        ? "no GPU here can serve it" : "\(short.gpus) more \(short.gpu) would be needed"
      return "\(short.model): \(short.turns.rate) turns/s more than can be served; \(help).\n"
    }
    let adapters = report.adapterShortages.map {
      "\($0.adapter) of \($0.model): no place for its \($0.offered.rate) turns/s.\n"
    }
    return (models + adapters).map { Terminal.safe($0, lines: true) }.joined()
  }

  private var moves: String {
    let listing = Listing<HearthV1.PlacementMove>(
      name: \.replica,
      columns: [
        .init("REPLICA", \.replica), .init("REGION", \.region), .init("FROM", \.fromModel),
        .init("TO", \.toModel), .init("BECAUSE", \.because),
        .init("DRAIN", number: true) { $0.drainSeconds.time },
        .init("LOAD", number: true) { $0.loadSeconds.time },
        .init("RECOMPUTE", number: true) { $0.recomputeSeconds.time },
        .init("COST", wide: true, number: true) { $0.costSeconds.time },
        .init("GAIN", number: true) { $0.gainSeconds > 0 ? $0.gainSeconds.time : "" },
      ],
      fields: { _ in [:] }
    )
    return listing.text(report.moves, as: format)
  }

  private var adapters: String {
    let listing = Listing<HearthV1.AdapterMove>(
      name: \.adapter,
      columns: [
        .init("ADAPTER", \.adapter), .init("MODEL", \.model), .init("LOAD ON", \.replica),
        .init("INSTEAD OF", \.replacing), .init("OFFERED", number: true) { $0.offered.rate },
        .init("TAKES", wide: true, number: true) { $0.loadSeconds.time },
      ],
      fields: { _ in [:] }
    )
    return listing.text(report.adapterMoves, as: format)
  }

  /// Hot prefixes that are listed for people.
  private static let prefixesMax = 10

  private var prefixes: String {
    let listing = Listing<HearthV1.PrefixPlacement>(
      name: \.model,
      columns: [
        .init("TOKENS", number: true) { "\($0.tokens)" }, .init("TENANT", \.tenant),
        .init("AS IN", \.requestId), .init("MODEL", \.model), .init("REGION", \.region),
        .init("TURNS/S", number: true) { $0.turns.rate },
        .init("HELD BY", number: true) { "\($0.holders) of \($0.desired)" },
        .init("COMPUTE ON") { $0.targets.joined(separator: ", ") },
        .init("GAIN", number: true) { $0.gainSeconds.time },
      ],
      fields: { _ in [:] }
    )
    let rows = Array(report.prefixes.prefix(Self.prefixesMax))
    let more = report.prefixes.count - rows.count
    return listing.text(rows, as: format) + (more > 0 ? "(\(more) more)\n" : "")
  }
}

extension HearthV1.CapacityFigure {
  fileprivate var headroom: String {
    load.isFinite ? (1 - load).percent : "none"
  }

  fileprivate static func headroom(offered: Double, of sustainable: Double) -> String {
    sustainable > 0 ? (1 - offered / sustainable).percent : "none"
  }
}

extension HearthV1.ModelCapacity {
  fileprivate var cachedShare: String {
    guard promptTokens > 0 else { return "" }
    return (1 - uncachedTokens / promptTokens).percent
  }
}

extension HearthV1.CapacityLoss {
  /// The region, or the node with a word that it is the worst of them.
  fileprivate var name: String { node.isEmpty ? region : "\(node) (node)" }
}

extension HearthV1.ModelLoss {
  fileprivate var outcome: String {
    if leftReplicas == 0, offered > 0 { return "no service" }
    return offered > sustainable ? "short of \((offered - sustainable).rate) turns/s" : "holds"
  }
}

extension HearthV1.PlacementMove {
  fileprivate var because: String {
    switch reason {
    case "short": "demand exceeds supply"
    case "unserved": "nobody serves it"
    case "second-region": "it is in one region only"
    default: reason
    }
  }
}

extension HearthV1.PrefixPlacement {
  /// The hash as 16 hexadecimal digits.
  var name: String {
    hash.digits(16, radix: 16)
  }
}

extension Double {
  /// Turns a second to three digits or so, the same for 0.
  fileprivate var rate: String {
    guard isFinite else { return "" }
    return text(fraction: abs(self) < 0.995 ? 3 : abs(self) < 100 ? 2 : 0)
  }

  fileprivate var time: String { self == 0 ? "0" : Duration(inSeconds: self).text }

  fileprivate var tokens: String { "\(Int(max(0, min(1e12, self)).rounded()))" }
}
