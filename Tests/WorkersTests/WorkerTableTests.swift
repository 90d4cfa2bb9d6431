import Basics
import CWorkers
import EventLoop
import Glibc
import Testing

@testable import Workers

private final class Heard {
  var events: [WorkerEvent] = []
}

/// Real shims and workers in a folder of their own.
final class TestTable {
  let folder: String
  let group: String
  let loop: Loop
  var events: [WorkerEvent] { heard.events }
  private let heard = Heard()
  var table: WorkerTable?

  private let before: [String]

  /// Makes a table; `shim` is what comes before the shim's own command.
  init(shim before: [String] = []) throws {
    self.before = before
    var template = Array("/tmp/hearth-workers-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw WorkerFault("making a folder", errno) }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    group = "hearth-test-\(folder.suffix(6))"
    loop = try Loop()
    try Files.makeFolders(folder + "/logs")
    try restart()
  }

  deinit {
    for id in table?.running ?? [] { try? table?.stop(id, grace: .zero) }
    _ = loop.run(until: { [table] in table?.running.isEmpty ?? true }, within: .seconds(20))
    table = nil
    let groups = ControlGroups.find()
    for root in [groups.unified].compactMap({ $0 }) + groups.legacy.values {
      rmdir("\(root)/\(group)")
    }
    removeAll(folder)
  }

  private func removeAll(_ path: String) {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      for name in Files.list(path) { removeAll("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// A new agent in place of the one that was there.
  func restart() throws {
    table = nil
    table = try WorkerTable(
      directory: folder + "/run",
      shim: before + [Self.program, "shim"],
      controlGroup: group,
      loop: loop
    ) { [heard] in heard.events.append($0) }
    table?.adopt()
  }

  /// `hearth-node`, which is built beside the tests.
  static let program =
    "\(Files.parent(Files.parent(Files.parent(#filePath))))/.build/debug/hearth-node"

  func spec(_ script: String, worker: Int = 0, epoch: Int = 1) throws -> WorkerSpec {
    var spec = WorkerSpec(
      id: try WorkerID(job: "train", worker: worker, epoch: epoch),
      command: ["sh", "-c", script],
      logDirectory: folder + "/logs"
    )
    spec.environment = ["PATH=/usr/bin:/bin"]
    spec.workingDirectory = folder
    spec.controlGroup = group
    return spec
  }

  @discardableResult
  func start(_ spec: WorkerSpec) throws -> WorkerID {
    try table?.start(spec)
    return spec.id
  }

  func connect(_ path: String) throws -> Int32 {
    let socket = hearth_connect_packets(path)
    guard socket >= 0 else { throw WorkerFault("connecting", -socket) }
    return socket
  }

  func wait(_ what: String, for condition: () -> Bool) {
    let held = loop.run(until: condition, within: .seconds(30))
    #expect(held, "\(what); events: \(events)")
  }

  func exit(_ id: WorkerID) -> WorkerExit? {
    for case .exited(id, let exit) in events { return exit }
    return nil
  }

  /// The exit that came with the end of everything; nil outside when that has not come.
  func gone(_ id: WorkerID) -> WorkerExit?? {
    for case .gone(id, let exit) in events { return .some(exit) }
    return nil
  }

  func refusal(_ id: WorkerID) -> String? {
    for case .refused(id, let fault) in events { return fault.description }
    return nil
  }

  func isStarted(_ id: WorkerID) -> Bool {
    events.contains { if case .started(id, _) = $0 { true } else { false } }
  }

  /// What the script wrote to a file, once it has.
  func number(in file: String) -> Int? {
    Files.text("\(folder)/\(file)").flatMap { $0.hasSuffix("\n") ? Int($0.dropLast()) : nil }
  }

  func output(_ id: WorkerID, _ stream: LogFollower.Stream = .out) throws -> [UInt8] {
    var follower = LogFollower(directory: folder + "/logs", stream: stream)
    var bytes: [UInt8] = []
    while let piece = follower.next() { bytes += piece.bytes }
    return bytes
  }

  static var hasUnified: Bool {
    getuid() == 0
      && ControlGroups.find().unified.map { Files.exists("\($0)/cgroup.procs") } ?? false
  }

  static var canLimitMemory: Bool {
    let groups = ControlGroups.find()
    return getuid() == 0
      && (groups.legacy["memory"] != nil
        || groups.unified.flatMap { Files.text("\($0)/cgroup.controllers") }?.contains("memory")
          == true)
  }
}

@Suite(.timeLimit(.minutes(2))) struct WorkerTableTests {
  @Test(arguments: [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", -9), ("kill -SEGV $$", -11)])
  func `tells how a program ended`(_ script: String, _ status: Int) throws {
    let test = try TestTable()
    let id = try test.start(test.spec(script))
    test.wait("gone") { test.gone(id) != nil }
    #expect(test.exit(id)?.status == status)
    #expect(test.exit(id)?.wasAsked == false)
    #expect(test.gone(id)??.status == status)
    let exit = try #require(test.exit(id))
    #expect(exit.endedNanoseconds >= exit.startedNanoseconds)
    #expect(exit.residentBytesMax > 0)
  }

  @Test func `tells an exit while descendants still hold the output`() throws {
    let test = try TestTable()
    // The child ignores SIGTERM, so it is there until the grace has passed.
    var spec = try test.spec(
      "(trap '' TERM; echo x >ready; exec sleep 600) & while ! [ -s ready ]; do :; done; exit 3"
    )
    spec.graceMillisecondsMax = 1_000
    let id = try test.start(spec)
    test.wait("exited") { test.exit(id) != nil }
    #expect(test.gone(id) == nil)
    test.wait("gone") { test.gone(id) != nil }
    #expect(test.exit(id)?.status == 3)
  }

  @Test func `stops with a grace, and kills what does not heed it`() throws {
    let test = try TestTable()
    let heeds = try test.start(
      test.spec("trap 'exit 7' TERM; echo 1 >a; while :; do sleep 0.05; done")
    )
    let ignores = try test.start(
      test.spec("trap '' TERM; echo 1 >b; while :; do sleep 0.05; done", worker: 1)
    )
    test.wait("running") { test.number(in: "a") == 1 && test.number(in: "b") == 1 }
    try test.table?.stop(heeds, grace: .seconds(30))
    try test.table?.stop(ignores, grace: .milliseconds(100))
    test.wait("gone") { test.gone(heeds) != nil && test.gone(ignores) != nil }
    #expect(test.exit(heeds)?.status == 7)
    #expect(test.exit(heeds)?.wasAsked == true)
    #expect(test.exit(ignores)?.status == -9)
    #expect(test.exit(ignores)?.wasAsked == true)
  }

  @Test func `ends those that left their session and their parents`() throws {
    let test = try TestTable()
    let id = try test.start(
      test.spec(
        "(setsid sh -c 'trap \"\" TERM; echo $$ >pid; sleep 600 & sleep 600' &) ; sleep 600"
      )
    )
    test.wait("escaped") { test.number(in: "pid") != nil }
    let escaped = try #require(test.number(in: "pid"))
    try test.table?.stop(id, grace: .zero)
    test.wait("gone") { test.gone(id) != nil }
    #expect(ProcessTable.stat(escaped).map(\.isZombie) ?? true)
  }

  @Test func `an agent that restarts adopts its workers and hears their ends`() throws {
    let test = try TestTable()
    let runs = try test.start(
      test.spec("echo 1 >a; while ! [ -e go ]; do sleep 0.02; done; exit 5")
    )
    let ends = try test.start(
      test.spec("while ! [ -e end ]; do sleep 0.02; done; exit 6", worker: 1)
    )
    test.wait("running") { test.isStarted(runs) && test.isStarted(ends) }
    let before = test.table?.status(runs)
    test.table = nil
    close(open(test.folder + "/end", O_WRONLY | O_CREAT, 0o600))
    let folder = WorkerDirectory(path: "\(test.folder)/run/\(ends)")
    test.wait("ended unheard") { !Files.exists(folder.socket) }
    try test.restart()
    test.wait("adopted") { test.table?.status(runs) == before && test.gone(ends) != nil }
    #expect(test.gone(ends)??.status == 6)
    close(open(test.folder + "/go", O_WRONLY | O_CREAT, 0o600))
    test.wait("exited") { test.gone(runs) != nil }
    #expect(test.exit(runs)?.status == 5)
  }

  @Test func `a worker ends with its lease, though its agent is dead`() throws {
    let test = try TestTable()
    let lease = LeaseFile(test.folder + "/lease")
    lease.write(LeaseFile.now())
    func start(_ worker: Int, _ milliseconds: Int) throws -> WorkerID {
      var spec = try test.spec("trap '' TERM; while :; do sleep 0.05; done", worker: worker)
      spec.lease = .init(path: test.folder + "/lease", milliseconds: milliseconds)
      return try test.start(spec)
    }
    let ends = try start(0, 500)
    let goesOn = try start(1, 600_000)
    test.wait("running") { test.isStarted(ends) && test.isStarted(goesOn) }
    test.table = nil
    let socket = WorkerDirectory(path: "\(test.folder)/run/\(ends)").socket
    test.wait("ended") { !Files.exists(socket) }
    // One that can't be read takes nothing from what was read.
    try Files.keep([0x78], test.folder + "/lease")
    try test.restart()
    test.wait("told") { test.gone(ends) != nil && test.table?.status(goesOn) != nil }
    #expect(test.gone(ends)??.status == -9 && test.gone(ends)??.wasAsked == true)
    #expect(test.exit(goesOn) == nil)
  }

  @Test(arguments: [false, true])
  func `a shim that was killed leaves nothing running`(agentIsThere: Bool) throws {
    let test = try TestTable()
    let id = try test.start(test.spec("trap '' PIPE; echo $$ >pid; while :; do sleep 0.05; done"))
    test.wait("running") { test.isStarted(id) && test.number(in: "pid") != nil }
    let worker = try #require(test.number(in: "pid"))
    let shim = try #require(ProcessTable.stat(worker)?.parent)
    if !agentIsThere { test.table = nil }
    kill(pid_t(shim), SIGKILL)
    if !agentIsThere { try test.restart() }
    test.wait("gone") { test.gone(id) != nil }
    #expect(test.gone(id) == .some(nil))
    #expect(ProcessTable.stat(worker).map(\.isZombie) ?? true)
  }

  @Test func `never runs a spec twice`() throws {
    let test = try TestTable()
    let id = try test.start(test.spec("echo x >>ran"))
    test.wait("gone") { test.gone(id) != nil }
    #expect(throws: WorkerFault.self) { try test.start(test.spec("echo x >>ran")) }
    #expect(throws: WorkerFault.self) { try test.start(test.spec("echo x >>ran", epoch: 0)) }
    try test.restart()
    #expect(throws: WorkerFault.self) { try test.start(test.spec("echo x >>ran")) }
    // A second shim by hand.
    let spec = "\(test.folder)/run/\(id)/spec"
    let loop = test.loop
    var ended: ChildProcess.Exit?
    let child = try ChildProcess(
      .init(executable: TestTable.program, arguments: ["shim", "--spec", spec]),
      loop: loop,
      onLine: { _, _ in },
      onExit: { ended = $0 }
    )
    test.wait("refused") { ended != nil }
    withExtendedLifetime(child) {}
    #expect(ended == .status(1))
    #expect(Files.text(test.folder + "/ran") == "x\n")
    #expect(test.refusal(id) == nil)
  }

  @Test func `a spec that can't run is refused with its reason, and stays refused`() throws {
    let test = try TestTable()
    var missing = try test.spec("")
    missing.command = ["no-such-program"]
    var elsewhere = try test.spec("true", worker: 1)
    elsewhere.workingDirectory = "/no/such/folder"
    var unheard = try test.spec("true", worker: 2)
    unheard.logDirectory = "/proc/self"
    for (spec, words) in [
      (missing, "command no-such-program"), (elsewhere, "working directory /no/such/folder"),
      (unheard, "log directory /proc/self"),
    ] {
      let id = try test.start(spec)
      test.wait("refused") { test.refusal(id) != nil }
      #expect(test.refusal(id)?.contains(words) == true, "\(test.refusal(id) ?? "")")
      #expect(!test.isStarted(id))
    }
    #expect(test.table?.running == [])
  }

  @Test func `bounds and rotates what a worker writes`() throws {
    let test = try TestTable()
    var spec = try test.spec(
      "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); done; printf '\\377\\000end' >&2"
    )
    spec.logFileBytesMax = 512
    spec.logFilesMax = 3
    let id = try test.start(spec)
    test.wait("gone") { test.gone(id) != nil }
    let files = LogFiles.list(spec.logDirectory, "out")
    #expect(files.count == 3)
    #expect(files.allSatisfy { $0.end - $0.start <= 512 })
    let text = String(decoding: try test.output(id), as: UTF8.self)
    #expect(text.hasSuffix("line 398\nline 399\n"))
    #expect(text.hasPrefix("line "))
    #expect(try test.output(id, .error) == [0xFF, 0, 0x65, 0x6E, 0x64])
  }

  @Test func `freezes and thaws`() throws {
    let test = try TestTable()
    let id = try test.start(test.spec("i=0; while :; do i=$((i+1)); echo $i >n; sleep 0.01; done"))
    test.wait("running") { test.number(in: "n") ?? 0 > 3 }
    try test.table?.freeze(id)
    test.wait("frozen") { test.table?.status(id)?.state == .frozen }
    try test.table?.thaw(id)
    let before = test.number(in: "n") ?? 0
    test.wait("goes on") { test.number(in: "n") ?? 0 > before + 3 }
    // A frozen worker hears that it is to stop.
    try test.table?.freeze(id)
    try test.table?.stop(id, grace: .seconds(30))
    test.wait("gone") { test.gone(id) != nil }
    #expect(test.exit(id)?.status == -15)
  }

  @Test func `SIGUSR1 goes to a named process of the worker and to nobody else`() throws {
    let test = try TestTable()
    let id = try test.start(
      test.spec("trap 'echo 1 >heard' USR1; echo $$ >pid; while :; do sleep 0.02; done")
    )
    test.wait("running") { test.isStarted(id) && test.number(in: "pid") != nil }
    try test.table?.signal(id, SIGUSR1)
    try test.table?.signal(id, SIGUSR1, process: Int(getpid()))
    try test.table?.signal(id, SIGUSR1, process: test.number(in: "pid"))
    test.wait("heard") { test.number(in: "heard") == 1 }
    try test.table?.signal(id)
    test.wait("gone") { test.gone(id) != nil }
    #expect(test.exit(id)?.status == -15)
    #expect(test.exit(id)?.wasAsked == true)
  }

  @Test func `a shim answers nonsense with a fault and goes on`() throws {
    let test = try TestTable()
    let id = try test.start(test.spec("sleep 600"))
    test.wait("running") { test.isStarted(id) }
    var answers: [String] = []
    let path = "\(test.folder)/run/\(id)/socket"
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    for bytes in [
      Array("do=dance\0".utf8), Array("do=stop\0".utf8), Array("do=status\0pid=5\0".utf8),
      [1, 2, 3], [UInt8](repeating: 0x61, count: 9_000),
    ] {
      let socket = try test.connect(path)
      defer { close(socket) }
      #expect(send(socket, bytes, bytes.count, 0) == bytes.count)
      var buffer = [UInt8](repeating: 0, count: 4_096)
      test.wait("answered") {
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        answers.append(String(decoding: buffer[..<count], as: UTF8.self))
        return true
      }
    }
    #expect(answers.count == 5 && answers.allSatisfy { $0.hasPrefix("fault=") }, "\(answers)")
    #expect(test.exit(id) == nil)
  }

  @Test func `a full disk costs output, never the worker`() throws {
    // The shim's bound of a file stands for a disk that is full.
    let test = try TestTable(shim: ["/bin/bash", "-c", "ulimit -f 16; exec \"$0\" \"$@\""])
    let id = try test.start(test.spec("head -c 200000 /dev/zero; exit 4"))
    test.wait("gone") { test.gone(id) != nil }
    #expect(test.exit(id)?.status == 4)
    #expect(test.exit(id)?.logBytesLost ?? 0 > 100_000)
    #expect(try test.output(id).count == 16 << 10)
  }

  @Test(.enabled(if: TestTable.canLimitMemory, "no cgroup limits memory here"))
  func `counts what was killed for want of memory`() throws {
    let test = try TestTable()
    var spec = try test.spec("x=$(head -c 300000000 /dev/zero | tr '\\0' a)")
    spec.limits.memoryBytes = 32 << 20
    let id = try test.start(spec)
    test.wait("gone") { test.gone(id) != nil }
    #expect(test.exit(id)?.status == -9)
    #expect(test.exit(id)?.outOfMemoryKills ?? 0 >= 1)
    #expect(test.exit(id)?.wasAsked == false)
  }

  @Test(.enabled(if: TestTable.hasUnified, "no cgroup v2 here"))
  func `ends cgroups of workers that nobody knows`() throws {
    let test = try TestTable()
    let root = try #require(ControlGroups.find().unified)
    let id = try test.start(test.spec("echo $$ >pid; sleep 600"))
    test.wait("running") { test.isStarted(id) && test.number(in: "pid") != nil }
    let worker = try #require(test.number(in: "pid"))
    let path = "\(root)/\(test.group)/train.0.1"
    #expect(Files.text("\(path)/cgroup.procs")?.contains("\(worker)\n") == true)
    #expect(test.table?.status(id)?.shortfalls == [])
    let shim = try #require(ProcessTable.stat(worker)?.parent)
    // Its folder is lost.
    test.table = nil
    rename("\(test.folder)/run/\(id)", "\(test.folder)/lost")
    try test.restart()
    test.wait("ended") { !Files.exists(path) && ProcessTable.stat(shim) == nil }
    #expect(ProcessTable.stat(worker).map(\.isZombie) ?? true)
  }
}
