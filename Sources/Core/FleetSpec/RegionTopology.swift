/// Round-trip times between regions, by dense region numbers; as measured or set.
public struct RegionTopology: Sendable {
  /// Round trip inside one region, in seconds: two switches and a kernel each way.
  public static let localSeconds = 0.0005

  /// Round trip between regions that was never measured, in seconds: about that of an ocean.
  public static let unknownSeconds = 0.15

  private var seconds: [[Double?]] = []

  /// Makes a topology without regions.
  public init() {}

  /// Takes in a measurement, for both directions.
  public mutating func set(_ one: Int, _ other: Int, seconds value: Double) {
    let count = max(one, other) + 1
    if seconds.count < count {
      for index in seconds.indices {
        seconds[index] += Array(repeating: nil, count: count - seconds[index].count)
      }
      while seconds.count < count { seconds.append(Array(repeating: nil, count: count)) }
    }
    seconds[one][other] = value
    seconds[other][one] = value
  }

  /// The round trip between two regions, in seconds; -1 stands for a region that is not known, to
  /// which every region is equally far.
  public func roundTripSeconds(_ one: Int, _ other: Int) -> Double {
    guard one >= 0, other >= 0 else { return 0 }
    if one == other { return Self.localSeconds }
    guard one < seconds.count, other < seconds.count else { return Self.unknownSeconds }
    return seconds[one][other] ?? Self.unknownSeconds
  }

  /// Forgets what was measured from and to a region.
  public mutating func forget(_ region: Int) {
    guard seconds.indices.contains(region) else { return }
    for other in seconds.indices {
      seconds[region][other] = nil
      seconds[other][region] = nil
    }
  }
}
