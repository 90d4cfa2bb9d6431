/// A first-in-first-out queue that never grows past its limit: it says no instead.
public struct BoundedQueue<Element> {
  private var slots: [Element?]
  private var head = 0

  /// How many elements wait.
  public private(set) var count = 0

  /// The most elements that may wait.
  public let limit: Int

  /// Makes an empty queue of at most `limit` elements; memory grows with use, not with the limit.
  public init(limit: Int) {
    precondition(limit > 0, "a queue of \(limit) elements can hold nothing")
    self.limit = limit
    slots = []
  }

  /// Whether nothing waits.
  public var isEmpty: Bool { count == 0 }

  /// Whether the next append is refused.
  public var isFull: Bool { count == limit }

  /// Adds an element at the end; false, and nothing changed, when the queue is full.
  public mutating func append(_ element: Element) -> Bool {
    guard count < limit else { return false }
    if count == slots.count { grow() }
    slots[(head + count) % slots.count] = element
    count += 1
    return true
  }

  /// Takes the first element out, or nil when nothing waits.
  public mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    defer {
      slots[head] = nil
      head = (head + 1) % slots.count
      count -= 1
    }
    return slots[head]
  }

  private mutating func grow() {
    var larger: [Element?] = []
    let capacity = min(limit, max(8, slots.count * 2))
    larger.reserveCapacity(capacity)
    for offset in 0..<count { larger.append(slots[(head + offset) % slots.count]) }
    while larger.count < capacity { larger.append(nil) }
    (slots, head) = (larger, 0)
  }
}

extension BoundedQueue: Sendable where Element: Sendable {}
