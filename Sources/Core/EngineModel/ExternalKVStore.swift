/// Blocks that engines keep outside of their own caches, such as a pool that they share.
///
/// An engine finds there what others have computed, and allocates blocks of its own for it.
public protocol ExternalKVStore: AnyObject, Sendable {
  /// How many of the first `limit` hashes are there, without gap from the start.
  func matchCount(_ hashes: [UInt64], limit: Int) -> Int

  /// Takes in blocks that an engine has computed, each after the block it continues.
  func insert(_ hashes: ArraySlice<UInt64>)
}
