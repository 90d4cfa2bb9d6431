/// SplitMix64: a small, fast, seedable source of randomness for simulation, jitter and tie-breaks;
/// not for secrets.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct PRNG: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Makes a generator; the same seed gives the same numbers for ever.
  public init(seed: UInt64) {
    state = seed
  }

  /// Makes the stream called `name` of a seed, so that one part of a program drawing more numbers
  /// does not change what another part draws.
  public init(seed: UInt64, stream name: StaticString) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    name.withUTF8Buffer { bytes in
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
    state = seed ^ hash
  }

  /// The next 64 random bits.
  @inline(__always)
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// The next number in 0 ..< 1.
  public mutating func nextUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A factor that spreads pauses, so that many who wait for one thing do not all come at once: 1
  /// give or take up to `share`.
  public mutating func nextSpread(_ share: Double = 0.2) -> Double {
    1 + share * (2 * nextUnit() - 1)
  }

  /// SplitMix64's finaliser: a bijection that spreads every bit of `value` over all 64.
  @inlinable
  public static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
