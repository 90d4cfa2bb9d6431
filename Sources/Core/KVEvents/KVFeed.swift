public import Basics

/// Follows what one rank of an engine publishes, in order and without gaps, as a value.
///
/// Messages are numbered from 0. Those that were missed are asked for again; when the engine has
/// them no longer, or started again, all that was known is given up. Where messages can't be asked
/// for again, every gap gives up what was known.
public struct KVFeed: Machine, Sendable {
  /// What came.
  public enum Event: Sendable {
    /// There is a subscription from now on.
    case subscribed
    /// A message was published; `batch` is nil when it can't be read.
    case published(UInt64, batch: KVBatch?)
    /// A message was sent again.
    case replayed(UInt64, batch: KVBatch?)
    /// All messages were sent again that the engine still has.
    case replayEnded
    /// The deadline may have been reached.
    case timePassed
  }

  /// What the shell must do.
  public enum Action: Equatable, Sendable {
    /// Take in what the engine says.
    case apply(KVBatch)
    /// Give up all that is known of the rank.
    case clear(reason: String)
    /// Ask for the messages from this number on, and for nothing that was asked for before.
    case replay(from: UInt64)
  }

  /// How long nothing may come of what was asked for again.
  static let replayTimeout = Duration.seconds(5)
  /// What may wait until all before it has come, in hashes and tokens.
  private static let heldWeightMax = 1 << 20

  private let canReplay: Bool
  /// The message that comes next; nil while nothing is known.
  private var next: UInt64?
  /// The latest that was published.
  private var latest: UInt64?
  private var held: [(number: UInt64, batch: KVBatch?)] = []
  private var heldWeight = 0

  /// When the messages that were asked for are given up; nil while none are.
  public private(set) var deadline: Instant?

  /// Makes a feed that knows nothing.
  public init(canReplay: Bool) { self.canReplay = canReplay }

  /// Takes in one event.
  public mutating func step(_ event: Event, at now: Instant, into actions: inout Actions<Action>) {
    switch event {
    case .subscribed: if canReplay { ask(from: 0, at: now, into: &actions) }
    case .published(let number, let batch):
      if let latest, number <= latest { startAgain(number, at: now, into: &actions) }
      latest = number
      if deadline == nil, let next, canReplay, number > next {
        ask(from: next, at: now, into: &actions)
      }
      guard deadline != nil else { return accept(number, batch, into: &actions) }
      let weight = batch?.weight ?? 1
      guard heldWeight + weight <= Self.heldWeightMax else { return }
      held.append((number, batch))
      heldWeight += weight
    case .replayed(let number, let batch):
      guard deadline != nil else { return }
      deadline = now.advanced(by: Self.replayTimeout)
      accept(number, batch, into: &actions)
    case .replayEnded:
      guard deadline != nil else { return }
      // Where nothing was published, the first message comes next.
      next = next ?? 0
      endReplay(into: &actions)
    case .timePassed:
      guard let deadline, deadline <= now else { return }
      // An engine that has published nothing may be starting.
      guard held.isEmpty else { return endReplay(into: &actions) }
      ask(from: next ?? 0, at: now, into: &actions)
    }
  }

  private mutating func ask(
    from number: UInt64,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    deadline = now.advanced(by: Self.replayTimeout)
    actions.append(.replay(from: number))
  }

  private mutating func endReplay(into actions: inout Actions<Action>) {
    deadline = nil
    let messages = held
    (held, heldWeight) = ([], 0)
    for message in messages { accept(message.number, message.batch, into: &actions) }
  }

  private mutating func startAgain(
    _ number: UInt64,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    actions.append(.clear(reason: "the engine started again"))
    (next, deadline, held, heldWeight) = (nil, nil, [], 0)
    if canReplay, number > 0 { ask(from: 0, at: now, into: &actions) }
  }

  private mutating func accept(
    _ number: UInt64,
    _ batch: KVBatch?,
    into actions: inout Actions<Action>
  ) {
    if let next {
      // It was sent again, and so came before.
      guard number >= next else { return }
      if number > next {
        actions.append(.clear(reason: "\(number - next) messages were missed"))
      }
    }
    next = number &+ 1
    if let batch {
      actions.append(.apply(batch))
    } else {
      actions.append(.clear(reason: "message \(number) can't be read"))
    }
  }
}
