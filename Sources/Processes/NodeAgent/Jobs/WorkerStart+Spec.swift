import Basics
import HearthMessages
import Workers

extension HearthV1.WorkerStart {
  /// Longest grace of a worker.
  var graceMax: Duration {
    min(max(.seconds(60), .nanoseconds(spec?.noticeNs ?? 0)), .seconds(86_400))
  }

  /// What its shim is to run.
  func workerSpec(
    _ id: WorkerID,
    in folder: JobFolder,
    controlGroup: String,
    cutOffMax: Duration
  ) -> WorkerSpec {
    let job = spec ?? .init()
    var worker = WorkerSpec(id: id, command: job.command, logDirectory: folder.log(of: id))
    worker.workingDirectory =
      job.workingDirectory.isEmpty ? folder.work(of: id) : job.workingDirectory
    worker.controlGroup = controlGroup
    worker.graceMillisecondsMax = Int(graceMax.nanoseconds / 1_000_000)
    if job.cpusMax > 0 {
      worker.limits.cpuMillis = Int(min(max((job.cpusMax * 1_000).rounded(), 10), 1_000_000))
    }
    if job.memoryBytesMax > 0 {
      worker.limits.memoryBytes = Int(clamping: job.memoryBytesMax)
    }
    worker.lease = .init(
      path: folder.lease,
      milliseconds: Int(cutOffMax.nanoseconds / 1_000_000)
    )
    worker.environment = environment(id, in: folder)
    return worker
  }

  /// The variables that were ordered, and those that only the node knows.
  private func environment(_ id: WorkerID, in folder: JobFolder) -> [String] {
    var values = [
      "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME": folder.work(of: id),
      "CUDA_VISIBLE_DEVICES": gpuNumbers(gpus).map(String.init).joined(separator: ","),
    ]
    if let directory = spec?.checkpoint?.directory, !directory.isEmpty {
      values["HEARTH_CHECKPOINT_DIR"] = checkpointDirectory(id, in: folder)
    }
    for variable in variables { values[variable.name] = variable.value }
    values["HEARTH_NOTICE"] = folder.notice(of: id)
    values["HEARTH_OPERATIONS"] = folder.operations(of: id)
    return values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  /// Refuses a directory of checkpoints in which others could put theirs: what is restored from it
  /// runs as this user.
  func checkDirectory(_ id: WorkerID, in folder: JobFolder) throws(WorkerFault) {
    guard let path = checkpointDirectory(id, in: folder), Files.exists(path) else { return }
    // Where it is a link, what that leads to counts.
    guard let found = Files.look(path + "/.") else {
      throw WorkerFault("checkpoint.directory \(path) is no folder: name another, or move it away")
    }
    guard !found.isOpen else {
      throw WorkerFault(
        "others can write to checkpoint.directory \(path), so its checkpoints can't be trusted: "
          + "chmod go-w \(path)"
      )
    }
  }

  /// Where the program puts its checkpoints; nil where it makes none.
  func checkpointDirectory(_ id: WorkerID, in folder: JobFolder) -> String? {
    guard let spec, let directory = spec.checkpoint?.directory, !directory.isEmpty else {
      return nil
    }
    guard !directory.hasPrefix("/") else { return directory }
    let start = spec.workingDirectory.isEmpty ? folder.work(of: id) : spec.workingDirectory
    return "\(start)/\(directory)"
  }
}

/// The numbers of the bits that are set.
func gpuNumbers(_ mask: UInt64) -> [Int] { (0..<64).filter { mask >> UInt64($0) & 1 == 1 } }
