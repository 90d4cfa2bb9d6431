import Basics

/// How many frames of each kind a peer may send in a second beyond what its calls need.
///
/// nghttp2 takes these frames without end, and each costs us work or memory. A peer that sends more
/// loses its connection.
public struct FrameLimits: Hashable, Sendable {
  /// PING frames.
  public var pings = 100
  /// Answers to PING frames.
  public var pingAnswers = 100
  /// Frames of kinds that HTTP/2 does not have.
  public var unknown = 100
  /// SETTINGS frames.
  public var settings = 20
  /// DATA frames that are empty and do not end their stream.
  public var emptyData = 100
  /// DATA frames that bring little, end neither a message nor their stream.
  public var fragments = 1_000
  /// WINDOW_UPDATE frames beyond two for each DATA frame that we sent and four for each stream.
  public var windowUpdates = 1_000
  /// PRIORITY frames.
  public var priorities = 200
  /// RST_STREAM frames: calls that were given up.
  public var resets = 1_000
  /// Header blocks that open no stream, and frames that nghttp2 refuses without ending the
  /// connection.
  public var refused = 1_000
  /// RST_STREAM frames that the peer makes us send.
  public var ownResets = 1_000
  /// Bytes of header blocks, decompressed, beyond a kilobyte of each.
  public var headerBytes = 4 << 20

  /// Makes limits with the defaults.
  public init() {}
}

/// Counts what a peer sends against ``FrameLimits``, a second at a time.
struct FrameLimiter {
  enum Kind: Int, CaseIterable {
    case pings, pingAnswers, unknown, settings, emptyData, fragments, windowUpdates, priorities
    case resets, refused, ownResets, headerBytes
  }

  private let limits: [Int]
  private var counts = InlineArray<12, Int>(repeating: 0)
  private var second = Instant.zero
  /// WINDOW_UPDATE frames that our own DATA frames and the peer's streams have earned.
  private var earned = 0

  init(_ limits: FrameLimits) {
    self.limits = [
      limits.pings, limits.pingAnswers, limits.unknown, limits.settings, limits.emptyData,
      limits.fragments, limits.windowUpdates, limits.priorities, limits.resets, limits.refused,
      limits.ownResets, limits.headerBytes,
    ]
  }

  /// Starts a new second when the last is over.
  mutating func advance(to now: Instant) {
    guard second.duration(to: now) >= .seconds(1) else { return }
    second = now
    counts = InlineArray(repeating: 0)
  }

  /// Whether one more frame of a kind, or `count` of what is counted, is within the limit.
  mutating func takes(_ kind: Kind, _ count: Int = 1) -> Bool {
    if kind == .windowUpdates, earned > 0 {
      earned -= 1
      return true
    }
    counts[kind.rawValue] += count
    return counts[kind.rawValue] <= limits[kind.rawValue]
  }

  /// Allows the peer `count` more WINDOW_UPDATE frames, for what it has to take in.
  mutating func earn(_ count: Int) {
    earned = min(earned + count, 1 << 16)
  }
}
