import Basics

/// How long a channel waits between attempts to connect.
///
/// Source: https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md
public struct Backoff: Sendable, Hashable {
  /// The pause after the first failure.
  public var initial: Duration
  /// How much longer each pause is than the one before.
  public var multiplier: Double
  /// By how much a pause is spread, either way, as a share of it.
  public var jitter: Double
  /// The longest pause before it is spread.
  public var max: Duration
  /// The shortest time that an attempt is given.
  public var connectTimeout: Duration

  /// Makes settings; the defaults are gRPC's.
  public init(
    initial: Duration = .seconds(1),
    multiplier: Double = 1.6,
    jitter: Double = 0.2,
    max: Duration = .seconds(120),
    connectTimeout: Duration = .seconds(20)
  ) {
    self.initial = initial
    self.multiplier = multiplier
    self.jitter = jitter
    self.max = max
    self.connectTimeout = connectTimeout
  }
}

/// A channel's connectivity, as gRPC names it, as a value.
struct ChannelMachine: Sendable {
  enum State: Sendable, Equatable {
    /// Not connected, and nobody wants it to be.
    case idle
    case connecting(since: Instant)
    case ready
    /// The last attempt failed for this reason; the next may come at the instant.
    case backingOff(until: Instant, reason: String)
    case shutDown
  }

  private(set) var state = State.idle
  private let backoff: Backoff
  private var pause: Duration
  private var random: PRNG

  init(backoff: Backoff, seed: UInt64) {
    self.backoff = backoff
    pause = backoff.initial
    random = PRNG(seed: seed, stream: "backoff")
  }

  /// When the attempt that is being made is to be given up: as gRPC specifies, not before the pause
  /// that would follow it is over.
  var attemptEnd: Instant? {
    guard case .connecting(let since) = state else { return nil }
    return since.advanced(by: Swift.max(backoff.connectTimeout, pause))
  }

  /// Somebody wants to call; true when an attempt to connect is to be made now.
  mutating func wanted(at now: Instant) -> Bool {
    switch state {
    case .idle: break
    case .backingOff(let until, _) where until <= now: break
    default: return false
    }
    state = .connecting(since: now)
    return true
  }

  /// The attempt succeeded: the next failure waits for the shortest pause again.
  mutating func connected() {
    guard case .connecting = state else { return }
    state = .ready
    pause = backoff.initial
  }

  /// The attempt failed.
  ///
  /// The pause counts from its beginning, as gRPC specifies.
  mutating func failed(_ reason: String, at now: Instant) {
    guard case .connecting(let since) = state else { return }
    let spread = random.nextSpread(backoff.jitter)
    let until = since.advanced(by: Duration(inSeconds: pause.inSeconds * spread))
    state = .backingOff(until: Swift.max(now, until), reason: reason)
    pause = min(backoff.max, Duration(inSeconds: pause.inSeconds * backoff.multiplier))
  }

  /// The connection was lost, or drained by the peer: connect again when somebody calls.
  mutating func disconnected() {
    if state == .ready { state = .idle }
  }

  mutating func shutDown() { state = .shutDown }
}
