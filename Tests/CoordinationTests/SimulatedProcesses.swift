import Basics
import Coordination
import HearthMessages

typealias NodeLink = SimulatedLink<HearthV1.NodeMessage, HearthV1.NodeCommand>
typealias RegionLink = SimulatedLink<HearthV1.RegionMessage, HearthV1.RegionCommand>

/// One bidirectional stream: in order, with delay, and lossy only when it breaks.
final class SimulatedLink<Up, Down> {
  enum Arrival<Message> {
    case opened
    case message(Message)
    case closed(String)
  }

  let id: SessionID
  /// Until then one message at most goes up in a tick.
  var slowUntil = Instant.zero
  private let opened: Instant
  private var up: [(due: Instant, Arrival<Up>)]
  private var down: [(due: Instant, Arrival<Down>)] = []
  private var isBroken = false
  private var isSilent = false
  private var isFinished = false
  private var isStalled = false
  private var clientIsGone = false

  private static var delay: Duration { .milliseconds(30) }
  private static var waitingMax: Int { 8 }

  init(id: SessionID, at now: Instant) {
    self.id = id
    opened = now
    up = [(now.advanced(by: Self.delay), .opened)]
  }

  /// Everything under way is lost; told at once to both ends, or to neither.
  func `break`(isSilent: Bool) {
    guard !isBroken, !isFinished else { return }
    (isBroken, self.isSilent) = (true, isSilent)
    (up, down) = ([], [])
    if !isSilent { (up, down) = ([(opened, .closed("broken"))], [(opened, .closed("broken"))]) }
  }

  func clientDied() {
    clientIsGone = true
    up = []
  }

  func serverDied() {
    isFinished = true
    (up, down) = ([], [(opened, .closed("the server died"))])
  }

  /// The server ends the call; what it sent before goes out first.
  func finish(_ reason: String, at now: Instant) {
    isFinished = true
    up = []
    if !isBroken { down.append((now.advanced(by: Self.delay), .closed(reason))) }
  }

  /// Whether the server now hears that its client is gone.
  var isOrphan: Bool { clientIsGone && !isSilent }

  func sendUp(_ message: Up, at now: Instant) -> Bool {
    guard !isBroken, !isFinished else { return true }
    up.append((now.advanced(by: Self.delay), .message(message)))
    isStalled = isStalled || up.count > Self.waitingMax
    return !isStalled
  }

  func sendDown(_ message: Down, at now: Instant) {
    guard !isBroken, !isFinished else { return }
    down.append((now.advanced(by: Self.delay), .message(message)))
  }

  /// Whether the client may send again, once after it had to stop.
  func takeDrained() -> Bool {
    guard isStalled, up.count <= Self.waitingMax / 2 else { return false }
    isStalled = false
    return true
  }

  func takeUp(at now: Instant, isPaused: Bool) -> [Arrival<Up>] {
    guard !isPaused || isBroken else { return [] }
    let limit = now < slowUntil ? 1 : 1_000
    let count = up.prefix(limit).prefix { $0.due <= now }.count
    defer { up.removeFirst(count) }
    return up.prefix(count).map(\.1)
  }

  func takeDown(at now: Instant) -> [Arrival<Down>] {
    let count = down.prefix { $0.due <= now }.count
    defer { down.removeFirst(count) }
    return down.prefix(count).map(\.1)
  }
}

/// A region agent, one process after another.
final class SimulatedRegion {
  let name: String
  var core: RegionCore
  var uplink: RegionLink?
  /// Sessions of nodes, as the agent numbers them.
  var links: [SessionID: NodeLink] = [:]
  var isPaused = false
  var suspendedUntil = Instant.zero

  init(name: String) {
    self.name = name
    core = Self.core(name, incarnation: 0, at: .zero)
  }

  func start(incarnation: UInt64, at now: Instant) {
    core = Self.core(name, incarnation: incarnation, at: now)
    (uplink, links, isPaused) = (nil, [:], false)
  }

  func isDue(at now: Instant) -> Bool {
    suspendedUntil <= now && core.deadline.map { $0 <= now } == true
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

/// A node, one process after another, and what its engines truly hold and run.
final class SimulatedNode {
  struct Turn: Equatable {
    let replica: Int
    let reservation: UInt64
  }

  /// Blocks are named 1 ... this.
  static let hashes: UInt64 = 60

  let name: String
  let region: SimulatedRegion
  var hello: HearthV1.NodeHello
  var core: NodeCore
  var link: NodeLink?
  var held: [Set<UInt64>] = []
  var turns: [Turn] = []
  var suspendedUntil = Instant.zero

  init(name: String, region: SimulatedRegion) {
    self.name = name
    self.region = region
    hello = Fixture.node(name, region: region.name, replicas: 2)
    core = NodeCore(hello: hello, settings: .init(), at: .zero)
  }

  func start(incarnation: UInt64, at now: Instant) {
    hello = Fixture.node(name, region: region.name, incarnation: incarnation, replicas: 2)
    core = NodeCore(hello: hello, settings: .init(updateBlocksMax: 4), at: now)
    (link, held, turns) = (nil, [[], []], [])
  }

  func isDue(at now: Instant) -> Bool {
    suspendedUntil <= now && core.deadline.map { $0 <= now } == true
  }

  func load(of replica: Int) -> HearthV1.ReplicaLoad {
    .init(running: UInt32(turns.count { $0.replica == replica }))
  }
}
