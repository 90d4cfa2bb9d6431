import Basics
import Durable
import Glibc
import S3

/// Why a checkpoint could not be written, read or copied.
public struct CheckpointError: Error, Hashable, CustomStringConvertible {
  /// What a caller may do about it.
  public enum Kind: Hashable, Sendable {
    /// The disk or the quota is full; the checkpoint before is still there.
    case noSpace
    /// Others could change what is in the folder.
    case unsafeFolder
    /// What is there is not what was written.
    case corrupt
    /// Another run of the job has taken over, or another process has the folder.
    case superseded
    /// The program was still writing, or does something that can't be dumped.
    case unfit
    /// It is sealed with a key that is not this job's, or not at all.
    case key
    /// The place of a copy can't be reached: the same may go well later.
    case away
    /// The system, or a store, refused.
    case system
  }

  /// What a caller may do about it.
  public var kind: Kind
  /// What is wrong, where, and what to do.
  public var description: String

  init(_ kind: Kind, _ description: String) {
    (self.kind, self.description) = (kind, description)
  }

  /// The fault of the last system call, which was to `what` the file at `path`.
  static func last(_ what: String, _ path: String) -> Self { of(errno, what, path) }

  init(_ fault: DurableFile.Fault) { self = Self.of(fault.code, fault.step, fault.path) }

  init(_ fault: S3Fault) {
    let kind: Kind =
      switch fault.kind {
      case .away: .away
      case .taken: .superseded
      case .refused, .missing, .invalid: .system
      }
    self.init(kind, fault.description)
  }

  private static func of(_ code: CInt, _ what: String, _ path: String) -> Self {
    guard code != ENOSPC, code != EDQUOT else {
      return Self(
        .noSpace,
        "can't \(what) \(path): the disk is full; make room there, or keep fewer checkpoints. "
          + "The checkpoint before can still be used"
      )
    }
    let reason = unsafe String(cString: strerror(code))
    let kind: Kind = code == ELOOP || code == ENOTDIR ? .unsafeFolder : .system
    return Self(kind, "can't \(what) \(path): \(reason)")
  }
}
