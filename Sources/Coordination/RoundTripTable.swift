import Basics
import HearthMessages

/// Smoothed round-trip times to other regions.
///
/// Each measurement moves the figure by an eighth of the difference, as TCP smooths its round trip
/// (RFC 6298, alpha = 1/8); the first is taken as it is.
struct RoundTripTable: Sendable {
  private var times: [String: Duration] = [:]
  private var told: [String: Duration] = [:]

  /// A ping to a region was answered after `time`.
  mutating func measured(_ region: String, _ time: Duration) {
    guard let before = times[region] else {
      times[region] = time
      return
    }
    times[region] = before + (time - before) / 8
  }

  /// Forgets all but these regions.
  mutating func keep(_ regions: [String]) {
    times = times.filter { regions.contains($0.key) }
    told = told.filter { regions.contains($0.key) }
  }

  /// All figures count as news again.
  mutating func repeatAll() { told.removeAll() }

  /// Takes out the figures that moved by a twentieth or more since they were last told.
  mutating func takeNews() -> [HearthV1.RoundTrip] {
    var news: [HearthV1.RoundTrip] = []
    for (region, time) in times.sorted(by: { $0.key < $1.key }) {
      if let before = told[region], abs((time - before).inSeconds) < before.inSeconds / 20 {
        continue
      }
      told[region] = time
      news.append(.init(region: region, roundTripNs: time.nanoseconds))
    }
    return news
  }
}
