import Basics
import EventLoop
import HTTP
import Telemetry
import Wire

/// What a gateway counts of its clients' requests.
final class GatewayFigures {
  /// A path of the API and the status of the answer.
  struct Answer: Hashable {
    let path: String
    /// 499 where the client left before there was one.
    let status: Int
  }

  private(set) var answers: [Answer: Int] = [:]
  private(set) var times: [String: Histogram] = [:]
  private(set) var firstBytes = BoundedTable<String, Histogram>(countMax: 256, initial: seconds)
  /// Bytes of the bodies of requests, and of answers.
  var (bytesRead, bytesWritten) = (0, 0)
  /// Makes spans of turns; nil where nobody wants them.
  var tracer: Tracer?
  /// Turns that were asked for again, since a replica failed them.
  var retries = 0

  private static let seconds = Histogram(bounds: [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300,
  ])

  /// An exchange is over; a path that is not known is like all others.
  func ended(_ exchange: HTTPExchange, isKnown: (String) -> Bool) {
    let own = String(exchange.head.path)
    let path = isKnown(own) ? own : "other"
    answers[Answer(path: path, status: exchange.status ?? 499), default: 0] += 1
    times[path, default: Self.seconds].record(exchange.began.duration(to: LoopClock().now))
  }

  /// The first part of an answer goes to the client.
  func answered(_ exchange: HTTPExchange, model: String) {
    let time = exchange.began.duration(to: LoopClock().now)
    firstBytes.update(model) { $0.record(time) }
  }
}

extension GatewayFigures {
  /// What there is at one moment.
  struct Now {
    let figures: GatewayFigures
    let server: HTTPServer
    let turns: Int
  }

  static let metrics: [Metric<Now>] = [
    .init(
      "hearth_gateway_requests_total",
      .counter,
      ["path", "status"],
      "Requests that are over, by the API's path and the answer's status; 499: the client left."
    ) { now, series in
      for (answer, count) in now.figures.answers {
        series.add(count, answer.path, "\(answer.status)")
      }
    },
    .init(
      "hearth_gateway_request_seconds",
      .histogram,
      ["path"],
      "From the head of a request to the end of its answer."
    ) { now, series in
      for (path, times) in now.figures.times { series.add(times, path) }
    },
    .init(
      "hearth_gateway_first_byte_seconds",
      .histogram,
      ["model"],
      "From the head of a request to the first part of its answer's body."
    ) { now, series in
      let table = now.figures.firstBytes
      for (model, times) in table.values { series.add(times, model) }
      if let others = table.others { series.add(others, "other") }
    },
    .init("hearth_gateway_request_bytes_total", .counter, "Bytes of the bodies of turns.") {
      Double($0.figures.bytesRead)
    },
    .init("hearth_gateway_response_bytes_total", .counter, "Bytes of the answers of engines.") {
      Double($0.figures.bytesWritten)
    },
    .init(
      "hearth_gateway_retries_total",
      .counter,
      "Turns that were asked for again, since a replica did not take them or failed them."
    ) { Double($0.figures.retries) },
    .init("hearth_gateway_turns", .gauge, "Turns that are being served.") { Double($0.turns) },
    .init("hearth_gateway_connections", .gauge, "Connections of clients.") {
      Double($0.server.connectionCount)
    },
    .init(
      "hearth_gateway_malformed_total",
      .counter,
      "Requests that were refused because they break HTTP, or a limit of it."
    ) { Double($0.server.counts.refused) },
  ]
}
