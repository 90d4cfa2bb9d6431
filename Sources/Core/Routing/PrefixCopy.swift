public import KVIndex

/// The beginning of a turn's prompt, on its way to another replica than the turn's.
public struct PrefixCopy: Sendable, Hashable {
  /// Counts on the replica until that reports it.
  public let reservation: UInt64
  /// The beginning as a turn of its own, with an answer of one token.
  public let request: RoutingRequest
  /// Its chained hashes.
  public let hashes: [BlockHash]
  /// What it is to run it there.
  public let placement: Placement

  /// Makes a copy.
  public init(
    reservation: UInt64,
    request: RoutingRequest,
    hashes: [BlockHash],
    placement: Placement
  ) {
    self.reservation = reservation
    self.request = request
    self.hashes = hashes
    self.placement = placement
  }

  /// The replica.
  public var slot: Int32 { placement.slot }
}
