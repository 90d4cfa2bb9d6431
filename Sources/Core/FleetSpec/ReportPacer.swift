public import Basics

/// When a node reports next: at once what decisions can't do without, the rest now and then.
///
/// Whoever decides expects how a load goes on by itself, so being told of that seldom costs
/// nothing. What is urgent takes with it what waits.
public struct ReportPacer: Sendable {
  /// How urgent what there is to report is.
  public enum Urgency: Int, Sendable, Comparable {
    /// Prompts and answers went on, blocks came and went.
    case foreseen
    /// Turns came or ended, a prompt is computed, health or availability changed.
    case urgent

    /// Whether the one is less urgent than the other.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// Least time between two reports, by what is most urgent in the later.
  public struct Intervals: Sendable, Hashable {
    /// 10 ms, of wall time.
    public let urgent = Duration.milliseconds(10)
    /// 250 ms, of the fleet's time.
    public let foreseen: Duration

    /// Makes the intervals of a fleet whose time runs `timeScale` times as fast as the wall's.
    public init(timeScale: Double = 1) { foreseen = max(urgent, .milliseconds(250) / timeScale) }
  }

  private let intervals: Intervals
  private var urgency: Urgency?
  /// When there was something so urgent first.
  private var since = Instant.zero
  private var reported = Instant.zero

  /// Nothing is to be reported yet.
  public init(_ intervals: Intervals = .init()) { self.intervals = intervals }

  /// How urgent a load is where `decoding` sequences decoded by the last report: more of them mean
  /// that a prompt is computed.
  @inline(__always)
  public static func urgency(of load: ReplicaLoad, decoding: Int) -> Urgency {
    load.decoding > decoding ? .urgent : .foreseen
  }

  /// When what there is to report is due; nil when there is nothing.
  public var due: Instant? {
    guard let urgency else { return nil }
    return max(since, earliest(urgency))
  }

  /// When what is so urgent may be reported at the earliest.
  public func earliest(_ urgency: Urgency) -> Instant {
    reported.advanced(by: urgency == .urgent ? intervals.urgent : intervals.foreseen)
  }

  /// There is something so urgent to report.
  public mutating func note(_ urgency: Urgency, at now: Instant) {
    if let before = self.urgency, before >= urgency { return }
    (self.urgency, since) = (urgency, now)
  }

  /// All of it is reported.
  public mutating func report(at now: Instant) { (urgency, reported) = (nil, now) }
}
