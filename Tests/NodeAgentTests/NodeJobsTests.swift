import Basics
import Coordination
import Glibc
import HearthMessages
import Logging
import Testing

@testable import NodeAgent
@testable import Workers

@Suite(.timeLimit(.minutes(2))) struct NodeJobsTests {
  @Test func `a worker is told of from its start until it is forgotten`() throws {
    let node = try TestNode()
    let name = node.start(
      node.order("while ! [ -e go ]; do sleep 0.02; done; exit 3") {
        $0.variables = [.init(name: "RANK", value: "0")]
      }
    )
    #expect(node.state(name)?.phase == .starting)
    node.waitRunning(name)
    #expect(node.state(name)?.gpus == 2)
    #expect(node.told.serving == 1)
    try Files.keep([], node.folder + "/work/tune/go")
    node.waitGone(name)
    let state = try #require(node.state(name))
    #expect(state.status == 3 && !state.statusUnknown && state.ranNs > 0)
    node.jobs?.take(.forget(name))
    #expect(node.told.workers.isEmpty)
    #expect(Files.list(node.folder + "/run").isEmpty && Files.list(node.folder + "/orders").isEmpty)
    #expect(Files.exists(node.folder + "/logs/tune/0.1"))
  }

  @Test func `a program has its variables, its GPUs and places for what it keeps`() throws {
    let node = try TestNode()
    let name = node.start(
      node.order("echo $RANK $CUDA_VISIBLE_DEVICES $HEARTH_CHECKPOINT_DIR $PWD >seen", gpus: 6) {
        $0.spec?.checkpoint = .init(driver: "periodic", directory: "kept")
        $0.variables = [.init(name: "RANK", value: "7"), .init(name: "HEARTH_NOTICE", value: "x")]
      }
    )
    node.waitGone(name)
    let work = node.folder + "/work/tune"
    #expect(node.line("seen") == "7 1,2 \(work)/kept \(work)")
  }

  @Test func `no worker trusts a directory of checkpoints that others can write`() throws {
    let node = try TestNode()
    let (open, file) = (node.folder + "/open", node.folder + "/file")
    try Files.makeFolders(open, mode: 0o700)
    #expect(chmod(open, 0o777) == 0)
    try Files.keep([], file)
    for (epoch, directory, words) in [
      (UInt64(1), open, "chmod go-w \(open)"), (2, file, "no folder"),
    ] {
      let name = node.start(
        node.order("touch ran", epoch: epoch) {
          $0.spec?.checkpoint = .init(driver: "periodic", directory: directory)
        }
      )
      #expect(node.state(name)?.phase == .gone)
      #expect(node.state(name)?.fault.contains(words) == true)
    }
    #expect(!Files.exists(node.folder + "/work/tune/ran"))
  }

  @Test func `an epoch that is no higher than one that was seen starts nothing`() throws {
    let node = try TestNode()
    let script = "echo $HEARTH_NOTICE >>ran"
    let name = node.start(node.order(script, epoch: 5))
    node.waitGone(name)
    node.jobs?.take(.forget(name))
    for (epoch, restarts) in [(UInt64(5), false), (4, false), (5, true)] {
      if restarts { try node.restart() }
      let late = node.start(node.order(script, epoch: epoch))
      #expect(node.state(late)?.fault == "epoch 5 of it was started here before")
      #expect(node.state(late)?.phase == .gone && node.state(late)?.statusUnknown == true)
      node.jobs?.take(.forget(late))
    }
    node.renew()
    node.waitGone(node.start(node.order(script, epoch: 6)))
    let ran = (Files.text(node.folder + "/work/tune/ran") ?? "").split(separator: "\n")
    #expect(ran.map { String($0) } == [5, 6].map { "\(node.folder)/logs/tune/0.\($0)/notice" })
  }

  @Test func `what a program says to have computed is told with its end, unless it is no count`()
    throws
  {
    let node = try TestNode()
    for (epoch, text, wanted) in [
      (UInt64(1), "1e15 2000", (1e15, 2000.0)), (2, "1e15", (0, 0)), (3, "-1 nan", (0, 0)),
    ] {
      let name = node.start(node.order("echo \(text) >$HEARTH_OPERATIONS", epoch: epoch))
      node.waitGone(name)
      let state = try #require(node.state(name))
      #expect((state.forwardOperations, state.backwardOperations) == wanted)
      node.jobs?.take(.forget(name))
    }
  }

  @Test func `a start that can't be is gone with its reason`() throws {
    let node = try TestNode()
    let running = node.start(node.order("sleep 600"))
    node.waitRunning(running)
    let faults: [(HearthV1.WorkerStart, String)] = [
      (node.order("true", rank: 1, gpus: 16), "this node has no GPU 4"),
      (node.order("true", rank: 2, gpus: 1), "GPU 0 is an engine's"),
      (node.order("true", rank: 3, gpus: 2), "tune rank 0 epoch 1 has its GPUs"),
      (node.order("", rank: 4, gpus: 4) { $0.spec?.command = [] }, "the command is empty"),
      (node.order("", rank: 5, gpus: 4) { $0.spec?.command = ["none"] }, "command none"),
      (
        node.order("true", rank: 6, gpus: 4) { $0.spec?.workingDirectory = "/no/such" },
        "working directory /no/such"
      ),
      (node.order("true", gpus: 4) { $0.name?.job = "../up" }, "must be 1 to 63 small letters"),
      (node.order("true", gpus: 4) { $0.name?.job = "a.b" }, "must be 1 to 63 small letters"),
      (node.order("true", gpus: 4) { $0.name?.epoch = .max }, "is beyond"),
    ]
    for (order, words) in faults {
      let name = node.start(order)
      node.waitGone(name)
      let state = try #require(node.state(name))
      #expect(state.statusUnknown && state.fault.contains(words), "\(state.fault)")
      node.jobs?.take(.forget(name))
      #expect(node.state(name) == nil)
    }
    #expect(!Files.exists(node.folder + "/up"))
    #expect(node.told.workers.count == 1)
  }

  @Test func `an order about a worker that is not there is answered`() throws {
    let node = try TestNode()
    let name = HearthV1.WorkerName(job: "tune", rank: 3, epoch: 9)
    node.stop(name, .seconds(1))
    #expect(node.state(name)?.phase == .gone && node.state(name)?.statusUnknown == true)
    let other = HearthV1.WorkerName(job: "tune", rank: 3, epoch: 10)
    node.jobs?.take(.kill(other))
    #expect(node.state(other)?.phase == .gone)
    for name in [name, other, name] { node.jobs?.take(.forget(name)) }
    #expect(node.told.workers.isEmpty)
    let long = HearthV1.WorkerName(job: String(repeating: "x", count: 1_000))
    node.stop(long, .zero)
    node.jobs?.take(.init())
    #expect(node.told.workers.isEmpty)
    for epoch: UInt64 in 0..<1_100 {
      node.jobs?.take(.kill(HearthV1.WorkerName(job: "tune", epoch: epoch)))
    }
    #expect(node.told.workers.count == HearthV1.NodeJobs.workersMax)
  }

  @Test func `a checkpoint that can't be ordered is said not to be, and the worker goes on`() throws
  {
    let node = try TestNode()
    let name = node.start(node.order("while ! [ -e go ]; do sleep 0.02; done"))
    node.jobs?.take(.init(command: .checkpoint(.init(name: name, number: 4))))
    node.waitRunning(name)
    #expect(node.state(name)?.fault == "no checkpoint was made: its program makes its own")
    #expect(node.state(name)?.checkpointNumber == 0)
    try Files.keep([], node.folder + "/work/tune/go")
    node.waitGone(name)
    #expect(node.state(name)?.status == 0 && node.state(name)?.statusUnknown == false)
  }

  @Test func `a program can read why it must go before it is signalled`() throws {
    let node = try TestNode()
    let name = node.start(
      node.order(
        "trap 'cp $HEARTH_NOTICE seen; exit 9' TERM; echo 1 >up; while :; do sleep 0.02; done"
      )
    )
    node.wait("up") { node.line("up") == "1" }
    let before = Double(wallNanoseconds()) / 1e9
    node.stop(name, .seconds(20), cause: "preempted by \"night\"")
    node.waitGone(name)
    #expect(node.state(name)?.status == 9)
    let notice = try #require(node.line("seen"))
    #expect(notice.hasPrefix("{\"cause\":\"preempted by \\\"night\\\"\",\"deadline\":"))
    let deadline = try #require(Double(notice.dropLast().split(separator: ":").last ?? ""))
    #expect(deadline >= before + 20 && deadline < before + 40)
  }

  @Test func `what does not heed a notice is killed, and is signalled once`() throws {
    let node = try TestNode()
    let name = node.start(
      node.order("trap 'echo x >>heard' TERM; echo 1 >up; while :; do sleep 0.02; done")
    )
    node.wait("up") { node.line("up") == "1" }
    node.stop(name, .seconds(50))
    node.wait("heard") { node.line("heard") != nil }
    node.stop(name, .seconds(50))
    #expect(node.state(name)?.phase != .gone)
    #expect(node.line("heard") == "x")
    node.jobs?.take(.kill(name))
    node.waitGone(name)
    #expect(node.state(name)?.status == -9)
  }

  @Test func `an agent that restarts has its workers again, and tells those that ended`() throws {
    let node = try TestNode()
    let runs = node.start(node.order("while ! [ -e go ]; do sleep 0.02; done; exit 5"))
    let ends = node.start(
      node.order("while ! [ -e end ]; do sleep 0.02; done; exit 6", rank: 1, gpus: 4)
    )
    let ended = node.start(node.order("exit 7", rank: 2, gpus: 8))
    node.waitRunning(runs)
    node.waitRunning(ends)
    node.waitGone(ended)
    node.drop()
    try Files.keep([], node.folder + "/work/tune/end")
    node.wait("ended unheard") { !Files.exists(node.folder + "/run/tune.1.1/socket") }
    try node.restart()
    // The first report is whole.
    #expect(node.told.workers.map(\.name?.rank) == [0, 1, 2])
    #expect(node.told.workers.allSatisfy { $0.phase != .starting })
    node.waitGone(ends)
    node.waitGone(ended)
    #expect(node.state(ends)?.status == 6 && node.state(ended)?.status == 7)
    #expect(node.state(runs)?.gpus == 2 && node.state(ended)?.gpus == 8)
    let taken = node.start(node.order("true", rank: 3))
    #expect(node.state(taken)?.fault.contains("has its GPUs") == true)
    try Files.keep([], node.folder + "/work/tune/go")
    node.waitGone(runs)
    #expect(node.state(runs)?.status == 5)
  }

  @Test func `two agents never have one folder`() throws {
    let node = try TestNode()
    let settings = NodeJobs.Settings(folder: node.folder, gpus: 1, replicas: [], controlGroup: "x")
    let error = #expect(throws: WorkerFault.self) {
      try NodeJobs(settings, loop: node.loop, logger: .init(label: "test"))
    }
    #expect(error?.description.contains("is used by another process") == true)
  }

  @Test func `output of the last 64 attempts is kept, and of all that are not forgotten`() throws {
    let node = try TestNode()
    let held = node.start(node.order("true", rank: 9))
    node.waitGone(held)
    var last = held
    for epoch: UInt64 in 2...3 {
      last = node.start(node.order("true", epoch: epoch))
      node.waitGone(last)
      if epoch == 2 { node.jobs?.take(.forget(last)) }
    }
    for number in 10..<80 {
      try Files.makeFolders("\(node.folder)/logs/job-\(number)/0.1")
      try Files.makeFolders("\(node.folder)/work/job-\(number)/deep/er")
    }
    node.jobs?.take(.forget(last))
    #expect(Files.list(node.folder + "/logs").count == 65)
    #expect(Files.list(node.folder + "/work").count == 65)
    #expect(Files.list(node.folder + "/logs/tune") == ["9.1"])
    node.wait("removed") { Files.list(node.folder + "/trash").isEmpty }
  }
}
