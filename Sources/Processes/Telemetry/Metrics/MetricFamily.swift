/// A metric as it is declared: its name, what it counts and what tells its series apart.
public struct MetricFamily: Sendable, Hashable {
  /// How values change.
  public enum Kind: String, Sendable {
    /// Only grows, but for a restart of the process.
    case counter
    /// Goes up and down.
    case gauge
    /// How often values fell between fixed bounds.
    case histogram
  }

  /// Such as `hearth_placements_total`; the unit comes last, or before `_total` of a counter.
  public let name: String
  /// How values change.
  public let kind: Kind
  /// What it says, in a sentence.
  public let help: String
  /// The names of its labels, in the order in which their values are given.
  public let labels: [String]

  init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
    (self.name, self.kind, self.labels, self.help) = (name, kind, labels, help)
  }
}
