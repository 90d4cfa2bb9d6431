import Basics
import Checkpointing
import Foundation
import HearthMessages
import S3
import TestSupport
import Testing

@testable import Checkpoints
@testable import NodeAgent
@testable import Workers

@Suite("Checkpoints that are copied", .timeLimit(.minutes(2)))
struct CheckpointKeeperTests {
  private let disk: TemporaryFolder

  init() throws { disk = try TemporaryFolder() }

  /// A node with a place for copies in each of these regions, which is there.
  private func node(_ regions: String..., change: (inout CopyPlaces) -> Void = { _ in }) throws
    -> TestNode
  {
    var places = CopyPlaces()
    places.region = "eu"
    for region in regions {
      places.folders[region] = disk.path(region)
      try Files.makeFolders(disk.path(region))
    }
    change(&places)
    return try TestNode(copies: places, on: disk)
  }

  private func start(
    _ node: TestNode,
    _ script: String,
    to copies: [String] = ["eu"],
    epoch: UInt64 = 1,
    keep: UInt32 = 2,
    checkpoint: UInt64 = 0
  ) -> HearthV1.WorkerName {
    node.start(
      node.order(script, epoch: epoch) {
        $0.checkpoint = checkpoint
        $0.spec?.tenant = "acme"
        $0.spec?.checkpoint = .init(
          driver: "periodic",
          directory: "kept",
          keep: keep,
          copies: copies
        )
      }
    )
  }

  /// Writes a checkpoint with a folder in it, under its name at once.
  private static let writes = """
    save() { mkdir -p kept/.new/deep; echo "state $1" >kept/.new/deep/model; \
    echo "$1" >kept/.new/optimizer; mv kept/.new kept/step-$1; }
    until_there() { while ! [ -e $1 ]; do sleep 0.02; done; }

    """

  /// What the program finds.
  private static let reads = "cat kept/*/deep/model >seen; echo >>seen"

  private func ids(_ path: String) -> [String] { Files.list(path).filter { !$0.hasPrefix(".") } }

  private func wait(_ node: TestNode, _ count: Int, in place: String) {
    node.wait("\(count) copies in \(place)") {
      ids(disk.path(place)).count == count
        && ids(disk.path(place)).allSatisfy {
          Files.exists(disk.path(place) + "/\($0)/manifest")
        }
    }
  }

  /// Runs a job that makes so many checkpoints, the last at its end, until all are copied.
  private func save(_ node: TestNode, _ steps: ClosedRange<Int>, to copies: [String] = ["eu"]) {
    for step in steps {
      let name = start(
        node,
        Self.writes + "rm -r kept/*; save \(step)",
        to: copies,
        epoch: UInt64(step)
      )
      node.waitGone(name)
      node.wait("copied") {
        copies.filter { !$0.hasPrefix("s3:") }.allSatisfy { region in
          ids(disk.path(region) + "/tune").contains { $0.hasPrefix(padded(step)) }
        }
      }
      node.jobs?.take(.forget(name))
    }
  }

  private func padded(_ epoch: Int) -> String {
    CheckpointID(epoch: epoch, number: 0)?.description ?? ""
  }

  @Test("Each new checkpoint is kept and copied to all places, the last ones in each")
  func copied() throws {
    let node = try node("eu", "us")
    let name = start(
      node,
      Self.writes + "for i in 1 2 3; do until_there go-$i; save $i; done; until_there end",
      to: ["us", "eu"]
    )
    for number in 1...3 {
      try Files.makeFolders(node.folder + "/work/tune")
      try Files.keep([], node.folder + "/work/tune/go-\(number)")
      for region in ["eu", "us"] { wait(node, min(number, 2), in: region + "/tune") }
      node.wait("copied") {
        ["eu", "us"].allSatisfy {
          ids(disk.path($0) + "/tune").last
            == CheckpointID(epoch: 1, number: number - 1)?.description
        }
      }
    }
    #expect(ids(node.folder + "/checkpoints/tune").count == 2)
    #expect(node.state(name)?.phase == .running && node.state(name)?.fault == "")
    try Files.keep([], node.folder + "/work/tune/end")
    node.waitGone(name)
  }

  @Test("A job goes on elsewhere from the newest copy, which is not told as a new one")
  func elsewhere() throws {
    let first = try node("eu", "us")
    save(first, 1...2, to: ["eu", "us"])
    let second = try node("eu", "us")
    let name = start(second, Self.reads + "; while ! [ -e end ]; do sleep 0.02; done", epoch: 7)
    second.wait("seen") { Files.text(second.folder + "/work/tune/seen") == "state 2\n\n" }
    #expect(Files.list(second.folder + "/work/tune/kept") == ["step-2"])
    second.wait("told") { second.state(name)?.checkpointStep == 2 }
    #expect(ids(second.folder + "/checkpoints/tune") == [padded(2)])
    try Files.keep([], second.folder + "/work/tune/end")
    second.waitGone(name)
    #expect(ids(disk.path("eu/tune")) == [padded(1), padded(2)])
  }

  @Test("A corrupt copy is passed over for the one before")
  func corrupt() throws {
    let first = try node("eu")
    save(first, 1...2)
    let path = disk.path("eu/tune/\(padded(2))/worker-0/step-2/deep/model")
    try Data("state 9\n".utf8).write(to: URL(filePath: path))
    let second = try node("eu")
    second.waitGone(start(second, Self.reads, epoch: 7))
    #expect(Files.text(second.folder + "/work/tune/seen") == "state 1\n\n")
  }

  @Test("What the program's folder has goes before an older copy, and an older one gives way")
  func newest() throws {
    let node = try node("eu")
    save(node, 1...2)
    let work = node.folder + "/work/tune"
    for (touched, seen) in [("19990101", "state 2"), ("20990101", "mine")] {
      let epoch: UInt64 = touched == "19990101" ? 7 : 8
      try Files.keep(Array("mine\n".utf8), work + "/kept/step-2/deep/model")
      let prepared = try Process.run(
        URL(filePath: "/bin/sh"),
        arguments: ["-c", "touch -d \(touched) \(work)/kept/*/* \(work)/kept/*/*/*"]
      )
      prepared.waitUntilExit()
      let name = start(node, Self.reads, epoch: epoch)
      node.waitGone(name)
      #expect(Files.text(work + "/seen") == seen + "\n\n")
      node.jobs?.take(.forget(name))
    }
  }

  @Test("A place that is away is told once, holds nothing up, and has its copy later")
  func away() throws {
    let node = try node("eu") { $0.folders["us"] = disk.path("mount/us") }
    let name = start(
      node,
      Self.writes + "save 1; until_there go; save 2; until_there end",
      to: ["eu", "us"]
    )
    node.wait("fault") { node.state(name)?.fault.isEmpty == false }
    let fault = try #require(node.state(name)?.fault)
    #expect(fault.contains("mount/us/tune: No such file") && fault.hasSuffix("tried again in 5 s"))
    #expect(node.state(name)?.phase == .running)
    wait(node, 1, in: "eu/tune")
    try Files.keep([], node.folder + "/work/tune/go")
    wait(node, 2, in: "eu/tune")
    #expect(node.state(name)?.fault == fault)
    try Files.makeFolders(disk.path("mount/us"))
    node.wind(.seconds(6))
    node.renew()
    node.wait("copied") { node.state(name)?.fault == "" }
    #expect(ids(disk.path("mount/us/tune")) == ids(disk.path("eu/tune")).suffix(1))
    try Files.keep([], node.folder + "/work/tune/end")
    node.waitGone(name)
  }

  @Test("A job never begins anew while a place that may have its checkpoint is away")
  func neverAnew() throws {
    let node = try node { $0.folders["us"] = disk.path("mount/us") }
    let name = start(node, "echo >>ran", to: ["us"], checkpoint: 5)
    node.waitGone(name)
    let fault = node.state(name)?.fault ?? ""
    #expect(fault.contains("can't be asked") && fault.contains("mount/us"), "\(fault)")
    #expect(!Files.exists(node.folder + "/work/tune/ran"))
    node.waitGone(start(node, "echo >>ran", to: ["us"], epoch: 2))
    #expect(Files.exists(node.folder + "/work/tune/ran"))
  }

  @Test("A start is refused where a place is unknown or a folder can't be trusted")
  func refused() throws {
    let node = try node("eu")
    for (copy, words) in [("us", "jobs.copies"), ("s3://bucket/prefix", "jobs.s3")] {
      let name = start(node, "echo >>ran", to: ["eu", copy])
      #expect(node.state(name)?.phase == .gone)
      #expect(node.state(name)?.fault.contains(words) == true)
      node.jobs?.take(.forget(name))
    }
    let kept = node.folder + "/work/tune/kept"
    try Files.makeFolders(kept)
    chmod(kept, 0o777)
    let name = start(node, "echo >>ran")
    node.waitGone(name)
    #expect(node.state(name)?.fault.contains("chmod go-w \(kept)") == true)
    #expect(!Files.exists(node.folder + "/work/tune/ran"))
    #expect(Files.list(disk.path("eu")).isEmpty)
  }

  @Test("Copies of a tenant with a key are sealed, and opened where the job goes on")
  func sealed() throws {
    let keys = disk.path("keys")
    try Files.makeFolders(keys)
    try Files.keep([UInt8](0..<32), keys + "/acme.key")
    chmod(keys + "/acme.key", 0o600)
    save(try node("eu") { $0.keys = keys }, 1...1)
    let model = disk.path("eu/tune/\(padded(1))/worker-0/step-1/deep/model")
    #expect(try !Files.read(model).starts(with: Array("state".utf8)))
    let second = try node("eu") { $0.keys = keys }
    second.waitGone(start(second, Self.reads, epoch: 7))
    #expect(Files.text(second.folder + "/work/tune/seen") == "state 1\n\n")
    let third = try node("eu")
    let name = start(third, Self.reads, epoch: 8)
    third.waitGone(name)
    #expect(third.state(name)?.fault.contains("was sealed with key") == true)
  }

  @Test("An agent that restarts goes on with the checkpoints of the workers that run")
  func restarted() throws {
    let node = try node("eu")
    let name = start(node, Self.writes + "save 1; until_there go; save 2; until_there end")
    wait(node, 1, in: "eu/tune")
    try node.restart()
    node.renew()
    node.waitRunning(name)
    try Files.keep([], node.folder + "/work/tune/go")
    wait(node, 2, in: "eu/tune")
    try Files.keep([], node.folder + "/work/tune/end")
    node.waitGone(name)
  }

  @Test("A worker that is ended while its checkpoint is fetched never runs")
  func ended() throws {
    let node = try node("eu")
    let name = start(node, "echo >>ran")
    node.stop(name, .zero)
    node.waitGone(name)
    #expect(node.state(name)?.fault == "it was ended before it was started")
    #expect(!Files.exists(node.folder + "/work/tune/ran"))
  }

  @Test("A job goes on from a bucket", .enabled(if: ObjectStore.whyNot == nil))
  func bucket() throws {
    let objects = try ObjectStore.shared.get()
    let bucket = "hearth-\(UInt64.random(in: 0 ... .max))"
    let address = try S3Address(
      endpoint: objects.endpoint,
      region: "us-east-1",
      bucket: bucket
    )
    let client = try S3Client(
      address,
      S3Credentials(keyID: ObjectStore.keyID, secret: ObjectStore.secret)
    )
    try client.put("", [])
    let keys = """
      [default]
      aws_access_key_id = \(ObjectStore.keyID)
      aws_secret_access_key = \(ObjectStore.secret)
      """
    try Files.keep(Array(keys.utf8), disk.path("credentials"))
    chmod(disk.path("credentials"), 0o600)
    let change = { (places: inout CopyPlaces) in
      places.store = .init(
        endpoint: objects.endpoint,
        region: "us-east-1",
        credentials: disk.path("credentials")
      )
    }
    let copies = ["s3://\(bucket)/jobs/"]
    let first = try node(change: change)
    let writer = start(first, Self.writes + "save 4", to: copies)
    first.waitGone(writer)
    let manifest = "jobs/tune/\(padded(1))/manifest"
    first.wait("copied") { (try? client.list(manifest, limit: 10).objects.isEmpty) == false }
    let second = try node(change: change)
    second.waitGone(start(second, Self.reads, to: copies, epoch: 2))
    #expect(Files.text(second.folder + "/work/tune/seen") == "state 4\n\n")
  }
}
