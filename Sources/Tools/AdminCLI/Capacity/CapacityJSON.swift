import HearthMessages

/// A report of capacity as scripts read it; rates are turns a second.
enum CapacityJSON {
  static func report(_ report: HearthV1.CapacityReport) -> JSONObject {
    [
      "exceeded": report.exceeded,
      "models": report.models.map(model),
      "fleet": figure(report.fleet ?? .init()),
      "losses": report.losses.map(loss), "moves": report.moves.map(move),
      "shortages": report.shortages.map(shortage),
      "adapterMoves": report.adapterMoves.map(adapter),
      "adapterShortages": report.adapterShortages.map {
        ["adapter": $0.adapter, "model": $0.model, "offered": $0.offered] as JSONObject
      },
      "prefixes": report.prefixes.map(prefix),
    ]
  }

  /// What jobs have of the GPUs, and what those that wait want.
  static func jobs(_ list: HearthV1.JobList) -> JSONObject {
    let waiting = list.jobs.count { $0.state == "waiting" }
    return [
      "gpusRunning": list.gpusRunning, "gpusIdle": list.gpusIdle,
      "gpusServing": list.gpusServing, "gpusWanted": list.gpusWanted,
      "running": list.jobs.count - waiting, "waiting": waiting,
    ]
  }

  private static func model(_ model: HearthV1.ModelCapacity) -> JSONObject {
    var fields = figure(model.total ?? .init())
    fields.add([
      "model": model.model, "promptTokens": model.promptTokens,
      "uncachedTokens": model.uncachedTokens, "outputTokens": model.outputTokens,
      "lateShare": model.lateShare,
      "objective": [
        "ttftSeconds": seconds(model.ttftNs), "tpotSeconds": seconds(model.tpotNs),
      ] as JSONObject,
      "regions": model.regions.map { region in
        var fields = figure(region)
        fields.add(["region": region.region.orNull])
        return fields
      },
    ])
    return fields
  }

  private static func figure(
    _ figure: HearthV1.CapacityFigure
  ) -> JSONObject {
    [
      "replicas": figure.replicas, "gpus": figure.gpus, "offered": figure.offered,
      "offeredHour": figure.offeredHour, "unmet": figure.unmet,
      "sustainable": figure.sustainable, "left": figure.sustainable - figure.offered,
      "headroom": 1 - figure.load, "boundBy": figure.bound.orNull,
    ]
  }

  private static func loss(_ loss: HearthV1.CapacityLoss) -> JSONObject {
    [
      loss.node.isEmpty ? "region" : "node": loss.node.isEmpty ? loss.region : loss.node,
      "gpus": loss.gpus, "bearable": loss.isBearable,
      "models": loss.models.map {
        [
          "model": $0.model, "lostReplicas": $0.lostReplicas, "leftReplicas": $0.leftReplicas,
          "offered": $0.offered, "sustainable": $0.sustainable,
          "excess": max(0, $0.offered - $0.sustainable),
        ] as JSONObject
      },
    ]
  }

  private static func move(_ move: HearthV1.PlacementMove) -> JSONObject {
    [
      "replica": move.replica, "region": move.region,
      "from": move.fromModel, "to": move.toModel,
      "reason": move.reason, "drainSeconds": move.drainSeconds,
      "loadSeconds": move.loadSeconds,
      "recomputeSeconds": move.recomputeSeconds,
      "gainSeconds": move.gainSeconds, "costSeconds": move.costSeconds,
    ]
  }

  private static func shortage(_ short: HearthV1.CapacityShortage) -> JSONObject {
    [
      "model": short.model, "turns": short.turns,
      "gpus": short.gpus,
      "gpu": short.gpu.orNull,
    ]
  }

  private static func adapter(_ move: HearthV1.AdapterMove) -> JSONObject {
    [
      "adapter": move.adapter, "model": move.model,
      "replica": move.replica,
      "replacing": move.replacing.orNull,
      "offered": move.offered, "loadSeconds": move.loadSeconds,
    ]
  }

  private static func prefix(_ prefix: HearthV1.PrefixPlacement) -> JSONObject {
    [
      "prefix": prefix.name, "blocks": prefix.depth,
      "tokens": prefix.tokens, "tenant": prefix.tenant,
      "example": prefix.requestId,
      "model": prefix.model, "region": prefix.region,
      "turns": prefix.turns, "holders": prefix.holders,
      "desired": prefix.desired,
      "targets": prefix.targets,
      "gainSeconds": prefix.gainSeconds,
    ]
  }
}
