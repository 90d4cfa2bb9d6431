import Admission
public import Basics
import Capacity
public import FleetSpec
public import KVIndex
import Routing

/// Replicas come, report and go.
extension Dispatcher {
  /// Takes in a replica, not ready; nil when there is no room for more.
  ///
  /// One of the same name is gone, as if it had been detached.
  /// The index keeps as many blocks of it as it has, unless `blockLimit` says otherwise.
  public mutating func attach(_ spec: ReplicaSpec, blockLimit: Int? = nil) -> Int32? {
    if let old = view.slot(of: spec.id) { detach(old, at: view.now) }
    guard let slot = view.attach(spec) else { return nil }
    watch.attach(spec.id, slot, at: view.now)
    while announced.count <= Int(slot) { announced.append(.starting) }
    announced[Int(slot)] = .starting
    expects(models: [spec.model])
    index.attach(slot, blockLimit: blockLimit ?? spec.blockCount)
    if spec.publishesEvents {
      inferred.detach(slot)
    } else {
      inferred.attach(slot, blockCount: spec.blockCount, blockTokens: spec.blockTokens)
    }
    return slot
  }

  /// Models that replicas served before the start, and may serve again.
  public mutating func expects(models: [ModelID]) {
    for model in models where servedModels.count < Self.servedModelsMax {
      servedModels.insert(model)
    }
  }

  /// A replica is gone, with all that it held and ran.
  public mutating func detach(_ slot: Int32, at now: Instant) {
    noteHeadroom(slot)
    // Its model may have no number afterwards.
    noteHeadroom(model: -1)
    for id in ledger.turns(on: slot) { release(id, as: .lost, at: now) }
    watch.detach(slot)
    view.detach(slot)
    index.clear(slot)
    inferred.detach(slot)
    router.inFlight.clear(slot)
    replicator.forget(slot)
  }

  /// A replica takes turns, or does not.
  public mutating func setReadiness(_ slot: Int32, _ readiness: Readiness) {
    guard view.state(slot) != nil else { return }
    announced[Int(slot)] = readiness
    if !watch.isHeld(slot) { view.setReadiness(slot, readiness) }
    applyHealth()
    noteHeadroom(slot)
  }

  /// A replica that names its adapters has, or can load, these.
  public mutating func setAdapters(_ slot: Int32, names: [AdapterID], loaded: [AdapterID]) {
    view.setAdapters(slot, .init(names: Set(names), loaded: Set(loaded)))
    noteHeadroom(slot)
  }

  /// The round trip between two regions.
  public mutating func setRoundTrip(_ one: RegionID, _ other: RegionID, _ time: Duration) {
    view.setRoundTrip(one, other, seconds: time.inSeconds)
  }

  /// Forgets a region that is lost, once its replicas are detached.
  public mutating func forget(_ region: RegionID) { view.forget(region) }

  /// Forgets what a replica holds and carries, since its node reports everything again.
  ///
  /// What was inferred stays: the node can't report it, and its engine has not restarted.
  public mutating func resynchronise(_ slot: Int32) {
    if !inferred.covers(slot) { index.clear(slot) }
    view.report(slot, ReplicaLoad())
    calibrator.resynchronised(slot, in: &view)
    replicator.forget(slot)
    bottlenecks.resynchronised(slot)
    for id in ledger.turns(on: slot) {
      ledger.update(id) { if $0.stage == .accepted { $0.isListed = false } }
    }
  }

  /// A node has reported everything again: turns that it did not report have ended.
  public mutating func synchronised(_ slot: Int32, at now: Instant) {
    for id in ledger.turns(on: slot) where ledger.read(id, { $0.isListed }) == false {
      release(id, as: .unlisted, at: now)
    }
  }

  /// A replica reported its load: the first of what one report holds; `hasTurnChanges` says whether
  /// turns are among that, taken or ended.
  public mutating func reported(
    _ load: ReplicaLoad?,
    by slot: Int32,
    hasTurnChanges: Bool = false,
    at now: Instant
  ) {
    view.advance(to: now)
    if let load {
      let before = view.state(slot)?.load
      view.report(slot, load, at: now)
      // A load that changes by turns alone is no work done.
      if view.state(slot)?.load != before, !hasTurnChanges { watch.progressed(slot, at: now) }
    }
    noteDryness(slot)
    if settings.calibrates { calibrator.reported(slot, in: view, at: now) }
    if settings.observes { bottlenecks.reported(slot, in: view, at: now) }
    noteHeadroom(slot)
  }

  /// What a replica was sent ahead was not enough, if it is idle while turns wait for one like it.
  private mutating func noteDryness(_ slot: Int32) {
    guard admission.waitingCount > 0, let state = view.state(slot),
      state.load.running + state.load.waiting == 0, state.pending.requests > 0,
      let model = view.spec(slot)?.model, admission.first(of: model) != nil
    else { return }
    view.ranDry(slot)
  }

  /// A replica dropped all that it held.
  public mutating func cleared(_ slot: Int32) {
    index.clear(slot)
    inferred.clear(slot)
    router.inFlight.clear(slot)
    calibrator.cleared(slot, in: &view)
  }

  /// A replica holds blocks, by the chained hashes of their prefixes.
  public mutating func stored(_ hashes: Span<BlockHash>, by slot: Int32) {
    index.store(slot, hashes)
  }

  /// A replica evicted blocks.
  public mutating func removed(_ hashes: Span<BlockHash>, by slot: Int32, at now: Instant) {
    index.remove(slot, hashes)
    if settings.calibrates { calibrator.evicted(hashes, by: slot, in: &view, at: now) }
  }

  /// A replica may have headroom for turns that wait.
  @inline(__always)
  mutating func noteHeadroom(_ slot: Int32) {
    guard admission.waitingCount > 0, let model = view.state(slot)?.model else { return }
    noteHeadroom(model: model)
  }

  /// A model, by its number in the view, may have headroom for turns that wait.
  mutating func noteHeadroom(model: Int16) {
    let place = Int(model) + 1
    while mayHaveHeadroom.count <= place { mayHaveHeadroom.append(false) }
    mayHaveHeadroom[place] = true
    isScanDue = true
  }
}
