/// How many tokens prefixes of transcripts have, as engines counted them: what goes on from one is
/// known to the token up to there, whatever its text is like.
///
/// A transcript that ended is noted at its end and at every 64th block before it, so that a longer
/// one finds it in a step for every 64 blocks and 64 more. Memory is some 40 bytes an entry; the
/// oldest go when there are too many.
public struct CountedPrefixes: Sendable {
  /// A prefix whose tokens were counted.
  public struct Prefix: Sendable, Hashable {
    /// How many blocks it has; at least 1.
    public let blocks: Int
    /// How many tokens those have.
    public let tokens: Double

    /// Makes a prefix.
    public init(blocks: Int, tokens: Double) { (self.blocks, self.tokens) = (blocks, tokens) }
  }

  /// Where a transcript will be noted, kept until its tokens are counted.
  public struct Marks: Sendable {
    fileprivate var hashes: [BlockHash] = []
    fileprivate var blocks = 0

    /// Makes the marks of a chain of blocks.
    public init(_ chain: [BlockHash]) {
      blocks = chain.count
      var next = CountedPrefixes.spacing
      while next < chain.count {
        hashes.append(chain[next - 1])
        next += CountedPrefixes.spacing
      }
      if let last = chain.last { hashes.append(last) }
    }
  }

  private static let spacing = 64
  private let countMax: Int
  private var tokens: [BlockHash: Double] = [:]
  /// What was noted, from `oldest` on in that order.
  private var order: [BlockHash] = []
  private var oldest = 0

  /// Makes an empty table.
  public init(countMax: Int = 1 << 16) { self.countMax = max(1, countMax) }

  /// How many prefixes are known.
  public var count: Int { tokens.count }

  /// Notes that each block of a transcript had so many tokens on average.
  public mutating func note(_ marks: Marks, blockTokens: Double) {
    guard blockTokens > 0, blockTokens.isFinite else { return }
    for (number, hash) in marks.hashes.enumerated() {
      let blocks = min(marks.blocks, (number + 1) * Self.spacing)
      // What was counted where a transcript ended is known better.
      let isEnd = number == marks.hashes.count - 1
      if isEnd || tokens[hash] == nil { note(hash, tokens: Double(blocks) * blockTokens) }
    }
  }

  /// Notes that what ends in a block has so many tokens.
  public mutating func note(_ hash: BlockHash, tokens count: Double) {
    guard tokens.updateValue(count, forKey: hash) == nil else { return }
    guard order.count == countMax else { return order.append(hash) }
    tokens[order[oldest]] = nil
    order[oldest] = hash
    oldest = (oldest + 1) % countMax
  }

  /// The longest prefix of a chain that is known; nil where none is.
  public func longest(of chain: [BlockHash]) -> Prefix? {
    guard !tokens.isEmpty else { return nil }
    var start = chain.count / Self.spacing * Self.spacing
    while start > 0, tokens[chain[start - 1]] == nil { start -= Self.spacing }
    var end = min(chain.count, start + Self.spacing - 1)
    while end > 0, end >= start {
      if let count = tokens[chain[end - 1]] { return Prefix(blocks: end, tokens: count) }
      end -= 1
    }
    return nil
  }
}
