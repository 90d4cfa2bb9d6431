package import Basics
package import Coordination
package import HearthMessages

package typealias NodeLink = SimulatedLink<HearthV1.NodeMessage, HearthV1.NodeCommand>
package typealias RegionLink = SimulatedLink<HearthV1.RegionMessage, HearthV1.RegionCommand>

/// One bidirectional stream: in order, with delay, and lossy only when it breaks.
package final class SimulatedLink<Up, Down> {
  package enum Arrival<Message> {
    case opened
    case message(Message)
    case closed(String)
  }

  package let id: SessionID
  /// Until then one message at most goes up in a tick.
  package var slowUntil = Instant.zero
  private let opened: Instant
  private var up: [(due: Instant, Arrival<Up>)]
  private var down: [(due: Instant, Arrival<Down>)] = []
  private var isBroken = false
  private var isSilent = false
  private var isFinished = false
  private var isStalled = false
  private var clientIsGone = false

  private let delay: Duration
  private static var waitingMax: Int { 8 }

  package init(id: SessionID, delay: Duration = .milliseconds(30), at now: Instant) {
    self.id = id
    self.delay = delay
    opened = now
    up = [(now.advanced(by: delay), .opened)]
  }

  /// When something arrives next, at either end; nil while nothing is under way.
  package var deadline: Instant? { [up.first?.due, down.first?.due].compactMap(\.self).min() }

  /// Everything under way is lost; told at once to both ends, or to neither.
  package func `break`(isSilent: Bool) {
    guard !isBroken, !isFinished else { return }
    (isBroken, self.isSilent) = (true, isSilent)
    (up, down) = ([], [])
    if !isSilent { (up, down) = ([(opened, .closed("broken"))], [(opened, .closed("broken"))]) }
  }

  package func clientDied() {
    clientIsGone = true
    up = []
  }

  package func serverDied() {
    isFinished = true
    (up, down) = ([], [(opened, .closed("the server died"))])
  }

  /// The server ends the call; what it sent before goes out first.
  package func finish(_ reason: String, at now: Instant) {
    isFinished = true
    up = []
    if !isBroken { down.append((now.advanced(by: delay), .closed(reason))) }
  }

  /// Whether the server now hears that its client is gone.
  package var isOrphan: Bool { clientIsGone && !isSilent }

  package func sendUp(_ message: Up, at now: Instant) -> Bool {
    guard !isBroken, !isFinished else { return true }
    up.append((now.advanced(by: delay), .message(message)))
    isStalled = isStalled || up.count > Self.waitingMax
    return !isStalled
  }

  package func sendDown(_ message: Down, at now: Instant) {
    guard !isBroken, !isFinished else { return }
    down.append((now.advanced(by: delay), .message(message)))
  }

  /// Whether the client may send again, once after it had to stop.
  package func takeDrained() -> Bool {
    guard isStalled, up.count <= Self.waitingMax / 2 else { return false }
    isStalled = false
    return true
  }

  package func takeUp(at now: Instant, isPaused: Bool) -> [Arrival<Up>] {
    guard !isPaused || isBroken else { return [] }
    let limit = now < slowUntil ? 1 : 1_000
    let count = up.prefix(limit).prefix { $0.due <= now }.count
    defer { up.removeFirst(count) }
    return up.prefix(count).map(\.1)
  }

  package func takeDown(at now: Instant) -> [Arrival<Down>] {
    let count = down.prefix { $0.due <= now }.count
    defer { down.removeFirst(count) }
    return down.prefix(count).map(\.1)
  }
}

/// A region agent, one process after another.
package final class SimulatedRegion {
  package let name: String
  package var core: RegionCore
  package var uplink: RegionLink?
  /// Sessions of nodes, as the agent numbers them.
  package var links: [SessionID: NodeLink] = [:]
  package var isPaused = false
  package var isDown = false
  package var suspendedUntil = Instant.zero

  package init(name: String) {
    self.name = name
    core = Self.core(name, incarnation: 0, at: .zero)
  }

  func start(incarnation: UInt64, at now: Instant) {
    core = Self.core(name, incarnation: incarnation, at: now)
    (uplink, links, isPaused, isDown) = (nil, [:], false, false)
  }

  func isAwake(at now: Instant) -> Bool { suspendedUntil <= now && !isDown }

  func isDue(at now: Instant) -> Bool {
    isAwake(at: now) && core.deadline.map { $0 <= now } == true
  }

  private static func core(_ name: String, incarnation: UInt64, at now: Instant) -> RegionCore {
    let hello = HearthV1.RegionHello(
      region: name,
      incarnation: incarnation,
      address: "127.0.0.1:7100",
      version: "test"
    )
    return RegionCore(settings: .init(hello: hello), at: now)
  }
}

/// A node agent, one process after another.
package final class SimulatedNode {
  package let name: String
  package let region: SimulatedRegion
  package private(set) var hello: HearthV1.NodeHello
  package var core: NodeCore
  package var link: NodeLink?
  package var isDown = false
  package var suspendedUntil = Instant.zero

  private let settings: NodeCore.Settings

  package init(
    name: String,
    region: SimulatedRegion,
    replicas: Int = 1,
    hello: HearthV1.NodeHello? = nil,
    settings: NodeCore.Settings = .init()
  ) {
    self.name = name
    self.region = region
    self.settings = settings
    self.hello = hello ?? Fixture.node(name, region: region.name, replicas: replicas)
    core = NodeCore(hello: self.hello, settings: settings, at: .zero)
  }

  func start(incarnation: UInt64, at now: Instant) {
    hello.incarnation = incarnation
    core = NodeCore(hello: hello, settings: settings, at: now)
    (link, isDown) = (nil, false)
  }

  package func isAwake(at now: Instant) -> Bool { suspendedUntil <= now && !isDown }

  func isDue(at now: Instant) -> Bool {
    isAwake(at: now) && core.deadline.map { $0 <= now } == true
  }
}
