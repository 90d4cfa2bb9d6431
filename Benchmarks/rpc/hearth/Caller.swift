import Basics
import EventLoop
import Glibc
import RPC

/// Keeps a number of calls in flight on one connection, and prints one line of JSON: the calls that
/// ended between the end of the warm-up and the end, the processor time of this process in between,
/// and percentiles of their latencies.
final class Caller {
  private static let warmUp = Duration.milliseconds(300)

  private let loop: Loop
  private let channel: Channel
  private let request = Payload(text: String(repeating: "x", count: 100))
  private var latencies: [Duration] = []
  private var isMeasuring = false
  private var start = Instant.zero
  private var cpuAtStart = 0.0
  private var timer: LoopTimer?

  private init(port: UInt16, loop: Loop) throws {
    self.loop = loop
    channel = try Channel(to: "127.0.0.1:\(port)", loop: loop)
  }

  static func run(port: UInt16, concurrency: Int, measured: Duration) throws {
    let loop = try Loop()
    let caller = try Caller(port: port, loop: loop)
    caller.timer = try LoopTimer(loop: loop) {
      if caller.isMeasuring {
        caller.report()
        exit(0)
      }
      caller.begin(measured)
    }
    for _ in 0..<concurrency { caller.call() }
    caller.timer?.arm(after: warmUp)
    loop.run()
  }

  private func call() {
    let called = loop.now
    channel.call(unary, request) { [unowned self] result in
      guard let response = try? result.get(), response.text.utf8.count == 100 else {
        fail("hearth-echo: call failed: \(result)")
      }
      if isMeasuring { latencies.append(called.duration(to: loop.now)) }
      call()
    }
  }

  private func begin(_ measured: Duration) {
    isMeasuring = true
    latencies.reserveCapacity(1 << 20)
    start = loop.now
    cpuAtStart = Self.cpuSeconds
    timer?.arm(after: measured)
  }

  private func report() {
    let cpu = Self.cpuSeconds - cpuAtStart
    let seconds = start.duration(to: loop.now) / .seconds(1)
    latencies.sort()
    func percentile(_ share: Double) -> Double {
      latencies.isEmpty
        ? 0 : latencies[Int(share * Double(latencies.count - 1))] / .microseconds(1)
    }
    print(
      """
      {"calls": \(latencies.count), "seconds": \(seconds), "cpu_seconds": \(cpu), \
      "p50_us": \(percentile(0.5)), "p99_us": \(percentile(0.99))}
      """
    )
  }

  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
