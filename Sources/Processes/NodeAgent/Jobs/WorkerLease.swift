import Basics
import Workers

/// Until when the workers of a node may go on: ``cutOffMax`` after the control plane last surely
/// counted on them.
///
/// That moment is kept in a file, so that an agent that restarts does not begin to count again, and
/// shims end their workers if the agent does not return. A file that can't be read, or is of an
/// earlier start of the machine, counts as one of long ago.
final class WorkerLease {
  let cutOffMax: Duration
  private let file: LeaseFile
  private let bootTime: () -> Int64
  private(set) var provenAt: Instant

  /// Reads what was kept; `bootTime` gives nanoseconds since the machine was started.
  init(_ path: String, cutOffMax: Duration, now: Instant, bootTime: @escaping () -> Int64) {
    (file, self.cutOffMax, self.bootTime) = (LeaseFile(path), cutOffMax, bootTime)
    let longAgo = now.advanced(by: .zero - cutOffMax)
    let age = file.read().map { bootTime() - $0 } ?? .max
    provenAt = age < 0 ? longAgo : max(longAgo, now.advanced(nanoseconds: -age))
  }

  /// When workers must end.
  var end: Instant { provenAt.advanced(by: cutOffMax) }

  /// The control plane counted on the workers at that moment; says whether that is later.
  func renew(_ at: Instant, now: Instant) -> Bool {
    let at = min(at, now)
    guard at > provenAt else { return false }
    provenAt = at
    file.write(bootTime() - at.duration(to: now).nanoseconds)
    return true
  }
}
