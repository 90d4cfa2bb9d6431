import Foundation
import Synchronization
import Testing

/// One of Hearth's programs, as it was built, run for a test; ended with the object.
///
/// What it writes goes to files, so that no reader can hold it up. Foundation's own `Process` has a
/// socket of a run loop for each, whose table of 1,024 descriptors a test run outgrows.
final class TestProcess: Sendable {
  let name: String
  let processID: Int32
  private let files: URL
  /// What `waitpid` told; nil while it runs.
  private let status = Mutex<Int32?>(nil)

  /// Where the programs lie: beside the test bundle.
  static var folder: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
  }

  init(
    _ program: String,
    _ arguments: [String],
    environment: [String: String] = [:],
    input: String? = nil
  ) throws {
    name = program
    files = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    let path = program.hasPrefix("/") ? program : Self.folder.appendingPathComponent(program).path
    let source = input == nil ? "/dev/null" : files.appendingPathComponent("in").path
    if let input { try Data(input.utf8).write(to: URL(fileURLWithPath: source)) }
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    processID = try Self.spawn(
      [path] + arguments,
      variables.map { "\($0)=\($1)" },
      [
        source, files.appendingPathComponent("out").path,
        files.appendingPathComponent("error").path,
      ]
    )
  }

  deinit {
    if isRunning {
      kill(processID, SIGKILL)
      waitpid(processID, nil, 0)
    }
    try? FileManager.default.removeItem(at: files)
  }

  /// Starts a program in a process group of its own, with three files as its first descriptors.
  private static func spawn(
    _ words: [String],
    _ variables: [String],
    _ paths: [String]
  ) throws -> Int32 {
    var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (descriptor, path) in paths.enumerated() {
      let flags = descriptor == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
      posix_spawn_file_actions_addopen(&actions, Int32(descriptor), path, flags, 0o600)
    }
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    let argv = words.map { strdup($0) } + [nil]
    let envp = variables.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var processID: pid_t = 0
    let code = posix_spawn(&processID, words[0], &actions, &attributes, argv, envp)
    guard code == 0 else { throw POSIXError(.init(rawValue: code) ?? .EIO) }
    return processID
  }

  private func text(_ name: String) -> String {
    let data = FileManager.default.contents(atPath: files.appendingPathComponent(name).path)
    return String(decoding: data ?? Data(), as: UTF8.self)
  }

  var isRunning: Bool {
    status.withLock { status in
      var found: Int32 = 0
      if status == nil, waitpid(processID, &found, WNOHANG) == processID { status = found }
      return status == nil
    }
  }
  /// What it wrote to standard output so far.
  var output: String { text("out") }
  /// Whole lines of standard error so far.
  var errors: [String] { text("error").components(separatedBy: "\n").dropLast() }

  func signal(_ signal: Int32) {
    if isRunning { kill(processID, signal) }
  }

  /// Waits for the end and returns the exit code; 128 and the number after a signal.
  @discardableResult
  func end(within limit: Duration = .seconds(40)) async throws -> Int32 {
    try await wait("\(name) to end", within: limit) { !isRunning }
    let status = status.withLock { $0 ?? 0 }
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }

  /// Waits for a line of standard error with `text` in it.
  func line(with text: String) async throws -> String {
    do {
      try await wait("\(name) to say \"\(text)\"") { errors.contains { $0.contains(text) } }
    } catch let timeout as TimedOut {
      throw TimedOut(what: timeout.what + "; it said: \(output)\(errors.joined(separator: "\n"))")
    }
    return errors.first { $0.contains(text) } ?? ""
  }

  /// The address that a daemon says it serves on.
  func address() async throws -> String { try await address(in: "\"serving\"") }

  /// Where a daemon says that it serves operators.
  func operatorAddress() async throws -> String {
    try await address(in: "serving operators over HTTP")
  }

  private func address(in words: String) async throws -> String {
    let line = try await line(with: words)
    let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return try #require(fields?["address"] as? String, "\(line)")
  }
}

/// Waits until `condition` holds, or throws what it waited for.
func wait(
  _ what: @autoclosure () -> String,
  within limit: Duration = .seconds(20),
  until condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while !(try await condition()) {
    guard ContinuousClock.now < end else { throw TimedOut(what: what()) }
    try await Task.sleep(for: .milliseconds(10))
  }
}

struct TimedOut: Error, CustomStringConvertible {
  let what: String
  var description: String { "waited in vain for \(what)" }
}
