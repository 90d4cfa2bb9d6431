import Basics
import EventLoop
import HTTP
import Logging
import Telemetry
import Wire

/// Sends the spans of a process to a collector, in batches, one after the other.
///
/// A collector that is slow or away holds nothing up: what it does not take in time is dropped and
/// counted.
final class SpanExporter {
  let tracer: Tracer
  private let client: HTTPClient
  private let logger: Logger
  private var timer: LoopTimer?
  private var call: HTTPCall?
  private var status = 0
  private var batchCount = 0
  private var hasFailed = false
  private var finished: (() -> Void)?
  /// Spans that the collector took, and that were lost on the way to it.
  private(set) var (sent, lost) = (0, 0)

  private static let (interval, timeout) = (Duration.milliseconds(500), Duration.seconds(5))

  init(_ tracer: Tracer, to address: String, loop: Loop, logger: Logger) throws(UVError) {
    (self.tracer, self.logger) = (tracer, logger)
    client = try HTTPClient(to: address, loop: loop)
    timer = try LoopTimer(loop: loop, clock: LoopClock()) { [unowned self] in timePassed() }
    tracer.onWaiting = { [unowned self] in if call == nil { timer?.arm(after: Self.interval) } }
  }

  /// Sends what waits and calls `done` once that is taken, or not in time.
  func finish(_ done: @escaping () -> Void) {
    finished = done
    if call == nil { send() } else { timer?.arm(after: .seconds(1)) }
  }

  private func timePassed() {
    guard let call else { return send() }
    call.cancel()
    ended(HTTPFault(504, "no answer in time"))
  }

  private func send() {
    let batch = SpanBatch(from: tracer)
    batchCount = batch.count
    guard batchCount > 0 else {
      finished?()
      finished = nil
      return
    }
    var fields = HTTPFields()
    fields.append("host", client.address)
    fields.append("content-type", "application/json")
    status = 0
    let call = client.send("POST", "/v1/traces", fields, body: Array(batch.json.utf8))
    call.onHead = { [unowned self] in status = $0.status }
    call.onEnd = { [unowned self] in ended($0) }
    self.call = call
    timer?.arm(after: finished == nil ? Self.timeout : .seconds(1))
  }

  private func ended(_ fault: HTTPFault?) {
    call = nil
    let isTaken = fault == nil && (200...299).contains(status)
    if isTaken { sent += batchCount } else { lost += batchCount }
    if isTaken == hasFailed {
      hasFailed = !isTaken
      let why = fault?.reason ?? "it answers \(status)"
      if isTaken {
        logger.notice("the collector takes spans again")
      } else {
        logger.warning("the collector takes no spans", metadata: ["why": "\(why)"])
      }
    }
    // One that is being left has no time for what can't be sent.
    if finished != nil, !isTaken { _ = tracer.take(.max) }
    if tracer.waitingCount > 0 || finished != nil {
      timer?.arm(after: finished == nil ? Self.interval : .zero)
    }
  }

  static let metrics: [Metric<SpanExporter?>] = [
    .init("hearth_spans_sent_total", .counter, "Spans that the collector took.") {
      Double($0?.sent ?? 0)
    },
    .init(
      "hearth_spans_lost_total",
      .counter,
      "Spans that the collector did not take, or that were dropped because too many waited."
    ) { Double($0.map { $0.lost + $0.tracer.dropped } ?? 0) },
  ]
}
