import Foundation
import Glibc
import Synchronization

/// SeaweedFS as a store that speaks S3's protocol, which ends with the tests.
package final class ObjectStore: Sendable {
  package static let keyID = "AKTEST"
  package static let secret = "SKTEST"
  /// What the tests may use; started when the first one asks for it.
  package static let shared = Result { try ObjectStore() }

  /// Why there is none; nil where it can be started.
  package static var whyNot: String? {
    FileManager.default.isExecutableFile(atPath: program)
      ? nil : "no SeaweedFS at \(program): deploy/scripts/interop-venv .build/interop-venv"
  }

  private static var program: String {
    let python =
      ProcessInfo.processInfo.environment["HEARTH_INTEROP_PYTHON"]
      ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: ".build/interop-venv/bin/python").path
    return URL(filePath: python).deletingLastPathComponent().appending(path: "weed").path
  }

  private let folder: TemporaryFolder
  private let ports: [Int]
  private let running = Mutex<Running?>(nil)

  private struct Running {
    let process: Process
    let held: Pipe
  }

  /// Where it answers.
  package var endpoint: String { "http://127.0.0.1:\(ports[0])" }

  /// Makes a store that does not run yet, on ports that are free now.
  package init(starts: Bool = true) throws {
    folder = try TemporaryFolder()
    ports = try Self.freePorts(8)
    _ = try folder.write(
      """
      {"identities":[{"name":"hearth","actions":["Admin","Read","Write","List"],
      "credentials":[{"accessKey":"\(Self.keyID)","secretKey":"\(Self.secret)"}]}]}
      """,
      as: "s3.json"
    )
    try FileManager.default.createDirectory(
      atPath: folder.path("data"),
      withIntermediateDirectories: false
    )
    if starts { try start() }
  }

  deinit { stop() }

  /// Starts it, and waits until it answers.
  package func start() throws {
    let names = [
      "s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port",
      "volume.port.grpc", "filer.port", "filer.port.grpc",
    ]
    let flags =
      zip(names, ports).map { "-\($0)=\($1)" } + [
        "-s3", "-s3.config=\(folder.path("s3.json"))", "-dir=\(folder.path("data"))",
        "-ip=127.0.0.1",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", "-volume.max=100",
        "-master.volumeSizeLimitMB=100",
      ]
    let process = Process()
    // It ends when the pipe does, however these tests end.
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments =
      [
        "-c", "\"$@\" >\"$0\" 2>&1 </dev/null & read x; kill -9 $!", folder.path("log"),
        Self.program, "server",
      ] + flags
    let held = Pipe()
    // Nothing else that is started meanwhile may hold it open.
    for end in [held.fileHandleForReading, held.fileHandleForWriting] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    process.standardInput = held
    process.standardError = FileHandle.nullDevice
    try process.run()
    running.withLock { $0 = Running(process: process, held: held) }
    let end = ContinuousClock.now + .seconds(60)
    while !isReady {
      guard ContinuousClock.now < end else { throw Failed(log: log) }
      usleep(50_000)
    }
  }

  /// Ends it at once.
  package func stop() {
    guard let was = running.withLock({ running in exchange(&running, with: nil) }) else { return }
    try? was.held.fileHandleForWriting.close()
    was.process.waitUntilExit()
    while ports.contains(where: connects) { usleep(10_000) }
  }

  private func exchange<T>(_ value: inout T, with new: T) -> T {
    defer { value = new }
    return value
  }

  private var log: String {
    String((try? String(contentsOfFile: folder.path("log"), encoding: .utf8))?.suffix(2_000) ?? "")
  }

  /// The port is the last thing that it opens.
  private var isReady: Bool { log.contains("Start Seaweed S3 API Server") && connects(ports[0]) }

  private func connects(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return withAddress(port) { connect(descriptor, $0, $1) } == 0
  }

  private static func freePorts(_ count: Int) throws -> [Int] {
    let descriptors = (0..<count).map { _ in socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0) }
    defer { for descriptor in descriptors { close(descriptor) } }
    return try descriptors.map { descriptor in
      guard withAddress(0, { bind(descriptor, $0, $1) }) == 0 else { throw Failed(log: "bind") }
      var address = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let code = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          getsockname(descriptor, $0, &length)
        }
      }
      guard code == 0 else { throw Failed(log: "getsockname") }
      return Int(UInt16(bigEndian: address.sin_port))
    }
  }

  private struct Failed: Error {
    let log: String
  }
}

/// Calls `body` with the address of a port of this host.
private func withAddress<Result>(
  _ port: Int,
  _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}
