import Basics
import Fleet

/// What every replica is expected to be at one moment, calculated once for all decisions of that
/// moment.
///
/// ``FleetView`` tells of changes and brings it up to date; what did not change since the moment
/// before, and is not expected to, is not calculated again.
struct FleetOutlook: Sendable {
  /// What of a replica says whether it takes a turn.
  struct Gate: Sendable {
    /// Its model; -1 for a free slot.
    var model: Int16 = -1
    /// Longest prompt that it takes; none when it is not ready, or full.
    var promptTokensMax = 0

    /// Longest prompt that the replica takes if it takes this one, as far as the caller excludes
    /// none; nil when it has to be looked at.
    @inline(__always)
    func promptTokensMax(for request: RoutingRequest) -> Int? {
      let isOpen = model == request.model && promptTokensMax >= request.promptTokens
      return isOpen ? promptTokensMax : nil
    }
  }

  /// By slot.
  private(set) var states: [ReplicaState?] = []
  private(set) var gates: [Gate] = []
  private(set) var floors = CostFloors()
  /// The last nanosecond at which a slot is what it was calculated to be; the least when it changed.
  private var ends: [Int64] = []
  private var changed: [Int32] = []
  private var moment = Instant(nanoseconds: .min)

  /// Whether it tells what is expected at `now`.
  @inline(__always)
  func isCurrent(at now: Instant) -> Bool { moment == now && changed.isEmpty }

  /// What is known of the replica in a slot changed.
  mutating func touch(_ slot: Int32) {
    while ends.count <= Int(slot) {
      states.append(nil)
      gates.append(Gate())
      ends.append(.max)
    }
    guard ends[Int(slot)] != .min else { return }
    ends[Int(slot)] = .min
    changed.append(slot)
  }

  /// Hands out the slots where something else may be expected at `now` than was last: of each
  /// ``set(_:_:until:)`` is to be told then.
  mutating func takeOutdated(at now: Instant, for costs: CostModel, into slots: inout [Int32]) {
    slots.removeAll(keepingCapacity: true)
    if floors.costs != costs {
      floors = CostFloors(costs: costs)
      slots.append(contentsOf: 0..<Int32(ends.count))
    } else if moment == now {
      swap(&slots, &changed)
    } else {
      for slot in ends.indices where ends[slot] < now.nanoseconds { slots.append(Int32(slot)) }
    }
    moment = now
    changed.removeAll(keepingCapacity: true)
  }

  /// Takes in what a replica is expected to be until some nanosecond, if nothing is heard of it.
  mutating func set(_ slot: Int32, _ state: ReplicaState?, until end: Int64) {
    states[Int(slot)] = state
    ends[Int(slot)] = end
    guard let state else { return gates[Int(slot)] = Gate() }
    floors.set(slot, state)
    let isOpen = state.readiness == .ready && !state.isFull
    gates[Int(slot)] = Gate(
      model: state.model,
      promptTokensMax: isOpen ? state.promptTokensMax : 0
    )
  }
}
