public import Basics
public import HearthMessages

/// What a node sees of one turn, from the moment when it comes until it can be told as an outcome.
///
/// Instants are of the fleet's time. What the engine says of times goes before what the node
/// measured itself.
public struct TurnRecord: Sendable {
  /// The one that it was placed with; 0 for none.
  public let reservation: UInt64
  /// Who asked for it, and the adapter; empty where the request has none.
  private var (tenant, adapter) = ("", "")
  private let came: Instant
  private var queued: Duration?
  private var ttft: Duration?
  private var promptTokens: UInt32 = 0
  private var cachedTokens: UInt32 = 0
  private var outputTokens: UInt32 = 0
  private var isFinished = false
  /// Whether the engine says that the request is wrong.
  private var isRejected = false

  /// The blocks that the answer fills, where its engine tells nothing of its cache; see the
  /// outcome's.
  public var answerBlocks: [UInt64] = []
  /// How the turn ends if no complete answer comes before.
  public var ending = HearthV1.TurnEnding.aborted

  /// Begins the record of a turn that came just now; 0 stands for no reservation.
  public init(reservation: UInt64, at now: Instant) {
    self.reservation = reservation
    came = now
  }

  /// Begins the record of a request that came just now.
  public init(of request: HearthV1.GenerateRequest, at now: Instant) {
    self.init(reservation: request.reservation, at: now)
    tenant = TenantID(request.tenant)?.text ?? ""
    adapter = AdapterID(request.adapter)?.text ?? ""
    // Of a text it is a guess, which the engine corrects.
    if request.http == nil { promptTokens = request.promptTokens }
  }

  /// The engine answered with another piece.
  public mutating func answered(_ response: HearthV1.GenerateResponse, at now: Instant) {
    switch response.event {
    case .started(let started):
      queued = .nanoseconds(max(0, started.queuedNs))
      cachedTokens = started.cachedTokens
    case .tokens(let tokens): take(tokens.count, at: now)
    case .body(let body): if body.tokens > 0 { take(body.tokens, at: now) }
    case .finished(let usage):
      isFinished = true
      (promptTokens, cachedTokens) = (usage.promptTokens, usage.cachedTokens)
      outputTokens = usage.outputTokens
      if usage.ttftNs > 0 { ttft = .nanoseconds(usage.ttftNs) }
    case .head(let head): isRejected = (400..<500).contains(head.status)
    case nil: break
    }
  }

  private mutating func take(_ tokens: UInt32, at now: Instant) {
    if ttft == nil { ttft = came.duration(to: now) }
    outputTokens = UInt32(clamping: Int(outputTokens) + Int(tokens))
  }

  /// What became of the turn, which ends now.
  public func outcome(at now: Instant) -> HearthV1.TurnOutcome {
    let total = max(.zero, came.duration(to: now))
    var outcome = HearthV1.TurnOutcome(
      reservation: reservation,
      cachedTokens: cachedTokens,
      outputTokens: outputTokens,
      queuedNs: (queued ?? total).nanoseconds,
      ttftNs: max(.zero, ttft ?? .zero).nanoseconds,
      totalNs: total.nanoseconds,
      ending: isFinished ? isRejected ? .rejected : .completed : ending,
      promptTokens: promptTokens,
      answerBlocks: Array(answerBlocks.prefix(HearthV1.TurnOutcome.answerBlocksMax))
    )
    (outcome.tenant, outcome.adapter) = (tenant, adapter)
    return outcome
  }
}
