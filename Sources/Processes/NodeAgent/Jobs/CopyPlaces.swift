import Basics
import Checkpoints
import Glibc
import HearthMessages
import S3
import Workers

/// Where copies of jobs' checkpoints can go from a node, and with whose keys they are sealed.
package struct CopyPlaces: Sendable {
  /// The node's own region: nearest of all.
  package var region = ""
  /// A folder that is mounted here for each region that has one.
  package var folders: [String: String] = [:]
  /// The store for buckets; nil where there is none.
  package var store: Store?
  /// The folder of tenants' keys; nil where nothing is sealed.
  package var keys: String?

  /// A store that speaks S3's protocol.
  package struct Store: Sendable {
    /// Where it answers, and its region.
    package var (endpoint, region): (String, String)
    /// The file of keys; nil for those in the environment.
    package var credentials: String?

    /// Names a store.
    package init(endpoint: String, region: String, credentials: String?) {
      (self.endpoint, self.region, self.credentials) = (endpoint, region, credentials)
    }
  }

  /// Makes those of a node that has none.
  package init() {}

  /// The places that a job names, nearest first; throws for one that is not known here.
  func places(of job: HearthV1.JobSpec) throws(WorkerFault) -> [any CheckpointPlace] {
    let keeps = job.keeps
    var (near, far, buckets): ([any CheckpointPlace], [any CheckpointPlace], [any CheckpointPlace])
    (near, far, buckets) = ([], [], [])
    for copy in job.checkpoint?.copies ?? [] {
      if copy.hasPrefix("s3://") {
        buckets.append(try bucket(copy, of: job))
        continue
      }
      guard let folder = folders[copy] else {
        throw WorkerFault(
          "checkpoint.copies: \(region) has no place for copies in \(copy.quoted(limit: 80)): "
            + "name the folder that is mounted from there under jobs.copies of this node"
        )
      }
      let place = FolderPlace("\(folder)/\(job.name)", job: job.name, keeps: keeps)
      if copy == region { near.append(place) } else { far.append(place) }
    }
    return near + far + buckets
  }

  private func bucket(_ copy: String, of job: HearthV1.JobSpec) throws(WorkerFault)
    -> BucketPlace
  {
    guard let store else {
      throw WorkerFault(
        "checkpoint.copies: this node knows no store for \(copy.quoted(limit: 200)): name one "
          + "under jobs.s3 (endpoint, region, credentials)"
      )
    }
    let parts = copy.dropFirst(5).split(separator: "/")
    let prefix = (parts.dropFirst() + [job.name[...]]).joined(separator: "/")
    do {
      let address = try S3Address(
        endpoint: store.endpoint,
        region: store.region,
        bucket: String(parts.first ?? "")
      )
      let credentials =
        if let file = store.credentials {
          try S3Credentials(file: file)
        } else {
          try S3Credentials { name in
            unsafe getenv(name).map { unsafe String(cString: $0) }
          }
        }
      return try BucketPlace(address, credentials, prefix: prefix, job: job.name, keeps: job.keeps)
    } catch {
      throw WorkerFault("jobs.s3: \(copy.quoted(limit: 200)): \(error)")
    }
  }

  /// The key of a job's tenant, `TENANT.key`; nil where it has none.
  func key(of job: HearthV1.JobSpec) throws(WorkerFault) -> CheckpointKey? {
    guard let keys else { return nil }
    let path = "\(keys)/\(job.tenant.replacing("/", with: "+")).key"
    // A folder that can't be read would have copies go out unsealed.
    guard unsafe access(keys, R_OK | X_OK) == 0 else {
      throw WorkerFault("jobs.keys: the folder \(keys) can't be read")
    }
    guard unsafe access(path, F_OK) == 0 else { return nil }
    do throws(CheckpointError) {
      return try CheckpointKey(file: path)
    } catch {
      throw WorkerFault("jobs.keys: \(error)")
    }
  }
}

extension HearthV1.JobSpec {
  /// How many checkpoints are kept in each place.
  var keeps: Int { max(1, Int(checkpoint?.keep ?? 1)) }
}
