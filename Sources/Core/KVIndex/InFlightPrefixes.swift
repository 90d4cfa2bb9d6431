public import Basics

/// Prompts that replicas were sent lately, whose blocks they hold once they have computed them.
///
/// Turns that share a long prefix and come within moments of each other (many samples of one
/// prompt, many agents with one context) would each be computed on a replica of its own, since
/// nobody holds the prefix yet. One that follows another to its replica waits for that prefill,
/// which its queue shows, and finds the blocks there.
///
/// Of each replica the last ``promptsMax`` are remembered, for ``lifetime`` at most: by then they
/// are computed, and known from what the replica reports. A prompt is found by the first of its
/// blocks that its replica had to compute: another that gains from it has that block at the same
/// depth.
public struct InFlightPrefixes: Sendable {
  private struct Prompt {
    let reservation: UInt64
    let hashes: [BlockHash]
    let end: Instant
    /// How many blocks its replica held; at most the last one's number.
    let depth: Int
  }

  /// One of the slots with prompts of the same first block to compute.
  private struct Link {
    var slot: Int32
    var next: Int32
  }

  /// Prompts that are remembered of a replica: 4, since it is sent little in advance.
  public static let promptsMax = 4
  /// How long a prompt is remembered: 30 s of the fleet's time.
  public static let lifetime = Duration.seconds(30)

  /// By slot, the oldest first.
  private var slots: [[Prompt]] = []
  /// By the first block to compute, the first of a list of links; -1 ends one.
  private var heads: [BlockHash: Int32] = [:]
  private var links: [Link] = []
  private var freeLinks: [Int32] = []
  /// How many prompts have their first block to compute so deep.
  private var depths: [Int] = []

  /// Makes an empty table.
  public init() {}

  /// A turn was sent to a replica that holds `held` blocks of its prompt, as far as it reported, at
  /// an instant of the fleet's time.
  ///
  /// O(1).
  public mutating func sent(
    _ reservation: UInt64,
    _ hashes: [BlockHash],
    to slot: Int32,
    held: Int = 0,
    at now: Instant
  ) {
    guard reservation != 0, !hashes.isEmpty else { return }
    while slots.count <= Int(slot) { slots.append([]) }
    if slots[Int(slot)].count == Self.promptsMax { unlink(slots[Int(slot)].removeFirst(), slot) }
    let prompt = Prompt(
      reservation: reservation,
      hashes: hashes,
      end: now.advanced(by: Self.lifetime),
      depth: max(0, min(held, hashes.count - 1))
    )
    slots[Int(slot)].append(prompt)
    link(prompt, slot)
  }

  /// A turn ended, or never came.
  public mutating func ended(_ reservation: UInt64, on slot: Int32) {
    guard slots.indices.contains(Int(slot)) else { return }
    while let index = slots[Int(slot)].firstIndex(where: { $0.reservation == reservation }) {
      unlink(slots[Int(slot)].remove(at: index), slot)
    }
  }

  /// A replica holds nothing any more.
  public mutating func clear(_ slot: Int32) {
    guard slots.indices.contains(Int(slot)) else { return }
    while let prompt = slots[Int(slot)].popLast() { unlink(prompt, slot) }
  }

  /// Raises the blocks from the start of a prompt that replicas hold, by slot, to what they will
  /// once they have computed what they were sent.
  ///
  /// O(depths at which prompts under way have their first block to compute, up to the deepest that
  /// is held), and O(log blocks) for each replica that computes what the prompt goes on with.
  public func raise(_ held: inout [Int32], of hashes: Span<BlockHash>, at now: Instant) {
    guard !heads.isEmpty else { return }
    var (depth, deepest) = (0, Int(held.max() ?? 0))
    while depth <= deepest, depth < min(depths.count, hashes.count) {
      if depths[depth] > 0, var place = heads[hashes[depth]] {
        while place >= 0 {
          let slot = links[Int(place)].slot
          place = links[Int(place)].next
          guard held.indices.contains(Int(slot)) else { continue }
          let blocks = blocks(of: hashes, on: slot, held: Int(held[Int(slot)]), at: now)
          held[Int(slot)] = Int32(blocks)
          deepest = max(deepest, blocks)
        }
      }
      depth += 1
    }
  }

  /// Blocks from the start of a prompt that a replica holds, or will once it has computed what it
  /// was sent; `held` are those that it holds.
  private func blocks(
    of hashes: Span<BlockHash>,
    on slot: Int32,
    held: Int,
    at now: Instant
  ) -> Int {
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

  private mutating func link(_ prompt: Prompt, _ slot: Int32) {
    let head = heads[prompt.hashes[prompt.depth]] ?? -1
    let place = freeLinks.popLast() ?? Int32(links.count)
    let link = Link(slot: slot, next: head)
    if Int(place) == links.count { links.append(link) } else { links[Int(place)] = link }
    heads[prompt.hashes[prompt.depth]] = place
    while depths.count <= prompt.depth { depths.append(0) }
    depths[prompt.depth] += 1
  }

  private mutating func unlink(_ prompt: Prompt, _ slot: Int32) {
    let block = prompt.hashes[prompt.depth]
    depths[prompt.depth] -= 1
    guard var place = heads[block] else { return }
    var before: Int32 = -1
    while links[Int(place)].slot != slot {
      (before, place) = (place, links[Int(place)].next)
      guard place >= 0 else { return }
    }
    let next = links[Int(place)].next
    if before >= 0 {
      links[Int(before)].next = next
    } else {
      heads[block] = next >= 0 ? next : nil
    }
    freeLinks.append(place)
  }
}
