public import Basics
public import FleetSpec

/// The fleet as a routing decision reads it: replicas by dense slot number, with what they carry.
///
/// Whoever keeps it tells what happens: replicas come and go, report, change readiness. What was
/// placed counts at once, through reservations, so that decisions between two reports see each
/// other. Slots are used again; a generation tells the replicas of one slot apart.
public struct RoutingView: Sendable {
  /// Most regions, models and slots of one fleet.
  public static let numbersMax = 4096

  private(set) var states: [ReplicaState?] = []
  private var specs: [ReplicaSpec?] = []
  /// By slot; nil for one that runs turns of any.
  private var adapters: [ReplicaAdapters?] = []
  private var slots: [ReplicaID: Int32] = [:]
  private var freeSlots: [Int32] = []
  private var generations: UInt32 = 0
  private var regions = Numbering<Named.Region>()
  private var models = Numbering<Named.Model>()
  private(set) var topology = RegionTopology()
  /// By slot.
  private var calibrations: [ReplicaCalibration?] = []
  /// What was learnt of each model, by its number, and what of that the replicas have.
  private var learnt: [ModelEstimates] = []
  private var applied: [ModelEstimates] = []
  /// By model; see ``measure(for:)``.
  var measures: [ModelMeasures] = []
  /// When it is to be measured next, in the fleet's time.
  var measureDue = Instant.zero
  var expectedState = ExpectedState()
  /// A buffer of ``refresh(for:)``.
  var outdated: [Int32] = []

  /// How many seconds of the fleet's time are in one of ``now``.
  public let timeScale: Double
  /// What turns should be given.
  private let objectives: ServiceObjectives
  /// The present, as far as the view was told.
  public private(set) var now = Instant.zero

  /// Makes a view of no replicas; `timeScale` is above 0.
  public init(timeScale: Double = 1, objectives: ServiceObjectives = .init()) {
    precondition(timeScale > 0, "\(timeScale) seconds in a second")
    self.timeScale = timeScale
    self.objectives = objectives
  }

  /// Time has passed; an instant earlier than one already seen changes nothing.
  public mutating func advance(to instant: Instant) { now = max(now, instant) }

  /// The fleet's time ``now``.
  public var fleetNow: Instant { fleetTime(now) }

  /// The fleet's time at an instant.
  public func fleetTime(_ instant: Instant) -> Instant {
    guard timeScale != 1 else { return instant }
    return Instant(nanoseconds: Int64(min(9e18, Double(instant.nanoseconds) * timeScale)))
  }

  /// Slots are 0 ..< slotCount; some may be free.
  public var slotCount: Int { states.count }

  /// How many replicas there are.
  public var replicaCount: Int { slots.count }

  /// How many replicas take new turns.
  public var readyCount: Int { states.count { $0?.readiness == .ready } }

  /// The replica in a slot; nil when the slot is free.
  @inline(__always)
  public func state(_ slot: Int32) -> ReplicaState? {
    states.indices.contains(Int(slot)) ? states[Int(slot)] : nil
  }

  /// What the replica in a slot is; nil when the slot is free.
  public func spec(_ slot: Int32) -> ReplicaSpec? {
    specs.indices.contains(Int(slot)) ? specs[Int(slot)] : nil
  }

  /// The adapters that the replica in a slot names; nil for one that runs turns of any.
  public func adapters(_ slot: Int32) -> ReplicaAdapters? {
    adapters.indices.contains(Int(slot)) ? adapters[Int(slot)] : nil
  }

  /// Takes in the adapters of a replica; ignored for one that runs turns of any.
  public mutating func setAdapters(_ slot: Int32, _ list: ReplicaAdapters) {
    if adapters(slot) != nil { adapters[Int(slot)] = list }
  }

  /// The slots of a model whose replicas can't run turns of an adapter.
  public func slots(of model: Int16, without adapter: AdapterID) -> [Int32] {
    adapters.indices.compactMap { slot in
      guard states[slot]?.model == model, let list = adapters[slot], !list.names.contains(adapter)
      else { return nil }
      return Int32(slot)
    }
  }

  /// The name of the replica in a slot; nil when the slot is free.
  public func replicaID(_ slot: Int32) -> ReplicaID? {
    specs.indices.contains(Int(slot)) ? specs[Int(slot)]?.id : nil
  }

  /// The replica in a slot as it is likely to be ``now``, when its report is old.
  ///
  /// Nil when the slot is free. See ``ReplicaState/likelyLoad(after:)``.
  @inline(__always)
  public func expected(_ slot: Int32) -> ReplicaState? {
    guard var state = state(slot) else { return nil }
    let isKnown = expectedState.isCurrent(at: now)
    if let likely = isKnown ? expectedState.loads[Int(slot)] : likelyLoad(of: state) {
      state.load = likely
    }
    return state
  }

  /// How fast the replica in a slot was measured to be; nil when the slot is free.
  public func calibration(_ slot: Int32) -> ReplicaCalibration? {
    calibrations.indices.contains(Int(slot)) ? calibrations[Int(slot)] : nil
  }

  /// What is expected of the turns of a model; what nothing is known of when its number is unknown.
  public func estimates(of model: Int16) -> ModelEstimates {
    learnt.indices.contains(Int(model)) ? learnt[Int(model)] : ModelEstimates()
  }

  /// The slot of a replica; nil when it is not there.
  public func slot(of id: ReplicaID) -> Int32? { slots[id] }

  /// The number of a region; nil when no replica or distance named it yet.
  public func region(_ id: RegionID) -> Int16? { regions.number(of: id) }

  /// Numbers of regions are below it.
  var regionCount: Int { regions.count }

  /// The number of a model; nil when no replica served it yet.
  public func model(_ id: ModelID) -> Int16? { models.number(of: id) }

  /// The name of a region.
  public func regionID(_ region: Int16) -> RegionID? { regions.name(of: region) }

  /// The round trip between two regions, in seconds; a region that is not known (-1) is equally far
  /// from all.
  @inline(__always)
  public func roundTripSeconds(_ one: Int16, _ other: Int16) -> Double {
    topology.roundTripSeconds(Int(one), Int(other))
  }

  /// Takes in the round trip between two regions; ignored when there are too many regions, or when
  /// the time is below 0 or above a minute.
  public mutating func setRoundTrip(_ one: RegionID, _ other: RegionID, seconds: Double) {
    guard seconds >= 0, seconds <= 60, let one = regions.enter(one),
      let other = regions.enter(other)
    else { return }
    topology.set(Int(one), Int(other), seconds: seconds)
    expectedState.move()
  }

  /// Forgets a region that is gone, and its distances; ignored as long as it has replicas.
  public mutating func forget(_ region: RegionID) {
    guard let number = regions.number(of: region), !states.contains(where: { $0?.region == number })
    else { return }
    _ = regions.leave(region)
    topology.forget(Int(number))
    expectedState.move()
  }

  /// Takes in a replica, not ready and without load; one of the same name is replaced in its slot.
  ///
  /// The caller attaches the slot to its ``PrefixIndex`` as well. Returns nil for a replica with
  /// faults, or when there are as many regions, models or slots as may be.
  public mutating func attach(_ spec: ReplicaSpec) -> Int32? {
    guard spec.faults().isEmpty, slots[spec.id] != nil || slots.count < Self.numbersMax else {
      return nil
    }
    if let old = slots[spec.id] { detach(old) }
    guard let region = regions.enter(spec.region), let model = models.enter(spec.model) else {
      return nil
    }
    let slot = freeSlots.popLast() ?? Int32(states.count)
    if Int(slot) == states.count {
      states.append(nil)
      specs.append(nil)
      adapters.append(nil)
      calibrations.append(nil)
    }
    if Int(model) == learnt.count {
      learnt.append(ModelEstimates())
      applied.append(ModelEstimates())
      measures.append(ModelMeasures())
    }
    generations &+= 1
    states[Int(slot)] = ReplicaState(
      spec,
      region: region,
      model: model,
      generation: generations,
      estimates: applied[Int(model)],
      tpotUtilisation: measures[Int(model)].tpotUtilisation,
      tpotObjectiveSeconds: objectives.objective(of: spec.model).tpot.inSeconds,
      at: now
    )
    expectedState.touch(slot)
    expectedState.move()
    specs[Int(slot)] = spec
    adapters[Int(slot)] = spec.namesAdapters ? ReplicaAdapters() : nil
    calibrations[Int(slot)] = ReplicaCalibration(catalogue: spec.roofline.rates)
    slots[spec.id] = slot
    return slot
  }

  /// Forgets a replica, and its pending load with it.
  ///
  /// The slot is free. The caller clears it in its ``PrefixIndex`` as well.
  public mutating func detach(_ slot: Int32) {
    guard let spec = spec(slot) else { return }
    slots[spec.id] = nil
    let model = states[Int(slot)]?.model
    states[Int(slot)] = nil
    expectedState.touch(slot)
    specs[Int(slot)] = nil
    adapters[Int(slot)] = nil
    calibrations[Int(slot)] = nil
    freeSlots.append(slot)
    if !states.contains(where: { $0?.model == model }), let number = models.leave(spec.model) {
      (learnt[Int(number)], applied[Int(number)]) = (ModelEstimates(), ModelEstimates())
      measures[Int(number)] = ModelMeasures()
    }
  }

  /// A replica takes turns, or does not.
  public mutating func setReadiness(_ slot: Int32, _ readiness: Readiness) {
    guard state(slot) != nil else { return }
    states[Int(slot)]?.readiness = readiness
    expectedState.touch(slot)
  }

  /// A replica reported its load, ``now`` unless another instant is given; figures that could not
  /// be are taken as the nearest that could.
  public mutating func report(_ slot: Int32, _ load: ReplicaLoad, at instant: Instant? = nil) {
    guard states.indices.contains(Int(slot)) else { return }
    states[Int(slot)]?.report(load, at: instant ?? now)
    expectedState.touch(slot)
  }

  /// A replica did some work in a time that is known.
  mutating func observe(_ work: ReplicaCalibration.Work, seconds: Double, on slot: Int32) {
    guard state(slot) != nil else { return }
    calibrations[Int(slot)]?.observe(work, seconds: seconds)
    guard let rates = calibrations[Int(slot)]?.rates else { return }
    states[Int(slot)]?.rates = rates
    expectedState.touch(slot)
  }

  /// Something was learnt of a model; its replicas have it once it differs by 1 % from what they
  /// had.
  mutating func learn(of model: Int16, _ change: (inout ModelEstimates) -> Void) {
    guard learnt.indices.contains(Int(model)) else { return }
    change(&learnt[Int(model)])
    let new = learnt[Int(model)]
    guard !new.isLike(applied[Int(model)]) else { return }
    applied[Int(model)] = new
    update(model) { ($0.outputTokens, $0.reuseChance) = (new.outputTokens, new.reuseChance) }
  }

  /// A first token of a turn of a model came so many seconds later than its prefill takes.
  public mutating func observe(firstTokenDelay seconds: Double, of model: Int16) {
    learn(of: model) { $0.observe(firstTokenDelay: seconds) }
  }

  /// Changes what the replica in a slot has.
  mutating func update(slot: Int32, _ change: (inout ReplicaState) -> Void) {
    guard var state = state(slot) else { return }
    change(&state)
    states[Int(slot)] = state
    expectedState.touch(slot)
  }

  /// Changes what all replicas of a model have.
  mutating func update(_ model: Int16, _ change: (inout ReplicaState) -> Void) {
    for slot in states.indices {
      guard var state = states[slot], state.model == model else { continue }
      change(&state)
      states[slot] = state
      expectedState.touch(Int32(slot))
    }
  }

  /// Counts what was placed on a replica, for as long as no report shows it.
  public mutating func add(_ demand: Demand, to slot: Int32) {
    states[Int(slot)]?.pending += demand
    expectedState.touch(slot)
  }

  /// What was placed on a replica at an instant of the wall counts no more in its share of time.
  public mutating func takePrefill(_ demand: Demand, from slot: Int32, placed: Instant) {
    guard let state = state(slot) else { return }
    let seconds = demand.prefillFLOPs / state.rates.flopsPerSecond
    let (placed, instant) = (fleetTime(placed), fleetNow)
    states[Int(slot)]?.prefillShare.take(
      seconds,
      addedAt: placed,
      over: state.answerSeconds,
      at: instant
    )
    expectedState.touch(slot)
  }

  /// A replica's report shows what was placed there at an instant of the wall, or it is given up.
  public mutating func endWait(
    for slot: Int32,
    generation: UInt32,
    placed: Instant,
    isAccepted: Bool
  ) {
    guard state(slot)?.generation == generation else { return }
    let (placed, instant) = (fleetTime(placed), fleetNow)
    states[Int(slot)]?.window.endWait(placed: placed, isAccepted: isAccepted, at: instant)
  }

  /// One more turn waits for headroom of a replica, or one less, unless the replica of that
  /// generation is gone.
  public mutating func want(_ slot: Int32, generation: UInt32, by change: Int) {
    guard state(slot)?.generation == generation else { return }
    // No lower bound of a cost depends on it.
    states[Int(slot)]?.wanted += change
  }

  /// A replica is idle though turns wait for one like it.
  public mutating func ranDry(_ slot: Int32) {
    let instant = fleetNow
    states[Int(slot)]?.window.ranDry(at: instant)
  }

  /// Counts the prefill of what is placed on a replica ``now`` in its share of time, and awaits the
  /// report that shows it; ``endWait(for:generation:placed:isAccepted:)`` is to follow.
  public mutating func addPrefill(_ demand: Demand, to slot: Int32) {
    guard let state = state(slot) else { return }
    let seconds = demand.prefillFLOPs / state.rates.flopsPerSecond
    let instant = fleetNow
    states[Int(slot)]?.prefillShare.add(seconds, over: state.answerSeconds, at: instant)
    states[Int(slot)]?.window.placed(seconds, at: instant)
    expectedState.touch(slot)
  }

  /// Takes away what was counted, unless the replica of that generation is gone.
  public mutating func take(_ demand: Demand, from slot: Int32, generation: UInt32) {
    guard state(slot)?.generation == generation else { return }
    states[Int(slot)]?.pending -= demand
    expectedState.touch(slot)
  }
}

/// The LoRA adapters that a replica names.
public struct ReplicaAdapters: Sendable, Hashable {
  /// Those that it has or can load.
  public var names: Set<AdapterID>
  /// Those of them that are loaded.
  public var loaded: Set<AdapterID>

  /// Makes a list; none by default.
  public init(names: Set<AdapterID> = [], loaded: Set<AdapterID> = []) {
    (self.names, self.loaded) = (names, loaded)
  }
}

/// Dense numbers for names; one that left gives its number to the next that comes.
struct Numbering<Kind>: Sendable {
  private var numbers: [Identifier<Kind>: Int16] = [:]
  private var names: [Identifier<Kind>?] = []
  private var free: [Int16] = []

  /// Numbers are below it.
  var count: Int { names.count }

  func number(of name: Identifier<Kind>) -> Int16? { numbers[name] }

  func name(of number: Int16) -> Identifier<Kind>? {
    names.indices.contains(Int(number)) ? names[Int(number)] : nil
  }

  /// The number of a name, a new one if need be; nil when all numbers are used.
  mutating func enter(_ name: Identifier<Kind>) -> Int16? {
    if let number = numbers[name] { return number }
    guard numbers.count < RoutingView.numbersMax else { return nil }
    let number = free.popLast() ?? Int16(names.count)
    if Int(number) == names.count { names.append(nil) }
    numbers[name] = number
    names[Int(number)] = name
    return number
  }

  /// Takes a name's number back, and returns it.
  mutating func leave(_ name: Identifier<Kind>) -> Int16? {
    guard let number = numbers.removeValue(forKey: name) else { return nil }
    names[Int(number)] = nil
    free.append(number)
    return number
  }
}
