public import Basics

extension FleetFile {
  /// The round trip between two regions of the fleet, the same in both directions; nil from a
  /// region to itself.
  public func roundTrip(_ one: RegionID, _ other: RegionID) -> Duration? {
    roundTrips(of: one)[other] ?? roundTrips(of: other)[one]
  }

  private func roundTrips(of name: RegionID) -> [RegionID: Duration] {
    regions.first { $0.name == name }?.roundTrips ?? [:]
  }

  /// Notes distances to regions that don't exist, that contradict each other, or that are missing.
  func checkRoundTrips(_ scope: SettingsScope) {
    // What can't be read is wrong already, and would only seem to be missing here.
    let isReadable = !scope.faults.contains { $0.contains(".rtt") || $0.hasSuffix("].name") }
    let names = regions.map(\.name.text)
    for (index, region) in regions.enumerated() {
      for (other, time) in region.roundTrips.sorted(by: { $0.key < $1.key }) {
        let place: [SettingsStep] = ["regions", .index(index), "rtt", .key(other.text)]
        if other == region.name {
          scope.fail(place, "is the region itself")
        } else if !names.contains(other.text), isReadable {
          scope.fail(place, "is not a region" + hint(for: other.text, among: names))
        } else if let back = roundTrips(of: other)[region.name], back != time,
          region.name < other
        {
          scope.fail(place, "is \(time.text) here and \(back.text) at \(other)")
        }
      }
      guard isReadable else { continue }
      for other in regions[..<index]
      where other.name != region.name && roundTrip(region.name, other.name) == nil {
        scope.fail(
          ["regions", .index(index), "rtt"],
          "has no round trip to \(other.name), nor has that one to here"
        )
      }
    }
  }
}
