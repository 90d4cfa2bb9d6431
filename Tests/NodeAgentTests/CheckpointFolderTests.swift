import Basics
import Glibc
import HearthMessages
import TestSupport
import Testing

@testable import NodeAgent
@testable import Workers

@Suite(.timeLimit(.minutes(2))) struct CheckpointFolderTests {
  @Test func `the newest complete checkpoint is told, never one that is being written`() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.path("kept")
    var folder = CheckpointFolder(path)
    func look(_ seconds: Double) -> UInt64? {
      folder.look(at: Instant.zero.advanced(by: Duration(inSeconds: seconds)))
      return folder.newest?.step
    }
    #expect(look(0) == nil)
    try Files.makeFolders(path + "/step-10")
    try Files.keep([1, 2, 3], path + "/step-10/weights")
    for name in [".step-11", "step-12.tmp"] { try Files.keep([1], "\(path)/\(name)") }
    symlink("step-10", path + "/latest-99")
    try Files.makeFolders(path + "/step-13")
    #expect(look(1) == nil)
    #expect(look(1.9) == nil)
    #expect(look(2) == 10)
    let first = try #require(folder.newest)
    #expect(first.bytes == 3)
    try Files.keep([1, 2], path + "/step-20.pt")
    #expect(look(3) == 10)
    // It changes while it is looked at.
    #expect(Files.overwrite("longer", path + "/step-20.pt"))
    #expect(look(4) == 10)
    #expect(look(5) == 20)
    let second = try #require(folder.newest)
    #expect(
      second.number > first.number || second.modified / 1_000_000 == first.modified / 1_000_000
    )
    Files.remove(path + "/step-10")
    #expect(look(6) == 20)
  }

  @Test(arguments: [
    ("step-120", 120), ("step-120.pt", 120), ("epoch=3-step=0042.ckpt", 42), ("120", 120),
    ("model", 0), ("v1.20", 20), ("model.safetensors", 0), ("9223372036854775807123456789", 0),
    ("", 0), (".", 0),
  ])
  func `a step is what a name ends with`(_ name: String, _ step: UInt64) {
    #expect(CheckpointFolder.step(in: name) == step)
  }

  @Test func `a checkpoint that a program makes at its end is told before the end is`() throws {
    let node = try TestNode()
    let name = node.start(
      node.order(
        "mkdir -p kept; trap 'echo 1 >kept/step-7; exit 0' TERM; echo 1 >up; "
          + "while :; do sleep 0.02; done"
      ) { $0.spec?.checkpoint = .init(driver: "signal", directory: "kept") }
    )
    node.wait("up") { node.line("up") == "1" }
    node.stop(name, .seconds(20))
    node.waitGone(name)
    let state = try #require(node.state(name))
    #expect(state.checkpointStep == 7 && state.checkpointIsWhole && state.checkpointNumber > 0)
    #expect(state.checkpointBytes == 2)
    #expect(state.checkpointAgeNs >= 0 && state.checkpointAgeNs < 60_000_000_000)
  }

  @Test func `checkpoints of a job that runs are told as they come, with numbers that grow`() throws
  {
    let node = try TestNode()
    let script = """
      mkdir -p kept; for step in 1 2; do echo $step >kept/.new; mv kept/.new kept/step-$step
      while ! [ -e told-$step ]; do sleep 0.02; done; done
      """
    let name = node.start(
      node.order(script) { $0.spec?.checkpoint = .init(driver: "periodic", directory: "kept") }
    )
    var numbers: [UInt64] = []
    for step: UInt64 in 1...2 {
      node.wait("step \(step)") { node.state(name)?.checkpointStep == step }
      numbers.append(node.state(name)?.checkpointNumber ?? 0)
      if step == 1 {
        try node.restart()
        node.renew()
        node.wait("told again") { node.state(name)?.checkpointNumber == numbers[0] }
      }
      try Files.keep([], node.folder + "/work/tune/told-\(step)")
    }
    #expect(numbers[0] < numbers[1])
    // Ranks but the first have no folder of their own to be watched.
    node.waitGone(name)
    let other = node.start(
      node.order("true", rank: 1) {
        $0.spec?.checkpoint = .init(driver: "periodic", directory: "\(node.folder)/work/tune/kept")
      }
    )
    node.waitGone(other)
    #expect(node.state(other)?.checkpointNumber == 0)
  }
}
