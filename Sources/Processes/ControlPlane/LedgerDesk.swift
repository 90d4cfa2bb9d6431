import Accounting
import Basics
import Coordination
import Daemon
import EventLoop
import HearthMessages
import Logging
import RPC
import SQLite
import Telemetry
import Wire

/// Writes the ledger on another thread, in batches, and reads reports out of it on a third.
///
/// Entries that are not written yet wait here; where the disk is slow or full they wait in a
/// bounded line, unacknowledged, so that whoever told them keeps them. Beyond the bound they are
/// let go and asked for again. Confined to its loop.
final class LedgerDesk {
  /// What is counted.
  struct Figures {
    var added = 0
    var repeated = 0
    var late = 0
    /// Entries that there was no room for, each time that they were told.
    var missed = 0
    var failures = 0
    /// Entries that wait.
    var pending = 0
  }

  /// How long an entry waits for others that are written with it.
  private static let batchTime = Duration.milliseconds(50)
  /// Most entries that are written at once, and how many are not kept waiting for more.
  private static let (batchMax, batchFull) = (4_096, 1_024)
  /// Most entries that wait.
  static let pendingMax = 65_536
  /// How long after a failure it is tried again, at first and at last.
  private static let retryTimes = (Duration.milliseconds(250), Duration.seconds(15))
  private static let trimInterval = Duration.seconds(3600)

  private let path: String
  let file: LedgerFile
  private let retention: Duration
  private let loop: Loop
  private let logger: Logger
  private let tell: (ControlCore.Event) -> Void
  private var timer: LoopTimer?
  private var pending: ArraySlice<UsageRecord> = []
  /// Entries that came, those included that there was no room for.
  private var received: UInt64 = 0
  private var missesSome = false
  private var isBusy = false
  /// The latest failure, and how long the next try waits.
  private var fault: (words: String, pause: Duration)?
  private var trimDue: Instant
  private var onEmpty: (() -> Void)?
  private(set) var figures = Figures()
  /// Whether nothing is done on another thread.
  var isIdle: Bool { !isBusy }

  /// Opens the ledger in a file; entries are kept one by one for `retention`.
  init(
    _ path: String,
    retention: Duration,
    loop: Loop,
    logger: Logger,
    tell: @escaping (ControlCore.Event) -> Void
  ) throws {
    (self.path, self.retention, self.loop, self.logger) = (path, retention, loop, logger)
    self.tell = tell
    file = try LedgerFile(path)
    trimDue = loop.now
    timer = try LoopTimer(loop: loop) { [unowned self] in work() }
    timer?.arm(after: Self.batchTime)
  }

  /// Takes entries in; ``ControlCore/Event/usageKept(_:)`` tells when they are on the disk.
  func add(_ records: [UsageRecord]) {
    received += UInt64(records.count)
    guard pending.count + records.count <= Self.pendingMax else {
      figures.missed += records.count
      guard !missesSome else { return }
      missesSome = true
      logger.error(
        "the ledger can't keep up: what turns took is asked for again later",
        metadata: ["ledger": "\(path)", "waiting": "\(pending.count)"]
      )
      return tell(.usageMissed)
    }
    pending += records
    figures.pending = pending.count
    guard !isBusy, fault == nil else { return }
    if pending.count >= Self.batchFull {
      work()
    } else if pending.count == records.count {
      timer?.arm(after: Self.batchTime)
    }
  }

  /// Writes what waits, as far as the disk lets it, and then calls `done`.
  func finish(_ done: @escaping () -> Void) {
    onEmpty = done
    work()
  }

  private func work() {
    guard !isBusy else { return }
    guard !pending.isEmpty else { return rest() }
    let batch = Array(pending.prefix(Self.batchMax))
    let now = Duration.since1970.nanoseconds
    offload { [file] in
      Result { () throws(SQLiteError) in try file.write(batch, now: now) }
    } done: { [unowned self] (outcome: LedgerFile.Outcome) in
      pending.removeFirst(batch.count)
      figures.pending = pending.count
      figures.added += outcome.added
      figures.repeated += outcome.repeated
      figures.late += outcome.late
      if outcome.late > 0 {
        logger.warning(
          "turns are not recorded: they ended before what is kept one by one",
          metadata: ["turns": "\(outcome.late)"]
        )
      }
      tell(.usageKept(received - UInt64(pending.count)))
      if pending.isEmpty, missesSome {
        missesSome = false
        tell(.usageWanted)
      }
    }
  }

  /// Nothing waits.
  private func rest() {
    if let done = onEmpty.take() { return done() }
    guard loop.now >= trimDue else { return }
    let time = (Duration.since1970 - retention).nanoseconds
    offload { [file] in
      Result { () throws(SQLiteError) in try file.trim(before: time) }
    } done: { [unowned self] (hasMore: Bool) in
      if !hasMore { trimDue = loop.now.advanced(by: Self.trimInterval) }
    }
  }

  /// Does one thing on another thread, and goes on after it.
  private func offload<Value: Sendable>(
    _ work: @escaping @Sendable () -> Result<Value, SQLiteError>,
    done: @escaping (Value) -> Void
  ) {
    isBusy = true
    let finish = { [weak self] (result: Result<Value, any Error>) in
      guard let self else { return }
      isBusy = false
      switch result {
      case .success(let value):
        if fault != nil {
          fault = nil
          logger.notice("the ledger is written again", metadata: ["ledger": "\(path)"])
        }
        done(value)
        self.work()
        if !isBusy { timer?.arm(at: trimDue) }
      case .failure(let error): failed(error)
      }
    }
    do {
      try loop.offload(work) { finish($0.mapError { $0 }) }
    } catch {
      finish(.failure(error))
    }
  }

  private func failed(_ error: any Error) {
    figures.failures += 1
    let words = (error as? SQLiteError).map(LedgerFile.words) ?? "\(error)"
    if fault?.words != words {
      let why = "\(path) \(words)"
      logger.error(
        "what turns took is not recorded, and kept where they ran",
        metadata: ["why": "\(why)"]
      )
    }
    let pause = fault.map { min($0.pause * 2, Self.retryTimes.1) } ?? Self.retryTimes.0
    fault = (words, pause)
    timer?.arm(after: pause)
    onEmpty.take()?()
  }
}

extension LedgerDesk {
  static let metrics: [Metric<Figures>] = [
    .init("hearth_ledger_turns_total", .counter, "Turns that were recorded in the ledger.") {
      Double($0.added)
    },
    .init(
      "hearth_ledger_repeated_total",
      .counter,
      "Turns that were told again and recorded already, as after a restart."
    ) { Double($0.repeated) },
    .init(
      "hearth_ledger_late_total",
      .counter,
      "Turns that are not recorded: they ended before what is kept one by one."
    ) { Double($0.late) },
    .init(
      "hearth_ledger_missed_total",
      .counter,
      "Turns that there was no room for while the disk was slow; they are asked for again."
    ) { Double($0.missed) },
    .init(
      "hearth_ledger_failures_total",
      .counter,
      "Writes that failed; what they should have written is tried again."
    ) { Double($0.failures) },
    .init("hearth_ledger_pending", .gauge, "Turns that wait to be written to the ledger.") {
      Double($0.pending)
    },
  ]
}
