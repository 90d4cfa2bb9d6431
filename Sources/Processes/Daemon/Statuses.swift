public import Coordination
public import Logging
public import Settings
public import Wire

extension Rejection {
  /// The rejection as the status that a call ends with.
  public var status: GRPCStatus {
    GRPCStatus(GRPCStatus.Code(rawValue: UInt8(code.rawValue)) ?? .unknown, message)
  }
}

extension Logger {
  /// Logs what a machine noted.
  public func log(_ note: Note) {
    let level: Level =
      switch note.level {
      case .debug: .debug
      case .notice: .notice
      case .warning: .warning
      }
    log(level: level, "\(note.message)", metadata: note.metadata.mapValues { .string($0) })
  }
}

extension FailureDetector.Settings {
  /// How peers that attach are judged.
  public init(_ times: FailureTimes) {
    self.init(
      heartbeatInterval: times.heartbeat,
      suspectAfter: times.suspectAfter,
      lostAfter: times.lostAfter
    )
  }
}
