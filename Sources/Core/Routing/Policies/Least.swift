public import Basics

/// Keeps the least of what it is shown; of equals one at random, each with the same chance.
public struct Least<Key: Comparable> {
  /// Where the least is.
  public private(set) var index = 0
  /// The least; nil before it is shown any.
  public private(set) var key: Key?
  private var ties: UInt64 = 1

  /// Makes one that was shown nothing.
  public init() {}

  /// Shows it what is at an index.
  public mutating func offer(_ index: Int, _ key: Key, random: inout PRNG) {
    if let best = self.key, best <= key {
      guard best == key else { return }
      ties += 1
      guard random.next() % ties == 0 else { return }
    } else {
      ties = 1
    }
    (self.index, self.key) = (index, key)
  }
}
