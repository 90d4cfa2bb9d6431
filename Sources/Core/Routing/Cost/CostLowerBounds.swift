import Basics
import FleetSpec

/// For each replica a figure that is surely no more than what a turn costs there, found for eight
/// replicas at a time: who seeks the cheapest need not look closer at those whose lower bound is
/// above it.
///
/// Lower bounds are calculated with 24 bits, so ``CostColumns/slack`` of each is given up.
struct CostLowerBounds: Sendable {
  typealias Figures = CostColumns.Figures

  /// Turns of regions beyond these are taken to be near everything.
  private static let originMax = 64
  /// Of longer prompts 24 bits can't tell how many tokens are left.
  private static let promptTokensMax = 1 << 23

  /// What the lower bounds belong to; nil when there are none.
  let costs: CostModel?
  /// Of the first eight slots, then of the next.
  private var columns: [CostColumns] = []
  /// For each region the seconds of ``NetworkTerm`` of its turns, by slot.
  private var networks: [[Figures]] = []

  init(costs: CostModel? = nil) { self.costs = costs }

  /// Takes in what the replica in a slot is expected to be until some instant of the fleet.
  mutating func set(_ slot: Int32, _ state: ReplicaState, until end: Instant) {
    guard let costs else { return }
    while columns.count <= Int(slot) / 8 { columns.append(CostColumns()) }
    var column = Columns(replica: PricedReplica(state, costs), lane: .init(until: end))
    PricedTurns.addColumns(of: column.replica, to: &column.lane)
    CostTerms.visit(&column)
    CostColumns.set(Int(slot), column.lane, in: &columns)
  }

  /// Takes in how far regions are from each other, and in which of them the replica of each slot
  /// is.
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

  /// Calls `body` with the index of each candidate whose lower bound is at most what `body`
  /// returned last, in order.
  @inline(__always)
  func forEach(
    _ candidates: Candidates,
    in blocks: [CandidateList.Block],
    for request: RoutingRequest,
    _ body: (Int) -> Double
  ) {
    guard let costs else { return }
    let isExact = request.promptTokens <= Self.promptTokensMax
    let origin = Int(request.origin)
    let network = networks.indices.contains(origin) ? networks[origin] : []
    var sum = Sum(request, costs, .init(columns))
    var limit = Double.infinity
    for block in blocks {
      let number = Int(block.number)
      var lowerBounds = Figures()
      if isExact {
        sum.columns.number = number
        sum.tokens = Float(request.promptTokens) - candidates.cachedTokens(in: block)
        sum.network = number < network.count ? network[number] : Figures()
        sum.limit = Float(limit)
        CostTerms.visit(&sum)
        lowerBounds = sum.lowerBound
      }
      guard any(lowerBounds .<= Float(limit)) else { continue }
      var index = Int(block.start)
      for lane in 0..<8 where block.lanes & 1 << UInt8(lane) != 0 {
        if Double(lowerBounds[lane]) <= limit { limit = body(index) }
        index += 1
      }
    }
  }

  /// Adds the columns of each term.
  private struct Columns: CostTermVisitor {
    let replica: PricedReplica
    var lane: CostColumns.Lane

    @inline(__always)
    init(replica: PricedReplica, lane: CostColumns.Lane) {
      (self.replica, self.lane) = (replica, lane)
    }

    @inline(__always)
    mutating func visit<Term: CostTerm>(_ term: Term.Type) {
      term.addColumns(of: replica, to: &lane)
    }
  }

  /// Adds the lower bounds of the terms up.
  private struct Sum: CostTermVisitor {
    var columns: CostColumns.Reader
    var tokens = Figures()
    var network = Figures()
    /// No more is added where the sum is above it.
    var limit: Float = 0
    private let weights: SIMD8<Float>
    private var turn: PricedTurns
    private var sum = Figures()
    private var index = 0

    @inline(__always)
    init(_ request: RoutingRequest, _ costs: CostModel, _ columns: CostColumns.Reader) {
      weights = SIMD8<Float>(costs.weights.figures)
      turn = PricedTurns(request, backlogSecondsMax: costs.backlogSecondsMax)
      self.columns = columns
    }

    /// The sum, less what may be due to rounding.
    @inline(__always)
    var lowerBound: Figures {
      let most = Float(CostColumns.figureMax)
      let lowerBound = sum * (1 - CostColumns.slack)
      return lowerBound.replacing(with: most, where: lowerBound .> most)
    }

    @inline(__always)
    mutating func begin() {
      columns.begin()
      turn.take(tokens, network, &columns)
      (sum, index) = (Figures(), 0)
    }

    @inline(__always)
    mutating func visit<Term: CostTerm>(_ term: Term.Type) {
      if Term.isBoundLast {
        guard any(lowerBound .<= limit) else { return }
      }
      sum += weights[index] * term.lowerBound(turn, &columns)
      index += 1
    }
  }
}

extension Candidates {
  /// Tokens of the prompt that need not be computed in eight slots, exact up to 2^24.
  @inline(__always)
  fileprivate func cachedTokens(in block: CandidateList.Block) -> CostColumns.Figures {
    let first = Int(block.number) * 8
    var blocks = CostColumns.Figures()
    if first + 8 <= held.count {
      let offset = first * MemoryLayout<Int32>.stride
      blocks = CostColumns.Figures(
        held.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD8<Int32>.self)
      )
    } else {
      for slot in first..<Swift.max(first, held.count) { blocks[slot - first] = Float(held[slot]) }
    }
    let usable = CostColumns.Figures(repeating: Float(usableBlocks))
    blocks.replace(with: usable, where: blocks .> usable)
    return blocks * Float(blockSize)
  }
}
