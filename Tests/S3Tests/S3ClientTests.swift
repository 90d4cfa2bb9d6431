import Basics
import Foundation
import TestSupport
import Testing
import Wire

@testable import S3

@Suite("Client of an object store", .enabled(if: ObjectStore.whyNot == nil), .serialized)
struct S3ClientTests {
  private let store: ObjectStore

  init() throws { store = try ObjectStore.shared.get() }

  /// A client of a new bucket.
  private func client(secret: String = ObjectStore.secret, makesBucket: Bool = true) throws
    -> S3Client
  {
    let client = try S3Client(
      S3Address(
        endpoint: store.endpoint,
        region: "us-east-1",
        bucket: "hearth-\(UInt64.random(in: 0 ... .max))"
      ),
      S3Credentials(keyID: ObjectStore.keyID, secret: secret)
    )
    // The bucket itself has no key.
    if makesBucket { try client.put("", []) }
    return client
  }

  @Test("What is written is read, listed and removed, whatever its key")
  func objects() throws {
    let client = try client()
    let keys = ["a/b c&d=é+%.img", "a/x", "a/deep/y", "b"]
    for key in keys { try client.put(key, Array(key.utf8)) }
    for key in keys { #expect(try client.get(key, bytesMax: 100) == Array(key.utf8)) }
    let (objects, folders) = try client.list("a/", delimiter: "/", limit: 10)
    #expect(objects.map(\.key) == ["a/b c&d=é+%.img", "a/x"])
    #expect(objects.map(\.bytes) == [16, 3])
    #expect(folders == ["a/deep/"])
    #expect(throws: S3Fault.self) { try client.list("a/", limit: 2) }
    for _ in 0..<2 { try client.delete("a/x") }
    let fault = #expect(throws: S3Fault.self) { try client.get("a/x", bytesMax: 100) }
    #expect(fault?.kind == .missing)
    #expect(fault?.description.contains("read s3://\(client.address.bucket)/a/x at") == true)
  }

  @Test("A listing of several pages is read to its end")
  func pages() throws {
    let client = try client()
    client.pageMax = 7
    for number in 0..<25 { try client.put("p/\(number)", []) }
    #expect(Set(try client.list("p/", limit: 25).objects.map(\.key)).count == 25)
    #expect(throws: S3Fault.self) { try client.list("p/", limit: 24) }
  }

  @Test("One that is new does not take another's place")
  func isNew() throws {
    let client = try client()
    try client.put("k", [1], isNew: true)
    let fault = #expect(throws: S3Fault.self) { try client.put("k", [2], isNew: true) }
    #expect(fault?.kind == .taken)
    #expect(try client.get("k", bytesMax: 1) == [1])
  }

  @Test("A wrong secret is refused with what to do, and the secret is not told")
  func wrongSecret() throws {
    let client = try client(secret: "guess", makesBucket: false)
    let fault = #expect(throws: S3Fault.self) { try client.put("k", [1]) }
    #expect(fault?.kind == .refused)
    let words = fault?.description ?? ""
    #expect(words.contains("403") && words.contains("check the access key and its secret"))
    #expect(words.contains("s3://\(client.address.bucket)/k") && !words.contains("guess"))
  }

  @Test("A bucket that is not there is told with what to do")
  func noBucket() throws {
    let fault = #expect(throws: S3Fault.self) {
      try client(makesBucket: false).list("", limit: 1)
    }
    #expect(fault?.kind == .missing)
    #expect(fault?.description.contains("make the bucket") == true)
  }

  @Test("A large object is written in parts and read in pieces; more than was said is not read")
  func parts() throws {
    let client = try client()
    let bytes = 2 * S3Client.partBytesMin + 12_345
    var prng = PRNG(seed: 7)
    var (written, read) = ([UInt8](), [UInt8]())
    var sizes: [Int] = []
    try client.upload("large", bytes: bytes) { count in
      sizes.append(count)
      let part = [UInt8](repeating: UInt8(truncatingIfNeeded: prng.next()), count: count)
      written += part
      return part
    }
    #expect(sizes == [S3Client.partBytesMin, S3Client.partBytesMin, 12_345])
    try client.get("large", bytesMax: bytes, reset: { () throws(S3Fault) in read = [] }) { piece in
      read.append(copying: piece)
    }
    let isSame = read == written
    #expect(isSame && read.count == bytes)
    let fault = #expect(throws: S3Fault.self) { try client.get("large", bytesMax: bytes - 1) }
    #expect(fault?.kind == .invalid)
  }

  @Test("An upload that fails leaves nothing")
  func failedUpload() throws {
    let client = try client()
    #expect(throws: S3Fault.self) {
      var parts = 0
      try client.upload("large", bytes: 3 * S3Client.partBytesMin) { count throws(S3Fault) in
        parts += 1
        guard parts < 2 else { throw S3Fault(.invalid, "the disk broke") }
        return [UInt8](repeating: 1, count: count)
      }
    }
    #expect(try client.list("", limit: 10).objects.isEmpty)
    let uploads = try client.ask(
      .init(method: "GET", query: [.init("uploads", "")], verb: "list uploads of")
    )
    #expect(try S3XML.read(uploads.body)["Upload"] == nil)
  }

  @Test("A store that is away is told as such")
  func away() throws {
    let address = try S3Address(endpoint: "http://127.0.0.1:1", region: "eu", bucket: "abc")
    let client = try S3Client(address, S3Credentials(keyID: "a", secret: "b"))
    let fault = #expect(throws: S3Fault.self) { try client.put("k", [1]) }
    #expect(fault?.kind == .away)
    #expect(fault?.description.contains("write s3://abc/k at 127.0.0.1:1") == true)
  }
}
