import Basics
public import Capacity
import FleetSpec
public import HearthMessages

extension HearthV1.CapacityReport {
  /// A report as a message; `losing` is the loss that was asked for, instead of all that there are.
  public init(
    _ report: CapacityReport,
    losing: CapacityLoss?,
    prefixes: [PrefixPlacement]
  ) {
    let losses = losing.map { [$0] } ?? report.regionLosses + [report.worstNode].compactMap { $0 }
    self.init(
      models: report.models.map { .init($0) },
      fleet: .init(report.fleet, region: ""),
      exceeded: report.isExceeded,
      losses: losses.map { .init($0) },
      moves: report.placement.moves.map { .init($0) },
      shortages: report.placement.shortages.map {
        .init(model: $0.model.text, turns: $0.turns, gpus: UInt32(clamping: $0.gpus), gpu: $0.gpu)
      },
      adapterMoves: report.adapters.moves.map { .init($0) },
      adapterShortages: report.adapters.shortages.map {
        .init(adapter: $0.adapter.text, model: $0.model.text, offered: $0.offered)
      },
      prefixes: prefixes.map { .init($0) }
    )
  }
}

extension HearthV1.ModelCapacity {
  fileprivate init(_ capacity: ModelCapacity) {
    self.init(
      model: capacity.model.text,
      total: .init(capacity.total, region: ""),
      regions: capacity.regions.map { .init($0.figure, region: $0.region?.text ?? "") },
      promptTokens: capacity.mean.promptTokens,
      uncachedTokens: capacity.mean.uncachedTokens,
      outputTokens: capacity.mean.outputTokens,
      ttftNs: capacity.objective.ttft.nanoseconds,
      tpotNs: capacity.objective.tpot.nanoseconds,
      lateShare: capacity.lateShare
    )
  }
}

extension HearthV1.CapacityFigure {
  fileprivate init(_ figure: CapacityFigure, region: String) {
    self.init(
      region: region,
      replicas: UInt32(figure.replicas),
      gpus: UInt32(figure.gpus),
      offered: figure.offered,
      offeredHour: figure.offeredHour,
      unmet: figure.unmet,
      sustainable: figure.sustainable,
      load: figure.load,
      bound: figure.bound?.rawValue ?? ""
    )
  }
}

extension HearthV1.CapacityLoss {
  fileprivate init(_ loss: CapacityLoss) {
    var (region, node) = ("", "")
    switch loss.scope {
    case .region(let id): region = id.text
    case .node(let id): node = id.text
    }
    self.init(
      region: region,
      node: node,
      gpus: UInt32(loss.gpus),
      models: loss.models.map {
        .init(
          model: $0.model.text,
          lostReplicas: UInt32($0.lostReplicas),
          leftReplicas: UInt32($0.leftReplicas),
          offered: $0.offered,
          sustainable: $0.sustainable
        )
      }
    )
  }
}

extension HearthV1.PlacementMove {
  fileprivate init(_ move: PlacementMove) {
    self.init(
      replica: move.replica.text,
      region: move.region.text,
      fromModel: move.from.text,
      toModel: move.to.text,
      reason: move.reason.rawValue,
      drainSeconds: move.drainSeconds,
      loadSeconds: move.loadSeconds,
      recomputeSeconds: move.recomputeSeconds,
      gainSeconds: move.gainSeconds,
      costSeconds: move.costSeconds
    )
  }
}

extension HearthV1.AdapterMove {
  fileprivate init(_ move: AdapterMove) {
    self.init(
      adapter: move.adapter.text,
      model: move.model.text,
      replica: move.replica.text,
      replacing: move.replacing?.text ?? "",
      offered: move.offered,
      loadSeconds: move.loadSeconds
    )
  }
}

extension HearthV1.PrefixPlacement {
  fileprivate init(_ prefix: PrefixPlacement) {
    self.init(
      hash: prefix.hash,
      depth: UInt32(clamping: prefix.depth),
      model: prefix.model.text,
      region: prefix.region.text,
      turns: prefix.turns,
      holders: UInt32(prefix.holders),
      desired: UInt32(prefix.desired),
      targets: prefix.targets.map(\.text),
      gainSeconds: prefix.gainSeconds,
      tokens: UInt64(clamping: prefix.tokens),
      tenant: prefix.example.tenant,
      requestId: prefix.example.request
    )
  }
}
