/// What a replica is bound by: what it would serve more turns, or serve them sooner, with more of.
public enum Bottleneck: String, Sendable, CaseIterable {
  /// Room for KV blocks: nothing more fits into the batch.
  case kvMemory = "kv-memory"
  /// Arithmetic.
  case compute
  /// Memory bandwidth.
  case memoryBandwidth = "memory-bandwidth"
  /// The distance to those that it serves.
  case network
  /// Nothing: it has room for more of everything.
  case nothing
}

/// How near a replica is to each bound, 0 for far and 1 for there, as means over time.
public struct BottleneckSignals: Sendable, Hashable {
  /// Share of the KV blocks that running sequences hold.
  public var kvMemory = 0.0
  /// Share of the time in which arithmetic works at the rate that it reaches.
  public var compute = 0.0
  /// Share of the time in which memory moves bytes at the rate that it reaches.
  public var memoryBandwidth = 0.0
  /// Share of the time to the first token that is distance, of the turns served lately.
  public var network = 0.0

  /// Makes the signals of a replica that does nothing.
  public init() {}

  /// The signal of one bound; 0 for ``Bottleneck/nothing``.
  public subscript(bound: Bottleneck) -> Double {
    switch bound {
    case .kvMemory: kvMemory
    case .compute: compute
    case .memoryBandwidth: memoryBandwidth
    case .network: network
    case .nothing: 0
    }
  }
}

/// Says what a replica is bound by, without changing its mind at every report.
///
/// A bound is entered at its upper threshold and left below its lower one:
///
/// | bound | enters | leaves |
/// | --- | --- | --- |
/// | kv-memory | 0.90 | 0.80 |
/// | compute, memory-bandwidth | 0.70 | 0.55 |
/// | network | 0.50 | 0.35 |
///
/// Of several that have been entered, kv-memory goes first, since it keeps turns out; then the
/// larger of compute and memory-bandwidth; network last, since a replica at its limit is not helped
/// by being nearer. Of compute and memory-bandwidth, one gives way to the other only when that is
/// ahead by ``leadMin``.
public struct BottleneckMachine: Sendable, Hashable {
  /// How far the one of compute and memory-bandwidth must be ahead to take the other's place.
  public static let leadMin = 0.05

  /// What the replica is bound by.
  public private(set) var bound = Bottleneck.nothing

  /// Begins with a replica that is bound by nothing.
  public init() {}

  /// From which signal on a bound is entered, and below which it is left.
  static func thresholds(_ bound: Bottleneck) -> (enter: Double, leave: Double) {
    switch bound {
    case .kvMemory: (0.9, 0.8)
    case .compute, .memoryBandwidth: (0.7, 0.55)
    case .network: (0.5, 0.35)
    case .nothing: (0, 0)
    }
  }

  /// Takes in the present signals.
  public mutating func update(_ signals: BottleneckSignals) { bound = judged(signals) }

  private func judged(_ signals: BottleneckSignals) -> Bottleneck {
    if holds(.kvMemory, signals) { return .kvMemory }
    switch (holds(.compute, signals), holds(.memoryBandwidth, signals)) {
    case (true, false): return .compute
    case (false, true): return .memoryBandwidth
    case (true, true):
      let lead = signals.compute - signals.memoryBandwidth
      if bound == .compute { return lead > -Self.leadMin ? .compute : .memoryBandwidth }
      if bound == .memoryBandwidth { return lead < Self.leadMin ? .memoryBandwidth : .compute }
      return lead >= 0 ? .compute : .memoryBandwidth
    case (false, false): return holds(.network, signals) ? .network : .nothing
    }
  }

  private func holds(_ bound: Bottleneck, _ signals: BottleneckSignals) -> Bool {
    let (enter, leave) = Self.thresholds(bound)
    return signals[bound] >= (bound == self.bound ? leave : enter)
  }
}
