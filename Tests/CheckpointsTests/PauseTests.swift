import Checkpointing
import Checkpoints
import Foundation
import S3
import TestSupport
import Testing

/// What checkpoints cost, printed for `docs/checkpoints.md`; no test asserts a speed.
@Suite("Cost of checkpoints", .serialized)
struct PauseTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func timed<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer {
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      print("checkpoints: \(what): \(String(format: "%.2f", seconds)) s")
    }
    return try body()
  }

  @Test(
    "A program of 445 MB is dumped, and runs on while its checkpoint is sealed",
    .enabled(if: Guest.criu != nil, "\(Guest.whyNot ?? "")"),
    arguments: [false, true]
  )
  func pause(isSealed: Bool) async throws {
    let criu = try #require(Guest.criu)
    let guest = try Guest(folder.path("guest"), ["loop.py", "100000", "1", "420"])
    let key = isSealed ? try SealTests.key(folder, 7) : nil
    let store = try CheckpointStore(folder.path("store"), job: "night", keeps: 2, key: key)
    try await guest.reach(step: 5)
    let draft = try store.begin(id(1), workers: 1)
    var manifest = facts(id(1), job: "night", workers: 1)
    manifest.outputs = [
      try timed("pause") { try guest.dump(into: draft, 0, with: criu, leavesRunning: true) }
    ]
    manifest = try timed(isSealed ? "sealed, flushed" : "hashed, flushed") {
      try store.commit(draft, manifest)
    }
    #expect(manifest.bytes > 440_000_000)
    print("checkpoints: \(manifest.bytes) bytes")
    _ = try timed("verified") { try store.verified(id(1)) }
    _ = try timed("opened") { try store.opened(manifest) }
    try await guest.kill()
  }

  @Test("A checkpoint is copied to a bucket and back", .enabled(if: ObjectStore.whyNot == nil))
  func bucket() throws {
    let objects = try ObjectStore.shared.get()
    let address = try S3Address(
      endpoint: objects.endpoint,
      region: "us-east-1",
      bucket: "hearth-\(UInt64.random(in: 0 ... .max))"
    )
    let credentials = S3Credentials(keyID: ObjectStore.keyID, secret: ObjectStore.secret)
    try S3Client(address, credentials).put("", [])
    let place = try BucketPlace(address, credentials, prefix: "job", job: "night", keeps: 1)
    let store = try CheckpointStore(folder.path("store"), job: "night", keeps: 2)
    try store.add(1, size: 50 << 20)
    try timed("105 MB to a bucket on the same host") { try place.put(id(1), from: store) }
    let node = try CheckpointStore(folder.path("node"), job: "night", keeps: 2)
    let back = try timed("and back") { try place.fetchNewest(into: node) }
    #expect(back.manifest?.id == id(1))
  }
}
