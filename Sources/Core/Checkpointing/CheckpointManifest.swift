import Basics

/// What one checkpoint of a job consists of: one manifest over the parts of all its workers, so
/// that a gang is either whole or not there.
///
/// As text: a line for each fact in a fixed order, then one for each output and file, then the
/// digest of all lines before. What differs from what ``encoded(digest:)`` writes by a byte is
/// refused, so no two texts mean the same.
public struct CheckpointManifest: Hashable, Sendable {
  /// Which of a job's checkpoints it is.
  public var id: CheckpointID
  /// The job's name.
  public var job: String
  /// Steps that the program had done, where it told.
  public var step: Int?
  /// When it was taken, in milliseconds since 1970.
  public var takenMilliseconds: Int
  /// Who made it.
  public var driver: CheckpointDriver
  /// Bytes of a checkpoint of the whole model, where this one has an adapter's files alone.
  public var fullBytes: Int?
  /// How the files are encrypted; nil where they are not.
  public var seal: Seal?
  /// How many workers the job had.
  public var workers: Int
  /// How long the workers' outputs were, in order of worker and name: they are cut back to it.
  public var outputs: [Output]
  /// Every file, in order of path.
  public var files: [File]

  /// A file of the checkpoint.
  public struct File: Hashable, Sendable {
    /// Where it is below the checkpoint's folder; `worker-K/` comes first.
    public var path: String
    /// Its length.
    public var bytes: Int
    /// The 32 bytes of its digest.
    public var sha256: [UInt8]

    /// Makes the entry of a file.
    public init(path: String, bytes: Int, sha256: [UInt8]) {
      (self.path, self.bytes, self.sha256) = (path, bytes, sha256)
    }
  }

  /// How files are encrypted: lengths and checksums are those of what lies on the disk.
  public struct Seal: Hashable, Sendable {
    /// The cipher and how files are cut for it.
    public var algorithm: Algorithm
    /// Which key: 16 digits that say nothing of it.
    public let keyID: String

    /// A cipher and how files are cut for it.
    public enum Algorithm: String, CaseIterable, Sendable {
      /// AES-256-GCM in pieces of a mebibyte; see `docs/checkpoints.md`.
      case aes256GCM = "aes-256-gcm"
    }

    /// Names a key; nil for what is no identifier of one.
    public init?(_ algorithm: Algorithm, keyID: String) {
      guard let bytes = [UInt8](hexadecimal: keyID, count: 8), bytes.hexadecimal == keyID else {
        return nil
      }
      (self.algorithm, self.keyID) = (algorithm, keyID)
    }
  }

  /// The length of an output of a worker when the checkpoint was taken.
  public struct Output: Hashable, Sendable {
    /// The worker's rank.
    public var worker: Int
    /// What the supervisor calls the output: `stdout`.
    public var name: String
    /// Its length then.
    public var bytes: Int

    /// Makes the entry of an output.
    public init(worker: Int, name: String, bytes: Int) {
      (self.worker, self.name, self.bytes) = (worker, name, bytes)
    }
  }

  /// The most bytes of a manifest; a longer one is not read.
  public static let bytesMax = 32 << 20
  /// The most files of a checkpoint.
  public static let filesMax = 1 << 16
  /// The most workers of a job.
  public static let workersMax = 1 << 16
  /// The most bytes of a checkpoint, 4 PiB: a sum of more is a mistake.
  public static let checkpointBytesMax = 1 << 52
  /// The longest name of a job or an output, in bytes.
  public static let nameBytesMax = 128

  /// Makes a manifest.
  public init(
    id: CheckpointID,
    job: String,
    step: Int? = nil,
    takenMilliseconds: Int,
    driver: CheckpointDriver,
    fullBytes: Int? = nil,
    seal: Seal? = nil,
    workers: Int,
    outputs: [Output] = [],
    files: [File] = []
  ) {
    (self.id, self.job, self.step, self.takenMilliseconds) = (id, job, step, takenMilliseconds)
    (self.driver, self.fullBytes, self.workers) = (driver, fullBytes, workers)
    (self.seal, self.outputs, self.files) = (seal, outputs, files)
  }

  /// Bytes of all files.
  public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

  /// The folder of the files of the worker with this rank.
  public static func folder(ofWorker rank: Int) -> String { "worker-\(rank)" }
}

/// Which of a job's checkpoints: those of a later epoch are newer than all of earlier ones.
public struct CheckpointID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The job's epoch, which fences what a run that was given up may still write.
  public var epoch: Int
  /// The checkpoint's number in its epoch.
  public var number: Int

  /// The largest epoch or number.
  public static let max = 999_999_999_999

  /// Makes an identifier; nil for what is below 0 or above ``max``.
  public init?(epoch: Int, number: Int) {
    guard 0...Self.max ~= epoch, 0...Self.max ~= number else { return nil }
    (self.epoch, self.number) = (epoch, number)
  }

  /// Reads the name that ``description`` writes; nil for any other.
  public init?(folder: some StringProtocol) {
    let parts = folder.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let epoch = Int(parts[0]), let number = Int(parts[1]) else {
      return nil
    }
    self.init(epoch: epoch, number: number)
    guard description == folder else { return nil }
  }

  /// The name of its folder: `000000000003-000000000017`.
  public var description: String { "\(epoch.padded)-\(number.padded)" }

  /// Older ones first.
  public static func < (left: Self, right: Self) -> Bool {
    (left.epoch, left.number) < (right.epoch, right.number)
  }
}

/// Who makes the checkpoints of a job.
public enum CheckpointDriver: String, CaseIterable, Sendable {
  /// The node, of the workers' processes as they are.
  case transparent
  /// The program, when it gets a signal.
  case signal
  /// The program, whenever it likes.
  case periodic
}

extension Int {
  fileprivate var padded: String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, 12 - digits.utf8.count)) + digits
  }
}
