import HearthMessages

/// A report of capacity as scripts read it; rates are turns a second.
enum CapacityJSON {
  static func report(_ report: HearthV1.CapacityReport) -> JSONValue {
    .object([
      ("exceeded", .bool(report.exceeded)),
      ("models", .array(report.models.map(model))),
      ("fleet", figure(report.fleet ?? .init(), [])),
      ("losses", .array(report.losses.map(loss))), ("moves", .array(report.moves.map(move))),
      ("shortages", .array(report.shortages.map(shortage))),
      ("adapterMoves", .array(report.adapterMoves.map(adapter))),
      (
        "adapterShortages",
        .array(
          report.adapterShortages.map {
            .object([
              ("adapter", .string($0.adapter)), ("model", .string($0.model)),
              ("offered", .number($0.offered)),
            ])
          }
        )
      ),
      ("prefixes", .array(report.prefixes.map(prefix))),
    ])
  }

  private static func model(_ model: HearthV1.ModelCapacity) -> JSONValue {
    figure(
      model.total ?? .init(),
      [("model", .string(model.model))],
      [
        ("promptTokens", .number(model.promptTokens)),
        ("uncachedTokens", .number(model.uncachedTokens)),
        ("outputTokens", .number(model.outputTokens)),
        (
          "objective",
          .object([
            ("ttftSeconds", .seconds(.nanoseconds(model.ttftNs))),
            ("tpotSeconds", .seconds(.nanoseconds(model.tpotNs))),
          ])
        ),
        (
          "regions",
          .array(
            model.regions.map {
              figure($0, [("region", $0.region.isEmpty ? .null : .string($0.region))])
            }
          )
        ),
      ]
    )
  }

  private static func figure(
    _ figure: HearthV1.CapacityFigure,
    _ names: [(key: String, value: JSONValue)],
    _ more: [(key: String, value: JSONValue)] = []
  ) -> JSONValue {
    .object(
      names + [
        ("replicas", .integer(Int64(figure.replicas))), ("gpus", .integer(Int64(figure.gpus))),
        ("offered", .number(figure.offered)), ("offeredHour", .number(figure.offeredHour)),
        ("unmet", .number(figure.unmet)), ("sustainable", .number(figure.sustainable)),
        ("left", .number(figure.sustainable - figure.offered)),
        ("headroom", .number(1 - figure.load)),
        ("boundBy", figure.bound.isEmpty ? .null : .string(figure.bound)),
      ] + more
    )
  }

  private static func loss(_ loss: HearthV1.CapacityLoss) -> JSONValue {
    .object([
      loss.node.isEmpty ? ("region", .string(loss.region)) : ("node", .string(loss.node)),
      ("gpus", .integer(Int64(loss.gpus))), ("bearable", .bool(loss.isBearable)),
      (
        "models",
        .array(
          loss.models.map {
            .object([
              ("model", .string($0.model)), ("lostReplicas", .integer(Int64($0.lostReplicas))),
              ("leftReplicas", .integer(Int64($0.leftReplicas))),
              ("offered", .number($0.offered)), ("sustainable", .number($0.sustainable)),
              ("excess", .number(max(0, $0.offered - $0.sustainable))),
            ])
          }
        )
      ),
    ])
  }

  private static func move(_ move: HearthV1.PlacementMove) -> JSONValue {
    .object([
      ("replica", .string(move.replica)), ("region", .string(move.region)),
      ("from", .string(move.fromModel)), ("to", .string(move.toModel)),
      ("reason", .string(move.reason)), ("drainSeconds", .number(move.drainSeconds)),
      ("loadSeconds", .number(move.loadSeconds)),
      ("recomputeSeconds", .number(move.recomputeSeconds)),
      ("gainSeconds", .number(move.gainSeconds)), ("costSeconds", .number(move.costSeconds)),
    ])
  }

  private static func shortage(_ short: HearthV1.CapacityShortage) -> JSONValue {
    .object([
      ("model", .string(short.model)), ("turns", .number(short.turns)),
      ("gpus", .integer(Int64(short.gpus))),
      ("gpu", short.gpu.isEmpty ? .null : .string(short.gpu)),
    ])
  }

  private static func adapter(_ move: HearthV1.AdapterMove) -> JSONValue {
    .object([
      ("adapter", .string(move.adapter)), ("model", .string(move.model)),
      ("replica", .string(move.replica)),
      ("replacing", move.replacing.isEmpty ? .null : .string(move.replacing)),
      ("offered", .number(move.offered)), ("loadSeconds", .number(move.loadSeconds)),
    ])
  }

  private static func prefix(_ prefix: HearthV1.PrefixPlacement) -> JSONValue {
    .object([
      ("prefix", .string(prefix.name)), ("blocks", .integer(Int64(prefix.depth))),
      ("tokens", .integer(Int64(clamping: prefix.tokens))), ("tenant", .string(prefix.tenant)),
      ("example", .string(prefix.requestId)),
      ("model", .string(prefix.model)), ("region", .string(prefix.region)),
      ("turns", .number(prefix.turns)), ("holders", .integer(Int64(prefix.holders))),
      ("wanted", .integer(Int64(prefix.wanted))),
      ("targets", .array(prefix.targets.map { .string($0) })),
      ("gainSeconds", .number(prefix.gainSeconds)),
    ])
  }
}
