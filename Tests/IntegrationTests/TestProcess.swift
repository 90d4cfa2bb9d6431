import Foundation
import Testing

/// One of Hearth's programs, as it was built, run for a test; ended with the object.
///
/// What it writes goes to files, so that no reader can hold it up.
final class TestProcess: Sendable {
  private let process = Process()
  private let files: URL
  let name: String

  /// Foundation has crashed in the start of a process while other threads started theirs.
  private static let starting = NSLock()

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
    process.executableURL =
      program.hasPrefix("/")
      ? URL(fileURLWithPath: program) : Self.folder.appendingPathComponent(program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = try sink("out")
    process.standardError = try sink("error")
    process.standardInput = try input.map { try source($0) } ?? FileHandle.nullDevice
    try Self.starting.withLock { try process.run() }
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    try? FileManager.default.removeItem(at: files)
  }

  private func sink(_ name: String) throws -> FileHandle {
    let file = files.appendingPathComponent(name)
    try Data().write(to: file)
    return try FileHandle(forWritingTo: file)
  }

  private func source(_ text: String) throws -> FileHandle {
    let file = files.appendingPathComponent("in")
    try Data(text.utf8).write(to: file)
    return try FileHandle(forReadingFrom: file)
  }

  private func text(_ name: String) -> String {
    let data = FileManager.default.contents(atPath: files.appendingPathComponent(name).path)
    return String(decoding: data ?? Data(), as: UTF8.self)
  }

  var processID: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  /// What it wrote to standard output so far.
  var output: String { text("out") }
  /// Whole lines of standard error so far.
  var errors: [String] { text("error").components(separatedBy: "\n").dropLast() }

  func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end and returns the exit code; 128 and the number after a signal.
  @discardableResult
  func end(within limit: Duration = .seconds(40)) async throws -> Int32 {
    try await wait("\(name) to end", within: limit) { !process.isRunning }
    return process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
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
