public import FleetSpec

/// A layer in which every output sums every input.
public struct DenseLayer: Sendable, Hashable {
  /// Values in.
  public var inputs: Int
  /// Values out.
  public var outputs: Int

  /// Makes a layer.
  public init(inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Multiply-adds of one example: one for each weight.
  public var multiplyAdds: Double { Double(inputs) * Double(outputs) }
}

/// Two sizes of a picture, or of what moves over it.
public struct Extent: Sendable, Hashable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// Makes an extent.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// A layer of filters that move over a picture.
public struct ConvolutionLayer: Sendable, Hashable {
  /// Size of the picture.
  public var input: Extent
  /// Values of one place of the picture.
  public var channels: Int
  /// Filters, each of which makes one channel of the output.
  public var filters: Int
  /// Size of a filter.
  public var kernel: Extent
  /// How far a filter moves at a time.
  public var stride = Extent(height: 1, width: 1)
  /// Empty places around the picture, on each side.
  public var padding = Extent(height: 0, width: 0)
  /// Groups of channels that don't see each other: as many as channels where it is depthwise.
  public var groups = 1

  /// Makes a layer that moves by one, without padding.
  public init(input: Extent, channels: Int, filters: Int, kernel: Extent) {
    self.input = input
    self.channels = channels
    self.filters = filters
    self.kernel = kernel
  }

  /// Size of the output; below 1 where the filter is larger than the picture.
  public var output: Extent {
    func size(_ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Int {
      let way = input + 2 * padding - kernel
      return way < 0 ? 0 : way / max(1, stride) + 1
    }
    return Extent(
      height: size(input.height, kernel.height, stride.height, padding.height),
      width: size(input.width, kernel.width, stride.width, padding.width)
    )
  }

  /// Multiply-adds of one example: each value of the output sums what its filter covers.
  public var multiplyAdds: Double {
    Double(output.height) * Double(output.width) * Double(filters)
      * Double(kernel.height) * Double(kernel.width) * Double(channels) / Double(groups)
  }
}

/// A layer that goes over a sequence and hands its state on.
public struct RecurrentLayer: Sendable, Hashable {
  /// What a layer keeps, by its matrices.
  public enum Cell: String, Sendable, CaseIterable {
    /// One matrix: a plain network.
    case elman
    /// Three: gated recurrent units.
    case gru
    /// Four: long short-term memory.
    case lstm

    var matrices: Double {
      switch self {
      case .elman: 1
      case .gru: 3
      case .lstm: 4
      }
    }
  }

  /// What it keeps.
  public var cell = Cell.elman
  /// Values in at each step.
  public var inputs: Int
  /// Values of the state, and out at each step.
  public var hidden: Int
  /// Steps of an example.
  public var steps = 1
  /// Whether a second one goes over the sequence from its end.
  public var isBidirectional = false

  /// Makes a plain layer that takes one step.
  public init(inputs: Int, hidden: Int) {
    self.inputs = inputs
    self.hidden = hidden
  }

  /// Multiply-adds of one example: each matrix takes the input and the state.
  public var multiplyAdds: Double {
    cell.matrices * Double(hidden) * (Double(inputs) + Double(hidden)) * Double(steps)
      * (isBidirectional ? 2 : 1)
  }
}

extension ModelArchitecture {
  /// Multiply-adds of a forward pass over a sequence of `tokens`, of which each attends to those
  /// before it and itself: half of the operations by Kaplan et al., 2020, table 1.
  public func multiplyAdds(tokens: Double) -> Double {
    (tokens * flopsPerToken + attentionFLOPs(tokens: tokens, context: 0)) / 2
  }
}
