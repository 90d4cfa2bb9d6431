import Basics
import Dispatching
import KVIndex

/// Makes and reads the tokens with which turns that were told to come back keep their place.
///
/// A token is when its turn was first asked for, in milliseconds, and a keyed digest of its tenant
/// and model: so nothing is kept of it, nobody makes one up, and none of before a restart is known.
struct RetryTokens: Sendable {
  /// How long after a turn was first asked for its token is good.
  static let lifetime = Duration.seconds(600)

  private let key: ReservationKey

  init(secret: UInt64) { key = ReservationKey(secret: secret, for: "retries") }

  /// The token of a turn that was asked for at `arrival`, or first asked for before.
  func token(of turn: Turn, arrival: Instant) -> UInt64 {
    let first = Self.milliseconds(turn.firstArrival ?? arrival)
    return key.reservation(UInt32(truncatingIfNeeded: first), for: digest(of: turn))
  }

  /// When a turn was first asked for by the token that it brings; nil where that isn't good.
  func firstArrival(of token: UInt64, _ turn: Turn, at now: Instant) -> Instant? {
    guard token != 0 else { return nil }
    let (number, digest) = key.parts(of: token)
    let now = Self.milliseconds(now)
    // The clock's milliseconds pass 32 bits after 49 days.
    let age = Int64(UInt32(truncatingIfNeeded: now) &- number)
    guard digest == self.digest(of: turn), age * 1_000_000 <= Self.lifetime.nanoseconds else {
      return nil
    }
    return Instant(nanoseconds: (now - age) * 1_000_000)
  }

  private func digest(of turn: Turn) -> UInt32 {
    key.digest(tenant: turn.tenant?.text ?? "", model: turn.model?.text ?? "")
  }

  private static func milliseconds(_ instant: Instant) -> Int64 { instant.nanoseconds / 1_000_000 }
}
