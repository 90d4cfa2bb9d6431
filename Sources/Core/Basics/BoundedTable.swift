/// A value for each of so many keys at most; all keys that come later share one value.
///
/// For figures that are told apart by names of others, who could make up any number of them.
public struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  @usableFromInline var own: [Key: Value] = [:]
  @usableFromInline var shared: Value?
  @usableFromInline let countMax: Int
  @usableFromInline let initial: Value

  /// What the keys have that found room.
  public var values: [Key: Value] { own }
  /// What all others have together; nil while there is none.
  public var others: Value? { shared }

  /// Makes a table of at most `countMax` keys, each of which starts with `initial`.
  public init(countMax: Int, initial: Value) {
    (self.countMax, self.initial) = (countMax, initial)
  }

  /// Changes the value of a key, or that of all which find no room.
  @inlinable
  public mutating func update(_ key: Key, _ change: (inout Value) -> Void) {
    guard own.count >= countMax, own[key] == nil else {
      let initial = initial
      return change(&own[key, default: initial])
    }
    var value = shared ?? initial
    shared = nil
    change(&value)
    shared = value
  }
}
