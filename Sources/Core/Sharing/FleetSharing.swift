public import Basics
public import FleetSpec
public import Jobs

/// What happened, as whoever drives the sharing hears it of nodes, serving and jobs.
public enum SharingEvent: Sendable {
  /// A replica is there, and serves on these GPUs of its node; or is parked.
  case attached(ReplicaSpec, gpus: UInt64, isParked: Bool)
  /// A replica is gone with its node.
  case detached(ReplicaID)
  /// How the fleet is used now.
  case used(FleetUse)
  /// Nothing of a replica that was to be parked is on its GPUs any more.
  case unloaded(ReplicaID)
  /// The jobs' scheduler let serving have GPUs.
  case handedOver(ReclaimID, NodeID, gpus: UInt64)
  /// It can't for so many replicas.
  case fellShort(ReclaimID, replicas: Int)
  /// A replica takes turns again.
  case loaded(ReplicaID)
}

/// What to do, in this order.
public enum SharingAction: Sendable {
  /// Send a replica no more turns; those that it has go on.
  case cordon(ReplicaID)
  /// Send it turns again.
  case uncordon(ReplicaID)
  /// Take an engine that has no turns off its GPUs.
  case unload(ReplicaID)
  /// Tell the jobs' scheduler which GPUs of a node serving has.
  case serve(NodeID, gpus: UInt64)
  /// Have the jobs' scheduler take GPUs back.
  case reclaim(Reclaim)
  /// Tell it that they are not wanted any more.
  case endReclaim(ReclaimID)
  /// Load a replica's engine on GPUs of its node.
  case load(ReplicaID, gpus: UInt64)
}

/// Decides which replicas lend their GPUs to jobs, and when they take them back.
///
/// A replica serves or is parked: its GPUs never do both. One is parked when jobs want GPUs and the
/// others of its model in its region were, for a while, used so little that they can do its work
/// too. It first gets no more turns, ends those that it has, and only then leaves its GPUs.
///
/// Replicas come back when those that serve are used too much, or at once all of them when turns
/// wait: the jobs' scheduler chooses who goes, within the notice, and then the engines load.
///
/// What is used is the most of three figures: KV blocks that sequences hold, sequences over what
/// batches hold within the objective, and turns that are asked for over those that are sustained.
public struct FleetSharing: Machine, Sendable {
  /// What happens.
  public typealias Event = SharingEvent
  /// What is to be done.
  public typealias Action = SharingAction

  enum Phase: Sendable, Hashable {
    case serving
    /// Ends its last turns.
    case draining
    /// Leaves its GPUs.
    case unloading
    case parked
    case loading
  }

  struct Member: Sendable {
    let spec: ReplicaSpec
    var gpus: UInt64
    var phase: Phase

    var gpuCount: Int { spec.roofline.gpuCount }
  }

  /// The replicas of one model in one region.
  struct Pool: Sendable {
    var members: [ReplicaID] = []
    /// What was needed lately, in replicas.
    var needed = PeakWindow()
    var smoothed = SmoothedUse()
    /// Since when it is known what is needed, or when it was last too little.
    var calmSince: Instant?
    /// Since when nobody wants the GPUs that it lends.
    var unwantedSince: Instant?
  }

  /// Replicas that come back, as soon as there are GPUs for them.
  struct Recall: Sendable {
    let id: ReclaimID
    let place: FleetUse.Place
    let gpuCount: Int
    var replicas: Int
  }

  let settings: SharingSettings
  var members: [ReplicaID: Member] = [:]
  /// In the order in which they came.
  var places: [FleetUse.Place] = []
  var pools: [FleetUse.Place: Pool] = [:]
  var recalls: [Recall] = []
  private var reclaimCount: ReclaimID

  /// Makes the sharing of a fleet that is not known yet; its reclaims are numbered from `first` on.
  public init(settings: SharingSettings = .init(), firstReclaim first: ReclaimID = 1) {
    self.settings = settings
    reclaimCount = first
  }

  /// It waits for nothing: use is told to it.
  public var deadline: Instant? { nil }

  /// GPUs in each region that replicas have and could lend.
  public var lendableGPUs: [RegionID: Int] {
    var lendable: [RegionID: Int] = [:]
    guard settings.parks else { return lendable }
    for place in places {
      guard let region = place.region else { continue }
      let own = (pools[place]?.members ?? []).compactMap { members[$0] }.filter {
        $0.phase == .serving || $0.phase == .draining || $0.phase == .unloading
      }
      let sizes = own.map(\.gpuCount).sorted()
      lendable[region, default: 0] += sizes.dropLast(settings.keep).reduce(0, +)
    }
    return lendable
  }

  /// Takes in one event.
  public mutating func step(
    _ event: SharingEvent,
    at now: Instant,
    into actions: inout Actions<SharingAction>
  ) {
    switch event {
    case .attached(let spec, let gpus, let isParked):
      attach(spec, gpus, isParked ? .parked : .serving, at: now)
    case .detached(let id): detach(id)
    case .used(let use): if settings.parks { decide(use, at: now, into: &actions) }
    case .unloaded(let id):
      guard let member = members[id], member.phase == .unloading else { return }
      members[id]?.phase = .parked
      serve(member.spec.node, into: &actions)
    case .handedOver(let reclaim, let node, let gpus):
      handedOver(reclaim, node, gpus, into: &actions)
    case .fellShort(let id, let count):
      guard let index = recalls.firstIndex(where: { $0.id == id }) else { return }
      recalls[index].replicas -= count
      recalls.removeAll { $0.replicas <= 0 }
    case .loaded(let id):
      if members[id]?.phase == .loading { members[id]?.phase = .serving }
    }
  }

  private mutating func attach(
    _ spec: ReplicaSpec,
    _ gpus: UInt64,
    _ phase: Phase,
    at now: Instant
  ) {
    detach(spec.id)
    members[spec.id] = Member(spec: spec, gpus: gpus, phase: phase)
    if pools[spec.place] == nil { places.append(spec.place) }
    pools[spec.place, default: Pool()].members.append(spec.id)
    pools[spec.place]?.calmSince = now
  }

  private mutating func detach(_ id: ReplicaID) {
    guard let member = members.removeValue(forKey: id) else { return }
    pools[member.spec.place]?.members.removeAll { $0 == id }
  }

  /// Loads a parked replica on GPUs that were handed over, if there is one for them.
  private mutating func handedOver(
    _ reclaim: ReclaimID,
    _ node: NodeID,
    _ gpus: UInt64,
    into actions: inout Actions<SharingAction>
  ) {
    guard let index = recalls.firstIndex(where: { $0.id == reclaim }) else {
      return serve(node, into: &actions)
    }
    let fitting = (pools[recalls[index].place]?.members ?? []).filter { id in
      members[id].map {
        $0.spec.node == node && $0.phase == .parked && $0.gpuCount == gpus.nonzeroBitCount
      } ?? false
    }
    let chosen = fitting.first { members[$0]?.gpus == gpus } ?? fitting.first
    recalls[index].replicas -= 1
    recalls.removeAll { $0.replicas <= 0 }
    guard let chosen else { return serve(node, into: &actions) }
    members[chosen]?.gpus = gpus
    members[chosen]?.phase = .loading
    actions.append(.load(chosen, gpus: gpus))
  }

  /// Says which GPUs of a node serving has.
  private func serve(_ node: NodeID, into actions: inout Actions<SharingAction>) {
    let gpus = members.values.reduce(0 as UInt64) { mask, member in
      member.spec.node == node && member.phase != .parked ? mask | member.gpus : mask
    }
    actions.append(.serve(node, gpus: gpus))
  }

  mutating func nextReclaim() -> ReclaimID {
    defer { reclaimCount += 1 }
    return reclaimCount
  }
}

extension ReplicaSpec {
  var place: FleetUse.Place { .init(model: model, region: region) }
}

/// The highest of figures over a time.
struct PeakWindow: Sendable {
  private var peaks: [(at: Instant, value: Double)] = []

  /// Takes in a figure, and gives the highest of those not older than `length`.
  mutating func record(_ value: Double, over length: Duration, at now: Instant) -> Double {
    let old = peaks.prefix { $0.at.duration(to: now) > length }.count
    peaks.removeFirst(old)
    while let last = peaks.last, last.value <= value { peaks.removeLast() }
    peaks.append((now, value))
    return peaks[0].value
  }
}

/// A figure that jumps with each request, as an exponential mean over a quarter of a minute.
struct SmoothedUse: Sendable {
  private var value: Double?
  private var at = Instant.zero
  private static let seconds = 15.0

  mutating func record(_ latest: Double, at now: Instant) -> Double {
    let passed = max(0, at.seconds(to: now))
    at = now
    guard let old = value else {
      value = latest
      return latest
    }
    let mean = old + (latest - old) * passed / (passed + Self.seconds)
    value = mean
    return mean
  }
}
