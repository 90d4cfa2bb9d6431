import Basics
import Checkpointing
import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("Store of checkpoints")
struct StoreTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path("job") }

  init() throws { folder = try TemporaryFolder() }

  private func store(keeps: Int = 3) throws -> CheckpointStore {
    try CheckpointStore(path, job: "night", keeps: keeps)
  }

  @Test("The newest checkpoint is found, and the last ones are kept")
  func keeps() throws {
    let store = try store(keeps: 2)
    #expect(try store.newest().manifest == nil)
    for number in 1...4 { try store.add(number) }
    #expect(try store.ids().map(\.number) == [4, 3])
    let manifest = try #require(try store.newest().manifest)
    #expect(manifest.id.number == 4)
    #expect(manifest.files.map(\.path) == ["worker-0/pages.img", "worker-1/deep/core.img"])
    #expect(
      try Data(contentsOf: URL(filePath: store.path(of: manifest.id) + "/worker-0/pages.img")).count
        == 4_000
    )
  }

  @Test("One that is torn or corrupt is passed over, and the reason names its file")
  func corrupt() throws {
    let store = try store(keeps: 9)
    for number in 1...7 { try store.add(number) }
    func file(_ number: Int, _ name: String) -> String { "\(path)/\(id(number))/\(name)" }
    try flip(file(7, "worker-0/pages.img"))
    truncate(file(6, "worker-0/pages.img"), 100)
    try flip(file(5, "manifest"))
    unlink(file(4, "worker-1/deep/core.img"))
    try Data().write(to: URL(filePath: file(3, "worker-1/extra.img")))
    unlink(file(2, "worker-0/pages.img"))
    symlink(file(1, "worker-0/pages.img"), file(2, "worker-0/pages.img"))
    let (manifest, skipped) = try store.newest()
    #expect(manifest?.id.number == 1)
    let reasons = skipped.map(\.reason.description)
    for (reason, words) in zip(
      reasons,
      [
        "pages.img was changed: its checksum differs", "pages.img has 100 bytes, where 6000",
        "manifest: is torn or was changed", "core.img is missing", "extra.img is no file of the",
        "pages.img is neither a file nor a folder",
      ]
    ) { #expect(reason.contains(words)) }
    #expect(reasons.count == 6)
  }

  @Test("A checkpoint of an earlier epoch comes too late, and a second process is kept out")
  func fenced() throws {
    let store = try store()
    try store.add(5, epoch: 2)
    #expect(throws: CheckpointError.self) { try store.add(6, epoch: 1) }
    #expect(throws: CheckpointError.self) { try store.add(5, epoch: 2) }
    try store.add(0, epoch: 3)
    let error = #expect(throws: CheckpointError.self) { try self.store() }
    #expect(error?.kind == .away)
  }

  @Test("A folder that others can write to, or a link, is refused with what to do")
  func unsafeFolders() throws {
    mkdir(path, 0o777)
    chmod(path, 0o777)
    let error = #expect(throws: CheckpointError.self) { try store() }
    #expect(error?.description.contains("chmod go-w \(path)") == true)
    #expect(error?.kind == .unsafeFolder)
    symlink(path, folder.path("link"))
    #expect(throws: CheckpointError.self) {
      try CheckpointStore(folder.path("link"), job: "night", keeps: 1)
    }
  }

  @Test("Another job's checkpoint, and one under another's name, are none of this job")
  func moved() throws {
    let other = try CheckpointStore(folder.path("other"), job: "day", keeps: 3)
    try other.add(9, job: "day")
    let store = try store()
    try FileManager.default.copyItem(atPath: other.path(of: id(9)), toPath: store.path(of: id(9)))
    #expect(try store.newest().skipped.first?.reason.description.contains("\"day\"") == true)
  }

  @Test("A worker without files makes no checkpoint of the gang")
  func incompleteGang() throws {
    let store = try store()
    let draft = try store.begin(id(1), workers: 2)
    try Data([1]).write(to: URL(filePath: draft.path(ofWorker: 0) + "/core.img"))
    let error = #expect(throws: CheckpointError.self) {
      try store.commit(draft, facts(id(1), job: "night"))
    }
    #expect(error?.description.contains("the files of 1 of 2 workers are missing") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
  }

  @Test("A copy is as good as the checkpoint, and a corrupt one is not copied")
  func copies() throws {
    let (store, other) = (
      try store(), try CheckpointStore(folder.path("copy"), job: "night", keeps: 3)
    )
    let first = try store.add(1)
    try store.copy(id(1), to: other)
    #expect(try other.newest().manifest == first)
    try store.add(2)
    try flip("\(path)/\(id(2))/worker-1/deep/core.img")
    #expect(throws: CheckpointError.self) { try store.copy(id(2), to: other) }
    #expect(try other.ids() == [id(1)])
    #expect(try other.newest().manifest == first)
  }

  @Test(
    "A full disk gives a clear error, and the checkpoint before stays",
    .enabled(if: getuid() == 0)
  )
  func fullDisk() throws {
    let disk = folder.path("disk")
    mkdir(disk, 0o700)
    try #require(
      try run("/usr/bin/env", ["mount", "-t", "tmpfs", "-o", "size=96k,mode=700", "tmpfs", disk])
        == 0
    )
    defer { _ = try? run("/usr/bin/env", ["umount", "--lazy", disk]) }
    let (store, small) = (try store(), try CheckpointStore(disk + "/job", job: "night", keeps: 3))
    let first = try small.add(1)
    try store.add(2, size: 80_000)
    let error = #expect(throws: CheckpointError.self) { try store.copy(id(2), to: small) }
    #expect(error?.kind == .noSpace)
    #expect(error?.description.contains("the disk is full; make room there") == true)
    #expect(try small.newest().manifest == first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk + "/job") == ["\(id(1))"])
  }

  @Test("A writer that is killed at any point leaves the newest complete checkpoint")
  func killed() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed)
    var last = 0
    for _ in 0..<12 {
      let writer = Process()
      writer.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        .deletingLastPathComponent().appending(path: "hearth-checkpoint-writer")
      writer.arguments = [path]
      let output = Pipe()
      writer.standardOutput = output
      try writer.run()
      // Its first line says that it has begun.
      _ = try output.fileHandleForReading.read(upToCount: 2)
      usleep(UInt32(random.next() % 60_000))
      kill(writer.processIdentifier, SIGKILL)
      let told = try output.fileHandleForReading.readToEnd() ?? Data()
      writer.waitUntilExit()
      let numbers = String(decoding: told, as: UTF8.self).split(separator: "\n").compactMap {
        Int($0)
      }
      last = max(last, numbers.last ?? 0)
      let store = try store()
      let (newest, skipped) = try store.newest()
      #expect(skipped.isEmpty, "seed \(seed)")
      #expect(newest?.id.number ?? 0 >= last, "seed \(seed)")
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      #expect(names.allSatisfy { CheckpointID(folder: $0) != nil }, "seed \(seed)")
    }
    #expect(last > 0)
  }
}
