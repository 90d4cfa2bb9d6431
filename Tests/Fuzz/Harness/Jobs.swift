import Basics
import Checkpointing
import S3

@testable import Workers

/// Manifests of checkpoints, and what stores that have them answer.
func fuzzCheckpoints(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  var text = reader.rest()
  guard choice % 2 == 0 else {
    _ = try? S3XML.read(text)
    return
  }
  // No fuzzer finds a checksum: the right one is put at the end.
  text += Array("sha256 \(digest(text.span).hexadecimal)\n".utf8)
  guard let manifest = try? CheckpointManifest(decoding: text, digest: digest) else { return }
  precondition(
    (try? manifest.encoded(digest: digest)) == text,
    "what is read is not what would be written"
  )
  for file in manifest.files {
    precondition(CheckpointPath.fault(file.path) == nil && file.path.hasPrefix("worker-"))
  }
}

/// Four times a digest that is quick.
private func digest(_ bytes: Span<UInt8>) -> [UInt8] {
  var hasher = SipHash(key: (1, 2)).hasher()
  hasher.append(bytes)
  let word = hasher.finish()
  return (0..<32).map { UInt8(truncatingIfNeeded: word >> UInt64($0 % 8 * 8)) }
}

/// What shims leave of workers, and what they are told.
func fuzzRecords(_ bytes: [UInt8]) {
  guard let record = try? Record(bytes) else { return }
  precondition(record.bytes == bytes, "what is read is not what would be written")
  if let exit = try? WorkerExit(record) {
    precondition((try? WorkerExit(exit.record)) == exit, "an exit does not come back")
  }
  if let spec = try? WorkerSpec(record) {
    precondition((try? WorkerSpec(spec.record)) == spec, "a worker does not come back")
  }
}
