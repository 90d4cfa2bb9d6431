public import Basics

/// Prompts that replicas were sent lately, whose blocks they hold once they have computed them.
///
/// Turns that share a long prefix and come within moments of each other (many samples of one prompt,
/// many agents with one context) would each be computed anew on a replica of its own, since nobody
/// holds the prefix yet. One that follows another to its replica waits for that prefill, which its
/// queue shows, and finds the blocks there.
///
/// Of each replica the last ``promptsMax`` are remembered, for ``lifetime`` at most: by then they are
/// computed, and known from what the replica reports.
public struct PromptsUnderWay: Sendable {
  private struct Prompt {
    let reservation: UInt64
    let hashes: [BlockHash]
    let end: Instant
  }

  /// Prompts that are remembered of a replica: 4, since it is sent little in advance.
  public static let promptsMax = 4
  /// How long a prompt is remembered: 30 s of the fleet's time.
  public static let lifetime = Duration.seconds(30)

  /// By slot, the oldest first.
  private var slots: [[Prompt]] = []

  /// Makes an empty table.
  public init() {}

  /// A turn was sent to a replica, at an instant of the fleet's time.
  public mutating func sent(
    _ reservation: UInt64,
    _ hashes: [BlockHash],
    to slot: Int32,
    at now: Instant
  ) {
    guard reservation != 0, !hashes.isEmpty else { return }
    while slots.count <= Int(slot) { slots.append([]) }
    if slots[Int(slot)].count == Self.promptsMax { slots[Int(slot)].removeFirst() }
    slots[Int(slot)].append(
      Prompt(reservation: reservation, hashes: hashes, end: now.advanced(by: Self.lifetime))
    )
  }

  /// A turn ended, or never came.
  public mutating func ended(_ reservation: UInt64, on slot: Int32) {
    guard slots.indices.contains(Int(slot)) else { return }
    slots[Int(slot)].removeAll { $0.reservation == reservation }
  }

  /// A replica holds nothing any more.
  public mutating func clear(_ slot: Int32) {
    guard slots.indices.contains(Int(slot)) else { return }
    slots[Int(slot)].removeAll()
  }

  /// Blocks from the start of a prompt that a replica holds, or will once it has computed what it was
  /// sent; `held` are those that it holds.
  ///
  /// O(log blocks) for a prompt that goes on as this one does after `held` blocks, O(1) for others.
  func blocks(of hashes: Span<BlockHash>, on slot: Int32, held: Int, at now: Instant) -> Int {
    guard slots.indices.contains(Int(slot)) else { return held }
    var best = held
    for index in slots[Int(slot)].indices {
      let (count, end) = (slots[Int(slot)][index].hashes.count, slots[Int(slot)][index].end)
      guard best < min(count, hashes.count), end > now,
        slots[Int(slot)][index].hashes[best] == hashes[best]
      else { continue }
      // A hash names the whole prefix, so that chains part once.
      var (equal, different) = (best + 1, min(count, hashes.count))
      while equal < different {
        let middle = (equal + different) / 2
        if slots[Int(slot)][index].hashes[middle] == hashes[middle] {
          equal = middle + 1
        } else {
          different = middle
        }
      }
      best = equal
    }
    return best
  }
}
