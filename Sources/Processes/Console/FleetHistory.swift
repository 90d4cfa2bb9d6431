public import Basics
public import HearthMessages

/// What the fleet did over the last hour, a sample at a time.
public struct FleetHistory: Sendable, JSONWritable {
  /// Wall time from one sample to the next.
  public static let interval = Duration.seconds(5)

  private static let samplesMax = 720

  private struct Sample: JSONWritable {
    var seconds: Double
    var hitActual: Double?
    var hitPredicted: Double?
    var ttftMedian: Double?
    var ttftP90: Double?
    var running: UInt32
    var waiting: UInt32

    func write(to json: inout JSONText) {
      json.object {
        $0.field("seconds", seconds)
        $0.field("hitActual", hitActual)
        $0.field("hitPredicted", hitPredicted)
        $0.field("ttftMedian", ttftMedian)
        $0.field("ttftP90", ttftP90)
        $0.field("running", running)
        $0.field("waiting", waiting)
      }
    }
  }

  private var samples: [Sample] = []
  private var firstTokens: Histogram?
  private let takesOrders: Bool

  /// Makes a history of nothing.
  public init(takesOrders: Bool) { self.takesOrders = takesOrders }

  /// Adds a sample.
  ///
  /// `firstTokens` counts the times to the first token since the start, in seconds, if there were
  /// any: a sample has those since the one before. `uptime` is the wall time since the start.
  public mutating func add(
    _ status: HearthV1.FleetStatus,
    firstTokens: Histogram?,
    uptime: Duration
  ) {
    let rate = status.predictions?.hitRate.flatMap { $0.samples > 0 ? $0 : nil }
    let late = firstTokens?.since(self.firstTokens)
    self.firstTokens = firstTokens
    if samples.count == Self.samplesMax { samples.removeFirst() }
    samples.append(
      Sample(
        seconds: uptime / .seconds(1),
        hitActual: rate?.actual,
        hitPredicted: rate?.predicted,
        ttftMedian: late?.quantile(0.5),
        ttftP90: late?.quantile(0.9),
        running: UInt32(clamping: status.running),
        waiting: status.waiting
      )
    )
  }

  /// Writes the samples, the oldest first, and whether the console takes orders.
  public func write(to json: inout JSONText) {
    json.object {
      $0.field("takesOrders", takesOrders)
      $0.field("samples", samples)
    }
  }
}
