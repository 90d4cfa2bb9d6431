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
