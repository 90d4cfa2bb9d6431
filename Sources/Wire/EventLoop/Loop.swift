public import Basics
import CShims
import CUV
import Synchronization

/// Something that has work at the end of a loop's turn.
///
/// Callbacks only append to inboxes; once a turn, whoever was marked is called once.
public protocol TurnParticipant: AnyObject {
  /// What the loop remembers of the participant; start with `TurnMarks()` and leave it alone.
  var turnMarks: TurnMarks { get set }
  /// Takes in what came; called once for a turn in which ``Loop/markReady(_:)`` was.
  func drain()
  /// Sends out what was produced, after all were drained; called once for a turn in which
  /// ``Loop/markDirty(_:)`` was.
  func flush()
  /// Goes on with what was left in an earlier turn, for `share` at most; called once for each
  /// ``Loop/markUnfinished(_:)``, in the turn after.
  func resume(for share: Duration)
}

extension TurnParticipant {
  /// Nothing is ever left.
  public func resume(for share: Duration) {}
}

/// Whether a participant is in the loop's lists already.
public struct TurnMarks: Sendable {
  var isReady = false
  var isDirty = false
  var isUnfinished = false

  /// Makes the marks of a participant that has no work.
  public init() {}
}

/// One libuv loop, confined to one thread: sockets, timers and machines live on it as plain
/// objects.
///
/// Whatever happens in one turn (sockets, timers, closures from other threads) is followed by one
/// round of draining and flushing before the loop waits again.
@safe public final class Loop {
  /// The clock that timers follow unless they are given another.
  public let clock: LoopClock

  /// The door for other threads.
  public let handle: LoopHandle

  let raw: UnsafeMutablePointer<uv_loop_t>
  let readBuffer: UnsafeMutableRawBufferPointer
  private var prepare: UVHandle<uv_prepare_t>?
  private var idle: UVHandle<uv_idle_t>?
  private var ready: [any TurnParticipant] = []
  private var dirty: [any TurnParticipant] = []
  private var unfinished: [any TurnParticipant] = []
  /// How many turns began.
  public private(set) var turnCount = 0

  /// How long turns took but for the time that the loop waited in them, in seconds: what comes
  /// meanwhile waits as long.
  public private(set) var lag = Histogram(bounds: [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  ])
  /// When the latest turn ended, and how long the loop had waited until then, in nanoseconds.
  private var (turnEnd, idleTime): (Int64, UInt64) = (0, 0)

  /// How many names are looked up on other threads; what ends the loop waits for them.
  var lookups = 0

  /// Whether a name is looked up, which nothing can cut short.
  public var isLookingUp: Bool { lookups > 0 }

  /// How long one participant may go on in a turn before others have theirs.
  public static let shareMax = Duration.milliseconds(1)
  private var isStopping = false

  /// Makes a loop that belongs to the calling thread.
  public init(clock: LoopClock = LoopClock()) throws(UVError) {
    self.clock = clock
    let raw = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    let code = unsafe uv_loop_init(raw)
    guard code >= 0 else {
      unsafe raw.deallocate()
      throw UVError(code: code, operation: "make an event loop")
    }
    _ = unsafe hearth_measure_idle_time(raw)
    unsafe self.raw = raw
    unsafe readBuffer = .allocate(byteCount: 64 << 10, alignment: 16)
    do {
      handle = try unsafe LoopHandle(loop: raw)
    } catch {
      _ = unsafe uv_loop_close(raw)
      throw error
    }
    let prepare = try unsafe UVHandle<uv_prepare_t>("watch an event loop's turns", on: nil) {
      unsafe uv_prepare_init(raw, $0)
    }
    unsafe prepare.setOwner(self)
    unsafe prepare.unreference()
    _ = unsafe uv_prepare_start(prepare.raw) { raw in
      unsafe UVHandle.owner(raw, as: Loop.self)?.finishTurn()
    }
    unsafe self.prepare = consume prepare
    let idle = try unsafe UVHandle<uv_idle_t>("go on with an event loop's turns", on: nil) {
      unsafe uv_idle_init(raw, $0)
    }
    unsafe idle.setOwner(self)
    unsafe idle.unreference()
    unsafe self.idle = consume idle
    handle.work = { [unowned self] in runSubmitted() }
    handle.stopLoop = { [unowned self] in stop() }
    hearth_ignore_broken_pipes()
  }

  /// Closes what is still open and runs the closing callbacks.
  ///
  /// Everything that lives on the loop must have been released before: a debug build traps, naming
  /// the kind of handle, when something else than the loop's own is still open.
  deinit {
    unsafe prepare = nil
    unsafe idle = nil
    handle.close()
    _ = unsafe uv_run(raw, UV_RUN_DEFAULT)
    let code = unsafe uv_loop_close(raw)
    assert(code == 0, "handles are still open on a loop that ends: \(openHandles)")
    if code == 0 { unsafe raw.deallocate() }
    unsafe readBuffer.deallocate()
  }

  /// The time by the loop's own clock.
  public var now: Instant { clock.now }

  /// Runs until ``stop()`` is called.
  public func run() {
    isStopping = false
    // The async handle keeps the loop alive; so this returns after uv_stop only.
    while !isStopping { _ = unsafe uv_run(raw, UV_RUN_DEFAULT) }
  }

  /// Makes ``run()`` return at the end of this turn.
  public func stop() {
    isStopping = true
    unsafe uv_stop(raw)
  }

  /// Runs until `condition` holds, asked once a turn; returns whether it came to hold within
  /// `limit` of wall time.
  public func run(until condition: () -> Bool, within limit: Duration) -> Bool {
    let start = ContinuousClock.now
    guard let ticker = try? LoopTimer(loop: self, fire: {}) else { return condition() }
    while !condition() {
      if ContinuousClock.now - start > limit { return false }
      // Wakes the loop for conditions that no event of its own makes true.
      ticker.arm(after: .milliseconds(20))
      _ = unsafe uv_run(raw, UV_RUN_ONCE)
    }
    return true
  }

  /// Runs `body` soon, on this loop, but not inside this call.
  public func runLater(_ body: @escaping () -> Void) {
    _ = handle.submit(LoopHandle.Submission { _ in body() })
  }

  /// Has `participant` drained at the end of this turn.
  public func markReady(_ participant: any TurnParticipant) {
    guard !participant.turnMarks.isReady else { return }
    participant.turnMarks.isReady = true
    ready.append(participant)
  }

  /// Has `participant` flushed at the end of this turn, after all were drained.
  public func markDirty(_ participant: any TurnParticipant) {
    guard !participant.turnMarks.isDirty else { return }
    participant.turnMarks.isDirty = true
    dirty.append(participant)
  }

  /// Has `participant` go on in the next turn, which begins as soon as this one has ended.
  public func markUnfinished(_ participant: any TurnParticipant) {
    guard !participant.turnMarks.isUnfinished else { return }
    participant.turnMarks.isUnfinished = true
    if unfinished.isEmpty {
      // While an idle handle is active the loop does not wait for I/O.
      _ = unsafe uv_idle_start(idle?.raw) { raw in
        unsafe UVHandle.owner(raw, as: Loop.self)?.resumeUnfinished()
      }
    }
    unfinished.append(participant)
  }

  /// Those that have work left share the time that one may take, so that many hold others up for
  /// little longer than one.
  private func resumeUnfinished() {
    let participants = unfinished
    unfinished.removeAll(keepingCapacity: true)
    let share = max(.microseconds(50), Self.shareMax / max(1, participants.count))
    for participant in participants {
      participant.turnMarks.isUnfinished = false
      participant.resume(for: share)
    }
    if unfinished.isEmpty { _ = unsafe uv_idle_stop(idle?.raw) }
  }

  private func finishTurn() {
    turnCount &+= 1
    while !ready.isEmpty || !dirty.isEmpty {
      var index = 0
      while index < ready.count {
        let participant = ready[index]
        participant.turnMarks.isReady = false
        participant.drain()
        index += 1
      }
      ready.removeAll(keepingCapacity: true)
      index = 0
      while index < dirty.count {
        let participant = dirty[index]
        participant.turnMarks.isDirty = false
        participant.flush()
        index += 1
      }
      dirty.removeAll(keepingCapacity: true)
    }
    measureTurn()
  }

  private func measureTurn() {
    let (now, idle) = unsafe (LoopClock.monotonic(), uv_metrics_idle_time(raw))
    if turnEnd != 0 { lag.record(Double(now - turnEnd - Int64(idle - idleTime)) / 1e9) }
    (turnEnd, idleTime) = (now, idle)
  }

  private func runSubmitted() {
    for submission in handle.takeSubmitted() { submission.run(self) }
  }

  private var openHandles: [String] {
    var names: [String] = []
    unsafe withUnsafeMutablePointer(to: &names) { names in
      unsafe uv_walk(
        raw,
        { handle, names in
          guard let handle = unsafe handle else { return }
          let name = unsafe uv_handle_type_name(uv_handle_get_type(handle))
          unsafe names?.assumingMemoryBound(to: [String].self).pointee.append(
            name.map { unsafe String(cString: $0) } ?? "closing"
          )
        },
        names
      )
    }
    return names
  }
}
