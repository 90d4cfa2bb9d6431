import Basics
package import Checkpointing
package import S3
import Wire

/// A part of a bucket for copies: `PREFIX/CHECKPOINT/PATH` for each file, and last its manifest,
/// without which a checkpoint is not there.
package struct BucketPlace: CheckpointPlace {
  private let address: S3Address
  private let credentials: S3Credentials
  private let trustRootsPath: String?
  private let prefix: String
  private let job: String
  private let keeps: Int

  private static let checkpointsMax = 10_000

  /// The bucket, the prefix and the store.
  package var description: String { "s3://\(address.bucket)/\(prefix) at \(address.authority)" }

  /// Names the part of a bucket.
  ///
  /// - Parameters:
  ///   - address: the bucket.
  ///   - credentials: who may read, write, list and remove there.
  ///   - trustRootsPath: what the certificate of an endpoint must come from; nil for the system's.
  ///   - prefix: of keys, without a slash at its end; of this job alone.
  ///   - job: the job's name.
  ///   - keeps: how many checkpoints to keep; at least 1.
  /// - Throws: why keys can't begin so.
  package init(
    _ address: S3Address,
    _ credentials: S3Credentials,
    trustRootsPath: String? = nil,
    prefix: String,
    job: String,
    keeps: Int
  ) throws(CheckpointError) {
    if let fault = CheckpointPath.fault(prefix) {
      throw CheckpointError(.unfit, "the prefix \(prefix.quoted(limit: 80)) of keys \(fault)")
    }
    (self.address, self.credentials, self.trustRootsPath) = (address, credentials, trustRootsPath)
    (self.prefix, self.job, self.keeps) = (prefix, job, max(1, keeps))
  }

  private func key(_ id: CheckpointID, _ path: String) -> String { "\(prefix)/\(id)/\(path)" }

  private func client() throws(CheckpointError) -> S3Client {
    try Self.asking { () throws(S3Fault) in
      try S3Client(address, credentials, trustRootsPath: trustRootsPath)
    }
  }

  private static func asking<Result>(_ body: () throws(S3Fault) -> Result)
    throws(CheckpointError) -> Result
  {
    do throws(S3Fault) { return try body() } catch { throw CheckpointError(error) }
  }

  /// What has a folder there, newest first; perhaps without a manifest.
  private func ids(_ client: S3Client) throws(S3Fault) -> [CheckpointID] {
    let start = prefix + "/"
    return try client.list(start, delimiter: "/", limit: Self.checkpointsMax).folders
      .compactMap { CheckpointID(folder: $0.dropFirst(start.count).dropLast()) }.sorted(by: >)
  }

  private func hasManifest(_ id: CheckpointID, _ client: S3Client) throws(S3Fault) -> Bool {
    let key = key(id, CheckpointStore.manifestName)
    return try client.list(key, limit: 100).objects.contains { $0.key == key }
  }

  /// Copies a checkpoint there; see ``CheckpointPlace``.
  package func put(_ id: CheckpointID, from store: CheckpointStore) throws(CheckpointError) {
    let manifest = try store.manifest(of: id)
    let client = try client()
    if let newest = try Self.asking({ () throws(S3Fault) in try newest(from: id, client) }) {
      guard newest == id else {
        throw CheckpointError(
          .superseded,
          "\(self) has the checkpoint \(newest), so \(id) comes too late: the job has gone on "
            + "elsewhere"
        )
      }
      return
    }
    let inner = try store.folder.folder(id.description)
    for file in manifest.files { try upload(file, of: id, from: inner, client) }
    let bytes = try inner.read(CheckpointStore.manifestName, limit: CheckpointManifest.bytesMax)
    try Self.asking { () throws(S3Fault) in
      try client.put(key(id, CheckpointStore.manifestName), bytes, isNew: true)
      try removeOld(client)
    }
  }

  /// The newest one with a manifest, if it is not older than `id`.
  private func newest(from id: CheckpointID, _ client: S3Client) throws(S3Fault) -> CheckpointID? {
    for other in try ids(client) where other >= id {
      if try hasManifest(other, client) { return other }
    }
    return nil
  }

  private func upload(
    _ file: CheckpointManifest.File,
    of id: CheckpointID,
    from inner: Folder,
    _ client: S3Client
  ) throws(CheckpointError) {
    let source = try SourceFile(inner, file.path)
    let digest = DigestBox()
    var local = Local()
    do throws(S3Fault) {
      try client.upload(key(id, file.path), bytes: file.bytes) { (count) throws(S3Fault) in
        try local.run { () throws(CheckpointError) in
          let piece = try source.next(count)
          guard piece.count == count else {
            throw CheckpointError(.corrupt, "\(source.place) became shorter")
          }
          digest.running.update(piece.span)
          return piece
        }
      }
    } catch {
      throw local.fault ?? CheckpointError(error)
    }
    let sha256 = digest.running.digest() ?? []
    try CheckpointStore.require(
      file,
      .init(path: file.path, bytes: file.bytes, sha256: sha256),
      inner
    )
  }

  /// Keeps the newest ones with a manifest, and what is newer than the last of them.
  private func removeOld(_ client: S3Client) throws(S3Fault) {
    var kept = 0
    for id in try ids(client) {
      let isWhole = try hasManifest(id, client)
      guard kept >= keeps else {
        kept += isWhole ? 1 : 0
        continue
      }
      // First its manifest, so that one half removed is none.
      if isWhole { try client.delete(key(id, CheckpointStore.manifestName)) }
      let objects = try client.list(key(id, ""), limit: CheckpointManifest.filesMax).objects
      for object in objects { try client.delete(object.key) }
    }
  }

  /// Brings the newest one into a store; see ``CheckpointPlace``.
  package func fetchNewest(into store: CheckpointStore) throws(CheckpointError)
    -> (manifest: CheckpointManifest?, skipped: [CheckpointStore.Skipped])
  {
    let client = try client()
    let found = try Self.asking { () throws(S3Fault) in try ids(client) }
    return try fetch(found, into: store) { (id) throws(CheckpointError) in
      let manifest = try manifest(of: id, client)
      try store.take(manifest) { (file, target) throws(CheckpointError) in
        try download(file, of: id, into: target, client)
      }
      return manifest
    }
  }

  private func manifest(of id: CheckpointID, _ client: S3Client) throws(CheckpointError)
    -> CheckpointManifest
  {
    let key = key(id, CheckpointStore.manifestName)
    let bytes = try Self.reading { () throws(S3Fault) in
      try client.get(key, bytesMax: CheckpointManifest.bytesMax)
    }
    let manifest: CheckpointManifest
    do throws(ManifestError) {
      manifest = try CheckpointManifest(decoding: bytes, digest: SHA256.digest)
    } catch {
      throw CheckpointError(.corrupt, "s3://\(address.bucket)/\(key): \(error)")
    }
    guard manifest.id == id, manifest.job == job else {
      throw CheckpointError(
        .corrupt,
        "s3://\(address.bucket)/\(key) is of checkpoint \(manifest.id) of "
          + "\(manifest.job.quoted()): it was moved there"
      )
    }
    return manifest
  }

  private func download(
    _ file: CheckpointManifest.File,
    of id: CheckpointID,
    into target: Folder,
    _ client: S3Client
  ) throws(CheckpointError) -> CheckpointManifest.File {
    let made = try NewFile(target, file.path)
    var local = Local()
    do throws(CheckpointError) {
      try Self.reading { () throws(S3Fault) in
        try client.get(key(id, file.path), bytesMax: file.bytes) { () throws(S3Fault) in
          try local.run { () throws(CheckpointError) in try made.reset() }
        } take: { (piece) throws(S3Fault) in
          do throws(CheckpointError) {
            try made.append(piece)
          } catch { throw local.keep(error) }
        }
      }
    } catch {
      throw local.fault ?? error
    }
    return try made.finish()
  }

  /// Reads from the store; what is missing, or not what may be there, makes a checkpoint corrupt.
  private static func reading<Result>(_ body: () throws(S3Fault) -> Result)
    throws(CheckpointError) -> Result
  {
    do throws(S3Fault) {
      return try body()
    } catch {
      switch error.kind {
      case .missing, .invalid: throw CheckpointError(.corrupt, error.description)
      case .away, .refused, .taken: throw CheckpointError(error)
      }
    }
  }
}

/// What went wrong on the disk while a store was asked, which says only that something did.
private struct Local {
  private(set) var fault: CheckpointError?

  mutating func keep(_ fault: CheckpointError) -> S3Fault {
    self.fault = fault
    return S3Fault(.invalid, fault.description)
  }

  mutating func run<Result>(_ body: () throws(CheckpointError) -> Result) throws(S3Fault) -> Result
  {
    do throws(CheckpointError) { return try body() } catch { throw keep(error) }
  }
}

/// A digest that closures share.
private final class DigestBox {
  var running = SHA256.Running()
}
