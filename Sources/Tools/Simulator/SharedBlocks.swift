import EngineModel
import Synchronization

/// What an endless cache holds that all engines of a fleet share, as if copying a block from one to
/// another cost nothing: every prompt block that any of them has computed, for ever.
///
/// No fleet has it; it bounds what routing can do for cache reuse.
final class SharedBlocks: ExternalKVStore {
  private struct State {
    var known: Set<UInt64> = []
    var inOrder: [UInt64] = []
  }

  private let state = Mutex(State())

  /// How many of the first `limit` hashes are there, without gap from the start.
  func matchCount(_ hashes: [UInt64], limit: Int) -> Int {
    state.withLock { state in
      let end = min(limit, hashes.count)
      return hashes[..<end].firstIndex { !state.known.contains($0) } ?? end
    }
  }

  /// Puts the hashes of blocks in that were computed.
  func insert(_ hashes: ArraySlice<UInt64>) {
    state.withLock { state in
      for hash in hashes where state.known.insert(hash).inserted { state.inOrder.append(hash) }
    }
  }

  /// The hashes that came after the first `count`, in the order in which they came.
  func hashes(after count: Int) -> ArraySlice<UInt64> {
    state.withLock { $0.inOrder[min(count, $0.inOrder.count)...] }
  }
}
