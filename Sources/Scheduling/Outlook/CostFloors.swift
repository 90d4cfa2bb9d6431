import Fleet

/// For each replica a figure that is surely no more than what a turn costs there, found for eight
/// replicas at a time: who seeks the cheapest need not look closer at those whose floor is above it.
///
/// A floor is ``CostModel/cost(of:on:cachedTokens:roundTripSeconds:)`` without ``Cost/place`` and
/// ``Cost/network``, with prefill bound by arithmetic, and with steps and blocks as divisible as
/// tokens. Floors are calculated with 24 bits, so ``slack`` of each is given up.
struct CostFloors: Sendable {
  typealias Figures = SIMD8<Float>

  /// What goes into the floors of replicas: one figure of each, eight side by side.
  private enum Column: Int {
    /// Seconds of ``Cost/queue`` and ``Cost/doubt``.
    case base
    /// Seconds of arithmetic of a prompt token, and of each token that one attends to.
    case token, attention
    /// Seconds of the batch's decode beside a prompt token.
    case beside
    /// Sequences in the batch, weighted as all that comes later.
    case batch
    /// Tokens of an answer whose length nobody knows.
    case output
    /// Weighted seconds of a token of the answer, and what each KV token of the turn adds.
    case step, stepToken
    /// Blocks in a token; blocks that are free; blocks that can be evicted.
    case blocks, free, cached
    /// Seconds that an evicted block will cost, and what each token of the prompt adds.
    case again, againToken

    static let count = 13
  }

  /// The share of a floor that may be due to rounding: some thirty operations of 2^-24 each, twice.
  private static let slack: Float = 4e-6
  /// No floor is above it, so that none is infinite.
  private static let floorMax: Float = 1e30
  /// Of longer prompts 24 bits can't tell how many tokens are left.
  private static let promptTokensMax = 1 << 23

  /// What the floors belong to; nil when there are none.
  let costs: CostModel?
  /// Column after column of the first eight slots, then of the next.
  private var figures: [Figures] = []

  init(costs: CostModel? = nil) { self.costs = costs }

  /// Takes in what the replica in a slot is expected to be.
  mutating func set(_ slot: Int32, _ state: ReplicaState) {
    guard let costs else { return }
    let first = Int(slot) / 8 * Column.count
    while figures.count < first + Column.count { figures.append(Figures()) }
    let column = Self.column(state, costs)
    var figures = figures.mutableSpan
    var bytes = figures.mutableBytes
    for index in column.indices {
      bytes.storeBytes(
        of: Float(column[index]),
        toByteOffset: (first + index) * MemoryLayout<Figures>.stride
          + Int(slot) % 8 * MemoryLayout<Float>.stride,
        as: Float.self
      )
    }
  }

  /// What goes into the floors of one replica, in the order of ``Column``.
  @inline(__always)
  private static func column(_ state: ReplicaState, _ costs: CostModel) -> InlineArray<13, Double> {
    let (rates, busy) = (state.rates, CostModel.Busy(state))
    let step = rates.decodeStepSeconds(batch: busy.batch, contextTokens: busy.context)
    let decode =
      (busy.batch * rates.flopsPerToken + rates.attentionFLOPs * busy.context)
      / rates.flopsPerSecond
    let memory =
      (rates.weightBytes + busy.context * rates.kvBytesPerToken) / rates.bytesPerSecond
    let token = rates.flopsPerToken / rates.flopsPerSecond
    let attention = rates.attentionFLOPs / rates.flopsPerSecond
    let isArithmetic = decode > memory
    let weight = costs.laterWeight * (1 + busy.batch)
    let perStep = max(1, state.stepTokensMax - min(state.requestCount, state.runningMax))
    let held = state.load.blocksUsed + state.load.blocksCached + state.pending.blocks
    let (size, less) = (Double(state.blockTokens), 1 - Double(slack))
    return [
      costs.queueSeconds(state, busy) + costs.doubtSeconds(state),
      token,
      attention,
      (decode + rates.overheadSeconds) / Double(perStep),
      costs.laterWeight * busy.batch,
      state.outputTokens,
      costs.laterWeight * step + (isArithmetic ? weight * token : 0),
      weight * (isArithmetic ? attention : rates.kvBytesPerToken / rates.bytesPerSecond),
      less / size,
      Double(max(0, state.blockCount - held)) / less,
      Double(state.load.blocksCached),
      state.reuseChance * size * (token + attention * (size + 1) / 2),
      state.reuseChance * attention * size / 2,
    ]
  }

  /// Calls `body` with the index of each candidate whose floor is at most what `body` returned last,
  /// in order.
  @inline(__always)
  func forEach(
    _ candidates: [Candidate],
    for request: RoutingRequest,
    _ body: (Int) -> Double
  ) {
    let (prompt, output) = (Float(request.promptTokens), Float(request.outputTokens))
    let isExact = request.promptTokens <= Self.promptTokensMax
    var (start, limit) = (0, Double.infinity)
    while start < candidates.count {
      let block = candidates[start].slot >> 3
      var tokens = Figures(repeating: prompt)
      var end = start
      while end < candidates.count, candidates[end].slot >> 3 == block {
        let cached = candidates[end].cachedTokens
        if cached > 0 { tokens[Int(candidates[end].slot & 7)] -= Float(cached) }
        end += 1
      }
      let floors = isExact ? floors(Int(block), tokens, prompt: prompt, output: output) : Figures()
      if any(floors .<= Float(limit)) {
        for index in start..<end where Double(floors[Int(candidates[index].slot & 7)]) <= limit {
          limit = body(index)
        }
      }
      start = end
    }
  }

  /// The floors of a turn in eight slots, where it has `tokens` to compute of its prompt.
  @inline(__always)
  private func floors(
    _ block: Int,
    _ tokens: Figures,
    prompt: Float,
    output known: Float
  ) -> Figures {
    let first = block * Column.count
    func figures(_ column: Column) -> Figures { self.figures[first + column.rawValue] }
    let output = known > 0 ? Figures(repeating: known) : figures(.output)
    // The i-th of the last n tokens of p attends to p - n + i: n (p - (n - 1) / 2) in all.
    let pairs = tokens * (prompt + 0.5 - tokens * 0.5)
    let compute = tokens * figures(.token) + pairs * figures(.attention)
    let context = prompt - 1 + output * 0.5
    let later =
      figures(.batch) * compute + output * (figures(.step) + figures(.stepToken) * context)
    var evicted = (tokens + output) * figures(.blocks) - figures(.free)
    evicted.replace(with: 0, where: evicted .< 0)
    evicted.replace(with: figures(.cached), where: evicted .> figures(.cached))
    let eviction = evicted * (figures(.again) + figures(.againToken) * prompt)
    let prefill = compute + tokens * figures(.beside)
    var floors = (figures(.base) + prefill + later + eviction) * (1 - Self.slack)
    floors.replace(with: Self.floorMax, where: floors .> Self.floorMax)
    return floors
  }
}
