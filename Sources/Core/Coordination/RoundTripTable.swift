import Basics
import HearthMessages

/// Round-trip times to other regions: of the last measurements the least.
///
/// What a ping takes beyond the distance it waits in queues of processes and of their machines,
/// which the cost model counts by itself; the least of a few is hardly more than the distance, and
/// one that grew is known after as many pings (as BBR finds its round trip: draft-ietf-ccwg-bbr).
struct RoundTripTable: Sendable {
  private static let measurementsKept = 8

  private var recent: [String: [Duration]] = [:]
  private var reported: [String: Duration] = [:]

  /// A ping to a region was answered after `time`.
  mutating func measured(_ region: String, _ time: Duration) {
    recent[region, default: []].append(time)
    if recent[region, default: []].count > Self.measurementsKept { recent[region]?.removeFirst() }
  }

  /// Forgets all but these regions.
  mutating func keep(_ regions: [String]) {
    recent = recent.filter { regions.contains($0.key) }
    reported = reported.filter { regions.contains($0.key) }
  }

  /// All figures count as changed again.
  mutating func repeatAll() { reported.removeAll() }

  /// Takes out the figures that moved by a twentieth or more since they were last reported.
  mutating func takeChanges() -> [HearthV1.RoundTrip] {
    var changes: [HearthV1.RoundTrip] = []
    for (region, times) in recent.sorted(by: { $0.key < $1.key }) {
      guard let time = times.min() else { continue }
      if let before = reported[region], abs((time - before).inSeconds) < before.inSeconds / 20 {
        continue
      }
      reported[region] = time
      changes.append(.init(region: region, roundTripNs: time.nanoseconds))
    }
    return changes
  }
}
