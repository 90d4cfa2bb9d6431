import EventLoop
import RPC
import Telemetry
import Wire

/// What every daemon counts of its loop and its calls.
struct DaemonFigures {
  let loop: Loop
  let server: Server

  static let metrics: [Metric<DaemonFigures>] = [
    .init(
      "hearth_loop_lag_seconds",
      .histogram,
      [],
      "How long turns of the loop took: what came meanwhile waited as long."
    ) { $1.add($0.loop.lag) },
    .init(
      "hearth_rpc_calls_total",
      .counter,
      ["method", "code"],
      "Calls that were served and have ended, by method and gRPC's code."
    ) { figures, series in
      for (path, tally) in figures.server.tallies {
        let method = String(decoding: path.dropFirst(), as: UTF8.self)
        for code in GRPCStatus.Code.allCases where tally[code] > 0 {
          series.add(tally[code], method, "\(code.name)")
        }
      }
    },
    .init("hearth_rpc_calls_open", .gauge, "Calls that are being served.") {
      Double($0.server.callCount)
    },
    .init("hearth_rpc_unknown_calls_total", .counter, "Calls of methods that do not exist.") {
      Double($0.server.counts.unknownMethods)
    },
    .init("hearth_rpc_connections", .gauge, "Connections of those who call.") {
      Double($0.server.connectionCount)
    },
    .init(
      "hearth_tls_certificate_expiry_timestamp_seconds",
      .gauge,
      [],
      "When the daemon's certificate expires, in seconds since 1970; absent without TLS."
    ) { figures, series in
      if let expiry = figures.server.certificateExpiry { series.add(expiry) }
    },
    .init(
      "hearth_rpc_faults_total",
      .counter,
      ["fault"],
      "Connections that were given up, by the fault that the log names."
    ) { figures, series in
      for (fault, count) in figures.server.counts.faults {
        series.add(count, "\(fault)")
      }
    },
  ]
}
