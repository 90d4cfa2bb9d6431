public import FleetSpec
public import HearthMessages

/// One turn, as a node hands it to an engine.
public struct EngineTurn: Sendable {
  /// The node's number for the turn; unique while it runs.
  public let id: UInt64
  /// What the client asked for.
  public let request: HearthV1.GenerateRequest

  /// Makes a turn.
  public init(id: UInt64, request: HearthV1.GenerateRequest) {
    self.id = id
    self.request = request
  }
}

/// What an engine reports to its node, in the order of time.
public enum EngineEvents: Sendable {
  /// A turn's answer has a new piece.
  case answered(turn: UInt64, HearthV1.GenerateResponse)
  /// A turn is over; nothing more comes of it.
  case ended(turn: UInt64)
  /// The same, since the engine could not run it: another time, or another replica, may help.
  case failed(turn: UInt64, EngineRejection)
  /// Blocks were dropped, so that no copy of them is left, and kept.
  case cacheChanged(removed: [UInt64], stored: [UInt64])
  /// All blocks kept for reuse were dropped.
  case cacheCleared
  /// The engine carries this now.
  case loadChanged(ReplicaLoad)
}

/// An inference engine on a node, confined to the node's loop.
///
/// Simulated or real, an engine says at once whether it takes a turn, and the rest in events.
public protocol Engine: AnyObject {
  /// What the engine is, as it is announced to the fleet.
  var replica: ReplicaSpec { get }

  /// Where events go; set once, before the first turn.
  var onEvents: ((EngineEvents) -> Void)? { get set }

  /// Takes a turn, or says why not, in words for the client.
  ///
  /// - Throws: `RESOURCE_EXHAUSTED` when the queue is full, `INVALID_ARGUMENT` for a turn that the
  ///   engine can never run.
  func submit(_ turn: EngineTurn) throws(EngineRejection)

  /// Takes a turn back; its end comes as an event. Unknown numbers are ignored.
  func cancel(_ turn: UInt64)

  /// Has a turn's answer wait: its client does not take what came. Unknown numbers are ignored.
  func pause(_ turn: UInt64)

  /// Goes on with a turn's answer after ``pause(_:)``.
  func resume(_ turn: UInt64)

  /// Drops all blocks kept for reuse.
  func resetCache()
}

extension Engine {
  /// What is answered is little, whatever the client does.
  public func pause(_ turn: UInt64) {}
  /// Nothing waits.
  public func resume(_ turn: UInt64) {}
}

/// Why an engine did not take a turn.
public struct EngineRejection: Error, Sendable, Hashable {
  /// Whether another time, or another replica, may help.
  public let isFull: Bool
  /// What is wrong, with the numbers.
  public let message: String

  /// Makes a rejection.
  public init(isFull: Bool, message: String) {
    self.isFull = isFull
    self.message = message
  }
}
