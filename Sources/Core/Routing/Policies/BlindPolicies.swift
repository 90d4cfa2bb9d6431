public import Basics

/// Chooses one replica after another, in the order of their slots.
public struct RoundRobinPolicy: Policy {
  private var last: Int32 = -1

  /// What it is called.
  public var name: String { "round-robin" }

  /// Makes the policy.
  public init() {}

  /// The first after the one chosen last, or else the first.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    let index = candidates.firstIndex { $0.slot > last } ?? 0
    last = candidates[index].slot
    return index
  }
}

/// Chooses by a hash of the conversation's name, so that all its turns meet on one replica; when a
/// replica goes, only its own conversations move (rendezvous hashing, Thaler and Ravishankar,
/// 1998).
///
/// Turns without a conversation go anywhere.
public struct SessionHashPolicy: Policy {
  /// What it is called.
  public var name: String { "session-hash" }

  /// Makes the policy.
  public init() {}

  /// The greatest hash of conversation and replica.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    guard request.session != 0 else { return Int(random.next() % UInt64(candidates.count)) }
    var least = Least<UInt64>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      let weight = PRNG.mix(PRNG.mix(request.session) ^ state.key)
      least.offer(index, ~weight, random: &random)
    }
    return least.index
  }
}
