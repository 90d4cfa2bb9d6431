import Basics
import Checkpointing
import Testing

@Suite("Manifest of a checkpoint")
struct ManifestTests {
  @Test("A manifest reads as what was written")
  func roundTrip() throws {
    for manifest in try [Self.gang, Self.adapter] {
      let bytes = try manifest.encoded(digest: fakeDigest)
      #expect(try CheckpointManifest(decoding: bytes, digest: fakeDigest) == manifest)
    }
    #expect(try Self.gang.bytes == 5 + 1 << 30)
  }

  @Test("A manifest with any byte changed, or cut anywhere, is refused")
  func everyByte() throws {
    let bytes = try Self.gang.encoded(digest: fakeDigest)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1 << UInt8(index % 8)
      #expect(throws: ManifestError.self, "byte \(index)") {
        try CheckpointManifest(decoding: changed, digest: fakeDigest)
      }
      #expect(throws: ManifestError.self, "cut at \(index)") {
        try CheckpointManifest(decoding: Array(bytes[..<index]), digest: fakeDigest)
      }
    }
  }

  @Test(
    "A manifest with its checksum right and its content wrong is refused, with its line",
    arguments: [
      ("hearth-checkpoint 1", "hearth-checkpoint 2", "line 1: not \"hearth-checkpoint 1\""),
      ("job night", "job ", "line 2: not \"job\" and 1 more"),
      ("job night", "job a b", "job: \"a b\" is no name"),
      ("epoch 3", "epoch 03", "line 3: epoch is no number"),
      ("epoch 3", "epoch -3", "line 3: epoch is no number"),
      ("epoch 3", "epoch 9999999999999", "line 4: an epoch or number beyond 999999999999"),
      ("number 17", "number 99999999999999999999", "line 4: number is no number"),
      ("step 1200", "step", "line 5: not \"step\" and 1 more"),
      ("driver transparent", "driver magic", "line 7: an unknown driver"),
      ("seal -", "seal rot13:00112233445566", "line 9: an unknown algorithm of a seal"),
      ("seal -", "seal aes-256-gcm", "line 9: a seal without the identifier of a key"),
      ("seal -", "seal aes-256-gcm:00112233445566AA", "line 9: a seal without the identifier"),
      ("workers 2", "workers 0", "workers: 0 is no number of workers"),
      ("workers 2", "workers 3", "the files of 1 of 3 workers are missing"),
      ("workers 2", "workers 1", "\"stdout\" is no output of a worker"),
      ("worker-1/pages-1.img", "worker-2/x", "files: \"worker-2/x\" is in no worker's folder"),
      ("outputs 2", "outputs 1", "line 14: not \"file\" and 3 more"),
      ("outputs 2", "outputs 99999999", "line 12: more than 65536 files or outputs"),
      ("files 2", "files 1", "line 15: more lines than it has files"),
      ("files 2", "files 3", "line 17: no line"),
      ("output 1 7 stdout", "output 0 7 stdout", "\"stdout\" is out of order or there twice"),
      ("output 1 7 stdout", "output 2 7 stdout", "\"stdout\" is no output of a worker"),
      ("worker-1/pages-1.img", "worker-0/core.img", "is out of order or there twice"),
      ("worker-1/pages-1.img", "/etc/passwd", "is out of order or there twice"),
      ("worker-0/core.img", "/etc/passwd", "\"/etc/passwd\" is absolute"),
      ("worker-1/pages-1.img", "worker-1/../../x", "has the part \"..\", which leads elsewhere"),
      ("worker-1/pages-1.img", "worker-1//x", "has the part \"\", which leads elsewhere"),
      ("worker-1/pages-1.img", "worker-01/x", "is in no worker's folder"),
      ("file 1073741824", "file 4503599627370497", "has the absurd size 4503599627370497"),
      ("file 5 ", "file 4503599627370496 ", "files: they have an absurd size"),
      ("file 5 00", "file 5 0G", "a file whose length is no number or whose checksum is none"),
    ]
  )
  func malformed(_ old: String, _ new: String, _ fault: String) throws {
    let text = try Self.body
    let body = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
    let bytes = body + Array("sha256 \(fakeDigest(body.span).hexadecimal)\n".utf8)
    let error = #expect(throws: ManifestError.self) {
      try CheckpointManifest(decoding: bytes, digest: fakeDigest)
    }
    #expect("\(try #require(error))".contains(fault))
  }

  @Test("Random bytes with a right checksum never read as a manifest, and never end the process")
  func random() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var prng = PRNG(seed: seed)
    let lines = try Self.body.split(separator: "\n")
    for _ in 0..<2_000 {
      var body: [UInt8] = []
      for _ in 0..<Int(prng.next() % 20) {
        var line = Array(lines[Int(prng.next() % UInt64(lines.count))].utf8)
        if prng.next() % 3 == 0 {
          line[Int(prng.next() % UInt64(line.count))] = UInt8(truncatingIfNeeded: prng.next())
        }
        body += line + [10]
      }
      let bytes = body + Array("sha256 \(fakeDigest(body.span).hexadecimal)\n".utf8)
      if let manifest = try? CheckpointManifest(decoding: bytes, digest: fakeDigest) {
        #expect(try manifest.encoded(digest: fakeDigest) == bytes, "seed \(seed)")
      }
    }
  }

  @Test("What sealed files are bound to follows from all but their checksums")
  func sealContext() throws {
    let context = try Self.gang.sealContext(digest: fakeDigest)
    var other = try Self.gang
    other.files[0].sha256 = Array(repeating: 9, count: 32)
    #expect(try other.sealContext(digest: fakeDigest) == context)
    for change: (inout CheckpointManifest) -> Void in [
      { $0.step = 1201 }, { $0.job = "day" }, { $0.files[0].bytes = 6 }, { $0.outputs = [] },
      { $0.files[0].path = "worker-0/a" },
      { $0.seal = .init(.aes256GCM, keyID: "0123456789abcdef") },
    ] {
      other = try Self.gang
      change(&other)
      #expect(try other.sealContext(digest: fakeDigest) != context)
    }
  }

  @Test("A folder's name is read only as it would be written")
  func folders() throws {
    let id = try #require(CheckpointID(epoch: 3, number: 17))
    #expect("\(id)" == "000000000003-000000000017")
    #expect(CheckpointID(folder: "\(id)") == id)
    for name in ["3-17", "", "-", "000000000003-+00000000017", "000000000003-000000000017-"] {
      #expect(CheckpointID(folder: name) == nil)
    }
    #expect(CheckpointID(epoch: -1, number: 0) == nil)
    #expect(try #require(CheckpointID(epoch: 4, number: 0)) > id)
  }

  @Test("An adapter's files are told from the model's")
  func adapters() {
    for name in ["adapter_config.json", "adapter_model.safetensors", "rng_state_3.pth"] {
      #expect(AdapterFiles.includes("checkpoint-7/\(name)"))
    }
    for name in ["model.safetensors", "pytorch_model.bin", "config.json", ""] {
      #expect(!AdapterFiles.includes(name))
    }
  }

  /// The gang's manifest without the checksum.
  private static var body: String {
    get throws {
      String(decoding: try gang.encoded(digest: fakeDigest).dropLast(72), as: UTF8.self)
    }
  }

  private static var gang: CheckpointManifest {
    get throws {
      CheckpointManifest(
        id: try #require(CheckpointID(epoch: 3, number: 17)),
        job: "night",
        step: 1200,
        takenMilliseconds: 1_764_555_555_000,
        driver: .transparent,
        workers: 2,
        outputs: [
          .init(worker: 0, name: "stdout", bytes: 7), .init(worker: 1, name: "stdout", bytes: 7),
        ],
        files: [
          .init(path: "worker-0/core.img", bytes: 5, sha256: Array(0..<32)),
          .init(path: "worker-1/pages-1.img", bytes: 1 << 30, sha256: Array(100..<132)),
        ]
      )
    }
  }

  private static var adapter: CheckpointManifest {
    get throws {
      CheckpointManifest(
        id: try #require(CheckpointID(epoch: 0, number: 0)),
        job: "eu/night:7",
        takenMilliseconds: 0,
        driver: .periodic,
        fullBytes: 15 << 30,
        seal: .init(.aes256GCM, keyID: "0123456789abcdef"),
        workers: 1,
        files: [.init(path: "worker-0/a file", bytes: 0, sha256: Array(0..<32))]
      )
    }
  }
}

/// Not one to keep secrets with, but one that every byte changes.
func fakeDigest(_ bytes: Span<UInt8>) -> [UInt8] {
  (0..<4).flatMap { lane in
    var hash = UInt64(lane)
    for index in bytes.indices { hash = PRNG.mix(hash ^ UInt64(bytes[index])) &+ 1 }
    return (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) }
  }
}
