/// Something that a person who runs the fleet may want to read: a log line as a value.
public struct Note: Sendable, Hashable {
  /// Who must act on it.
  public enum Level: Sendable, Hashable {
    /// Nobody; for those who look closely.
    case debug
    /// Nobody; normal but significant.
    case notice
    /// Somebody should look.
    case warning
  }

  /// Who must act on it.
  public let level: Level
  /// What happened, in constant words.
  public let message: String
  /// What it happened to, under dotted keys.
  public let metadata: [String: String]

  /// Makes a note.
  public init(_ level: Level, _ message: String, _ metadata: [String: String] = [:]) {
    self.level = level
    self.message = message
    self.metadata = metadata
  }
}
