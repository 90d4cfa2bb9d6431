public import Basics
public import Logging

/// Says when a fault of a connection is worth a line: the first of its kind at once, those that
/// follow together, so that a flood of them does not become one of lines.
public struct FaultLog {
  private static let interval = Duration.seconds(10)

  private var next: [ConnectionFault: Instant] = [:]
  private var counts: [ConnectionFault: Int] = [:]

  /// Makes a log that has seen nothing.
  public init() {}

  /// Takes a fault in; how many there were since the last line, when one is due.
  public mutating func note(_ fault: ConnectionFault, at now: Instant) -> Int? {
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

extension Logger {
  /// Says why a connection was given up, or not taken; `times` it happened since the last line.
  public func log(_ fault: ConnectionFault, of peer: String, _ why: String, times: Int) {
    var metadata: Metadata = ["fault": "\(fault)", "why": "\(why)"]
    if !peer.isEmpty { metadata["peer"] = "\(peer)" }
    if times > 1 { metadata["times"] = "\(times)" }
    log(
      level: fault.level,
      fault == .full ? "no room" : "connection closed",
      metadata: metadata
    )
  }
}
