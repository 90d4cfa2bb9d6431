/// Protocol logic as a value: events and an instant in, actions out; no I/O, clock or randomness.
///
/// A shell (a loop, or a simulator) turns bytes and timers into events, calls `step` once for each,
/// and carries out the actions. Carrying out an action may not call `step`: what it causes is put
/// in the shell's inbox for the next turn.
public protocol Machine<Event, Action> {
  /// What happened, in the past tense; a value without references.
  associatedtype Event
  /// What to do, in the imperative; a value without references.
  associatedtype Action

  /// Takes in one event and appends what must be done about it to `actions`.
  ///
  /// An instant earlier than one already seen is taken as the latest seen.
  mutating func step(_ event: Event, at now: Instant, into actions: inout Actions<Action>)

  /// When the machine next wants its time event, or nil while it waits for nothing.
  var deadline: Instant? { get }
}

/// A buffer of actions that the shell makes once and reuses for each turn, so that a step does not
/// allocate.
public struct Actions<Action> {
  @usableFromInline var storage: [Action] = []

  /// Makes an empty buffer.
  @inlinable
  public init() {}

  /// How many actions wait to be carried out.
  @inlinable public var count: Int { storage.count }

  /// Whether no action waits.
  @inlinable public var isEmpty: Bool { storage.isEmpty }

  /// The action at `index`, in the order in which they were appended.
  @inlinable
  public subscript(index: Int) -> Action { storage[index] }

  /// Adds an action after those already there.
  @inlinable
  public mutating func append(_ action: Action) {
    storage.append(action)
  }

  /// Forgets all actions and keeps the memory.
  @inlinable
  public mutating func removeAll() {
    storage.removeAll(keepingCapacity: true)
  }

  /// Hands out all actions and leaves the buffer empty.
  public mutating func take() -> [Action] {
    defer { storage = [] }
    return storage
  }
}

extension Actions: Sendable where Action: Sendable {}
