import Basics
import FleetSpec

/// A turn on a replica as the terms of its cost see it: what they have in common, calculated once.
struct PricedTurn: CostTermVisitor {
  let replica: PricedReplica
  let request: RoutingRequest
  /// What the turn adds to the replica.
  let demand: Demand
  /// Tokens that the answer is expected to have.
  let outputTokens: Double
  /// The round trip between the turn's region and the replica's.
  let networkSeconds: Double
  /// The time of the fleet.
  let now: Instant
  /// See ``QueueTerm``.
  let queueSeconds: Double
  /// See ``PrefillTerm``.
  let prefillSeconds: Double
  /// What it costs, term by term.
  private(set) var cost = Cost()
  private var index = 0

  /// A turn of whose prompt `cachedTokens` need not be computed.
  @inline(__always)
  init(
    _ request: RoutingRequest,
    on replica: PricedReplica,
    cachedTokens: Int,
    networkSeconds: Double,
    at now: Instant
  ) {
    let state = replica.state
    let tokens = request.promptTokens - cachedTokens
    let blockTokens = state.blockTokens
    outputTokens = request.outputTokens > 0 ? Double(request.outputTokens) : state.outputTokens
    demand = Demand(
      requests: 1,
      prefillTokens: tokens,
      prefillFLOPs: state.rates.prefillFLOPs(tokens: Double(tokens), context: Double(cachedTokens)),
      prefillSteps: (Double(tokens) / Double(replica.chunkTokens)).ceiling,
      blocks: (request.promptTokens + blockTokens - 1) / blockTokens - cachedTokens / blockTokens,
      contextTokens: request.promptTokens + Int(outputTokens / 2)
    )
    (self.request, self.replica) = (request, replica)
    (self.networkSeconds, self.now) = (networkSeconds, now)
    queueSeconds = QueueTerm.seconds(replica)
    prefillSeconds = PrefillTerm.seconds(demand, on: replica)
    CostTerms.visit(&self)
  }

  @inline(__always)
  mutating func visit<Term: CostTerm>(_ term: Term.Type) {
    let weight = replica.costs.weights.figures[index] * term.emphasis(on: replica)
    cost.add(term, at: index, seconds: term.seconds(self), weight: weight)
    index += 1
  }

  /// Seconds of its prefill, if nothing decoded beside it.
  @inline(__always)
  var prefillArithmeticSeconds: Double { demand.prefillFLOPs / replica.state.rates.flopsPerSecond }

  /// Seconds until there is headroom for it; 0 when there is.
  ///
  /// There is none while more than ``CostModel/backlogSecondsMax`` of prefill is before it, besides
  /// what is done while the turn is on its way, or more than ``SendWindow`` has if that is more;
  /// while the batch stays full for longer; and while answers have no time for its prompt.
  @inline(__always)
  var secondsToHeadroom: Double {
    let byPrefill = secondsBeyondBacklog(queueSeconds) + DecodeInterferenceTerm.seconds(self)
    return max(byPrefill, secondsBeyondBacklog(replica.slotSeconds))
  }

  /// How much more than may be before it `seconds` are.
  @inline(__always)
  func secondsBeyondBacklog(_ seconds: Double) -> Double {
    let ahead = max(
      networkSeconds + replica.costs.backlogSecondsMax,
      replica.state.window.seconds(at: now)
    )
    return max(0, seconds - ahead)
  }
}
