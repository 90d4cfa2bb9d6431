public import FleetSpec
public import HearthMessages

/// One turn, as a node hands it to an engine.
public struct EngineTurn: Sendable {
  /// The node's number for the turn; unique while it runs.
  public let id: UInt64
  /// What the client asked for.
  public let request: HearthV1.GenerateRequest
  /// Whom its tenant shares cached prompts with; empty for all that have no group.
  public let trustGroup: String

  /// Makes a turn.
  public init(id: UInt64, request: HearthV1.GenerateRequest, trustGroup: String = "") {
    self.id = id
    self.request = request
    self.trustGroup = trustGroup
  }
}

/// What an engine reports to its node, in the order of time.
public enum EngineEvents: Sendable {
  /// A turn's answer has a new piece.
  case answered(turn: UInt64, HearthV1.GenerateResponse)
  /// A turn's answer filled blocks after those of the prompt, of which the engine tells nothing.
  case extended(turn: UInt64, blocks: [UInt64])
  /// A turn is over; nothing more comes of it.
  case ended(turn: UInt64)
  /// The same, since the engine could not run it.
  case failed(turn: UInt64, EngineFailure)
  /// Blocks were dropped, so that no copy of them is left, and kept.
  case cacheChanged(removed: [UInt64], stored: [UInt64])
  /// All blocks kept for reuse were dropped.
  case cacheCleared
  /// The engine carries this now.
  case loadChanged(ReplicaLoad)
  /// The engine has, or can load, other LoRA adapters than before, of which some are loaded.
  case adaptersChanged(names: [String], loaded: [String])
  /// The engine is not what it was announced as.
  case replicaChanged(ReplicaSpec)
  /// It takes turns, or does not.
  case stateChanged(EngineState)
  /// Something about it that people should know.
  case noted(String)
  /// It wrote a line to its log.
  case wrote(String)
}

/// Whether an engine takes turns.
public enum EngineState: Sendable, Hashable {
  /// It does.
  case ready
  /// Not yet: it starts, as these words say.
  case starting(String)
  /// It does not, for this reason.
  case failed(String)
}

/// An inference engine on a node, confined to the node's loop.
///
/// Simulated or real, an engine says at once whether it takes a turn, and the rest in events.
public protocol Engine: AnyObject {
  /// What the engine is, as it is announced to the fleet.
  var replica: ReplicaSpec { get }

  /// Where events go; set once, before the first turn.
  var onEvents: ((EngineEvents) -> Void)? { get set }

  /// Begins; events come from here on. An engine that says nothing of its state is ready.
  func start()

  /// Ends it, and calls `done` once nothing is left of it.
  func stop(_ done: @escaping () -> Void)

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

  /// Whether it can leave its GPUs and load again.
  var canPark: Bool { get }

  /// Leaves its GPUs, with all turns and blocks, and calls `done` once nothing is left there.
  func park(_ done: @escaping () -> Void)

  /// Loads again, on these GPUs of its node, a bit each; that it is ready comes as an event.
  func load(on gpus: UInt64)
}

extension Engine {
  /// It stays where it is.
  public var canPark: Bool { false }
  /// It can't.
  public func park(_ done: @escaping () -> Void) {}
  /// It is loaded.
  public func load(on gpus: UInt64) {}

  /// What is answered is little, whatever the client does.
  public func pause(_ turn: UInt64) {}
  /// Nothing waits.
  public func resume(_ turn: UInt64) {}

  /// There is nothing to begin.
  public func start() {}

  /// There is nothing to end.
  public func stop(_ done: @escaping () -> Void) { done() }
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

/// Why an engine could not run a turn that it had taken.
public struct EngineFailure: Sendable, Hashable {
  /// What would help.
  public enum Kind: Sendable {
    /// It is full: another time, or another replica.
    case full
    /// It is not there, or broke off: another replica.
    case gone
    /// It answered that it failed: another replica, unless the turn is to blame.
    case failed
  }

  /// What would help.
  public let kind: Kind
  /// What happened, with the numbers.
  public let message: String
  /// When to ask it again, as it says; nil where it says nothing.
  public internal(set) var retryAfter: Duration?

  init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }
}

/// Why an engine takes no turns that left its GPUs to jobs.
let parkedWords = "parked: its GPUs are lent to jobs"
