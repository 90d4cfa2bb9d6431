public import Basics

/// One replica that a turn could run on.
public struct Candidate: Sendable, Hashable {
  /// The replica.
  public let slot: Int32
  /// Tokens of the prompt that need not be computed there.
  public let cachedTokens: Int
}

/// A way to choose among the replicas that can take a turn: ready, not excluded, not full.
public protocol Policy: Sendable {
  /// What it is called in settings and requests.
  var name: String { get }

  /// The index of its choice in `candidates`, which are in the order of their slots and at least
  /// one; must not allocate.
  mutating func choose(
    _ request: RoutingRequest,
    among candidates: [Candidate],
    view: FleetView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int
}

/// Every policy.
public enum Policies {
  /// One of each, the default first.
  public static var all: [any Policy] {
    [WarmPolicy(), NearestPolicy(), LeastLoadedPolicy(), RoundRobinPolicy(), SessionHashPolicy()]
  }
}

/// Keeps the least of what it is shown; of equals one at random, each with the same chance.
struct Least<Key: Comparable> {
  private(set) var index = 0
  private var key: Key?
  private var ties: UInt64 = 1

  mutating func offer(_ index: Int, _ key: Key, random: inout PRNG) {
    if let best = self.key, best <= key {
      guard best == key else { return }
      ties += 1
      guard random.next() % ties == 0 else { return }
    } else {
      ties = 1
    }
    (self.index, self.key) = (index, key)
  }
}
