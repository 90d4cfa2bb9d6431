/// What was predicted of turns that were placed, until their replicas tell what became of them.
///
/// Kept apart from the log of decisions, which may have forgotten a long turn by then. A limit
/// bounds how many are kept: each new one beyond it ends the wait for the oldest.
public struct Predictions: Sendable {
  /// What was predicted of one turn.
  public struct Prediction: Sendable, Hashable {
    /// Number of the decision; see ``DecisionLog``.
    public let decision: UInt64
    /// The replica's slot.
    public let slot: Int32
    /// Which of the replicas that had the slot, one after another, this is.
    public let generation: UInt32
    /// Number of the region where the request entered; -1 when it is not known.
    public let origin: Int16
    /// Length of the prompt.
    public let promptTokens: Int
    /// Tokens of it that were expected in the cache.
    public let cachedTokens: Int
    /// Time to the first token as the engine sees it.
    public let ttftSeconds: Double

    /// Makes a prediction.
    public init(
      decision: UInt64,
      slot: Int32,
      generation: UInt32,
      origin: Int16,
      promptTokens: Int,
      cachedTokens: Int,
      ttftSeconds: Double
    ) {
      self.decision = decision
      self.slot = slot
      self.generation = generation
      self.origin = origin
      self.promptTokens = promptTokens
      self.cachedTokens = cachedTokens
      self.ttftSeconds = ttftSeconds
    }
  }

  private let limit: Int
  private var waiting: [UInt64: Prediction] = [:]
  /// Reservations in the order in which they were made; a ring.
  private var order: [UInt64] = []
  private var next = 0

  /// How many were given up because the table was full, since the start.
  public private(set) var givenUpCount = 0

  /// Makes an empty table of `limit` predictions, at about 100 bytes each.
  public init(limit: Int = 65_536) {
    precondition(limit > 0, "a table of \(limit) predictions")
    self.limit = limit
  }

  /// How many turns are waited for.
  public var count: Int { waiting.count }

  /// A turn was placed under a reservation.
  public mutating func add(_ prediction: Prediction, of reservation: UInt64) {
    if order.count < limit {
      order.append(reservation)
    } else {
      if waiting.removeValue(forKey: order[next]) != nil { givenUpCount += 1 }
      order[next] = reservation
      next = (next + 1) % limit
    }
    waiting[reservation] = prediction
  }

  /// What was predicted of the turn of a reservation; nil when it is not waited for.
  public subscript(reservation: UInt64) -> Prediction? { waiting[reservation] }

  /// Ends the wait for a turn whose replica told what became of it.
  public mutating func end(_ reservation: UInt64) {
    waiting[reservation] = nil
  }
}
