import HeapModule

/// Many timers behind one deadline: what a machine with thousands of leases arms as a single timer.
///
/// Adding and taking are O(log n). A timer is not removed when it loses its meaning: the owner
/// compares the payload (an id with a generation, say) with its state when the timer comes due.
public struct TimerHeap<Payload> {
  fileprivate struct Entry: Comparable {
    let due: Instant
    let sequence: UInt64
    let payload: Payload

    static func < (left: Entry, right: Entry) -> Bool {
      (left.due, left.sequence) < (right.due, right.sequence)
    }

    static func == (left: Entry, right: Entry) -> Bool {
      left.sequence == right.sequence
    }
  }

  private var heap = Heap<Entry>()
  private var sequence: UInt64 = 0

  /// Makes an empty heap.
  public init() {}

  /// When the next timer comes due, or nil when there is none.
  public var deadline: Instant? { heap.min?.due }

  /// How many timers wait.
  public var count: Int { heap.count }

  /// Adds a timer; of two that are due at the same instant the one added first comes first.
  public mutating func add(_ payload: Payload, due: Instant) {
    heap.insert(Entry(due: due, sequence: sequence, payload: payload))
    sequence += 1
  }

  /// Takes the next timer that is due at `now`, or nil when none is.
  public mutating func popDue(at now: Instant) -> Payload? {
    guard let first = heap.min, first.due <= now else { return nil }
    return heap.popMin()?.payload
  }
}

extension TimerHeap: Sendable where Payload: Sendable {}

extension TimerHeap.Entry: Sendable where Payload: Sendable {}
