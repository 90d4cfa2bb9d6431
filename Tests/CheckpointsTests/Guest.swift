import Checkpointing
import Checkpoints
import Foundation
import Testing

/// A worker in a pid namespace of its own, which `supervisor.py` looks after.
final class Guest {
  private let path: String
  private var process = Process()

  private var log: String { path + "/log" }
  private var status: String { path + "/status" }

  private static let programs = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Programs")

  private static let found: Result<CRIU, CheckpointError> = {
    let path =
      ProcessInfo.processInfo.environment["HEARTH_CRIU"]
      ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "../criu/criu").standardized.path
    do throws(CheckpointError) {
      return .success(try CRIU(checking: path))
    } catch { return .failure(error) }
  }()

  /// CRIU, where it works and may be used.
  static var criu: CRIU? { getuid() == 0 ? try? found.get() : nil }

  /// Why there is none.
  static var whyNot: String? {
    guard getuid() == 0 else { return "transparent checkpoints need root here" }
    guard case .failure(let error) = found else { return nil }
    return error.description
  }

  init(_ path: String, _ arguments: [String], network: String? = nil) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let entering = network.map { ["nsenter", "--net=\($0)"] } ?? []
    let program = Self.programs.appending(path: arguments[0]).path
    try start(
      entering + ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"] + supervisor
        + ["/usr/bin/env"] + CRIU.environment + ["python3", program] + arguments.dropFirst()
    )
  }

  private var supervisor: [String] {
    ["python3", Self.programs.appending(path: "supervisor.py").path, status, log]
  }

  private func start(_ arguments: [String]) throws {
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  private func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  func append(_ line: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: log))
    try file.seekToEnd()
    try file.write(contentsOf: Data(line.utf8))
  }

  func reach(step: Int) async throws {
    try await until("step \(step)") { self.text(self.log).contains("step \(step)\n") }
  }

  /// Waits for the end of the supervisor.
  func wait() async throws { try await until("the end") { !self.process.isRunning } }

  /// Ends all of it at once.
  func kill() async throws {
    Foundation.kill(process.processIdentifier, SIGKILL)
    try await wait()
  }

  /// All that it wrote, once it has ended with 0.
  func end() async throws -> String {
    try await wait()
    #expect(
      text(status) == "0\n",
      "\(text(log).suffix(500)) \(text(path + "/restore.log").suffix(2000))"
    )
    return text(log)
  }

  /// The process in the role of supervisor, after a restore too.
  private func firstProcess() -> Int? {
    guard process.isRunning else { return nil }
    return children(of: Int(process.processIdentifier)).first
  }

  private func children(of number: Int) -> [Int] {
    text("/proc/\(number)/task/\(number)/children").split(separator: " ").compactMap { Int($0) }
  }

  /// Waits until a restored worker runs: CRIU has become its supervisor.
  func isBack() async throws {
    try await until("the restore") {
      guard let first = self.firstProcess() else {
        // Ended, or not begun yet.
        if self.process.isRunning { return false }
        Issue.record("\(self.text(self.path + "/restore.log").suffix(2_000))")
        return true
      }
      return self.text("/proc/\(first)/cmdline").contains("supervisor.py")
        && !self.text("/proc/\(first)/cmdline").contains("restore")
    }
  }

  func dump(
    into draft: CheckpointStore.Draft,
    _ rank: Int,
    with criu: CRIU,
    leavesRunning: Bool = false
  ) throws -> CheckpointManifest.Output {
    let first = try #require(firstProcess())
    let worker = try #require(children(of: first).first)
    let line = text("/proc/\(worker)/status").split(separator: "\n").first { $0.hasPrefix("NSpid") }
    let inner = try #require(line?.split(separator: "\t").last.flatMap { Int($0) })
    let guest = CRIU.Worker(supervisor: first, process: inner)
    try criu.checkpoint(guest, into: draft.path(ofWorker: rank))
    let bytes = try OutputFiles.bytes(of: log)
    if leavesRunning { try criu.resume(guest) } else { try criu.end(guest) }
    return .init(worker: rank, name: "stdout", bytes: bytes)
  }

  @discardableResult
  func checkpoint(
    into store: CheckpointStore,
    _ id: CheckpointID,
    with criu: CRIU,
    leavesRunning: Bool = false
  ) throws -> CheckpointManifest {
    let draft = try store.begin(id, workers: 1)
    var manifest = facts(id, job: "night", workers: 1)
    manifest.outputs = [try dump(into: draft, 0, with: criu, leavesRunning: leavesRunning)]
    return try store.commit(draft, manifest)
  }

  func restore(
    _ manifest: CheckpointManifest,
    from store: CheckpointStore,
    rank: Int = 0,
    with criu: CRIU,
    network: String? = nil
  ) throws {
    for output in manifest.outputs where output.worker == rank {
      try OutputFiles.cut(log, to: output.bytes)
    }
    let folder = CheckpointManifest.folder(ofWorker: rank)
    try start(
      criu.restoring(
        from: store.path(of: manifest.id) + "/" + folder,
        work: path,
        network: network,
        supervisor: supervisor
      )
    )
  }
}

/// Waits until `condition` holds.
func until(_ what: String, _ condition: () -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(30)
  while !condition() {
    try #require(ContinuousClock.now < end, "waited in vain for \(what)")
    // Keeps its thread: given back, it may return when the guest has ended.
    usleep(5_000)
  }
}
