import EventLoop
import Glibc
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ProcessTests {
  /// Runs a shell script to its end.
  private func run(
    _ script: String,
    then act: (ChildProcess) -> Void = { _ in }
  ) throws -> (lines: [String], exit: ChildProcess.Exit?) {
    let loop = try Loop()
    var lines: [String] = []
    var exit: ChildProcess.Exit?
    let child = try ChildProcess(
      .init(executable: "sh", arguments: ["-c", script]),
      loop: loop,
      onLine: { lines.append(($0 == .error ? "error: " : "") + $1) },
      onExit: { exit = $0 }
    )
    #expect(child.processID > 0)
    if script.contains("ready") {
      #expect(loop.run(until: { lines.contains("ready") }, within: .seconds(20)))
    }
    act(child)
    #expect(loop.run(until: { exit != nil }, within: .seconds(20)))
    return (lines, exit)
  }

  @Test func `both outputs come in lines, the last one too, before the status`() throws {
    let (lines, exit) = try run("echo one; echo two; printf three; exit 3")
    #expect(lines == ["one", "two", "three"])
    #expect(exit == .status(3))
    #expect(try run("echo wrong >&2").lines == ["error: wrong"])
  }

  @Test func `a signal ends it and is told`() throws {
    #expect(try run("echo ready; exec sleep 600") { $0.kill(SIGTERM) }.exit == .signal(15))
  }

  @Test func `a line without end is cut`() throws {
    let (lines, _) = try run("head -c 40000 /dev/zero | tr '\\0' x")
    #expect(lines.map(\.count) == [16_384, 16_384, 7_232])
  }

  @Test func `an executable that is missing is refused with its name`() throws {
    let loop = try Loop()
    let error = try #require(throws: UVError.self) {
      try ChildProcess(
        .init(executable: "/no/such/program"),
        loop: loop,
        onLine: { _, _ in },
        onExit: { _ in }
      )
    }
    #expect(error.description == "start /no/such/program: no such file or directory (ENOENT)")
  }

  @Test func `a child is ended and reaped when its owner lets it go`() throws {
    let loop = try Loop()
    var isReady = false
    var child: ChildProcess? = try ChildProcess(
      .init(executable: "sh", arguments: ["-c", "echo ready; exec sleep 600"]),
      loop: loop,
      onLine: { _, _ in isReady = true },
      onExit: { _ in }
    )
    let id = pid_t(try #require(child).processID)
    #expect(loop.run(until: { isReady }, within: .seconds(20)))
    child = nil
    #expect(kill(id, 0) != 0 && errno == ESRCH, "nothing is left of it, not even a zombie")
  }

  @Test func `a signal to this process is heard on the loop`() throws {
    let loop = try Loop()
    var count = 0
    let source = try SignalSource(SIGUSR1, loop: loop) { count += 1 }
    kill(getpid(), SIGUSR1)
    #expect(loop.run(until: { count == 1 }, within: .seconds(20)))
    withExtendedLifetime(source) {}
  }
}
