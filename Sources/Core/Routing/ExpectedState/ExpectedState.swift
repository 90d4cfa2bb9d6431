import Basics
import FleetSpec

/// What every replica is expected to be at one moment, calculated once for all decisions of that
/// moment.
///
/// ``RoutingView`` tells of changes and brings it up to date; what did not change since the moment
/// before, and is not expected to, is not calculated again.
struct ExpectedState: Sendable {
  /// What of a replica says whether it takes turns.
  private struct Eligibility: Sendable, Equatable {
    /// Its model; -1 for a free slot.
    var model: Int16 = -1
    var isReady = false
    var isFull = false
    var promptTokensMax = 0
    var blockTokens = 0
  }

  /// What is left of each slot's reported load; nil where that is still true.
  private(set) var loads: [ReplicaLoad?] = []
  private(set) var lowerBounds = CostLowerBounds()
  /// By model.
  private(set) var candidateLists: [CandidateList] = []
  private var candidateListsAreOld = false
  /// Distances, or where replicas are, changed.
  private(set) var isMoved = false
  private var eligibilities: [Eligibility] = []
  /// The last nanosecond at which a slot is what it was calculated to be; the least when it
  /// changed.
  private var ends: [Int64] = []
  private var changed: [Int32] = []
  private var moment = Instant(nanoseconds: .min)

  /// Whether it tells what is expected at `now`.
  @inline(__always)
  func isCurrent(at now: Instant) -> Bool { moment == now && changed.isEmpty && !isMoved }

  /// What is known of the replica in a slot changed.
  mutating func touch(_ slot: Int32) {
    while ends.count <= Int(slot) {
      loads.append(nil)
      eligibilities.append(Eligibility())
      ends.append(.max)
    }
    guard ends[Int(slot)] != .min else { return }
    ends[Int(slot)] = .min
    changed.append(slot)
  }

  /// Distances changed, or where replicas are.
  mutating func move() { isMoved = true }

  /// Takes in how far regions are from each other, and in which of them the replica of each slot
  /// is.
  mutating func measure(_ topology: RegionTopology, regionCount: Int, places: [Int16]) {
    lowerBounds.measure(topology, regionCount: regionCount, places: places)
    isMoved = false
  }

  /// Hands out the slots of which something else may be expected at `now` than was last: of each of
  /// them one of the two that follow is to be told then, and ``rebuildCandidateLists()`` after all.
  mutating func takeOutdated(at now: Instant, for costs: CostModel, into slots: inout [Int32]) {
    slots.removeAll(keepingCapacity: true)
    if lowerBounds.costs != costs {
      lowerBounds = CostLowerBounds(costs: costs)
      isMoved = true
      slots.append(contentsOf: 0..<Int32(ends.count))
    } else if moment == now {
      swap(&slots, &changed)
    } else {
      for slot in ends.indices where ends[slot] < now.nanoseconds { slots.append(Int32(slot)) }
    }
    moment = now
    changed.removeAll(keepingCapacity: true)
  }

  /// Takes in what a replica is expected to be until some instant, `fleetEnd` in the fleet's time,
  /// if nothing is heard of it; its load is `likely` where that is not what it reported.
  mutating func set(
    _ slot: Int32,
    _ state: ReplicaState,
    likely: ReplicaLoad?,
    until end: Instant,
    fleetEnd: Instant
  ) {
    loads[Int(slot)] = likely
    ends[Int(slot)] = end.nanoseconds
    lowerBounds.set(slot, state, until: fleetEnd)
    let eligibility = Eligibility(
      model: state.model,
      isReady: state.readiness == .ready,
      isFull: state.isFull,
      promptTokensMax: state.promptTokensMax,
      blockTokens: state.blockTokens
    )
    set(slot, eligibility)
  }

  /// Takes in that a slot is free.
  mutating func clear(_ slot: Int32) {
    loads[Int(slot)] = nil
    ends[Int(slot)] = .max
    set(slot, Eligibility())
  }

  private mutating func set(_ slot: Int32, _ eligibility: Eligibility) {
    guard eligibilities[Int(slot)] != eligibility else { return }
    eligibilities[Int(slot)] = eligibility
    candidateListsAreOld = true
  }

  /// Builds the candidate lists again if they may differ.
  mutating func rebuildCandidateLists() {
    guard candidateListsAreOld else { return }
    candidateListsAreOld = false
    for model in candidateLists.indices { candidateLists[model].removeAll() }
    for (slot, eligibility) in eligibilities.enumerated() where eligibility.model >= 0 {
      while candidateLists.count <= Int(eligibility.model) {
        candidateLists.append(CandidateList())
      }
      candidateLists[Int(eligibility.model)].add(
        Int32(slot),
        isReady: eligibility.isReady,
        isFull: eligibility.isFull,
        promptTokensMax: eligibility.promptTokensMax,
        blockTokens: eligibility.blockTokens
      )
    }
  }
}
