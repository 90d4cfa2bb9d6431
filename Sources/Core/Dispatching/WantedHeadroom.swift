import Basics

/// How many turns wait for headroom of which replica, so that those that come later leave it to
/// them.
struct WantedHeadroom: Sendable {
  /// Whose headroom a turn waits for.
  enum Mark: Sendable {
    /// The replica's that had a slot in that generation.
    case slot(Int32, generation: UInt32)
    /// Whichever replica's of its model has some first.
    case any
  }

  /// How many wait for a slot's replica of that generation.
  private var slots: [(count: Int, generation: UInt32)] = []
  private var any: [ModelID?: Int] = [:]

  /// A turn of a model waits for a replica, or for any where that is nil.
  mutating func add(
    _ replica: (slot: Int32, generation: UInt32)?,
    by model: ModelID?
  ) -> Mark {
    guard let (slot, generation) = replica else {
      any[model, default: 0] += 1
      return .any
    }
    while slots.count <= Int(slot) { slots.append((0, 0)) }
    if slots[Int(slot)].generation != generation { slots[Int(slot)] = (0, generation) }
    slots[Int(slot)].count += 1
    return .slot(slot, generation: generation)
  }

  /// It waits no more.
  mutating func remove(_ mark: Mark, by model: ModelID?) {
    switch mark {
    case .slot(let slot, let generation):
      if slots[Int(slot)].generation == generation { slots[Int(slot)].count -= 1 }
    case .any:
      let count = any[model] ?? 1
      any[model] = count > 1 ? count - 1 : nil
    }
  }

  /// Whether a turn of a model waits for what is in a slot, or for any.
  func has(_ slot: Int32, _ generation: UInt32?, by model: ModelID?) -> Bool {
    if any[model] != nil { return true }
    guard slots.indices.contains(Int(slot)) else { return false }
    return slots[Int(slot)].count > 0 && slots[Int(slot)].generation == generation
  }
}
