import Basics
import Logging

/// Says when a fault of a connection is worth a line: the first of its kind at once, those that
/// follow together, so that a flood of them does not become one of lines.
struct FaultLog {
  private static let interval = Duration.seconds(10)

  private var next: [ConnectionFault: Instant] = [:]
  private var counts: [ConnectionFault: Int] = [:]

  /// Takes a fault in; how many there were since the last line, when one is due.
  mutating func note(_ fault: ConnectionFault, at now: Instant) -> Int? {
    counts[fault, default: 0] += 1
    if let next = next[fault], now < next { return nil }
    next[fault] = now.advanced(by: Self.interval)
    return counts.removeValue(forKey: fault)
  }
}

extension ConnectionFault {
  /// How much an operator should care.
  var level: Logger.Level {
    switch self {
    case .idle, .malformed, .silent: .info
    case .displaced, .flooded, .full, .handshake, .memory, .refused, .slow, .stalled: .warning
    }
  }
}
