import Accounting

/// Equal layers of one kind.
struct LayerSettings: Sendable, Hashable {
  var convolution: ConvolutionLayer?
  var dense: DenseLayer?
  var recurrent: RecurrentLayer?
  /// How many there are.
  var times = 1.0

  /// Multiply-adds of one example.
  var multiplyAdds: Double {
    let one = convolution?.multiplyAdds ?? dense?.multiplyAdds ?? recurrent?.multiplyAdds
    return times * (one ?? 0)
  }
}

extension LayerSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    [
      .init("convolution", \.convolution, .optional(.map()), "Filters that move over a picture."),
      .init("dense", \.dense, .optional(.map()), "Every output sums every input."),
      .init("recurrent", \.recurrent, .optional(.map()), "Goes over a sequence step by step."),
      .init("times", \.times, .amount(in: 1...1e6), "How many layers are like this."),
    ]
  }

  mutating func finish(_ scope: SettingsScope) {
    let kinds = ["convolution", "dense", "recurrent"]
    let given = kinds.filter { scope.origin($0) != nil }
    guard given.count != 1 else { return }
    scope.fail(
      [],
      "has \(given.isEmpty ? "none" : "more than one") of \(kinds.joined(separator: ", "))"
    )
  }
}

extension DenseLayer: SettingsSchema {
  static var standIn: Self { .init(inputs: 0, outputs: 0) }

  static var fields: [SettingsField<Self>] {
    [
      .init("inputs", \.inputs, .layerSize, isRequired: true, "Values in."),
      .init("outputs", \.outputs, .layerSize, isRequired: true, "Values out."),
    ]
  }
}

extension ConvolutionLayer: SettingsSchema {
  static var standIn: Self {
    let none = Extent(height: 0, width: 0)
    return .init(input: none, channels: 0, filters: 0, kernel: none)
  }

  static var fields: [SettingsField<Self>] {
    [
      .init(
        "input",
        \.input,
        .extent(from: 1),
        isRequired: true,
        "Size of the picture: rows x columns, such as 84x84, or one for both."
      ),
      .init("channels", \.channels, .layerSize, isRequired: true, "Values of each of its places."),
      .init("filters", \.filters, .layerSize, isRequired: true, "Filters: channels of the output."),
      .init("kernel", \.kernel, .extent(from: 1), isRequired: true, "Size of a filter."),
      .init("stride", \.stride, .extent(from: 1), "How far a filter moves at a time."),
      .init("padding", \.padding, .extent(from: 0), "Empty places around, on each side."),
      .init(
        "groups",
        \.groups,
        .layerSize,
        "Groups of channels that don't see each other: as many as channels where it is depthwise."
      ),
    ]
  }

  mutating func finish(_ scope: SettingsScope) {
    scope.check(
      output.height > 0 && output.width > 0,
      "kernel",
      "input",
      "padding",
      message: "is larger than the picture"
    )
    scope.check(
      groups > 0 && channels % groups == 0 && filters % groups == 0,
      "groups",
      "channels",
      "filters",
      message: "does not divide both channels and filters"
    )
  }
}

extension RecurrentLayer: SettingsSchema {
  static var standIn: Self { .init(inputs: 0, hidden: 0) }

  static var fields: [SettingsField<Self>] {
    [
      .init("cell", \.cell, .choice(), "What it keeps: one matrix, three or four."),
      .init("inputs", \.inputs, .layerSize, isRequired: true, "Values in at each step."),
      .init("hidden", \.hidden, .layerSize, isRequired: true, "Values of its state."),
      .init("steps", \.steps, .layerSize, "Steps of an example."),
      .init("bidirectional", \.isBidirectional, .bool, "Whether a second one goes from the end."),
    ]
  }
}

extension SettingsKind where Value == Int {
  fileprivate static var layerSize: Self { .integer(in: 1...1 << 20) }
}
