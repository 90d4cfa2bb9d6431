import Basics
import Glibc
import Workers

/// Until when the workers of a node may go on: ``cutOffMax`` after the control plane last surely
/// counted on them.
///
/// That moment is kept in a file, by the clock that the machine has since it was started, so that
/// an agent that restarts does not begin to count again from its start. A file that is not of this start of the
/// machine, or can't be read, counts as one of long ago: the workers of then have ended with it.
final class WorkerLease {
  let cutOffMax: Duration
  private let path: String
  private let bootTime: () -> Int64
  private let boot: String
  private(set) var provenAt: Instant

  /// Reads what was kept; `bootTime` gives nanoseconds since the machine was started.
  init(
    _ path: String,
    cutOffMax: Duration,
    now: Instant,
    bootTime: @escaping () -> Int64 = WorkerLease.systemBootTime
  ) {
    (self.path, self.cutOffMax, self.bootTime) = (path, cutOffMax, bootTime)
    boot =
      Files.text("/proc/sys/kernel/random/boot_id")?.split(separator: "\n").first.map(
        String.init
      ) ?? "?"
    let words = (Files.text(path) ?? "").split(separator: " ")
    let longAgo = now.advanced(by: .zero - cutOffMax)
    if words.count == 2, words[0] == boot, let at = Int64(words[1]) {
      let (age, overflow) = bootTime().subtractingReportingOverflow(at)
      provenAt =
        overflow || age < 0 ? longAgo : max(longAgo, now.advanced(by: .nanoseconds(-age)))
    } else {
      provenAt = longAgo
    }
  }

  /// When workers must end.
  var end: Instant { provenAt.advanced(by: cutOffMax) }

  /// The control plane counted on the workers at that moment; says whether that is later.
  func renew(_ at: Instant, now: Instant) -> Bool {
    let at = min(at, now)
    guard at > provenAt else { return false }
    provenAt = at
    let stamp = "\(max(0, bootTime() - at.duration(to: now).nanoseconds))"
    // As long as the one before, so that none is read in part. It need not survive the machine,
    // whose end is that of the workers too.
    let zeros = String(repeating: "0", count: max(0, 19 - stamp.utf8.count))
    Files.overwrite("\(boot) \(zeros)\(stamp)", path)
    return true
  }

  /// Nanoseconds since the machine was started, times in which it slept included.
  static func systemBootTime() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
