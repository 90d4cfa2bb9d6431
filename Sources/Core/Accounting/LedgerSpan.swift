/// A piece of time, and where the ledger has its sums: whole days and hours are added up already,
/// what is cut off of them is added up entry by entry.
public struct LedgerSpan: Sendable, Hashable {
  /// What sums are kept for.
  public enum Tier: Sendable, CaseIterable {
    /// Each entry by itself.
    case entries
    /// The hours of UTC.
    case hours
    /// The days of UTC.
    case days

    /// How long one is, in nanoseconds.
    public var length: Int64 {
      switch self {
      case .entries: 1
      case .hours: 3_600_000_000_000
      case .days: 86_400_000_000_000
      }
    }

    /// The beginning of the one that a time, in nanoseconds since 1970, is in.
    public func start(of time: Int64) -> Int64 { time - time % length }
  }

  /// Where the sums are.
  public let tier: Tier
  /// From when until when, in nanoseconds since 1970; the end is not included.
  public let range: Range<Int64>

  /// Makes a span.
  init(tier: Tier, range: Range<Int64>) { (self.tier, self.range) = (tier, range) }

  /// The spans that a time, from 0 on, is made of, in order: as few as can be.
  public static func covering(_ range: Range<Int64>) -> [LedgerSpan] {
    covering(range, with: Tier.allCases.reversed())
  }

  private static func covering(
    _ range: Range<Int64>,
    with tiers: some BidirectionalCollection<Tier>
  ) -> [LedgerSpan] {
    guard !range.isEmpty, let tier = tiers.first else { return [] }
    let finer = Array(tiers.dropFirst())
    let end = tier.start(of: range.upperBound)
    let floor = tier.start(of: range.lowerBound)
    let start = floor < range.lowerBound ? floor + tier.length : floor
    guard start < end else { return covering(range, with: finer) }
    return covering(range.lowerBound..<start, with: finer) + [.init(tier: tier, range: start..<end)]
      + covering(end..<range.upperBound, with: finer)
  }
}
