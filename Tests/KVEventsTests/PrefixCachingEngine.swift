import KVEvents

/// An engine that caches prefixes and tells of it, as vLLM does: the blocks that were unused for
/// longest go first, of a prompt its last.
struct PrefixCachingEngine {
  let capacity: Int
  let blockTokens: Int
  /// What it told and nobody has taken.
  var batches: [KVBatch] = []

  private var order: [UInt64] = []

  init(capacity: Int, blockTokens: Int) {
    (self.capacity, self.blockTokens) = (capacity, blockTokens)
  }

  /// What it calls the blocks of a prompt.
  func names(_ tokens: [UInt32]) -> [UInt64] {
    var (names, name): ([UInt64], UInt64) = ([], 1)
    for start in stride(from: 0, to: tokens.count - tokens.count % blockTokens, by: blockTokens) {
      for token in tokens[start..<start + blockTokens] {
        name = (name ^ UInt64(token)) &* 0x9e37_79b9_7f4a_7c15
        name ^= name >> 29
      }
      names.append(name)
    }
    return names
  }

  /// Tokens of a prompt that it has.
  func cachedTokens(_ tokens: [UInt32]) -> Int {
    names(tokens).prefix { order.contains($0) }.count * blockTokens
  }

  /// Computes a prompt.
  mutating func run(_ tokens: [UInt32]) {
    let names = names(tokens).prefix(capacity)
    let cached = names.prefix { order.contains($0) }.count
    let missing = names.dropFirst(cached)
    let used = Set(names)
    order.removeAll { used.contains($0) }
    var events: [KVEvent] = []
    while order.count + names.count > capacity {
      events.append(.removed([order.removeFirst()], .gpu))
    }
    order += names.reversed()
    if !missing.isEmpty {
      events.append(
        .stored(
          KVStored(
            hashes: Array(missing),
            parent: cached > 0 ? names[cached - 1] : nil,
            tokens: Array(tokens[cached * blockTokens..<names.count * blockTokens]),
            blockTokens: blockTokens
          )
        )
      )
    }
    if !events.isEmpty { batches.append(KVBatch(events)) }
  }

  mutating func reset() {
    order = []
    batches.append(KVBatch([.cleared]))
  }
}
