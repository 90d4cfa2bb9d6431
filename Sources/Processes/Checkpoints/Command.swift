import Glibc

/// Runs programs of the system and waits for them, for a thread that may block.
enum Command {
  /// How a program ended and what it wrote.
  struct Outcome {
    /// Its exit status; 128 and the number after a signal.
    var status: Int
    /// The end of what it wrote to standard output and error.
    var output: String
  }

  // A pipe that only later is kept from other children could be held open by one.
  private static let endType =
    CInt(SOCK_STREAM.rawValue) | CInt(bitPattern: SOCK_CLOEXEC.rawValue)
  private static let outputBytesMax = 16 << 10

  /// Runs `arguments`, of which the first is a path or a name to be looked up in `PATH`.
  static func run(_ arguments: [String]) throws(CheckpointError) -> Outcome {
    let name = arguments.first ?? ""
    var ends: [CInt] = [0, 0]
    guard unsafe socketpair(AF_UNIX, Self.endType, 0, &ends) == 0 else {
      throw .last("make a socket for", name)
    }
    defer { close(ends[0]) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    var copies = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe copies.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let code = unsafe posix_spawnp(&process, name, &actions, nil, &copies, environ)
    close(ends[1])
    guard code == 0 else {
      errno = code
      throw .last("start", name)
    }
    var tail: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe read(ends[0], &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      tail = (tail + piece.prefix(count)).suffix(outputBytesMax)
    }
    var status: CInt = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw .last("wait for", name) }
    }
    let signal = Int(status & 0x7f)
    return Outcome(
      status: signal == 0 ? Int(status >> 8 & 0xff) : 128 + signal,
      output: String(decoding: tail, as: UTF8.self)
    )
  }

  /// Runs `arguments`; throws what they wrote unless they exit with 0.
  @discardableResult
  static func require(_ arguments: [String]) throws(CheckpointError) -> String {
    let outcome = try run(arguments)
    guard outcome.status == 0 else {
      throw CheckpointError(
        .system,
        "\(arguments.joined(separator: " ")) exited with \(outcome.status): "
          + outcome.output.suffix(400)
      )
    }
    return outcome.output
  }
}
