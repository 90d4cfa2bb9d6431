import Basics
import FleetSpec

/// For each replica a figure that is surely no more than what a turn costs there, found for eight
/// replicas at a time: who seeks the cheapest need not look closer at those whose lower bound is above it.
///
/// A lower bound is ``CostModel/cost(of:on:cachedTokens:roundTripSeconds:at:)`` without ``Cost/batchSlot``, with
/// prefill bound by arithmetic, with steps and blocks as divisible as tokens, and with less of
/// ``Cost/decodeInterference`` than there is. Lower bounds are calculated with 24 bits, so ``slack`` of each is given up.
struct CostLowerBounds: Sendable {
  typealias Figures = SIMD8<Float>

  /// What goes into the lower bounds of replicas: one figure of each, eight side by side.
  private enum Column: Int {
    /// Seconds of ``Cost/queue`` and ``Cost/staleness``.
    case base
    /// What share of its time prefill has at least, and what share answers leave for it.
    case share, shareMax
    /// Seconds that a prompt token takes, and each token that one attends to.
    case token, attention
    /// Seconds that a step takes besides, shared by the tokens that it can compute.
    case beside
    /// What a second of a prompt counts, weighted, in those of the batch that it holds up; and what each
    /// second of it adds to that.
    case stalled, stalledMore
    /// Tokens of an answer whose length nobody knows.
    case output
    /// Weighted seconds of a token of the answer, and what each KV token of the turn adds.
    case step, stepToken
    /// Blocks in a token; blocks that are free; blocks that can be evicted.
    case blocks, free, cached
    /// Seconds that an evicted block will cost, and what each token of the prompt adds.
    case again, againToken

    static let count = 16
  }

  /// The share of a lower bound that may be due to rounding: some thirty operations of 2^-24 each, twice.
  private static let slack: Float = 4e-6
  /// No lower bound is above it, so that none is infinite.
  private static let lowerBoundMax: Float = 1e30
  /// Turns of regions beyond these are taken to be near everything.
  private static let originMax = 64
  /// Of longer prompts 24 bits can't tell how many tokens are left.
  private static let promptTokensMax = 1 << 23

  /// What the lower bounds belong to; nil when there are none.
  let costs: CostModel?
  /// Column after column of the first eight slots, then of the next.
  private var figures: [Figures] = []
  /// For each region the seconds of ``Cost/network`` of its turns, by slot.
  private var networks: [[Figures]] = []

  init(costs: CostModel? = nil) { self.costs = costs }

  /// Takes in what the replica in a slot is expected to be until some instant of the fleet.
  mutating func set(_ slot: Int32, _ state: ReplicaState, until end: Instant) {
    guard let costs else { return }
    let first = Int(slot) / 8 * Column.count
    while figures.count < first + Column.count { figures.append(Figures()) }
    let lane = first * MemoryLayout<Figures>.stride + Int(slot) % 8 * MemoryLayout<Float>.stride
    var span = figures.mutableSpan
    var bytes = span.mutableBytes
    Self.put(state, until: end, costs, in: &bytes, at: lane)
  }

  @inline(__always)
  private static func put(
    _ state: ReplicaState,
    until end: Instant,
    _ costs: CostModel,
    in bytes: inout MutableRawSpan,
    at lane: Int
  ) {
    func put(_ figure: Double, _ column: Column, _ bytes: inout MutableRawSpan) {
      let offset = lane + column.rawValue * MemoryLayout<Figures>.stride
      bytes.storeBytes(of: Float(figure), toByteOffset: offset, as: Float.self)
    }
    let (rates, busy) = (state.rates, CostModel.Busy(state))
    put(costs.queueSeconds(state, busy) + costs.stalenessSeconds(state), .base, &bytes)

    let (perFLOP, perByte) = (1 / rates.flopsPerSecond, 1 / rates.bytesPerSecond)
    let (token, attention) = (rates.flopsPerToken * perFLOP, rates.attentionFLOPs * perFLOP)
    let decode = busy.batch * token + busy.context * attention
    let perStep = max(1, state.stepTokensMax - min(state.requestCount, state.runningMax))
    let stalled = costs.stallWeight(on: state) * busy.batch
    let beside = (decode + rates.overheadSeconds) / Double(perStep)
    put(token, .token, &bytes)
    put(attention, .attention, &bytes)
    put(beside, .beside, &bytes)
    put(stalled, .stalled, &bytes)
    put(stalled / costs.stallKneeSeconds, .stalledMore, &bytes)

    let memory = (rates.weightBytes + busy.context * rates.kvBytesPerToken) * perByte
    let isArithmetic = decode > memory
    let seconds = max(decode, memory) + rates.overheadSeconds
    let slack = Double(slack)
    let shareMax = state.requestCount > 0 ? costs.prefillShareMax(step: seconds) : .infinity
    put((1 - slack) * state.prefillShare.shareMin(at: end), .share, &bytes)
    put((1 + slack) * min(shareMax, Double(lowerBoundMax)), .shareMax, &bytes)

    let step = costs.laterWeight * seconds
    let all = costs.laterWeight * (1 + busy.batch)
    put(state.outputTokens, .output, &bytes)
    put(isArithmetic ? step + all * token : step, .step, &bytes)
    put(all * (isArithmetic ? attention : rates.kvBytesPerToken * perByte), .stepToken, &bytes)

    let held = state.load.blocksUsed + state.load.blocksCached + state.pending.blocks
    let size = Double(state.blockTokens)
    let reuse = state.evictedReuseChance * size
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

  /// Calls `body` with the index of each candidate whose lower bound is at most what `body` returned last,
  /// in order.
  @inline(__always)
  func forEach(
    _ candidates: Candidates,
    in blocks: [CandidateList.Block],
    for request: RoutingRequest,
    _ body: (Int) -> Double
  ) {
    let prompt = Float(request.promptTokens)
    let isExact = request.promptTokens <= Self.promptTokensMax
    let origin = Int(request.origin)
    let network = networks.indices.contains(origin) ? networks[origin] : []
    var limit = Double.infinity
    for block in blocks {
      let number = Int(block.number)
      let way = number < network.count ? network[number] : Figures()
      var lowerBounds = way
      if isExact {
        let tokens = prompt - candidates.cachedTokens(in: block)
        let turn = self.turn(request, number, tokens)
        lowerBounds = (way + turn.others) * (1 - Self.slack)
        // Few get this far, so that room, which takes a division, is left until now.
        guard any(lowerBounds .<= Float(limit)) else { continue }
        let room = decodeInterferenceSecondsMin(
          number,
          for: request,
          prefill: turn.prefill,
          network: way
        )
        lowerBounds += room * (1 - Self.slack)
        lowerBounds.replace(with: Self.lowerBoundMax, where: lowerBounds .> Self.lowerBoundMax)
      }
      guard any(lowerBounds .<= Float(limit)) else { continue }
      var index = Int(block.start)
      for lane in 0..<8 where block.lanes & 1 << UInt8(lane) != 0 {
        if Double(lowerBounds[lane]) <= limit { limit = body(index) }
        index += 1
      }
    }
  }

  /// Where the columns of a block are; in a span of as many, reading one takes no look at bounds.
  @inline(__always)
  private static func row(_ block: Int) -> Range<Int> {
    block * Column.count..<(block + 1) * Column.count
  }

  /// What the prefill of a turn takes in eight slots where it has `tokens` to compute of its prompt, and
  /// the lower bounds of all but network, room and slack.
  @inline(__always)
  private func turn(
    _ request: RoutingRequest,
    _ block: Int,
    _ tokens: Figures
  ) -> (prefill: Figures, others: Figures) {
    let row = self.figures.span.extracting(Self.row(block))
    func figures(_ column: Column) -> Figures { row[column.rawValue] }
    let (prompt, known) = (Float(request.promptTokens), Float(request.outputTokens))
    let output = known > 0 ? Figures(repeating: known) : figures(.output)
    // The i-th of the last n tokens of p attends to p - n + i: n (p - (n - 1) / 2) in all.
    let pairs = tokens * (prompt + 0.5 - tokens * 0.5)
    let seconds = tokens * figures(.token) + pairs * figures(.attention)
    let stall = seconds * (figures(.stalled) + seconds * figures(.stalledMore))
    let prefill = tokens * figures(.beside) + seconds
    let context = prompt - 1 + output * 0.5
    let decode = output * (figures(.step) + figures(.stepToken) * context)
    var evicted = (tokens + output) * figures(.blocks) - figures(.free)
    evicted.replace(with: 0, where: evicted .< 0)
    evicted.replace(with: figures(.cached), where: evicted .> figures(.cached))
    let eviction = evicted * (figures(.again) + figures(.againToken) * prompt)
    return (prefill, figures(.base) + prefill + stall + decode + eviction)
  }

  /// Less than ``Cost/decodeInterference`` of a turn in eight slots, where its prefill takes `prefill` seconds.
  @inline(__always)
  private func decodeInterferenceSecondsMin(
    _ block: Int,
    for request: RoutingRequest,
    prefill: Figures,
    network: Figures
  ) -> Figures {
    let row = self.figures.span.extracting(Self.row(block))
    func figures(_ column: Column) -> Figures { row[column.rawValue] }
    let own = request.mayExceedTPOT ? Figures() : prefill * Float(1 / PrefillShare.decaySeconds)
    let (share, shareMax) = (figures(.share) + own, figures(.shareMax))
    // The logarithm of x is at least 2 (x - 1) / (x + 1) where x is above 1.
    let interference =
      Float(2 * PrefillShare.decaySeconds) * (share - shareMax) / (share + shareMax)
    var backlog = figures(.base) - network - Float(costs?.backlogSecondsMax ?? 0)
    backlog.replace(with: 0, where: backlog .< 0)
    var room = interference - backlog
    room.replace(with: 0, where: room .< 0)
    return room
  }
}

extension Candidates {
  /// Tokens of the prompt that need not be computed in eight slots, exact up to 2^24.
  @inline(__always)
  fileprivate func cachedTokens(in block: CandidateList.Block) -> CostLowerBounds.Figures {
    let first = Int(block.number) * 8
    var blocks = CostLowerBounds.Figures()
    if first + 8 <= held.count {
      let offset = first * MemoryLayout<Int32>.stride
      blocks = CostLowerBounds.Figures(
        held.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD8<Int32>.self)
      )
    } else {
      for slot in first..<Swift.max(first, held.count) { blocks[slot - first] = Float(held[slot]) }
    }
    let usable = CostLowerBounds.Figures(repeating: Float(usableBlocks))
    blocks.replace(with: usable, where: blocks .> usable)
    return blocks * Float(blockTokens)
  }
}
