import Basics
import EventLoop
import Glibc

/// The process of an engine: it is started again whenever it ends, and nothing is left of it when
/// this process ends.
final class EngineProcess {
  private let command: [String]
  private let guardProgram: String
  private let socket: String?
  private let loop: Loop
  private let onLine: (String) -> Void
  private let onChange: (EngineState) -> Void
  private var process: ChildProcess?
  private var timer: LoopTimer?
  private var pace = RestartPace()
  private var onStop: (() -> Void)?

  /// Most bytes of a line that are handed on.
  private static let lineBytesMax = 1_024
  /// From a request to end until force, in seconds, and until nobody waits any longer.
  private static let (grace, stopTimeMax) = (10, Duration.seconds(15))

  /// Makes a process that ``start()`` starts; a Unix socket that an earlier one left is removed.
  ///
  /// `onLine` is told what it writes, `onChange` whether it runs and if not, why.
  init(
    _ command: [String],
    guardProgram: String,
    socket: String?,
    loop: Loop,
    onLine: @escaping (String) -> Void,
    onChange: @escaping (EngineState) -> Void
  ) {
    self.command = command
    self.guardProgram = guardProgram
    self.socket = socket
    self.loop = loop
    self.onLine = onLine
    self.onChange = onChange
  }

  /// Starts it.
  func start() {
    timer = nil
    removeSocket()
    do throws(UVError) {
      process = try ChildProcess(
        ProcessGuard.command(command, grace: Self.grace, program: guardProgram),
        loop: loop,
        onLine: { [unowned self] in onLine(Self.cut($1)) },
        onExit: { [unowned self] in ended($0) }
      )
      onChange(.ready)
    } catch {
      startAgain(because: "\(error)")
    }
  }

  /// It is ready to take turns, or no longer.
  func became(ready: Bool) { pace.became(ready: ready, at: loop.now) }

  /// Ends it, and calls `done` once it has ended.
  func stop(_ done: @escaping () -> Void) {
    timer = nil
    guard let process else { return done() }
    onStop = done
    process.kill(SIGTERM)
    timer = try? LoopTimer(loop: loop, clock: LoopClock()) { [unowned self] in finishStop() }
    timer?.arm(after: Self.stopTimeMax)
  }

  private func finishStop() {
    let done = onStop
    (onStop, timer) = (nil, nil)
    done?()
  }

  private func ended(_ exit: ChildProcess.Exit) {
    // Not inside its own callback.
    loop.runLater { [weak self] in
      self?.process = nil
      self?.afterEnd(exit)
    }
  }

  private func afterEnd(_ exit: ChildProcess.Exit) {
    guard onStop == nil else { return finishStop() }
    startAgain(because: "the engine \(Self.words(exit))")
  }

  private func startAgain(because why: String) {
    let pause = pace.ended(at: loop.now)
    onChange(.failed("\(why); it is started again in \(pause.text)"))
    timer = try? LoopTimer(loop: loop, clock: LoopClock()) { [unowned self] in start() }
    timer?.arm(after: pause)
  }

  private static func words(_ exit: ChildProcess.Exit) -> String {
    switch exit {
    case .status(126), .status(127): "can't be started"
    case .status(let code) where code > 128: "was ended by signal \(code - 128)"
    case .status(let code): "ended with status \(code)"
    case .signal(let signal): "was ended by signal \(signal)"
    }
  }

  private static func cut(_ line: String) -> String {
    guard line.utf8.count > lineBytesMax else { return line }
    return String(decoding: line.utf8.prefix(lineBytesMax), as: UTF8.self) + " …"
  }

  private func removeSocket() {
    var status = stat()
    guard let socket, lstat(socket, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
      return
    }
    unlink(socket)
  }
}
