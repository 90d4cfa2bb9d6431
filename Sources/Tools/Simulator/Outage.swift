public import Basics

/// A part of the fleet that is lost, with all that it has in memory, and may come back empty.
public struct Outage: Sendable, Hashable {
  /// What is lost.
  public enum Scope: Sendable, Hashable {
    /// Every node of a region.
    case region(RegionID)
    /// One node.
    case node(NodeID)
  }

  /// What is lost.
  public var scope: Scope
  /// When, since the start.
  public var start: Duration
  /// For how long; nil for good.
  public var length: Duration?

  /// Makes an outage.
  public init(_ scope: Scope, at start: Duration, for length: Duration? = nil) {
    self.scope = scope
    self.start = start
    self.length = length
  }

  /// Reads an outage as people write it: `eu-west at 300s` or `eu-west-1 at 5m for 2m`; nil when it
  /// is written otherwise, or when no region and no node has the name.
  public init?(text: String, regions: [RegionID], nodes: [NodeID]) {
    let words = text.split(separator: " ")
    guard words.count == 3 || words.count == 5, words[1] == "at",
      let start = Duration(text: String(words[2]))
    else { return nil }
    var length: Duration?
    if words.count == 5 {
      length = Duration(text: String(words[4]))
      guard words[3] == "for", length != nil else { return nil }
    }
    if let region = regions.first(where: { $0.text == words[0] }) {
      self.init(.region(region), at: start, for: length)
    } else if let node = nodes.first(where: { $0.text == words[0] }) {
      self.init(.node(node), at: start, for: length)
    } else {
      return nil
    }
  }
}
