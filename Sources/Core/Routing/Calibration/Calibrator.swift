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
/// Turns under way are remembered in a table of fixed size, in which a newer one may take the place
/// of another: what that would have told is lost.
public struct Calibrator: Sendable {
  /// A turn under way.
  private struct Dispatch {
    var reservation: UInt64 = 0
    var slot: Int32 = 0
    var generation: UInt32 = 0
    var epoch: UInt32 = 0
    var model: Int16 = -1
    var promptTokens = 0
    var estimatedTokens = 0
    var demand = Demand()
    /// The beginning of a turn that is computed ahead of need: it says how fast its replica is, and
    /// nothing of what turns are like.
    var isCopy = false
    /// What the replica did when it took the turn; nil until then, and when others waited there.
    var start: Start?
  }

  /// What a replica did when it took a turn that nothing had to wait for.
  private struct Start {
    var batch: Double
    var contextTokens: Double
    var prefillFLOPs: Double
  }

  /// A turn is alone when there is no more than this share of its own prefill beside it.
  private static let batchmatesShareMax = 0.1
  /// Answers with fewer later tokens tell nothing of decode.
  private static let laterTokensMin = 16

  private var dispatches: [Dispatch]
  /// By slot, and of which of its replicas they are.
  private var histories: [LoadHistory?] = []
  private var generations: [UInt32] = []
  /// How often the replica of a slot has told everything again.
  private var epochs: [UInt32] = []
  private var evictions = GhostCache()
  private var lruAge = LRUAge()

  /// Makes a calibrator that remembers as many turns under way as the next power of two.
  public init(turnsMax: Int = 16_384) {
    precondition((1...(1 << 20)).contains(turnsMax), "\(turnsMax) turns")
    var count = 1
    while count < turnsMax { count *= 2 }
    dispatches = Array(repeating: Dispatch(), count: count)
  }

  /// A turn was placed, under a reservation that is not 0.
  public mutating func placed(
    _ placement: Placement,
    _ request: RoutingRequest,
    hashes: Span<BlockHash>,
    reservation: UInt64,
    in view: inout RoutingView
  ) {
    let first = request.blockTokens > 0 ? placement.cachedTokens / request.blockTokens : 0
    for index in min(first, hashes.count)..<hashes.count { evictions.computes(hashes[index]) }
    if let state = view.state(placement.slot) {
      lruAge.used(hashes, by: placement.slot, state, at: view.time(view.now))
      view.setLeastRecentUse(
        placement.slot,
        lruAge.leastRecentUse(placement.slot, state.generation)
      )
    }
    remember(placement, request, reservation, isCopy: false, in: view)
  }

  /// A replica was asked to compute the beginning of a turn ahead of need.
  public mutating func placed(_ copy: PrefixCopy, in view: RoutingView) {
    remember(copy.placement, copy.request, copy.reservation, isCopy: true, in: view)
  }

  private mutating func remember(
    _ placement: Placement,
    _ request: RoutingRequest,
    _ reservation: UInt64,
    isCopy: Bool,
    in view: RoutingView
  ) {
    guard reservation != 0, let state = view.state(placement.slot) else { return }
    dispatches[place(of: reservation)] = Dispatch(
      reservation: reservation,
      slot: placement.slot,
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

  /// A replica said that it has a turn.
  public mutating func accepted(_ reservation: UInt64, by slot: Int32, in view: RoutingView) {
    let place = place(of: reservation)
    guard dispatches[place].reservation == reservation, dispatches[place].slot == slot,
      let state = view.state(slot), dispatches[place].generation == state.generation,
      dispatches[place].epoch == epoch(of: slot),
      generations.indices.contains(Int(slot)), generations[Int(slot)] == state.generation
    else { return }
    let demand = dispatches[place].demand
    histories[Int(slot)]?.accept(demand)
    let others = Double(state.load.prefillTokensQueued - demand.prefillTokens)
    guard others <= Self.batchmatesShareMax * Double(demand.prefillTokens) else { return }
    dispatches[place].start = Start(
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

  /// A replica told what became of a turn, at an instant that is that of its report; what was
  /// learnt is in the view from now on.
  public mutating func ended(
    _ reservation: UInt64,
    _ outcome: TurnOutcome,
    by slot: Int32,
    in view: inout RoutingView,
    at instant: Instant
  ) {
    let place = place(of: reservation)
    let dispatch = dispatches[place]
    guard reservation != 0, dispatch.reservation == reservation, dispatch.slot == slot else {
      return
    }
    dispatches[place] = Dispatch()
    guard let state = view.state(slot), state.generation == dispatch.generation else { return }
    if !dispatch.isCopy { learn(outcome, dispatch, in: &view) }
    guard dispatch.epoch == epoch(of: slot), let ttft = outcome.ttftSeconds,
      ttft >= outcome.queueSeconds, outcome.totalSeconds >= ttft,
      generations.indices.contains(Int(slot)), generations[Int(slot)] == state.generation,
      let history = histories[Int(slot)]
    else { return }
    let end = view.time(instant)
    let firstToken = end - (outcome.totalSeconds - ttft)
    if let start = dispatch.start,
      let until = history.prefillFLOPs(until: firstToken),
      until - start.prefillFLOPs <= Self.batchmatesShareMax * dispatch.demand.prefillFLOPs
    {
      let work = prefill(of: dispatch, start, outcome, state)
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
  private func learn(_ outcome: TurnOutcome, _ dispatch: Dispatch, in view: inout RoutingView) {
    view.learn(of: dispatch.model) { model in
      if outcome.isComplete { model.observe(outputTokens: outcome.outputTokens) }
      model.observe(promptTokens: outcome.promptTokens, estimate: dispatch.estimatedTokens)
    }
  }

  /// The prefill of a turn that was alone, with what it really found in the cache.
  private func prefill(
    of dispatch: Dispatch,
    _ start: Start,
    _ outcome: TurnOutcome,
    _ state: ReplicaState
  ) -> ReplicaCalibration.Work {
    let prompt = outcome.promptTokens > 0 ? outcome.promptTokens : dispatch.promptTokens
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

  private func place(of reservation: UInt64) -> Int {
    Int(PRNG.mix(reservation) & UInt64(dispatches.count - 1))
  }
}

extension RoutingView {
  /// An instant in seconds of the fleet's time.
  func time(_ instant: Instant) -> Double {
    Double(instant.nanoseconds) * 1e-9 * timeScale
  }
}
