import Admission
import Basics
import Capacity
import Dispatching
import EngineModel
import FleetSpec
import KVIndex
import RivalPolicies
import Routing
import Traces

/// What no router can do, to measure policies against: named like a policy where a simulation is
/// set up, and nowhere else, since a real fleet has neither.
public enum Bound: String, Sendable, CaseIterable {
  /// An endless cache that all replicas share: every prompt block that any replica has computed is
  /// found by every replica from the end of that step on, at no cost.
  ///
  /// A prompt still takes its blocks where it runs, so that a replica holds as many sequences as
  /// ever. Routing is warm's, which knows what is shared without delay, and of load what is
  /// reported. It bounds cache reuse; it is no bound of latency, since warm is not perfect.
  case infiniteCache = "infinite-cache"
  /// Perfect residency and prediction for the myopic choice: the true state of each replica, turns
  /// on their way to it included, is copied and run forward with this turn, by the true lengths of
  /// the answers; the replica with the soonest first token at the client takes it.
  ///
  /// It does not look ahead: what a choice costs others, or later turns, is not weighed, so that a
  /// policy which does may beat it. It takes as long as running the fleet for each turn until its
  /// first token.
  case oracle

  /// The policy that chooses among what the bound leaves.
  var policy: any Policy { BoundPolicy() }
}

/// Chooses as `warm` does, of what replicas reported alone, and sends turns at once.
private struct BoundPolicy: Policy {
  private var warm = WarmPolicy()

  var name: String { warm.name }

  mutating func choose(
    _ request: RoutingRequest,
    among candidates: Candidates,
    view: RoutingView,
    costs: CostModel,
    random: inout PRNG
  ) -> Int {
    warm.choose(request, among: candidates, view: view, costs: costs, random: &random)
  }
}
