public import Basics

/// The architecture of a model, as far as memory and time depend on it.
public struct ModelArchitecture: Sendable, Hashable {
  /// Name that requests ask for, such as `llama-3.1-70b`.
  public var name: String
  /// All weights.
  public var parameters: UInt64
  /// Weights that one token touches; equals ``parameters`` unless the model is a mixture of
  /// experts.
  public var activeParameters: UInt64
  /// Transformer layers.
  public var layers: Int
  /// Query heads of a layer.
  public var heads: Int
  /// Key and value heads of a layer.
  public var kvHeads: Int
  /// Elements of one head.
  public var headSize: Int
  /// Bytes of one weight: 2 for bf16, 1 for fp8.
  public var weightBytes: Double
  /// Bytes of one element of the KV cache.
  public var kvBytes: Double
  /// Longest context, in tokens.
  public var contextTokensMax: Int

  /// Makes an architecture; without active parameters the model is dense.
  public init(
    name: String,
    parameters: UInt64,
    activeParameters: UInt64? = nil,
    layers: Int,
    heads: Int,
    kvHeads: Int,
    headSize: Int,
    weightBytes: Double = 2,
    kvBytes: Double = 2,
    contextTokensMax: Int
  ) {
    self.name = name
    self.parameters = parameters
    self.activeParameters = activeParameters ?? parameters
    self.layers = layers
    self.heads = heads
    self.kvHeads = kvHeads
    self.headSize = headSize
    self.weightBytes = weightBytes
    self.kvBytes = kvBytes
    self.contextTokensMax = contextTokensMax
  }

  /// Bytes of all weights.
  public var totalWeightBytes: Double { Double(parameters) * weightBytes }

  /// Bytes of weights that a step reads: all of them, since a batch touches every expert.
  public var stepWeightBytes: Double { totalWeightBytes }

  /// Bytes of KV cache that one token needs: a key and a value of every KV head of every layer.
  public var kvBytesPerToken: Double {
    2 * Double(layers) * Double(kvHeads) * Double(headSize) * kvBytes
  }

  /// Operations that one token needs apart from attention: a multiplication and an addition for
  /// each active weight (Kaplan et al., "Scaling Laws for Neural Language Models", 2020, table 1).
  public var flopsPerToken: Double { 2 * Double(activeParameters) }

  /// Operations of attention for `tokens` new tokens after `context` earlier ones.
  ///
  /// A token that attends to n tokens needs 2 n for its scores and 2 n for its values, for each
  /// element of each head of each layer; the i-th new token attends to context + i. So the sum is
  /// 4 x layers x heads x headSize x (tokens x context + tokens x (tokens + 1) / 2).
  public func attentionFLOPs(tokens: Double, context: Double) -> Double {
    let width = 4 * Double(layers) * Double(heads) * Double(headSize)
    return width * (tokens * context + tokens * (tokens + 1) / 2)
  }

  /// What is wrong with the figures: field and words; empty when nothing is.
  public func faults() -> [Fault] {
    var faults: [Fault] = []
    let figures: [(String, Double)] = [
      ("parameters", Double(parameters)), ("activeParameters", Double(activeParameters)),
      ("layers", Double(layers)), ("heads", Double(heads)), ("kvHeads", Double(kvHeads)),
      ("headSize", Double(headSize)), ("weightBytes", weightBytes), ("kvBytes", kvBytes),
      ("contextTokensMax", Double(contextTokensMax)),
    ]
    for (field, value) in figures where !(value > 0 && value < 1e15) {
      faults.append(Fault(field: field, message: "\(value) is not above 0 and below 1e15"))
    }
    if activeParameters > parameters {
      faults.append(
        Fault(field: "activeParameters", message: "more than the \(parameters) parameters")
      )
    }
    if kvHeads > 0, heads % kvHeads != 0 {
      faults.append(Fault(field: "kvHeads", message: "\(heads) heads can't share \(kvHeads)"))
    }
    return faults
  }
}

extension ModelArchitecture {
  /// The models that are known by name, with bf16 weights and cache.
  ///
  /// Source: each model's `config.json` and model card.
  public static let catalogue: [ModelArchitecture] = [
    ModelArchitecture(
      name: "llama-3.1-8b",
      parameters: 8_030_261_248,
      layers: 32,
      heads: 32,
      kvHeads: 8,
      headSize: 128,
      contextTokensMax: 131_072
    ),
    ModelArchitecture(
      name: "llama-3.1-70b",
      parameters: 70_553_706_496,
      layers: 80,
      heads: 64,
      kvHeads: 8,
      headSize: 128,
      contextTokensMax: 131_072
    ),
    ModelArchitecture(
      name: "qwen2.5-7b",
      parameters: 7_615_616_512,
      layers: 28,
      heads: 28,
      kvHeads: 4,
      headSize: 128,
      contextTokensMax: 131_072
    ),
    ModelArchitecture(
      name: "qwen2.5-32b",
      parameters: 32_763_876_352,
      layers: 64,
      heads: 40,
      kvHeads: 8,
      headSize: 128,
      contextTokensMax: 131_072
    ),
    ModelArchitecture(
      name: "mixtral-8x7b",
      parameters: 46_702_792_704,
      activeParameters: 12_879_925_248,
      layers: 32,
      heads: 32,
      kvHeads: 8,
      headSize: 128,
      contextTokensMax: 32_768
    ),
  ]

  /// The model of that name, in any case; nil when it is not known.
  public static func named(_ name: String) -> ModelArchitecture? {
    let lower = name.lowercased()
    return catalogue.first { $0.name == lower }
  }
}

extension ModelID {
  /// The name that a model has everywhere: that of the catalogue for one that it knows in any case,
  /// such as `Qwen2.5-32B`, and else the text as it is; nil when that is no name.
  public init?(canonical text: String) {
    self.init(ModelArchitecture.named(text)?.name ?? text)
  }
}
