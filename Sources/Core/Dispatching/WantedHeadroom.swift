import Basics

/// Whose headroom a turn waits for.
enum WantedHeadroom: Sendable {
  /// The replica's that had a slot in that generation.
  case slot(Int32, generation: UInt32)
  /// Whichever replica's of its model has some first.
  case any
}
