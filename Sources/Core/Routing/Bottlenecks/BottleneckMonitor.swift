public import Basics
import FleetSpec

/// Follows what each replica does over time, and says what it is bound by.
///
/// Whoever keeps the view tells when a report was taken into it and when a turn ended. Figures of
/// reports count for as long as they held, and what is ``memorySeconds`` ago counts half or less.
public struct BottleneckMonitor: Sendable {
  /// What one replica did lately.
  public struct Summary: Sendable, Hashable {
    /// How near it is to each bound.
    public let signals: BottleneckSignals
    /// What it is bound by.
    public let bound: Bottleneck
  }

  private struct Replica: Sendable {
    let generation: UInt32
    var time: Double
    /// What held since then.
    var current = BottleneckSignals()
    var signals = BottleneckSignals()
    var machine = BottleneckMachine()
    var turnCount = 0
    var networkSeconds = 0.0
    var ttftSeconds = 0.0

    mutating func advance(to time: Double) {
      let elapsed = time - self.time
      guard elapsed > 0 else { return }
      self.time = time
      let share = elapsed / (elapsed + BottleneckMonitor.memorySeconds)
      signals.kvMemory += share * (current.kvMemory - signals.kvMemory)
      signals.compute += share * (current.compute - signals.compute)
      signals.memoryBandwidth += share * (current.memoryBandwidth - signals.memoryBandwidth)
      let isAtWork = max(signals.compute, signals.memoryBandwidth) >= BottleneckMonitor.workMin
      let isKnown = turnCount >= BottleneckMonitor.turnsMin && ttftSeconds > 0
      signals.network = isAtWork && isKnown ? networkSeconds / ttftSeconds : 0
      machine.update(signals)
    }
  }

  /// How long what a replica did stays in its figures, in seconds of the fleet's time.
  public static let memorySeconds = 10.0
  /// Of fewer turns than this nothing is said of the network.
  static let turnsMin = 20
  /// Below this share of the time at work nothing is said of the network: a replica that does next
  /// to nothing is bound by nothing.
  static let workMin = 0.02

  private var replicas: [Replica?] = []

  /// Follows nobody yet.
  public init() {}

  /// A replica's report was taken into the view, at an instant that is that of the report.
  public mutating func reported(_ slot: Int32, in view: RoutingView, at instant: Instant) {
    guard let state = view.state(slot) else { return }
    while replicas.count <= Int(slot) { replicas.append(nil) }
    let time = view.time(instant)
    if replicas[Int(slot)]?.generation != state.generation {
      replicas[Int(slot)] = Replica(generation: state.generation, time: time)
    }
    let figures = BottleneckFigures(state)
    replicas[Int(slot)]?.advance(to: time)
    replicas[Int(slot)]?.current.kvMemory = figures.blocksUsed
    replicas[Int(slot)]?.current.compute = figures.arithmeticUse
    replicas[Int(slot)]?.current.memoryBandwidth = figures.bandwidthUse
  }

  /// A replica begins to tell everything again: what it did meanwhile is not known.
  public mutating func resynchronised(_ slot: Int32) {
    if replicas.indices.contains(Int(slot)) { replicas[Int(slot)] = nil }
  }

  /// A turn that was asked for in a region ended on a replica, whose first token took
  /// `ttftSeconds` there; one from a region that is not known (-1) tells nothing.
  public mutating func served(
    _ slot: Int32,
    from origin: Int16,
    ttftSeconds: Double,
    in view: RoutingView
  ) {
    guard origin >= 0, let state = view.state(slot), replicas.indices.contains(Int(slot)),
      ttftSeconds >= 0, ttftSeconds.isFinite,
      var replica = replicas[Int(slot)], replica.generation == state.generation
    else { return }
    let network = view.roundTripSeconds(origin, state.region)
    let gain = max(0.02, 1 / Double(replica.turnCount + 1))
    replica.turnCount += 1
    replica.networkSeconds += gain * (network - replica.networkSeconds)
    replica.ttftSeconds += gain * (network + ttftSeconds - replica.ttftSeconds)
    replicas[Int(slot)] = replica
  }

  /// What a replica did lately, until the present of the view; nil when it never reported.
  public func summary(of slot: Int32, in view: RoutingView) -> Summary? {
    guard let state = view.state(slot), replicas.indices.contains(Int(slot)),
      var replica = replicas[Int(slot)], replica.generation == state.generation
    else { return nil }
    replica.advance(to: view.time(view.now))
    return Summary(signals: replica.signals, bound: replica.machine.bound)
  }
}
