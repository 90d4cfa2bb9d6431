import Basics

/// The full blocks of a turn's tokens, and what the engine calls those of them that are found.
struct TokenChain: Sendable {
  /// What stands for the beginning of a prompt, by its adapter.
  let root: UInt64
  /// Of the tokens of each block.
  let digests: [UInt64]
  /// The engine's names of the first blocks.
  ///
  /// Where the beginning isn't known, each of its blocks has the name of the last of them, which an
  /// engine drops first.
  var hashes: [UInt64] = []

  init(_ tokens: [UInt32], blockTokens: Int, adapter: String) {
    root = Self.root(of: adapter)
    digests = Self.digests(tokens, blockTokens: blockTokens)
  }

  var isFound: Bool { hashes.count == digests.count }

  private static let sip = SipHash(key: (0, 0))

  /// Differs from what engines call their blocks as surely as two of these do.
  static func root(of adapter: String) -> UInt64 {
    var hasher = sip.hasher()
    for byte in adapter.utf8 { hasher.append(byte: byte) }
    return hasher.finish()
  }

  static func digests(_ tokens: [UInt32], blockTokens: Int) -> [UInt64] {
    stride(from: 0, to: tokens.count - tokens.count % blockTokens, by: blockTokens).map { start in
      var hasher = sip.hasher()
      for token in tokens[start..<start + blockTokens] { hasher.append(UInt64(token)) }
      return hasher.finish()
    }
  }
}
