import Basics
public import FleetSpec

import func Glibc.pow

/// What limits the turns that replicas sustain: the resource of which a tenth more would give most.
public enum CapacityBound: String, Sendable, CaseIterable {
  /// Arithmetic, which prefill needs.
  case compute
  /// Memory bandwidth, which decoding needs.
  case memoryBandwidth = "memory-bandwidth"
  /// Room for KV blocks.
  case kvMemory = "kv-memory"
  /// The engine's bound on the batch.
  case batchSize = "batch-size"
  /// The turns don't fit, or not one meets the objective.
  case nothingFits = "nothing-fits"
}

/// The turns that one replica sustains of a mix, and what limits them.
///
/// With b sequences in its batch a replica makes b tokens in a decode step of s(b) seconds, and a
/// turn with a prefill of P seconds and D decode steps takes P + D s(b) / b seconds of it: the
/// shares of prefill and decode in its time add up to 1 where it takes
///
///     turns(b) = 1 / (P + D s(b) / b)
///
/// a second. By Little's law a sequence decodes for b / turns(b) seconds, so its time for a token
/// is T = b / (D turns(b)), and the batch holds b contexts of KV and the prompts that are in
/// prefill. A turn is slower than that where more prefill than usual comes between its steps: the
/// deviation of a delay cycle, sqrt(turns E[P²] T / D) / rest, where rest is the share of time that
/// neither prefill nor what is proportional to the batch takes; where turns are shared among k
/// replicas, the choice evens that out by k^(1/4). Prefill waits for prefill, as in a queue with k
/// servers: E[P²] / (2 E[P]) x busy ^ (sqrt(2 (k + 1)) - 1) / (k (1 - busy)). All grow with b: what
/// is sustained is turns(b) for the largest b at which 95 in 100 turns meet the objective (T + 1.64
/// deviations; 3 mean waits and the prefill itself, without the network) and the counted share of
/// blocks and batch is enough.
///
/// It takes for granted that turns are spread as evenly as they can be, and that as many of their
/// tokens are cached as now. A prompt whose prefill alone takes longer than the objective can't
/// meet it, whatever the load; ``ModelCapacity/lateShare`` says how many those are. Where the mean
/// prompt's does, waiting as long again is allowed.
///
/// Sources: the roofline of ``StepRates``; Little, "A proof for the queuing formula L = λW", 1961;
/// Sakasegawa, "An approximation formula Lq ≃ αρ^β / (1 - ρ)", 1977; Conway, Maxwell, Miller,
/// "Theory of scheduling", 1967, on delay cycles.
public struct ReplicaSupply: Sendable, Hashable {
  /// Turns a second.
  public let turnsPerSecond: Double
  /// Sequences in the batch, on average, at that rate.
  public let batch: Double
  /// What limits it.
  public let bound: CapacityBound

  /// Calculates what a replica, one of `sharing` that share the turns, sustains of turns like
  /// `mean`, which is the load of one turn.
  public init(
    _ spec: ReplicaSpec,
    of mean: TurnLoad,
    sharing: Int = 1,
    objective: ServiceObjective = .init()
  ) {
    let point = OperatingPoint(spec, mean, sharing: sharing, objective)
    let best = point.best
    (turnsPerSecond, batch) = best
    guard best.turns > 0 else {
      bound = .nothingFits
      return
    }
    // Of two that give about as much, the bound that is easier to raise is named.
    let more: [(CapacityBound, (inout OperatingPoint) -> Void)] = [
      (.batchSize, { $0.batchMax *= 1.1 }),
      (.kvMemory, { $0.kvTokens *= 1.1 }),
      (.memoryBandwidth, { $0.rates.bytesPerSecond *= 1.1 }),
      (.compute, { $0.rates.flopsPerSecond *= 1.1 }),
    ]
    var most = (bound: CapacityBound.compute, gain: best.turns * 1e-6)
    for (bound, grow) in more {
      var larger = point
      grow(&larger)
      let gain = larger.best.turns - best.turns
      if gain > most.gain * 1.1 { most = (bound, gain) }
    }
    bound = most.bound
  }
}

/// What limits a replica, and the turns that it takes at one size of its batch.
private struct OperatingPoint {
  /// Deviations above the mean below which 95 in 100 normally distributed times are.
  private static let deviations = 1.64
  /// Means below which 95 in 100 exponentially distributed times are: -ln 0.05.
  private static let waits = 3.0
  /// How the choice among k replicas evens out what comes between decode steps: k to the power of
  /// this, with which simulations of 2 to 12 replicas agree best, to 15 % for long prompts.
  private static let choiceExponent = -0.25
  /// Share of the KV blocks and of the largest batch that is counted on.
  ///
  /// What a replica carries comes and goes by about the root of its batch; where that does not fit,
  /// turns wait.
  private static let utilisation = 0.8
  /// The smallest batch, on average, that is worth while.
  private static let batchMin = 0.01

  var rates: StepRates
  var kvTokens: Double
  var batchMax: Double
  private let mean: TurnLoad
  private let context: Double
  private let blockTokens: Double
  private let stepTokens: Double
  private let replicas: Double
  private let (ttftSeconds, tpotSeconds): (Double, Double)

  init(_ spec: ReplicaSpec, _ mean: TurnLoad, sharing: Int, _ objective: ServiceObjective) {
    rates = spec.roofline.rates
    blockTokens = Double(spec.blockTokens)
    kvTokens = Double(spec.blockCount) * blockTokens * Self.utilisation
    batchMax = Double(spec.runningMax) * Self.utilisation
    stepTokens = Double(spec.stepTokensMax)
    context = mean.decodeSteps > 0 ? mean.contextReads / mean.decodeSteps : mean.promptTokens
    replicas = Double(max(1, sharing))
    self.mean = mean
    (ttftSeconds, tpotSeconds) = (objective.ttft.inSeconds, objective.tpot.inSeconds)
  }

  /// The largest batch within the limits, by halving, and the turns a second that it gives.
  var best: (turns: Double, batch: Double) {
    guard var best = turns(batch: Self.batchMin) else { return (0, 0) }
    if let all = turns(batch: batchMax) { return (all, batchMax) }
    var (low, high) = (Self.batchMin, batchMax)
    for _ in 0..<30 {
      let middle = (low + high) / 2
      if let turns = turns(batch: middle) {
        (low, best) = (middle, turns)
      } else {
        high = middle
      }
    }
    return (best, low)
  }

  /// Turns a second with so many sequences in the batch; nil when that breaks a limit.
  private func turns(batch: Double) -> Double? {
    let steps = mean.decodeSteps
    let decode = rates.decodeStepSeconds(batch: batch, contextTokens: batch * context)
    let fixed = rates.decodeStepSeconds(batch: 0, contextTokens: 0)
    let chunks = max(1, mean.uncachedTokens / max(1, stepTokens - batch))
    // A prefill shares its steps with decoding; overhead is counted for those that exceed it.
    let prefill =
      mean.prefillFLOPs(rates) / rates.flopsPerSecond
      + max(0, chunks - steps / batch) * rates.overheadSeconds
    let squared = mean.prefillFLOPsSquared(rates) / (rates.flopsPerSecond * rates.flopsPerSecond)
    let turns = 1 / (prefill + steps * decode / batch)
    let rest = 1 - turns * (prefill + steps * (decode - fixed) / batch)
    guard turns.isFinite, batch <= batchMax, rest > 0 || steps == 0 else { return nil }

    // The steps of a prefill take longer by the arithmetic of those that decode beside it.
    let decodeFLOPs = batch * (rates.flopsPerToken + rates.attentionFLOPs * context)
    let service = prefill + chunks * (decodeFLOPs / rates.flopsPerSecond + rates.overheadSeconds)
    let busy = turns * service
    let held = max(1, batch) * (context + blockTokens / 2) + busy * mean.promptTokens
    guard busy < 1, held <= kvTokens else { return nil }
    let stretch = service / prefill
    let wait =
      squared * stretch * stretch / (2 * service) / (replicas * (1 - busy))
      * pow(busy, (2 * (replicas + 1)).squareRoot() - 1)
    guard Self.waits * wait <= max(ttftSeconds - service, service) else { return nil }

    guard steps > 0 else { return turns }
    let token = batch / (steps * turns)
    let spread = (turns * squared * token / steps).squareRoot() / rest
    let deviation = spread * pow(replicas, Self.choiceExponent)
    return token + Self.deviations * deviation <= tpotSeconds ? turns : nil
  }
}
