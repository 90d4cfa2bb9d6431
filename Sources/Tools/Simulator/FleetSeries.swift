public import Basics

/// What a simulated fleet did over time, region by region.
public struct FleetSeries: Sendable, Hashable {
  /// One region in one step of the series.
  public struct Point: Sendable, Hashable {
    /// Sequences in the batches, at the end of the step.
    public internal(set) var running = 0
    /// Requests that wait in engines, at the end of the step.
    public internal(set) var waiting = 0
    /// Blocks that sequences hold, at the end of the step.
    public internal(set) var blocksUsed = 0
    /// Blocks kept for reuse, at the end of the step.
    public internal(set) var blocksCached = 0
    /// Blocks of the replicas that are there, at the end of the step.
    public internal(set) var blockCount = 0
    /// Turns whose answers were complete at their clients.
    public internal(set) var completed = 0
    /// Those of them that met the objective.
    public internal(set) var good = 0
    /// Prompt tokens of the turns that started.
    public internal(set) var promptTokens = 0
    /// Those of them that were found in a cache.
    public internal(set) var cachedTokens = 0
  }

  /// The regions, in the order of the points.
  public let regions: [RegionID]
  /// How long a step is: a second, or more in simulations of hours.
  public let step: Duration
  /// For each step, a point a region.
  public private(set) var points: [[Point]] = []

  /// The most steps of a trace's own time.
  static let stepsMax = 10_000

  init(regions: [RegionID], until lastArrival: Duration) {
    self.regions = regions
    let seconds = (lastArrival.inSeconds / Double(Self.stepsMax)).rounded(.up)
    step = .seconds(Int64(max(1, min(seconds, 1e9))))
  }

  /// The point of a region at an instant, which may be past the last.
  mutating func withPoint(_ region: Int, at instant: Instant, _ body: (inout Point) -> Void) {
    let index = Int(instant.nanoseconds / step.nanoseconds)
    while points.count <= index {
      points.append(Array(repeating: Point(), count: regions.count))
    }
    body(&points[index][region])
  }
}
