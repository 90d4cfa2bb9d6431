public import Basics

/// A way to choose among the replicas that can take a turn: ready, not excluded, not full.
public protocol Policy: Sendable {
  /// What it is called in settings and requests.
  var name: String { get }

  /// Whether a turn rather waits than goes to a replica that has no room for it at the moment.
  var waitsForHeadroom: Bool { get }

  /// Whether blocks count as held that a replica was sent to compute; see ``InFlightPrefixes``.
  var countsInFlightPrefixes: Bool { get }

  /// Whether hot prefixes are computed on more replicas before they are missed there; see
  /// ``PrefixReplicator``.
  var copiesPrefixes: Bool { get }

  /// The index of its choice in `candidates`, which are in the order of their slots and at least
  /// one; must not allocate.
  mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: FleetView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int
}

extension Policy {
  /// It sends turns at once, and they wait in engines.
  public var waitsForHeadroom: Bool { false }

  /// Only what replicas reported counts.
  public var countsInFlightPrefixes: Bool { false }

  /// Replicas compute what turns that are sent there lack.
  public var copiesPrefixes: Bool { false }
}

/// Every policy.
public enum Policies {
  /// Hearth's own and the simple ones, the default first.
  public static var own: [any Policy] {
    [WarmPolicy(), NearestPolicy(), LeastLoadedPolicy(), RoundRobinPolicy(), SessionHashPolicy()]
  }

  /// Those of other routers, from what they published, to compare with.
  public static var published: [any Policy] {
    [
      DynamoPolicy(), DynamoLMetricPolicy(), LLMDPolicy(), SMGCacheAwarePolicy(),
      SMGLeastLoadPolicy(), GORGOPolicy(), PreblePolicy(), SkyWalkerPolicy(), PowerOfTwoPolicy(),
    ]
  }

  /// One of each, the default first.
  public static var all: [any Policy] { own + published }
}

/// A policy that chooses the least of one figure.
protocol FigurePolicy: Policy {
  /// What the choice is the least of.
  func figure(
    of candidate: Candidate,
    _ state: ReplicaState,
    for request: RoutingRequest,
    view: FleetView,
    costs: CostModel
  ) -> Double
}

extension FigurePolicy {
  /// The least figure; ties at random.
  public mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: FleetView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    var least = Least<Double>()
    for index in candidates.indices {
      guard let state = view.state(candidates[index].slot) else { continue }
      let figure = figure(of: candidates[index], state, for: request, view: view, costs: costs)
      least.offer(index, figure, random: &random)
    }
    return least.index
  }
}

/// Keeps the least of what it is shown; of equals one at random, each with the same chance.
struct Least<Key: Comparable> {
  private(set) var index = 0
  private(set) var key: Key?
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
