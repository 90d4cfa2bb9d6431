import Fleet

/// For each replica a figure that is surely no more than what a turn costs there, found for eight
/// replicas at a time: who seeks the cheapest need not look closer at those whose floor is above it.
///
/// A floor is ``CostModel/cost(of:on:cachedTokens:roundTripSeconds:)`` without ``Cost/place`` and ``Cost/room``,
/// with prefill bound by arithmetic, and with steps and blocks as divisible as tokens. Floors are calculated
/// with 24 bits, so ``slack`` of each is given up.
struct CostFloors: Sendable {
  typealias Figures = SIMD8<Float>

  /// What goes into the floors of replicas: one figure of each, eight side by side.
  private enum Column: Int {
    /// Seconds of ``Cost/queue`` and ``Cost/doubt``.
    case base
    /// Seconds that a prompt token takes, and each token that one attends to.
    case token, attention
    /// Seconds that a step takes besides, shared by the tokens that it can compute.
    case beside
    /// What a second of a prompt counts, its own and weighted those of the batch that it holds up; and
    /// what each second of it adds to that.
    case stalled, stalledMore
    /// Tokens of an answer whose length nobody knows.
    case output
    /// Weighted seconds of a token of the answer, and what each KV token of the turn adds.
    case step, stepToken
    /// Blocks in a token; blocks that are free; blocks that can be evicted.
    case blocks, free, cached
    /// Seconds that an evicted block will cost, and what each token of the prompt adds.
    case again, againToken

    static let count = 14
  }

  /// The share of a floor that may be due to rounding: some thirty operations of 2^-24 each, twice.
  private static let slack: Float = 4e-6
  /// No floor is above it, so that none is infinite.
  private static let floorMax: Float = 1e30
  /// Turns of regions beyond these are taken to be near everything.
  private static let originMax = 64
  /// Of longer prompts 24 bits can't tell how many tokens are left.
  private static let promptTokensMax = 1 << 23

  /// What the floors belong to; nil when there are none.
  let costs: CostModel?
  /// Column after column of the first eight slots, then of the next.
  private var figures: [Figures] = []
  /// For each region the seconds of ``Cost/network`` of its turns, by slot.
  private var networks: [[Figures]] = []

  init(costs: CostModel? = nil) { self.costs = costs }

  /// Takes in what the replica in a slot is expected to be.
  mutating func set(_ slot: Int32, _ state: ReplicaState) {
    guard let costs else { return }
    let first = Int(slot) / 8 * Column.count
    while figures.count < first + Column.count { figures.append(Figures()) }
    let lane = first * MemoryLayout<Figures>.stride + Int(slot) % 8 * MemoryLayout<Float>.stride
    var span = figures.mutableSpan
    var bytes = span.mutableBytes
    Self.put(state, costs, in: &bytes, at: lane)
  }

  @inline(__always)
  private static func put(
    _ state: ReplicaState,
    _ costs: CostModel,
    in bytes: inout MutableRawSpan,
    at lane: Int
  ) {
    func put(_ figure: Double, _ column: Column, _ bytes: inout MutableRawSpan) {
      let offset = lane + column.rawValue * MemoryLayout<Figures>.stride
      bytes.storeBytes(of: Float(figure), toByteOffset: offset, as: Float.self)
    }
    let (rates, busy) = (state.rates, CostModel.Busy(state))
    put(costs.queueSeconds(state, busy) + costs.doubtSeconds(state), .base, &bytes)

    let (perFLOP, perByte) = (1 / rates.flopsPerSecond, 1 / rates.bytesPerSecond)
    let (token, attention) = (rates.flopsPerToken * perFLOP, rates.attentionFLOPs * perFLOP)
    let decode = busy.batch * token + busy.context * attention
    let perStep = max(1, state.stepTokensMax - min(state.requestCount, state.runningMax))
    let stalled = costs.stallWeight(on: state) * busy.batch
    let beside = (decode + rates.overheadSeconds) / Double(perStep)
    put(token, .token, &bytes)
    put(attention, .attention, &bytes)
    put(beside, .beside, &bytes)
    put(1 + stalled, .stalled, &bytes)
    put(stalled / costs.stallSparedSeconds, .stalledMore, &bytes)

    let memory = (rates.weightBytes + busy.context * rates.kvBytesPerToken) * perByte
    let isArithmetic = decode > memory
    let step = costs.laterWeight * (max(decode, memory) + rates.overheadSeconds)
    let all = costs.laterWeight * (1 + busy.batch)
    put(state.outputTokens, .output, &bytes)
    put(isArithmetic ? step + all * token : step, .step, &bytes)
    put(all * (isArithmetic ? attention : rates.kvBytesPerToken * perByte), .stepToken, &bytes)

    let held = state.load.blocksUsed + state.load.blocksCached + state.pending.blocks
    let (size, slack) = (Double(state.blockTokens), Double(slack))
    let reuse = state.reuseChance * size
    put((1 - slack) / size, .blocks, &bytes)
    put((1 + slack) * Double(max(0, state.blockCount - held)), .free, &bytes)
    put(Double(state.load.blocksCached), .cached, &bytes)
    put(reuse * (token + attention * (size + 1) * 0.5), .again, &bytes)
    put(reuse * attention * 0.5, .againToken, &bytes)
  }

  /// Takes in how far regions are from each other, and in which of them the replica of each slot is.
  mutating func measure(_ topology: RegionTopology, regionCount: Int, places: [Int16]) {
    networks.removeAll(keepingCapacity: true)
    for origin in 0..<min(regionCount, Self.originMax) {
      var network = Array(repeating: Figures(), count: (places.count + 7) / 8)
      for (slot, place) in places.enumerated() {
        network[slot / 8][slot % 8] = Float(topology.roundTripSeconds(origin, Int(place)))
      }
      networks.append(network)
    }
  }

  /// Calls `body` with the index of each candidate whose floor is at most what `body` returned last,
  /// in order.
  @inline(__always)
  func forEach(
    _ candidates: Candidates,
    in blocks: [Roll.Block],
    for request: RoutingRequest,
    _ body: (Int) -> Double
  ) {
    let (prompt, output) = (Float(request.promptTokens), Float(request.outputTokens))
    let isExact = request.promptTokens <= Self.promptTokensMax
    let origin = Int(request.origin)
    let network = networks.indices.contains(origin) ? networks[origin] : []
    var limit = Double.infinity
    for block in blocks {
      let number = Int(block.number)
      var floors = number < network.count ? network[number] : Figures()
      if isExact {
        let tokens = prompt - candidates.cachedTokens(in: block)
        floors += self.floors(number, tokens, prompt: prompt, output: output)
        floors *= 1 - Self.slack
        floors.replace(with: Self.floorMax, where: floors .> Self.floorMax)
      }
      guard any(floors .<= Float(limit)) else { continue }
      var index = Int(block.start)
      for lane in 0..<8 where block.lanes & 1 << UInt8(lane) != 0 {
        if Double(floors[lane]) <= limit { limit = body(index) }
        index += 1
      }
    }
  }

  /// The floors of a turn in eight slots, but for network and slack, where it has `tokens` to compute of its prompt.
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
    let seconds = tokens * figures(.token) + pairs * figures(.attention)
    let stalled = figures(.stalled) + seconds * figures(.stalledMore)
    let prefill = tokens * figures(.beside) + seconds * stalled
    let context = prompt - 1 + output * 0.5
    let decode = output * (figures(.step) + figures(.stepToken) * context)
    var evicted = (tokens + output) * figures(.blocks) - figures(.free)
    evicted.replace(with: 0, where: evicted .< 0)
    evicted.replace(with: figures(.cached), where: evicted .> figures(.cached))
    let eviction = evicted * (figures(.again) + figures(.againToken) * prompt)
    return figures(.base) + prefill + decode + eviction
  }
}

extension Candidates {
  /// Tokens of the prompt that need not be computed in eight slots, exact up to 2^24.
  @inline(__always)
  fileprivate func cachedTokens(in block: Roll.Block) -> CostFloors.Figures {
    let first = Int(block.number) * 8
    var blocks = CostFloors.Figures()
    if first + 8 <= held.count {
      blocks = CostFloors.Figures(
        SIMD8<Int32>(
          held[first],
          held[first + 1],
          held[first + 2],
          held[first + 3],
          held[first + 4],
          held[first + 5],
          held[first + 6],
          held[first + 7]
        )
      )
    } else {
      for slot in first..<Swift.max(first, held.count) { blocks[slot - first] = Float(held[slot]) }
    }
    let usable = CostFloors.Figures(repeating: Float(usableBlocks))
    blocks.replace(with: usable, where: blocks .> usable)
    return blocks * Float(blockTokens)
  }
}
