import Basics
import HearthMessages
import Jobs
import Settings

/// A job.yaml that was read.
struct JobFile {
  /// What messages call it.
  let name: String
  /// The job that it describes.
  let job: HearthV1.JobSpec

  /// Reads a file, or standard input where the path is a hyphen; tells of every fault with its
  /// line.
  init(_ path: String) throws(Failure) {
    name = path == "-" ? "standard input" : path
    do {
      let bytes = try SettingsLaunch.systemFile(path == "-" ? "/dev/stdin" : path)
      job = HearthV1.JobSpec(try JobSpec.read(bytes, name: name))
    } catch let error as UnreadableFile {
      throw Failure(.notFound, "\(name) \(error.words)")
    } catch {
      throw Failure(.failed, "\(error)")
    }
  }

  /// Makes a file of what it describes.
  init(name: String, job: HearthV1.JobSpec) { (self.name, self.job) = (name, job) }

  /// What the control plane has against the job, a line for each fault, with the file's name.
  func faulty(_ faults: [String]) -> Failure {
    Failure(.failed, faults.map { "\(name): \($0)" }.joined(separator: "\n"))
  }
}

extension HearthV1.JobSpec {
  /// The job as the control plane is told.
  fileprivate init(_ job: JobSpec) {
    let policy = job.checkpoint
    self.init(
      name: job.name.text,
      tenant: job.tenant.text,
      command: job.command,
      environment: job.environment.sorted { $0.key < $1.key }.map {
        .init(name: $0.key, value: $0.value)
      },
      workingDirectory: job.workingDirectory ?? "",
      model: job.model?.text ?? "",
      adapter: job.adapter?.text ?? "",
      gpusPerWorker: UInt32(clamping: job.gpusPerWorker),
      workersMin: UInt32(clamping: job.workers.min),
      workersMax: UInt32(clamping: job.workers.max),
      launch: job.launch.rawValue,
      priority: UInt32(clamping: job.priority),
      regions: job.regions.map(\.text),
      spansRegions: job.spansRegions,
      checkpoint: .init(
        driver: policy.driver.rawValue,
        directory: policy.directory ?? "",
        intervalNs: policy.interval.nanoseconds,
        keep: UInt32(clamping: policy.keep),
        copies: policy.copies
      ),
      noticeNs: job.notice.nanoseconds,
      minimumRunNs: job.minimumRun.nanoseconds,
      retries: UInt32(clamping: job.retries),
      cpusMax: job.limits.cpus ?? 0,
      memoryBytesMax: job.limits.memoryBytes ?? 0,
      timeMaxNs: job.limits.time?.nanoseconds ?? 0
    )
  }
}
