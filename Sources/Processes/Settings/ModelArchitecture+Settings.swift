import Basics
import FleetSpec

extension ModelArchitecture: SettingsSchema {
  /// Without a name, which is the key of the map that it stands in.
  static var standIn: Self {
    .init(
      name: "",
      parameters: 0,
      layers: 0,
      heads: 0,
      kvHeads: 0,
      headSize: 0,
      contextTokensMax: 0
    )
  }

  static var fields: [SettingsField<Self>] {
    let size = SettingsKind.integer(in: 1...1 << 20)
    let bytes = SettingsKind.number(in: 0.25...8)
    let weights: SettingsKind<UInt64> = .integer(in: 1...1_000_000_000_000_000)
    return [
      .init(
        "parameters",
        \.parameters,
        weights,
        isRequired: true,
        "Weights of the model, all of them."
      ),
      .init(
        "activeParameters",
        \.activeParameters,
        weights,
        default: "all",
        "Weights that one token touches."
      ),
      .init("layers", \.layers, size, isRequired: true, "Transformer layers."),
      .init("heads", \.heads, size, isRequired: true, "Query heads of a layer."),
      .init("kvHeads", \.kvHeads, size, isRequired: true, "Key and value heads of a layer."),
      .init("headSize", \.headSize, size, isRequired: true, "Elements of a head."),
      .init("weightBytes", \.weightBytes, bytes, "Bytes of a weight."),
      .init("kvBytes", \.kvBytes, bytes, "Bytes of an element of the KV cache."),
      .init(
        "contextTokensMax",
        \.contextTokensMax,
        .integer(in: 1...1 << 30),
        isRequired: true,
        "Longest context, in tokens."
      ),
    ]
  }

  mutating func finish(_ scope: SettingsScope) {
    if activeParameters == 0 { activeParameters = parameters }
    scope.check(
      activeParameters <= parameters,
      "activeParameters",
      "parameters",
      message: "is more than all the parameters"
    )
    scope.check(
      kvHeads > 0 && heads % kvHeads == 0,
      "kvHeads",
      "heads",
      message: "is not a divisor of heads"
    )
  }
}

extension [ModelID: ModelArchitecture] {
  /// The same models, each with its key as its name.
  var withNames: Self {
    var models = self
    for id in keys { models[id]?.name = id.text }
    return models
  }
}
