public import Basics
public import FleetSpec
public import KVIndex

/// Learns from the turns that ended what replicas and models really do, and corrects the view.
///
/// Whoever keeps the view tells of each placement and passes on what replicas report, in the order
/// in which it arrives: first the load, then the turns that were accepted, then those that ended.
/// Only work whose time is well known is learnt from:
/// - **prefill** from the time between the start of a turn and its first token, when it was alone
///   in that: nothing else waited when it came and nothing came until then;
/// - **decode** from the time of a turn's later tokens, next to the mean batch and context of its
///   replica during it, and to the prefill that its replica did then.
///
/// What is predicted for that work is computed when its time is known, with the factors of that
/// moment: what was dispatched before a correction does not correct again. See
/// ``ReplicaCalibration`` and ``ModelEstimates`` for how fast each is learnt and how far it may go.
/// What it must know of a turn until that ends is a ``Sample``, which whoever keeps the turn keeps.
public struct Calibrator: Sendable {
  /// A turn that was placed, as far as learning from it needs.
  public struct Sample: Sendable {
    fileprivate let generation: UInt32
    fileprivate let epoch: UInt32
    fileprivate let model: Int16
    fileprivate let promptTokens: Int
    fileprivate let estimatedTokens: Int
    fileprivate let demand: Demand
    /// A prefix that is computed ahead of need: it says how fast its replica is, and nothing of
    /// what turns are like.
    fileprivate let isCopy: Bool
    /// What the replica did when it took the turn; nil until then, and when others waited there.
    fileprivate var start: Start?
  }

  /// What a replica did when it took a turn that nothing had to wait for.
  fileprivate struct Start: Sendable {
    var batch: Double
    var contextTokens: Double
    var prefillFLOPs: Double
  }

  /// A turn is alone when there is no more than this share of its own prefill beside it.
  private static let batchmatesShareMax = 0.1
  /// Answers with fewer later tokens tell nothing of decode.
  private static let laterTokensMin = 16

  /// By slot, and of which of its replicas they are.
  private var histories: [LoadHistory?] = []
  private var generations: [UInt32] = []
  /// How often the replica of a slot has told everything again.
  private var epochs: [UInt32] = []
  private var evictions = GhostCache()
  private var lruAge = LRUAge()

  /// Makes a calibrator that has learnt nothing.
  public init() {}

  /// A turn was placed; returns what is to be kept of it.
  public mutating func placed(
    _ placement: Placement,
    _ request: RoutingRequest,
    hashes: Span<BlockHash>,
    in view: inout RoutingView
  ) -> Sample? {
    let first = request.blocks(tokens: placement.cachedTokens)
    for index in min(first, hashes.count)..<hashes.count { evictions.computes(hashes[index]) }
    if let state = view.state(placement.slot) {
      lruAge.used(hashes, by: placement.slot, state, at: view.time(view.now))
      view.setLeastRecentUse(
        placement.slot,
        lruAge.leastRecentUse(placement.slot, state.generation)
      )
    }
    view.learn(of: request.model) { $0.observe(statedTokens: request.outputTokens) }
    return sample(placement, request, isCopy: false, in: view)
  }

  /// A replica was asked to compute a prefix ahead of need; returns what is to be kept of that.
  public func placedCopy(
    _ placement: Placement,
    _ request: RoutingRequest,
    in view: RoutingView
  ) -> Sample? {
    sample(placement, request, isCopy: true, in: view)
  }

  private func sample(
    _ placement: Placement,
    _ request: RoutingRequest,
    isCopy: Bool,
    in view: RoutingView
  ) -> Sample? {
    guard let state = view.state(placement.slot) else { return nil }
    return Sample(
      generation: state.generation,
      epoch: epoch(of: placement.slot),
      model: state.model,
      promptTokens: request.promptTokens,
      estimatedTokens: request.estimatedTokens,
      demand: placement.demand,
      isCopy: isCopy
    )
  }

  /// A replica dropped all that it held.
  public mutating func cleared(_ slot: Int32, in view: inout RoutingView) {
    lruAge.forget(slot)
    view.setLeastRecentUse(slot, nil)
  }

  /// A replica begins to tell everything again.
  ///
  /// What it did meanwhile is not known: the turns that it was given until now say nothing of its
  /// speed, and what was learnt of that holds.
  public mutating func resynchronised(_ slot: Int32, in view: inout RoutingView) {
    cleared(slot, in: &view)
    while epochs.count <= Int(slot) { epochs.append(0) }
    epochs[Int(slot)] &+= 1
    if histories.indices.contains(Int(slot)) { histories[Int(slot)] = nil }
  }

  /// A replica's report was taken into the view, at an instant that is that of the report.
  public mutating func reported(_ slot: Int32, in view: RoutingView, at instant: Instant) {
    guard let state = view.state(slot) else { return }
    while histories.count <= Int(slot) {
      histories.append(nil)
      generations.append(0)
    }
    let time = view.time(instant)
    if generations[Int(slot)] != state.generation || histories[Int(slot)] == nil {
      generations[Int(slot)] = state.generation
      histories[Int(slot)] = LoadHistory(at: time, blockCount: state.blockCount)
    }
    histories[Int(slot)]?.advance(to: time, state.load)
  }

  /// The replica in a slot has a turn.
  public mutating func accepted(_ sample: inout Sample, by slot: Int32, in view: RoutingView) {
    guard let state = view.state(slot), sample.generation == state.generation,
      sample.epoch == epoch(of: slot),
      generations.indices.contains(Int(slot)), generations[Int(slot)] == state.generation
    else { return }
    let demand = sample.demand
    histories[Int(slot)]?.accept(demand)
    let others = Double(state.load.prefillTokensQueued - demand.prefillTokens)
    guard others <= Self.batchmatesShareMax * Double(demand.prefillTokens) else { return }
    sample.start = Start(
      batch: Double(state.load.decoding),
      contextTokens: Double(state.load.contextTokens),
      prefillFLOPs: histories[Int(slot)]?.prefillFLOPs ?? 0
    )
  }

  /// A replica evicted blocks.
  public mutating func evicted(
    _ hashes: Span<BlockHash>,
    by slot: Int32,
    in view: inout RoutingView,
    at instant: Instant
  ) {
    guard let state = view.state(slot) else { return }
    let time = view.time(instant)
    while let (model, wasReused) = evictions.popSettled(at: time) {
      view.learn(of: model) { $0.observe(wasReused: wasReused) }
    }
    for index in hashes.indices { evictions.evicted(hashes[index], of: state.model, at: time) }
    guard !hashes.isEmpty else { return }
    lruAge.evicted(hashes, by: slot)
    view.setLeastRecentUse(slot, lruAge.leastRecentUse(slot, state.generation))
  }

  /// The replica in a slot reported what became of a turn, at the instant of its report; what was
  /// learnt is in the view from now on.
  public mutating func ended(
    _ sample: Sample,
    _ outcome: TurnOutcome,
    by slot: Int32,
    in view: inout RoutingView,
    at instant: Instant
  ) {
    guard let state = view.state(slot), state.generation == sample.generation else { return }
    if !sample.isCopy { learn(outcome, sample, in: &view) }
    guard sample.epoch == epoch(of: slot), let ttft = outcome.ttftSeconds,
      ttft >= outcome.queueSeconds, outcome.totalSeconds >= ttft,
      generations.indices.contains(Int(slot)), generations[Int(slot)] == state.generation,
      let history = histories[Int(slot)]
    else { return }
    let end = view.time(instant)
    let firstToken = end - (outcome.totalSeconds - ttft)
    if let start = sample.start,
      let until = history.prefillFLOPs(until: firstToken),
      until - start.prefillFLOPs <= Self.batchmatesShareMax * sample.demand.prefillFLOPs
    {
      let work = prefill(of: sample, start, outcome, state)
      view.observe(work, seconds: ttft - outcome.queueSeconds, on: slot)
    }
    if outcome.outputTokens > Self.laterTokensMin,
      let work = history.work(
        from: firstToken,
        to: end,
        tokens: Double(outcome.outputTokens - 1),
        on: state
      )
    {
      view.observe(work, seconds: outcome.totalSeconds - ttft, on: slot)
    }
  }

  /// What of a turn concerns its model, not its replica.
  private func learn(_ outcome: TurnOutcome, _ sample: Sample, in view: inout RoutingView) {
    view.learn(of: sample.model) { model in
      if outcome.isComplete { model.observe(outputTokens: outcome.outputTokens) }
      model.observe(promptTokens: outcome.promptTokens, estimate: sample.estimatedTokens)
    }
  }

  /// The prefill of a turn that was alone, with what it really found in the cache.
  private func prefill(
    of sample: Sample,
    _ start: Start,
    _ outcome: TurnOutcome,
    _ state: ReplicaState
  ) -> ReplicaCalibration.Work {
    let prompt = outcome.promptTokens > 0 ? outcome.promptTokens : sample.promptTokens
    let tokens = Double(max(1, prompt - outcome.cachedTokens))
    var work = ReplicaCalibration.Work()
    work.prefillFLOPs = state.rates.prefillFLOPs(
      tokens: tokens,
      context: Double(outcome.cachedTokens)
    )
    let chunk = max(1, Double(state.stepTokensMax) - start.batch)
    work.prefillSteps = (tokens / chunk).rounded(.up)
    work.batch = start.batch
    work.contextTokens = start.contextTokens
    return work
  }

  private func epoch(of slot: Int32) -> UInt32 {
    epochs.indices.contains(Int(slot)) ? epochs[Int(slot)] : 0
  }
}

extension RoutingView {
  /// An instant in seconds of the fleet's time.
  func time(_ instant: Instant) -> Double {
    Double(instant.nanoseconds) * 1e-9 * timeScale
  }
}
