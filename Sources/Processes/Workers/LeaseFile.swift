import Basics
import EventLoop
import Glibc

/// The file that tells until when workers may go on: when whoever decides about them last surely
/// counted on them, by the clock that the machine has since it was started.
package struct LeaseFile: Equatable, Sendable {
  private let path: String
  private static let boot =
    Files.text("/proc/sys/kernel/random/boot_id")?.split(separator: "\n").first.map(String.init)
    ?? "?"

  /// The file at a path.
  package init(_ path: String) { self.path = path }

  /// Writes a moment in nanoseconds since the machine was started.
  package func write(_ moment: Int64) {
    let digits = "\(max(0, moment))"
    // As long as the one before, so that none is read in part. It need not survive the machine,
    // whose end is that of the workers too.
    let zeros = String(repeating: "0", count: max(0, 19 - digits.utf8.count))
    Files.overwrite("\(Self.boot) \(zeros)\(digits)", path)
  }

  /// What was written since the machine was started; nil where that can't be told.
  package func read() -> Int64? {
    let words = (Files.text(path) ?? "").split(separator: " ")
    guard words.count == 2, words[0] == Self.boot, words[1].utf8.count == 19 else { return nil }
    return Int64(words[1])
  }

  /// Nanoseconds since the machine was started, times in which it slept included.
  package static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// Tells a shim when the lease of its worker is over, though its agent may be dead.
final class LeaseWatch {
  private let file: LeaseFile
  private let max: Int64
  private let onEnd: () -> Void
  private var counted: Int64
  private var timer: LoopTimer?

  /// Looks at the file until it has not been written for so long; while it can't be read, what was
  /// read last counts, at first this moment.
  init(_ lease: WorkerSpec.Lease, loop: Loop, onEnd: @escaping () -> Void) throws(UVError) {
    file = LeaseFile(lease.path)
    max = Int64(lease.milliseconds) * 1_000_000
    self.onEnd = onEnd
    counted = LeaseFile.now()
    timer = try LoopTimer(loop: loop) { [unowned self] in look() }
    timer?.arm(after: .zero)
  }

  private func look() {
    if let read = file.read() { counted = read }
    let left = counted + max - LeaseFile.now()
    guard left > 0 else { return onEnd() }
    timer?.arm(after: .nanoseconds(min(left, 1_000_000_000)))
  }
}
