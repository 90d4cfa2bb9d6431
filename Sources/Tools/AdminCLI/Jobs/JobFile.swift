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
      job = try JobSpec.read(bytes, name: name).message
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
