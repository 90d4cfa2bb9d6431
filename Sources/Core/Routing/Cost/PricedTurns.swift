import FleetSpec

/// A turn on eight replicas side by side, as the lower bounds of the terms of its cost see it: at
/// most what ``PricedTurn`` says, with prefill bound by arithmetic and steps as divisible as
/// tokens.
struct PricedTurns {
  typealias Figures = CostColumns.Figures

  /// See ``CostModel/backlogSecondsMax``.
  let backlogSecondsMax: Float
  /// Tokens of the answer; 0 when unknown.
  private let knownTokens: Float
  /// Tokens of the prompt, and those that must be computed.
  let promptTokens: Float
  private(set) var tokens = Figures()
  /// See ``PricedTurn/outputTokens``.
  private(set) var outputTokens = Figures()
  /// See ``PricedTurn/networkSeconds`` and ``PricedTurn/queueSeconds``.
  private(set) var network = Figures()
  private(set) var queue = Figures()
  /// Seconds of its prefill alone, and beside the decode of the batch.
  private(set) var arithmetic = Figures()
  private(set) var prefill = Figures()

  @inline(__always)
  init(_ request: RoutingRequest, backlogSecondsMax: Double) {
    self.backlogSecondsMax = Float(backlogSecondsMax)
    knownTokens = Float(request.outputTokens)
    promptTokens = Float(request.promptTokens)
  }

  /// Takes eight replicas on which `tokens` must be computed.
  @inline(__always)
  mutating func take(_ tokens: Figures, _ network: Figures, _ columns: inout CostColumns.Reader) {
    (self.tokens, self.network) = (tokens, network)
    let mean = columns.next()
    outputTokens = knownTokens > 0 ? Figures(repeating: knownTokens) : mean
    queue = columns.next()
    // The i-th of the last n tokens of p attends to p - n + i: n (p - (n - 1) / 2) in all.
    let pairs = tokens * (promptTokens + 0.5 - tokens * 0.5)
    arithmetic = tokens * columns.next() + pairs * columns.next()
    prefill = tokens * columns.next() + arithmetic
  }

  /// Adds the columns of a replica that ``take(_:_:_:)`` takes.
  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {
    let rates = replica.state.rates
    columns.add(replica.state.outputTokens)
    columns.add(QueueTerm.seconds(replica))
    columns.add(rates.flopsPerToken / rates.flopsPerSecond)
    columns.add(rates.attentionFLOPs / rates.flopsPerSecond)
    let seconds = replica.arithmeticStepSeconds + rates.overheadSeconds
    columns.add(seconds / Double(replica.chunkTokens))
  }
}
