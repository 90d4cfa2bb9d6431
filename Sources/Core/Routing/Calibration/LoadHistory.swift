import FleetSpec

/// What a replica did lately, as far as its reports and the turns that it took tell, so that a
/// stretch of it can be looked up when a turn ends.
///
/// Sums since the start, sampled when turns are accepted and at least each half second in which
/// there are reports. When 128 samples are full, every second one goes: what is long ago is known
/// less exactly, and nothing beyond two minutes. About 7 KB.
struct LoadHistory: Sendable {
  /// Sums up to a moment.
  struct Totals: Sendable {
    var time = 0.0
    /// Decoding sequences x seconds.
    var batchSeconds = 0.0
    /// KV tokens of those x seconds.
    var contextSeconds = 0.0
    /// Operations of prefill of the turns that it took.
    var prefillFLOPs = 0.0
    /// Steps of those.
    var prefillSteps = 0.0
    /// Seconds in which running sequences held nearly all KV blocks.
    var tightSeconds = 0.0
    /// Prompt tokens that waited at the moment: no sum.
    var queuedTokens = 0.0
  }

  private static let samplesMax = 128
  private static let spacing = 0.5
  private static let reach = 120.0
  /// The share of the KV blocks from which on engines may take a sequence's blocks for another's,
  /// and compute them again.
  private static let tightShare = 0.97

  private var samples: [Totals] = []
  /// The time of the last of them: they are seldom needed, and far away.
  private var sampled = -Double.infinity
  private var totals = Totals()
  private var load = ReplicaLoad()
  private var acceptedTokens = 0.0
  private var acceptedCount = 0.0
  /// What was queued just before it was told last.
  private var queuedBefore = 0.0
  private let tightBlocks: Int

  /// Begins at `time`.
  init(at time: Double, blockCount: Int) {
    totals.time = time
    tightBlocks = Int(Self.tightShare * Double(blockCount))
  }

  /// Operations of prefill of the turns that it took, since the start.
  var prefillFLOPs: Double { totals.prefillFLOPs }

  /// It carries `load` from `time` on, no earlier than it was told before.
  mutating func advance(to time: Double, _ load: ReplicaLoad) {
    let elapsed = max(0, time - totals.time)
    totals.batchSeconds += elapsed * Double(self.load.decoding)
    totals.contextSeconds += elapsed * Double(self.load.contextTokens)
    if self.load.blocksUsed > tightBlocks { totals.tightSeconds += elapsed }
    totals.time += elapsed
    if totals.time - sampled >= Self.spacing { sample() }
    self.load = load
    queuedBefore = totals.queuedTokens
    totals.queuedTokens = Double(load.prefillTokensQueued)
  }

  /// It took a turn, at the time that was told last.
  mutating func accept(_ demand: Demand) {
    if sampled < totals.time {
      sample()
      samples[samples.count - 1].queuedTokens = queuedBefore
    }
    acceptedCount += 1
    totals.prefillFLOPs += demand.prefillFLOPs
    totals.prefillSteps += demand.prefillSteps
    acceptedTokens += Double(demand.prefillTokens)
  }

  /// Operations of prefill of the turns taken until `time`; nil when that is too long ago.
  func prefillFLOPs(until time: Double) -> Double? { totals(at: time)?.prefillFLOPs }

  /// What it did between two moments, in which each decoding sequence got `tokens` tokens; nil when
  /// that is too long ago, when KV blocks were scarce, and when there was prefill and the time is
  /// no longer than ten of its prefills: its ends cut through some.
  ///
  /// Prefill is that of the turns it took, less by how much its queue grew.
  func work(
    from start: Double,
    to end: Double,
    tokens: Double,
    on state: ReplicaState
  ) -> ReplicaCalibration.Work? {
    guard end > start, let first = totals(at: start), let last = totals(at: end),
      first.tightSeconds == last.tightSeconds
    else { return nil }
    let growth = last.queuedTokens - first.queuedTokens
    let perToken = acceptedTokens > 0 ? totals.prefillFLOPs / acceptedTokens : 0
    let perStep = max(1, Double(state.stepTokensMax - state.load.decoding))
    let flops = last.prefillFLOPs - first.prefillFLOPs - growth * perToken
    let steps = last.prefillSteps - first.prefillSteps - growth / perStep
    let perPrompt = totals.prefillFLOPs / max(1, acceptedCount) / state.rates.flopsPerSecond
    guard flops <= 0 || end - start >= 10 * perPrompt else { return nil }
    var work = ReplicaCalibration.Work()
    work.prefillFLOPs = max(0, flops)
    work.prefillSteps = min(max(0, steps), tokens)
    work.decodeSteps = tokens - work.prefillSteps
    work.batch = (last.batchSeconds - first.batchSeconds) / (end - start)
    work.contextTokens = (last.contextSeconds - first.contextSeconds) / (end - start)
    return work
  }

  /// The sums at a moment: turns are taken at the times of samples, and in between the load is
  /// even.
  private func totals(at time: Double) -> Totals? {
    guard let first = samples.first, first.time <= time else { return nil }
    var (low, high) = (0, samples.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if samples[middle].time < time { low = middle } else { high = middle }
    }
    let before = samples[low]
    guard before.time < time else { return before }
    var found = high < samples.count ? samples[high] : totals
    guard found.time > time else { return found }
    let share = (time - before.time) / (found.time - before.time)
    found.time = time
    found.tightSeconds = before.tightSeconds
    found.batchSeconds = before.batchSeconds + share * (found.batchSeconds - before.batchSeconds)
    found.contextSeconds =
      before.contextSeconds + share * (found.contextSeconds - before.contextSeconds)
    return found
  }

  private mutating func sample() {
    if samples.count == Self.samplesMax {
      var kept = 0
      for index in samples.indices
      where index % 2 == 1 && samples[index].time > totals.time - Self.reach {
        samples[kept] = samples[index]
        kept += 1
      }
      samples.removeLast(samples.count - kept)
    }
    samples.append(totals)
    sampled = totals.time
  }
}
