import Glibc

/// Counts how often the hot path asks for memory, and fails where that is more than is allowed.
///
/// Built for release: a debug build asks where a release does not.
@main
struct Main {
  static func main() {
    var isTooMuch = false
    for (title, observes, limits) in allowed {
      guard var fleet = BusyFleet(observes: observes) else {
        print("the catalogue has no such fleet")
        exit(2)
      }
      // At first tables grow to their size.
      _ = fleet.run(turns: 8_000)
      let counts = fleet.run(turns: 8_000)
      for (name, count) in kinds {
        let (found, limit) = (counts[keyPath: count], limits[keyPath: count])
        isTooMuch = isTooMuch || found > limit
        print(
          "\(title), \(name): \(found) allocations, \(found > limit ? "MORE THAN" : "of") \(limit)"
        )
      }
    }
    exit(isTooMuch ? 1 : 0)
  }

  private static var kinds: [(name: String, count: KeyPath<BusyFleet.Counts, Double>)] {
    [
      ("a placement", \.placement), ("an acceptance", \.acceptance), ("an ending", \.ending),
      ("a stored event", \.storing), ("a removed event", \.removal),
    ]
  }

  /// What is allowed, on average: a placement makes lists of turns that wait and of answers, and
  /// tables grow now and then. Lower these when the code asks for less.
  private static var allowed: [(title: String, observes: Bool, limits: BusyFleet.Counts)] {
    let limits = BusyFleet.Counts(placement: 3, removal: 0.01)
    return [("simulation", false, limits), ("control plane", true, limits)]
  }
}
