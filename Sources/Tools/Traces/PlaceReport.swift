import Basics

/// What came of the requests of a replay in one place: a region or a replica.
public struct PlaceReport: Sendable {
  /// Requests that entered there; 0 of a replica, where none enters.
  public internal(set) var submittedCount = 0
  /// Those of them that were refused for good.
  public internal(set) var refusedCount = 0
  /// Those of them whose stream broke and was not replaced.
  public internal(set) var failedCount = 0
  /// Requests that were served there, wherever they entered.
  public internal(set) var completedCount = 0
  /// Those of them that met their objectives.
  public internal(set) var goodCount = 0
  /// Those of them that entered elsewhere.
  public internal(set) var foreignCount = 0
  /// Prompt tokens of those that were served there.
  public internal(set) var promptTokens = 0
  /// Those tokens that were found in a cache.
  public internal(set) var cachedTokens = 0
  /// Tokens of the answers that were made there.
  public internal(set) var outputTokens = 0
  /// Times to the first token of those that were served there.
  public internal(set) var ttft = Samples()
  /// Mean times per later token, of each with more than one.
  public internal(set) var tpot = Samples()

  /// Cached prompt tokens over prompt tokens; 0 before the first.
  public var hitRate: Double { promptTokens == 0 ? 0 : Double(cachedTokens) / Double(promptTokens) }

  /// Requests served there that met their objectives, over all that were; 0 before the first.
  public var goodShare: Double {
    completedCount == 0 ? 0 : Double(goodCount) / Double(completedCount)
  }
}

/// Reports of places in the order of their names, so that equal replays have equal ones.
public struct PlaceReports: Sendable {
  /// The places and what came of the requests there.
  public private(set) var entries: [(name: String, report: PlaceReport)] = []

  /// Changes the report of a place, which begins with the first change.
  mutating func update(_ name: String, _ body: (inout PlaceReport) -> Void) {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].name < name { low = middle + 1 } else { high = middle }
    }
    if low == entries.count || entries[low].name != name {
      entries.insert((name, PlaceReport()), at: low)
    }
    body(&entries[low].report)
  }
}

/// Where a request of a replay was served.
public struct ServingPlace: Sendable {
  /// The region.
  public var region: String
  /// The replica.
  public var replica: String

  /// Makes a place.
  public init(region: String, replica: String) {
    (self.region, self.replica) = (region, replica)
  }
}
