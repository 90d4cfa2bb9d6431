public import Basics

/// A way to choose among the replicas that can take a turn: ready, not excluded, not full.
public protocol Policy: Sendable {
  /// What it is called in settings and requests.
  var name: String { get }

  /// Whether it takes the cheapest replica, by ``CostModel``.
  var goesByCost: Bool { get }

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
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int
}

extension Policy {
  /// It goes by something else.
  public var goesByCost: Bool { false }

  /// It sends turns at once, and they wait in engines.
  public var waitsForHeadroom: Bool { false }

  /// Only what replicas reported counts.
  public var countsInFlightPrefixes: Bool { false }

  /// Replicas compute what turns that are sent there lack.
  public var copiesPrefixes: Bool { false }
}

/// The policies that belong to Hearth.
public enum Policies {
  /// Hearth's own and the simple ones, the default first.
  public static var own: [any Policy] {
    [WarmPolicy(), NearestPolicy(), LeastLoadedPolicy(), RoundRobinPolicy(), SessionHashPolicy()]
  }
}
