import Basics
import Checkpointing
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Sealed checkpoints")
struct SealTests {
  private let folder: TemporaryFolder
  private let key: CheckpointKey

  init() throws {
    folder = try TemporaryFolder()
    key = try Self.key(folder, 7)
  }

  static func key(_ folder: TemporaryFolder, _ byte: UInt8) throws -> CheckpointKey {
    let path = folder.path("key-\(byte)")
    try Data((0..<32).map { $0 ^ byte }).write(to: URL(filePath: path))
    chmod(path, 0o600)
    return try CheckpointKey(file: path)
  }

  private func store(_ key: CheckpointKey?, _ name: String = "job", scratch: String? = nil) throws
    -> CheckpointStore
  {
    try CheckpointStore(
      folder.path(name),
      job: "night",
      keeps: 3,
      key: key,
      scratch: scratch.map(folder.path)
    )
  }

  private func content(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  @Test(
    "Files of any length are opened as they were, and lie nowhere as they are",
    arguments: [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20],
    [nil, "memory"] as [String?]
  )
  func roundTrip(size: Int, scratch: String?) throws {
    let store = try store(key, scratch: scratch)
    let written = try store.add(200, size: size)
    let (newest, skipped) = try store.newest()
    let manifest = try #require(newest)
    #expect(manifest == written && skipped.isEmpty)
    #expect(manifest.seal == key.seal)
    let sealed = try content(store.path(of: manifest.id) + "/worker-0/pages.img")
    #expect(sealed.count == manifest.files[0].bytes)
    #expect(sealed.count == SealedFile.length(of: size))
    #expect(sealed.range(of: Data(repeating: 200, count: 16)) == nil)
    let opened = try store.opened(manifest)
    #expect(opened.hasPrefix(folder.path(scratch ?? "job") + "/.opened-"))
    for file in ["worker-0/pages.img", "worker-1/deep/core.img"] {
      #expect(try content("\(opened)/\(file)") == Data(repeating: 200, count: size))
    }
    try store.close(manifest.id)
    #expect(!FileManager.default.fileExists(atPath: opened))
    let names = try FileManager.default.contentsOfDirectory(atPath: store.path)
    #expect(names == ["\(manifest.id)"])
  }

  @Test("A wrong key, and none, say which one is needed; nothing older is taken instead")
  func wrongKey() throws {
    var store: CheckpointStore? = try self.store(key)
    for number in 1...2 { try store?.add(number) }
    store = nil
    for other in [try Self.key(folder, 8), nil] {
      store = try self.store(other)
      let opened = #expect(throws: CheckpointError.self) {
        let store = try #require(store)
        _ = try store.opened(try #require(try store.newest().manifest))
      }
      #expect(opened?.kind == .key)
      #expect(opened?.description.contains("was sealed with key \(key.seal.keyID)") == true)
      store = nil
    }
  }

  @Test("A flipped byte is found before anything is opened, and the one before is taken")
  func flipped() throws {
    let store = try store(key)
    for number in 1...2 { try store.add(number) }
    try flip(store.path(of: id(2)) + "/worker-0/pages.img")
    let (manifest, skipped) = try store.newest()
    #expect(manifest?.id == id(1))
    #expect(skipped.first?.reason.description.contains("pages.img was changed") == true)
  }

  @Test("One that anybody put there, unsealed, is not taken where there is a key")
  func unsealed() throws {
    let (plain, sealed) = (try store(nil, "plain"), try store(key))
    try sealed.add(1)
    try plain.add(2)
    try FileManager.default.copyItem(atPath: plain.path(of: id(2)), toPath: sealed.path(of: id(2)))
    let (manifest, skipped) = try sealed.newest()
    #expect(manifest?.id == id(1))
    #expect(skipped.first?.reason.description.contains("is not sealed") == true)
  }

  /// What who has no key can do: make checksums right again.
  @Test(
    "What was forged with its checksums right is not opened",
    arguments: ["step", "swap", "drop", "cut", "reorder", "extend", "older"]
  )
  func forged(_ what: String) throws {
    let store = try store(key)
    let older = try store.add(1, size: 3 << 20)
    var manifest = try store.add(2, size: 3 << 20)
    let place = store.path(of: manifest.id)
    let (first, second) = (place + "/worker-0/pages.img", place + "/worker-1/deep/core.img")
    var (a, b) = (try content(first), try content(second))
    let piece = SealedFile.pieceBytes + 16
    switch what {
    case "step": manifest.step = 1
    case "swap": (a, b) = (b, a)
    case "drop":
      a.removeSubrange(32..<(32 + piece))
    case "cut": a.removeLast(piece)
    case "reorder":
      let moved = a[32..<(32 + piece)]
      a.removeSubrange(32..<(32 + piece))
      a.insert(contentsOf: moved, at: 32 + piece)
    case "extend": a.append(a[32..<(32 + piece)])
    default: a = try content(store.path(of: older.id) + "/worker-0/pages.img")
    }
    try a.write(to: URL(filePath: first))
    try b.write(to: URL(filePath: second))
    let inner = try Folder(place)
    for index in manifest.files.indices {
      manifest.files[index] = try inner.digest(manifest.files[index].path)
    }
    try CheckpointStore.write(manifest, in: inner)
    let newest = try #require(try store.newest().manifest)
    #expect(newest.id == manifest.id)
    let error = #expect(throws: CheckpointError.self) { try store.opened(newest) }
    #expect(error?.kind == .corrupt)
    #expect(error?.description.contains("was forged: piece") == true)
    #expect(!FileManager.default.fileExists(atPath: store.path + "/.opened-\(newest.id)"))
  }

  @Test("A copy stays sealed and needs no key")
  func copies() throws {
    let (store, other) = (try store(key), try store(nil, "copy"))
    let manifest = try store.add(1)
    try store.copy(id(1), to: other)
    #expect(try other.newest().manifest == manifest)
  }

  @Test("A torn draft leaves nothing, sealed or not")
  func torn() throws {
    let store = try store(key, scratch: "memory")
    let draft = try store.begin(id(1), workers: 2)
    try Data([1]).write(to: URL(filePath: draft.path(ofWorker: 0) + "/core.img"))
    #expect(throws: CheckpointError.self) { try store.commit(draft, facts(id(1), job: "night")) }
    for name in ["job", "memory"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path(name)).isEmpty)
    }
  }

  @Test("Keys are read as bytes or digits, from files that others can't read, and never shown")
  func keys() throws {
    let digits = try folder.write(
      (0..<32).map { Array([UInt8($0) ^ 7]).hexadecimal }.joined() + "\n",
      as: "digits"
    )
    let open = #expect(throws: CheckpointError.self) { try CheckpointKey(file: digits) }
    #expect(open?.description.contains("chmod 600 \(digits)") == true)
    chmod(digits, 0o600)
    let read = try CheckpointKey(file: digits)
    #expect(read.seal == key.seal)
    var dumped = ""
    dump(read, to: &dumped)
    #expect("\(read)" == "key \(key.seal.keyID)" && dumped.contains(key.seal.keyID))
    #expect(!dumped.contains("bytes"))
    for text in [
      "", "short", String(repeating: "0", count: 64), String(repeating: "ab", count: 33),
    ] {
      let path = try folder.write(text, as: "bad")
      chmod(path, 0o600)
      let error = #expect(throws: CheckpointError.self) { try CheckpointKey(file: path) }
      #expect(error?.description.contains("openssl rand -hex 32") == true)
    }
    #expect(throws: CheckpointError.self) { try CheckpointKey(file: folder.path("nothing")) }
  }
}
