/// Things that are told in order over sessions that may break: what was told after the last
/// heartbeat that was answered as kept may be lost, and is told again.
struct Delivery<Element: Sendable>: Sendable {
  /// What is to be told, the oldest first.
  private(set) var unsent: [Element] = []
  /// What was told, and after which heartbeat of the session.
  private var sent: [(beat: UInt64, element: Element)] = []

  /// All that is kept.
  var count: Int { sent.count + unsent.count }

  mutating func add(_ element: Element) { unsent.append(element) }

  /// Takes what is told next, at most so many, after this heartbeat of the session.
  mutating func send(atMost count: Int = .max, after beat: UInt64) -> [Element] {
    let next = Array(unsent.prefix(count))
    unsent.removeFirst(next.count)
    sent += next.map { (beat, $0) }
    return next
  }

  /// What was told before a heartbeat of the session is kept by now, and is returned.
  @discardableResult
  mutating func answered(_ beat: UInt64) -> [Element] {
    let arrived = sent.prefix { $0.beat < beat }.map(\.element)
    sent.removeFirst(arrived.count)
    return arrived
  }

  /// The session ended.
  mutating func broke() {
    unsent.insert(contentsOf: sent.map(\.element), at: 0)
    sent = []
  }

  /// Gives up the oldest, which are returned.
  @discardableResult
  mutating func drop(_ count: Int) -> [Element] {
    let dropped = Array((sent.map(\.element) + unsent).prefix(count))
    let told = min(sent.count, count)
    sent.removeFirst(told)
    unsent.removeFirst(min(unsent.count, count - told))
    return dropped
  }
}
