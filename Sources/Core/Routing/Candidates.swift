/// One replica that a turn could run on.
public struct Candidate: Sendable, Hashable {
  /// The replica.
  public let slot: Int32
  /// Tokens of the prompt that need not be computed there.
  public let cachedTokens: Int
}

/// The replicas that can take a turn, in the order of their slots.
///
/// Who they are changes seldom, and is the same for many turns; what they hold is of this one. So
/// the two are not put together before somebody asks.
public struct Candidates: RandomAccessCollection, Sendable {
  let slots: [Int32]
  /// The same slots by eights; nil where nobody counted them so.
  let blocks: [CandidateList.Block]?
  /// Blocks of the prompt that the replica in each slot holds.
  let held: [Int32]
  /// How many of them can be reused, and the tokens in one.
  let usableBlocks: Int
  let blockSize: Double

  init(slots: [Int32], blocks: [CandidateList.Block]?, held: [Int32], of request: RoutingRequest) {
    (self.slots, self.blocks, self.held) = (slots, blocks, held)
    blockSize = request.blockSize
    usableBlocks = request.usableBlocks
  }

  /// The first index: 0.
  public var startIndex: Int { 0 }

  /// How many there are.
  public var endIndex: Int { slots.count }

  /// The candidate at an index.
  @inline(__always)
  public subscript(index: Int) -> Candidate {
    let slot = slots[index]
    let blocks = Int(slot) < held.count ? Int(held[Int(slot)]) : 0
    let tokens = Double(Swift.min(blocks, usableBlocks)) * blockSize
    return Candidate(slot: slot, cachedTokens: Int(tokens))
  }
}

/// The replicas of a model as ``Candidates`` needs them.
struct CandidateList: Sendable {
  /// Eight slots side by side, some of which are on the candidate list.
  struct Block: Sendable {
    /// The first slot is eight times that.
    let number: Int32
    /// How many slots of the candidate list come before these.
    let start: Int32
    /// Those on the candidate list, the first slot in the lowest bit.
    var lanes: UInt8
  }

  /// Those that take turns.
  private(set) var slots: [Int32] = []
  private(set) var blocks: [Block] = []
  /// How many there are, and why not all of them take turns.
  private(set) var rejections = RejectionTally()
  /// Longest prompt that every one of them could hold.
  private(set) var promptTokensMin = Int.max
  /// Tokens in a block of each of them; 0 for none, -1 where they differ.
  private(set) var blockTokens = 0

  mutating func removeAll() {
    slots.removeAll(keepingCapacity: true)
    blocks.removeAll(keepingCapacity: true)
    (rejections, promptTokensMin, blockTokens) = (RejectionTally(), .max, 0)
  }

  /// Enters the replica in a slot, which is above those that were entered before.
  mutating func add(
    _ slot: Int32,
    isReady: Bool,
    isFull: Bool,
    promptTokensMax: Int,
    blockTokens: Int
  ) {
    rejections.serving += 1
    self.blockTokens = [0, blockTokens].contains(self.blockTokens) ? blockTokens : -1
    rejections.promptTokensMax = max(rejections.promptTokensMax, promptTokensMax)
    promptTokensMin = min(promptTokensMin, promptTokensMax)
    guard isReady else { return rejections.notReady += 1 }
    guard !isFull else { return rejections.full += 1 }
    if blocks.last?.number != slot / 8 {
      blocks.append(Block(number: slot / 8, start: Int32(slots.count), lanes: 0))
    }
    blocks[blocks.count - 1].lanes |= 1 << UInt8(slot % 8)
    slots.append(slot)
  }
}
