import Basics
import Checkpointing
import Foundation
import S3
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Copies in other places")
struct PlaceTests {
  private let folder: TemporaryFolder
  private let store: CheckpointStore

  init() throws {
    folder = try TemporaryFolder()
    store = try CheckpointStore(folder.path("job"), job: "night", keeps: 9)
  }

  private func node(_ name: String, key: CheckpointKey? = nil) throws -> CheckpointStore {
    try CheckpointStore(folder.path(name), job: "night", keeps: 3, key: key)
  }

  /// A place in a new bucket of a store, and a client of that.
  private func bucket(
    _ objects: ObjectStore,
    secret: String = ObjectStore.secret,
    keeps: Int = 2,
    makesBucket: Bool = true
  ) throws -> (BucketPlace, S3Client) {
    let address = try S3Address(
      endpoint: objects.endpoint,
      region: "us-east-1",
      bucket: "hearth-\(UInt64.random(in: 0 ... .max))"
    )
    let credentials = S3Credentials(keyID: ObjectStore.keyID, secret: secret)
    let client = try S3Client(address, credentials)
    if makesBucket { try client.put("", []) }
    return (
      try BucketPlace(address, credentials, prefix: "jobs/night", job: "night", keeps: keeps),
      client
    )
  }

  private func checkGoesOn(_ place: any CheckpointPlace) throws {
    for number in 1...4 {
      try store.add(number)
      for _ in 0..<2 { try place.put(id(number), from: store) }
    }
    let node = try node("node")
    let (manifest, skipped) = try place.fetchNewest(into: node)
    #expect(try manifest == store.manifest(of: id(4)) && skipped.isEmpty)
    #expect(try node.newest().manifest == manifest)
    #expect(try place.fetchNewest(into: node).manifest == nil)
    let late = #expect(throws: CheckpointError.self) { try place.put(id(3), from: store) }
    #expect(late?.kind == .superseded)
  }

  @Test("A job goes on elsewhere from a folder")
  func folders() throws {
    let path = folder.path("second")
    try checkGoesOn(FolderPlace(path, job: "night", keeps: 2))
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 2)
  }

  @Test("A corrupt copy in a folder is passed over, and a missing mount is told")
  func badFolders() throws {
    let place = FolderPlace(folder.path("second"), job: "night", keeps: 2)
    for number in 1...2 {
      try store.add(number)
      try place.put(id(number), from: store)
    }
    try flip(folder.path("second") + "/\(id(2))/worker-0/pages.img")
    let (manifest, skipped) = try place.fetchNewest(into: try node("node"))
    #expect(manifest?.id == id(1) && skipped.map(\.id) == [id(2)])
    var copies = CheckpointCopies(to: [
      FolderPlace(folder.path("mount/night"), job: "night", keeps: 2)
    ])
    let events = copies.copy(newestOf: store, at: .zero)
    #expect(events.count == 1 && copies.due == Instant.zero.advanced(by: .seconds(5)))
    #expect(events[0].description.contains("mount/night: No such file") == true)
    #expect(events[0].description.hasSuffix("; tried again in 5 s"))
  }

  @Test("A checkpoint that is corrupt here is replaced by the copy")
  func corruptHere() throws {
    let place = FolderPlace(folder.path("second"), job: "night", keeps: 2)
    try store.add(1)
    try place.put(id(1), from: store)
    try flip(store.path(of: id(1)) + "/worker-0/pages.img")
    #expect(try store.newest().manifest == nil)
    #expect(try place.fetchNewest(into: store).manifest?.id == id(1))
    #expect(try store.newest().manifest?.id == id(1))
  }

  @Suite("In a bucket", .enabled(if: ObjectStore.whyNot == nil), .serialized)
  struct Buckets {
    private let outer: PlaceTests
    private let objects: ObjectStore

    init() throws {
      outer = try PlaceTests()
      objects = try ObjectStore.shared.get()
    }

    private func key(_ number: Int, _ path: String) -> String { "jobs/night/\(id(number))/\(path)" }

    @Test("A job goes on elsewhere from a bucket, in which the last ones are kept")
    func goesOn() throws {
      let (place, client) = try outer.bucket(objects)
      try outer.checkGoesOn(place)
      let keys = try client.list("", limit: 100).objects.map(\.key)
      #expect(
        keys
          == [3, 4].flatMap { number in
            ["manifest", "worker-0/pages.img", "worker-1/deep/core.img"].map { key(number, $0) }
          }
      )
    }

    @Test("A sealed one is copied sealed, in parts, and opened elsewhere with the tenant's key")
    func sealed() throws {
      let key = try SealTests.key(outer.folder, 7)
      let sealed = try outer.node("sealed", key: key)
      let (place, client) = try outer.bucket(objects)
      let size = S3Client.partBytesMin + 1_000
      try sealed.add(1, size: size)
      try place.put(id(1), from: sealed)
      let start = try client.get(self.key(1, "worker-0/pages.img"), bytesMax: 1 << 30)
      #expect(!start.prefix(1_000).dropFirst(32).elementsEqual(repeatElement(1, count: 968)))
      let node = try outer.node("node", key: key)
      let manifest = try #require(try place.fetchNewest(into: node).manifest)
      let opened = try node.opened(manifest)
      #expect(
        try Data(contentsOf: URL(filePath: opened + "/worker-0/pages.img"))
          == Data(repeating: 1, count: size)
      )
    }

    @Test("What is torn, corrupt or another's in the bucket is passed over, with the reason")
    func hostile() throws {
      let (place, client) = try outer.bucket(objects, keeps: 9)
      for number in 1...6 {
        try outer.store.add(number)
        try place.put(id(number), from: outer.store)
      }
      // Bytes of the same length, fewer, more, no manifest, and a manifest of another one.
      try client.put(key(6, "worker-0/pages.img"), [UInt8](repeating: 9, count: 6_000))
      try client.put(key(5, "worker-0/pages.img"), [1, 2, 3])
      try client.put(key(4, "worker-1/deep/core.img"), [UInt8](repeating: 4, count: 4_001))
      try client.delete(key(3, "manifest"))
      try client.put(key(2, "manifest"), try client.get(key(1, "manifest"), bytesMax: 1 << 20))
      let node = try outer.node("node")
      let (manifest, skipped) = try place.fetchNewest(into: node)
      #expect(manifest?.id == id(1))
      let words = [
        "pages.img was changed", "pages.img was changed", "more than 4000 bytes came",
        "the store answered 404", "it was moved there",
      ]
      #expect(skipped.count == words.count)
      for (one, words) in zip(skipped, words) {
        #expect(one.reason.kind == .corrupt && one.reason.description.contains(words))
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: node.path)
      #expect(names == ["\(id(1))"])
    }

    @Test("A file that is corrupt here is not completed there")
    func corruptSource() throws {
      let (place, client) = try outer.bucket(objects)
      try outer.store.add(1)
      try flip(outer.store.path(of: id(1)) + "/worker-1/deep/core.img")
      let error = #expect(throws: CheckpointError.self) { try place.put(id(1), from: outer.store) }
      #expect(error?.kind == .corrupt)
      let keys = try client.list("", limit: 10).objects.map(\.key)
      #expect(!keys.contains(key(1, "manifest")))
      #expect(try place.fetchNewest(into: try outer.node("node")).manifest == nil)
    }

    @Test("A wrong secret is told with the bucket and what to do, and not the secret")
    func wrongSecret() throws {
      let (place, _) = try outer.bucket(objects, secret: "guess", makesBucket: false)
      try outer.store.add(1)
      var copies = CheckpointCopies(to: [place])
      let text = copies.copy(newestOf: outer.store, at: .zero).first?.description ?? ""
      #expect(text.contains("403") && text.contains("check the access key and its secret"))
      #expect(text.contains("s3://hearth-") && !text.contains("guess"))
    }

    @Test("While the store is away there is an event, and the newest one is copied later")
    func away() throws {
      let own = try ObjectStore()
      let (place, _) = try outer.bucket(own)
      var copies = CheckpointCopies(to: [place])
      try outer.store.add(1)
      own.stop()
      var events = copies.copy(newestOf: outer.store, at: .zero)
      #expect(events.first?.failure?.reason.kind == .away)
      #expect(events.first?.description.hasSuffix("; tried again in 5 s") == true)
      let due = try #require(copies.due)
      try outer.store.add(2)
      #expect(copies.copy(newestOf: outer.store, at: .zero).isEmpty)
      try own.start()
      events = copies.copy(newestOf: outer.store, at: due)
      #expect(events.map(\.failure) == [nil] && copies.due == nil)
      #expect(try place.fetchNewest(into: try outer.node("node")).manifest?.id == id(2))
    }
  }
}
