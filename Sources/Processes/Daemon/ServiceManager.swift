import Basics
import EventLoop
import Glibc
import Logging

/// What started this process and wants to know how it is, such as systemd with `Type=notify`.
///
/// It is told over the socket that `NOTIFY_SOCKET` names, as sd_notify(3) says.
final class ServiceManager {
  private let socket: String
  private let logger: Logger
  private var watchdog: LoopTimer?

  /// The manager that the environment names, if any; children of this process will see none.
  init?(loop: Loop, logger: Logger) throws(UVError) {
    guard let socket = Self.take("NOTIFY_SOCKET") else { return nil }
    self.socket = socket
    self.logger = logger
    guard let period = Self.watchdogPeriod else { return }
    watchdog = try LoopTimer(loop: loop) { [unowned self] in
      tell("WATCHDOG=1")
      // Twice in the time in which it must come once.
      watchdog?.arm(after: period / 2)
    }
    watchdog?.arm(after: period / 2)
  }

  /// Whoever waits for this process may go on.
  func ready() { tell("READY=1") }

  /// One line for people.
  func say(_ status: String) { tell("STATUS=\(status)") }

  /// Files are read again, until ``ready()``.
  func reloading() {
    tell("RELOADING=1\nMONOTONIC_USEC=\(LoopClock.monotonic() / 1_000)")
  }

  /// The process ends in good order, and may take so long.
  func stopping(within limit: Duration) {
    let time = (limit + .seconds(5)).nanoseconds / 1_000
    tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=\(time)")
  }

  private func tell(_ text: String) {
    do throws(UVError) {
      try LocalDatagram.send(text, to: socket)
    } catch {
      logger.warning("the service manager can't be told", metadata: ["error": "\(error)"])
    }
  }

  /// The longest time that the manager lets pass without a sign of life.
  private static var watchdogPeriod: Duration? {
    let (time, process) = (take("WATCHDOG_USEC"), take("WATCHDOG_PID"))
    guard process == nil || process == "\(getpid())", let time = time.flatMap({ Int64($0) }),
      (1_000...86_400_000_000).contains(time)
    else { return nil }
    return .microseconds(time)
  }

  private static func take(_ variable: String) -> String? {
    defer { unsetenv(variable) }
    return getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
