import EventLoop
import Foundation
import Synchronization
import Testing

/// The Python environment with grpcio, and what is made for it once a run.
enum Python {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
  private static let root = tests.deletingLastPathComponent().deletingLastPathComponent()

  /// A folder that is filled again in each run: generated stubs in `stubs`, keys in `keys`.
  private static let made = Result {
    let folder = root.appending(path: ".build/interop")
    let (stubs, keys) = (folder.appending(path: "stubs"), folder.appending(path: "keys"))
    for part in [stubs, keys] {
      try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
    }
    let proto = root.appending(path: "proto").path
    let output = "--python_out=\(stubs.path) --grpc_python_out=\(stubs.path)"
    try run(
      interpreter(),
      "-m grpc_tools.protoc -I\(proto) \(output) hearth/testing/v1/testing.proto"
    )
    try run(script("certificates"), keys.path)
    return folder
  }

  /// Where throw-away keys and certificates are.
  static func keys() throws -> String { try made.get().appending(path: "keys").path }

  static func command(_ name: String, _ arguments: [String]) throws -> ChildProcess.Command {
    let stubs = try made.get().appending(path: "stubs").path
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHONPATH"] = stubs
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return ChildProcess.Command(
      executable: try interpreter(),
      arguments: [script(name)] + arguments,
      environment: environment.map { "\($0)=\($1)" }
    )
  }

  private static func script(_ name: String) -> String {
    tests.appending(path: "interop/\(name)").path
  }

  private static func interpreter() throws -> String {
    let path =
      ProcessInfo.processInfo.environment["HEARTH_INTEROP_PYTHON"]
      ?? root.appending(path: ".build/interop-venv/bin/python").path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Missing(
        description: """
          no Python with grpcio at \(path): run `make test`, or \
          `deploy/scripts/interop-venv .build/interop-venv`
          """
      )
    }
    return path
  }

  private static func run(_ executable: String, _ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments.split(separator: " ").map(String.init)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Missing(description: "\(executable) \(arguments) failed")
    }
  }
}

/// A script of `interop/` while it runs.
final class PythonPeer: Sendable {
  enum Event: Sendable {
    case line(ChildProcess.Output, String)
    case exit(ChildProcess.Exit)
  }

  private let thread: LoopThread
  private let events: AsyncStream<Event>

  private init(_ thread: LoopThread, _ events: AsyncStream<Event>) {
    (self.thread, self.events) = (thread, events)
  }

  static func start(_ script: String, _ arguments: [String] = []) async throws -> PythonPeer {
    let command = try Python.command(script, arguments)
    let (events, continuation) = AsyncStream<Event>.makeStream()
    let thread = try await LoopThread.start(name: "python") { loop in
      try ChildProcess(
        command,
        loop: loop,
        onLine: { continuation.yield(.line($0, $1)) },
        onExit: {
          continuation.yield(.exit($0))
          continuation.finish()
        }
      )
    }
    return PythonPeer(thread, events)
  }

  /// The next line of its output; nil when there will be none.
  func line() async -> String? {
    for await case .line(.out, let line) in events { return line }
    return nil
  }

  /// How it ended, and all that it wrote until then.
  func end() async -> (exit: ChildProcess.Exit?, output: String) {
    var output = ""
    for await event in events {
      switch event {
      case .line(_, let line): output += line + "\n"
      case .exit(let exit): return (exit, output)
      }
    }
    return (nil, output)
  }

  /// Ends it by force.
  func stop() async { await thread.stop() }
}
