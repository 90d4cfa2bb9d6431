public import Basics
public import HearthMessages

/// What becomes of nodes that take jobs, for whoever runs these.
public enum NodeChange: Sendable, Equatable {
  /// A node tells of its workers: of all changes since it told of them last, or, as after a break,
  /// from the beginning.
  case reported(HearthV1.NodeHello, HearthV1.NodeJobs, isWhole: Bool)
  /// Nodes may have been told, by the agent of their region, that they are counted on.
  case heard(region: String)
  /// A node takes new work, or takes none, or is silent.
  case changed(node: String, HearthV1.Availability)
  /// An operator wants a node empty by then. One that stops by itself comes back to what runs.
  case drains(node: String, by: Instant)
  /// A replica takes turns again that did not.
  case replicaReady(String)
  /// A node was given up.
  case lost(node: String)
}
