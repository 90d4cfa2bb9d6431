import Foundation
import Glibc
import TestSupport
import Testing

/// What daemons tell the service manager that started them, by the protocol of sd_notify(3).
@Suite(.timeLimit(.minutes(1)))
struct ServiceManagerTests {
  private static let control = ["--listen", "127.0.0.1:0", "--log-format", "json"]

  @Test(arguments: [false, true])
  func `it is told of the start, a reload and the end`(isAbstract: Bool) async throws {
    let manager = try ManagerSocket(isAbstract: isAbstract)
    let process = try TestProcess(
      "hearth-control",
      Self.control + ["--grace", "7s"],
      environment: ["NOTIFY_SOCKET": manager.name]
    )
    try await wait("READY") { manager.told.contains("READY=1") }
    #expect(manager.told == ["STATUS=serving", "READY=1"])
    process.signal(SIGHUP)
    try await wait("READY again") { manager.told.count { $0 == "READY=1" } == 2 }
    let reload = try #require(manager.told.first { $0.hasPrefix("RELOADING=1\n") })
    let time = reload.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=(\d+)/)?.1
    #expect((time.flatMap { Int($0) } ?? 0) > 0, "\(reload)")
    process.signal(SIGTERM)
    #expect(try await process.end() == 0)
    try await wait("STOPPING") { manager.told.count == 6 }
    #expect(manager.told[4] == "STATUS=not serving")
    #expect(manager.told[5] == "STOPPING=1\nEXTEND_TIMEOUT_USEC=12000000")
  }

  @Test func `an agent is ready before it is attached, and says so`() async throws {
    let manager = try ManagerSocket(isAbstract: false)
    let process = try TestProcess(
      "hearth-region",
      Self.control + ["--region", "a", "--control", "127.0.0.1:1"],
      environment: ["NOTIFY_SOCKET": manager.name]
    )
    try await wait("READY") { manager.told.contains("READY=1") }
    #expect(manager.told == ["STATUS=not serving", "READY=1"])
    let address = try await process.address()
    let health = try TestProcess("hearth", ["health", "--address", address])
    #expect(try await health.end() == 1)
    #expect(health.errors.joined().contains("does not serve: it is not attached"))
  }

  @Test func `a watchdog hears of a loop that turns`() async throws {
    let manager = try ManagerSocket(isAbstract: false)
    let process = try TestProcess(
      "hearth-control",
      Self.control,
      environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "20000"]
    )
    try await wait("signs of life") { manager.told.count { $0 == "WATCHDOG=1" } > 3 }
    process.signal(SIGTERM)
    #expect(try await process.end() == 0)
  }

  @Test(arguments: [
    ["WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"], ["WATCHDOG_USEC": "-1"],
    ["WATCHDOG_USEC": "0"], ["WATCHDOG_USEC": "99999999999999999999"], ["WATCHDOG_USEC": "soon"],
  ])
  func `a watchdog of somebody else, or none, is told nothing`(
    _ environment: [String: String]
  ) async throws {
    let manager = try ManagerSocket(isAbstract: false)
    let process = try TestProcess(
      "hearth-control",
      Self.control,
      environment: environment.merging(["NOTIFY_SOCKET": manager.name]) { $1 }
    )
    let address = try await process.address()
    let health = try TestProcess("hearth", ["health", "--address", address])
    #expect(try await health.end() == 0)
    #expect(health.output == "\(address) serves\n")
    process.signal(SIGTERM)
    #expect(try await process.end() == 0)
    #expect(!manager.told.contains("WATCHDOG=1"))
  }

  @Test(
    arguments: [
      ["hearth-region", "--region", "a", "--control"],
      ["hearth-gateway", "--http", "127.0.0.1:0", "--control"],
      ["hearth-node", "--region", "a", "--name", "n", "--replicas", TestFleet.replica, "--agent"],
    ],
    [1, 2]
  )
  func `who waits for a connection that does not come ends when it is told to`(
    _ command: [String],
    signals: Int
  ) async throws {
    let peer = try FullListener()
    let process = try TestProcess(command[0], command.dropFirst() + [peer.address] + Self.control)
    _ = try await process.address()
    for _ in 0..<signals { process.signal(SIGTERM) }
    #expect(try await process.end() == 0, "\(process.errors)")
  }

  @Test(arguments: [
    "relative", "/", "@", "/nowhere/at/all", "/" + String(repeating: "x", count: 300),
  ])
  func `a daemon serves although nobody hears it`(_ socket: String) async throws {
    let process = try TestProcess(
      "hearth-control",
      Self.control,
      environment: ["NOTIFY_SOCKET": socket]
    )
    _ = try await process.address()
    _ = try await process.line(with: "the service manager can't be told")
    process.signal(SIGTERM)
    #expect(try await process.end() == 0)
  }
}

/// The socket of a service manager, in a folder of its own or with an abstract name.
private final class ManagerSocket {
  /// What `NOTIFY_SOCKET` has.
  let name: String
  private let folder: TemporaryFolder
  private let descriptor: Int32
  private var messages: [String] = []

  init(isAbstract: Bool) throws {
    folder = try TemporaryFolder()
    name = isAbstract ? "@hearth-\(UUID())" : folder.path("notify")
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var path = Array(name.utf8)
    if isAbstract { path[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    try #require(code == 0, "bind: \(errno)")
  }

  deinit { close(descriptor) }

  /// Each message so far.
  var told: [String] {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
      messages.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
    return messages
  }
}

/// A port that answers no attempt to connect: its queue is full.
private final class FullListener {
  let address: String
  private var descriptors: [Int32] = []

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) + listen(listener, 0) + getsockname(listener, $0, &size)
      }
    }
    try #require(code == 0, "listen: \(errno)")
    self.address = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    descriptors = [listener]
    for _ in 0..<3 {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(client, $0, size) }
      }
      descriptors.append(client)
    }
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
