import CShims
import CUV
import Glibc

/// A child process with its output in lines; ended, by force, when its owner lets it go.
@safe public final class ChildProcess {
  /// What to start.
  public struct Command: Sendable {
    /// Path of the executable, or a name to be looked up in `PATH`.
    public var executable: String
    /// Arguments, without the executable itself.
    public var arguments: [String]
    /// The whole environment as `NAME=value`, or nil for this process's own.
    public var environment: [String]?

    /// Makes a command.
    public init(executable: String, arguments: [String] = [], environment: [String]? = nil) {
      self.executable = executable
      self.arguments = arguments
      self.environment = environment
    }
  }

  /// Which output a line came from.
  public enum Output: Sendable, Hashable {
    /// Standard output.
    case out
    /// Standard error.
    case error
  }

  /// How a process ended.
  public enum Exit: Sendable, Hashable {
    /// By itself, with this status.
    case status(Int)
    /// By this signal.
    case signal(Int)
  }

  /// The process's number.
  public private(set) var processID: Int = 0

  /// How it ended, once it has and all of its output was read.
  public private(set) var exit: Exit?

  private let onExit: (Exit) -> Void
  private var handle: UVHandle<uv_process_t>?
  private var pipes: [OutputPipe] = []
  private var openPipes = 0
  private var ended: Exit?

  /// Starts a process.
  ///
  /// `onLine` is called for each line that it writes, `onExit` once, after the last line.
  public init(
    _ command: Command,
    loop: Loop,
    onLine: @escaping (Output, String) -> Void,
    onExit: @escaping (Exit) -> Void
  ) throws(UVError) {
    self.onExit = onExit
    for output in [Output.out, .error] {
      let pipe = try OutputPipe(loop: loop, onLine: { onLine(output, $0) }) { [unowned self] in
        openPipes -= 1
        finishIfDone()
      }
      pipes.append(pipe)
    }
    try spawn(command, loop)
    openPipes = pipes.count
    for pipe in pipes { pipe.start() }
  }

  /// Sends a signal; nothing happens when the process has ended.
  public func kill(_ signal: CInt) {
    guard ended == nil, unsafe handle != nil, let raw = unsafe handle?.raw else { return }
    _ = unsafe uv_process_kill(raw, signal)
  }

  deinit {
    guard ended == nil, processID > 0 else { return }
    kill(SIGKILL)
    // The loop does not look after it any more; unreaped it would stay as long as this process.
    var status: CInt = 0
    while unsafe waitpid(pid_t(processID), &status, 0) == -1, errno == EINTR {}
  }

  private func spawn(_ command: Command, _ loop: Loop) throws(UVError) {
    let operation = "start \(command.executable)"
    var stdio = unsafe [uv_stdio_container_t](repeating: uv_stdio_container_t(), count: 3)
    unsafe stdio[0].flags = UV_IGNORE
    for index in 0..<2 {
      unsafe stdio[index + 1].flags = uv_stdio_flags(
        rawValue: UV_CREATE_PIPE.rawValue | UV_WRITABLE_PIPE.rawValue
      )
      unsafe stdio[index + 1].data.stream = pipes[index].stream
    }
    // Its end is told by this signal, which whoever started this process may have left blocked.
    hearth_unblock_signal(SIGCHLD)
    let arguments = CStrings([command.executable] + command.arguments)
    let environment = command.environment.map { CStrings($0) }
    let raw = unsafe loop.raw
    // A process handle is open, and must be closed, even when nothing could be started.
    var code: CInt = 0
    let handle = try unsafe UVHandle<uv_process_t>(operation, on: loop) { process in
      code = unsafe command.executable.withCString { file in
        unsafe stdio.withUnsafeMutableBufferPointer { stdio in
          var options = unsafe uv_process_options_t()
          unsafe options.file = file
          unsafe options.args = arguments.pointer
          unsafe options.env = environment?.pointer
          unsafe options.stdio_count = 3
          unsafe options.stdio = stdio.baseAddress
          unsafe options.exit_cb = { raw, status, signal in
            unsafe UVHandle.owner(raw, as: ChildProcess.self)?.didExit(status, signal)
          }
          return unsafe uv_spawn(raw, process, &options)
        }
      }
      return 0
    }
    try UVError.check(code, operation)
    unsafe handle.setOwner(self)
    processID = unsafe Int(uv_process_get_pid(handle.raw))
    unsafe self.handle = consume handle
  }

  private func didExit(_ status: Int64, _ signal: CInt) {
    ended = signal == 0 ? .status(Int(status)) : .signal(Int(signal))
    finishIfDone()
  }

  private func finishIfDone() {
    guard let ended, openPipes == 0, exit == nil else { return }
    exit = ended
    unsafe handle = nil
    onExit(ended)
  }
}

/// A NULL-ended array of C strings that lives as long as this object.
@safe private final class CStrings {
  let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String]) {
    count = strings.count
    unsafe pointer = .allocate(capacity: strings.count + 1)
    for (index, string) in strings.enumerated() { unsafe pointer[index] = strdup(string) }
    unsafe pointer[strings.count] = nil
  }

  deinit {
    for index in 0..<count { unsafe free(pointer[index]) }
    unsafe pointer.deallocate()
  }
}
