import Basics
import Glibc
public import Logging
import Synchronization

/// Where the log lines of a process go: a file descriptor behind a bounded buffer.
///
/// A line is written at once where that does not block. Where the reader is slow, lines wait in the
/// buffer; where that is full, they are dropped, counted, and the count is logged as soon as there
/// is room. ``flush(within:)`` from a timer moves what waits while nothing new is logged.
public final class LogWriter: Sendable {
  /// Longest line, in bytes; a longer one is dropped.
  public static let lineBytesMax = 16_384

  private struct State: ~Copyable {
    var buffer = Bytes()
    var droppedCount: UInt64 = 0
    var unreportedCount: UInt64 = 0
  }

  private let descriptor: CInt
  private let layout: LogLayout
  private let bufferBytesMax: Int
  private let now: @Sendable () -> WallTime
  private let state = Mutex(State())

  /// Makes a writer to an open file, unless said otherwise the standard error (2); it stays open.
  ///
  /// The buffer holds 256 KiB unless said otherwise.
  public convenience init(
    format: LogFormat = .auto,
    descriptor: Int32 = 2,
    bufferBytesMax: Int = 1 << 18
  ) {
    self.init(
      layout: LogLayout(format, descriptor: descriptor),
      descriptor: descriptor,
      bufferBytesMax: bufferBytesMax,
      now: WallTime.now
    )
  }

  init(
    layout: LogLayout,
    descriptor: CInt,
    bufferBytesMax: Int,
    now: @escaping @Sendable () -> WallTime
  ) {
    precondition(bufferBytesMax >= 2 * Self.lineBytesMax, "a buffer must hold two lines")
    self.descriptor = descriptor
    self.layout = layout
    self.bufferBytesMax = bufferBytesMax
    self.now = now
  }

  /// Makes a logger whose lines go here.
  public func logger(_ label: String, level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: label) { LineLogHandler(label: $0, writer: self) }
    logger.logLevel = level
    return logger
  }

  /// How many lines were dropped since the start.
  public var droppedCount: UInt64 {
    state.withLock { $0.droppedCount }
  }

  /// Writes what waits, and gives up after `duration`: at once, unless said otherwise.
  public func flush(within duration: Duration = .zero) {
    state.withLock { state in
      reportDropped(&state)
      drain(&state, until: ContinuousClock.now.advanced(by: duration))
    }
  }

  func write(_ level: Logger.Level, _ label: String, _ message: String, _ data: Logger.Metadata) {
    let line = LogLine(time: now(), level: level, label: label, message: message, metadata: data)
      .text(layout)
    state.withLock { state in
      // What waits goes first, and lines that were dropped are told of where they are missing.
      drain(&state, until: nil)
      reportDropped(&state)
      guard append(line, to: &state) else {
        state.droppedCount += 1
        state.unreportedCount += 1
        return
      }
      drain(&state, until: nil)
    }
  }

  private func append(_ line: String, to state: inout State) -> Bool {
    var line = line
    return line.withUTF8 { bytes in
      guard bytes.count <= Self.lineBytesMax, state.buffer.count + bytes.count <= bufferBytesMax
      else { return false }
      state.buffer.append(bytes.span)
      return true
    }
  }

  private func reportDropped(_ state: inout State) {
    guard state.unreportedCount > 0 else { return }
    let line = LogLine(
      time: now(),
      level: .warning,
      label: "telemetry",
      message: "log lines were dropped",
      metadata: ["log.dropped": .stringConvertible(state.unreportedCount)]
    )
    if append(line.text(layout), to: &state) { state.unreportedCount = 0 }
  }

  private func drain(_ state: inout State, until deadline: ContinuousClock.Instant?) {
    while !state.buffer.isEmpty {
      let left = deadline.map { ContinuousClock.now.duration(to: $0) } ?? .zero
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let milliseconds = Int32(clamping: max(0, left.nanoseconds / 1_000_000))
      guard poll(&request, 1, milliseconds) == 1 else { return }
      guard Int32(request.revents) & (POLLERR | POLLNVAL) == 0 else {
        discard(&state)
        return
      }
      // A pipe that is ready takes this much at once (pipe(7), PIPE_BUF).
      let written = state.buffer.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, 4096))
      }
      if written >= 0 {
        state.buffer.consume(written)
      } else if errno != EINTR {
        if errno != EAGAIN { discard(&state) }
        return
      }
    }
  }

  /// Nobody will ever read what waits.
  private func discard(_ state: inout State) {
    let count = state.buffer.withUnsafeBytes { $0.count { $0 == UInt8(ascii: "\n") } }
    state.droppedCount += UInt64(count)
    state.buffer.removeAll()
  }
}
