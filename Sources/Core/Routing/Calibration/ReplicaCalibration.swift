public import FleetSpec

/// How fast a replica is, next to the figures of its hardware, learnt from the turns it served.
///
/// Prefill is bound by arithmetic and decode by memory, so each has a factor of its own. An
/// observation is work that the replica did in a time that is known; it moves the factor of what
/// takes most of that time, and neither when both take about as much.
public struct ReplicaCalibration: Sendable, Hashable {
  /// Work of an engine in a stretch of time.
  struct Work {
    /// Operations of prefill.
    var prefillFLOPs = 0.0
    /// Steps with prefill.
    var prefillSteps = 0.0
    /// Steps in which sequences only decode.
    var decodeSteps = 0.0
    /// Sequences that decode in each step.
    var batch = 0.0
    /// KV tokens that they hold together.
    var contextTokens = 0.0

    /// Seconds that it takes, and how many of those are bound by arithmetic.
    func seconds(_ rates: StepRates) -> (total: Double, arithmetic: Double) {
      let stepFLOPs = batch * rates.flopsPerToken + rates.attentionFLOPs * contextTokens
      let stepBytes = rates.weightBytes + contextTokens * rates.kvBytesPerToken
      let (arithmetic, memory) = (
        stepFLOPs / rates.flopsPerSecond, stepBytes / rates.bytesPerSecond
      )
      let prefill = prefillFLOPs / rates.flopsPerSecond + prefillSteps * arithmetic
      let total =
        max(prefill, prefillSteps * memory) + decodeSteps * max(arithmetic, memory)
        + (prefillSteps + decodeSteps) * rates.overheadSeconds
      return (
        total,
        (prefill >= prefillSteps * memory ? prefill : 0)
          + (arithmetic >= memory ? decodeSteps * arithmetic : 0)
      )
    }
  }

  /// The share of the time that must be bound by one thing for the work to say something of it.
  private static let shareMin = 0.6

  /// What its hardware should reach.
  public let catalogue: StepRates
  /// How many times faster its arithmetic is than the catalogue says.
  public private(set) var prefill = CorrectionFactor()
  /// How many times faster its memory is, and what every step takes besides.
  public private(set) var decode = CorrectionFactor()

  init(catalogue: StepRates) {
    self.catalogue = catalogue
  }

  /// What it was measured to reach.
  public var rates: StepRates {
    catalogue.scaled(arithmetic: prefill.value, memory: decode.value)
  }

  /// Takes in that the replica did `work` in `seconds`.
  mutating func observe(_ work: Work, seconds: Double) {
    let predicted = work.seconds(rates)
    guard predicted.total > 0, seconds > 0 else { return }
    let memory = predicted.total - predicted.arithmetic
    if predicted.arithmetic >= Self.shareMin * predicted.total {
      prefill.observe(predicted.total / seconds)
    } else if memory >= Self.shareMin * predicted.total {
      decode.observe(predicted.total / seconds)
    }
  }
}
