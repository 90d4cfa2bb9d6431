import Basics

/// Until when a client that speaks HTTP/1.1 must have done what it owes: TLS, a head, the rest of a
/// body, another request, to take what waits for it; and when it is to be found out whether it is
/// there at all.
struct HTTP1Watch {
  /// What the client is to do next.
  enum Owed { case nothing, handshake, request, head, body }

  /// What is to be done about what was not done in time.
  enum Overdue {
    /// It takes nothing of what waits for it.
    case stalled
    /// It has not sent what it owes.
    case owing
    /// It should be asked whether it is there.
    case unheard
    /// It had time to read the answer that was its last.
    case lingered
  }

  private let settings: HTTPServer.Settings
  /// When the present wait began.
  private(set) var waitsSince: Instant
  private var lingersSince: Instant?
  /// What the kernel had taken of what waits, and since when that is so; nil while nothing waits.
  private var (takenBytes, takenAt): (Int, Instant?) = (0, nil)
  private var probeDue = Instant.distantFuture

  private static let lingerTime = Duration.seconds(2)
  private static let probeInterval = Duration.seconds(1)

  init(_ settings: HTTPServer.Settings, at now: Instant) {
    (self.settings, waitsSince) = (settings, now)
  }

  /// A wait for the client begins, or something came of what it owes.
  mutating func waits(from now: Instant) { waitsSince = now }

  /// The client has had its last answer.
  mutating func lingers(from now: Instant) { lingersSince = now }

  /// The client sends no more: from some time on it is asked whether it is there.
  mutating func endedSending(at now: Instant) {
    probeDue = now.advanced(by: settings.halfCloseTime)
  }

  /// The client was asked whether it is there; it may be asked again where `again` says so.
  mutating func probed(again: Bool, at now: Instant) {
    probeDue = again ? now.advanced(by: Self.probeInterval) : .distantFuture
  }

  /// When ``overdue(_:queued:taken:at:)`` is to be asked.
  mutating func due(_ owed: Owed, queued: Int, taken: Int, at now: Instant) -> Instant {
    if queued == 0 {
      takenAt = nil
    } else if takenAt == nil || takenBytes != taken {
      (takenBytes, takenAt) = (taken, now)
    }
    let stalls = takenAt?.advanced(by: settings.stallTimeout) ?? .distantFuture
    guard let lingersSince else { return min(stalls, probeDue, waitEnd(owed)) }
    return queued == 0 ? lingersSince.advanced(by: Self.lingerTime) : stalls
  }

  /// What took too long; nil when nothing did.
  func overdue(_ owed: Owed, queued: Int, taken: Int, at now: Instant) -> Overdue? {
    if let takenAt, queued > 0, taken == takenBytes,
      now >= takenAt.advanced(by: settings.stallTimeout)
    {
      return .stalled
    }
    if let lingersSince {
      let isOver = queued == 0 && now >= lingersSince.advanced(by: Self.lingerTime)
      return isOver ? .lingered : nil
    }
    if now >= waitEnd(owed) { return .owing }
    return now >= probeDue ? .unheard : nil
  }

  private func waitEnd(_ owed: Owed) -> Instant {
    switch owed {
    case .nothing: .distantFuture
    case .handshake, .head: waitsSince.advanced(by: settings.headTimeout)
    case .request: waitsSince.advanced(by: settings.idleTimeout)
    case .body: waitsSince.advanced(by: settings.bodyTimeout)
    }
  }
}
