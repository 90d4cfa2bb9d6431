import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show the fleet as a whole.",
    discussion: """
      "bound by" counts replicas by their bottleneck: the resource of which more would let them \
      serve more turns, or serve them sooner. `hearth replica list` shows each replica's.

      With --wait, the exit code says whether the fleet is ready: 0 when it is, 1 when too few \
      nodes became ready in time, 4 when the control plane could not be reached.

      Examples:
        hearth status
        hearth status --wait 30s --nodes 6 && hearth chat
        hearth status --watch
      """
  )

  @Option(
    help: ArgumentHelp("Wait up to this long for ready nodes, such as 30s.", valueName: "time")
  )
  var wait: String?
  @Option(
    help: ArgumentHelp("How many nodes --wait waits for. (default: 1)", valueName: "count")
  )
  var nodes: Int?
  @Flag(help: "Show it again every two seconds, until q or Ctrl-C.") var watch = false
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("How the report is written.", valueName: "format")
  )
  var output = ReportFormat.table
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    _ = try duration("--wait", wait, example: "30s")
    if watch, wait != nil || output == .json {
      throw ValidationError("--watch goes with table and jsonl, and not with --wait")
    }
    if let nodes {
      guard wait != nil else { throw ValidationError("--nodes is about --wait: give both") }
      guard nodes >= 1 else { throw ValidationError("--nodes is at least 1") }
    }
  }

  func run() async throws {
    try await connection.connected { fleet in
      let status: HearthV1.FleetStatus
      if let wait {
        status = try await readyStatus(fleet, within: wait)
      } else {
        status = try await fleet.ask(HearthV1.Admin.getStatus, .init())
      }
      guard watch else { return print(text(of: status), terminator: "") }
      let screen = output == .table ? Screen() : nil
      var next = text(of: status)
      while true {
        if let screen {
          screen.show(next.split(separator: "\n").map(String.init))
          if screen.key(within: .seconds(2)) == "q" { return }
        } else {
          print(next)
          try await Task.sleep(for: .seconds(2))
        }
        do throws(Failure) {
          next = text(of: try await fleet.ask(HearthV1.Admin.getStatus, .init()))
        } catch {
          guard error.code == .unreachable else { throw error }
          next = Terminal.safe(error.message) + "\n"
        }
      }
    }
  }

  private func text(of status: HearthV1.FleetStatus) -> String {
    output == .table
      ? Self.table(status) : Self.json(status).jsonText(isPretty: output == .json) + "\n"
  }

  private func readyStatus(
    _ fleet: FleetClient,
    within wait: String
  ) async throws -> HearthV1.FleetStatus {
    let end = ContinuousClock.now + (Duration(text: wait) ?? .zero)
    let nodes = nodes ?? 1
    var last = Failure(.unreachable, "the control plane at \(fleet.control) can't be reached")
    while ContinuousClock.now < end {
      do throws(Failure) {
        let status = try await fleet.ask(HearthV1.Admin.getStatus, .init())
        if status.nodesReady >= nodes { return status }
        last = Failure(.failed, "after \(wait), \(status.nodesReady) of \(nodes) nodes are ready")
      } catch {
        last = error
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw last
  }

  static func table(_ status: HearthV1.FleetStatus) -> String {
    let others = status.policies.filter { $0 != status.policy }.joined(separator: ", ")
    let lines =
      [
        (
          "version",
          "\(status.version), up \(Duration.nanoseconds(status.uptimeNs).text)"
            + (status.timeScale == 1
              ? ""
              : " of wall time; the fleet's clock runs \(status.timeScale.text()) times faster")
        ),
        ("policy", "\(status.policy) (a request may ask for \(others))"),
        ("regions", "\(status.regions)"),
        ("nodes", "\(status.nodesReady) ready of \(status.nodes)"),
        ("replicas", "\(status.replicasReady) ready of \(status.replicas)"),
        ("bound by", status.boundWords),
        (
          "KV blocks",
          "\(status.blocksIndexed) known to be cached"
            + (status.prefixCopies > 0
              ? ", " + count(status.prefixCopies, "prefix") + " copied in advance" : "")
        ),
        (
          "turns",
          "\(status.placed) placed: \(status.completed) completed, \(status.cutShort) cut short, "
            + "\(status.notTaken) not taken, \(status.running) running"
        ),
        (
          "refusals",
          "\(status.refused), \(status.refusedForGood) of them for good; others may be tried "
            + "again, and count each time"
        ),
        (
          "queue",
          "\(status.waiting) waiting, \(status.placedAfterWait) placed after a wait"
        ),
        (
          "reservations",
          "\(status.reservations) held for turns on their way, "
            + "\(status.reservationsExpired) expired"
        ),
        ("predictions", status.predictions?.words ?? ""),
      ] + (status.predictions?.alarms ?? []).map { ("ALARM", $0) }
    return lines.map { title, text in
      title + String(repeating: " ", count: 14 - title.count) + Terminal.safe(text) + "\n"
    }.joined()
  }

  static func json(_ status: HearthV1.FleetStatus) -> JSONObject {
    [
      "version": status.version,
      "uptimeSeconds": seconds(status.uptimeNs),
      "timeScale": status.timeScale, "policy": status.policy,
      "policies": status.policies,
      "regions": status.regions, "nodes": status.nodes,
      "nodesReady": status.nodesReady,
      "replicas": status.replicas,
      "replicasReady": status.replicasReady,
      "blocksIndexed": status.blocksIndexed,
      "prefixCopies": status.prefixCopies,
      "placed": status.placed,
      "refused": status.refused,
      "refusedForGood": status.refusedForGood,
      "completed": status.completed,
      "cutShort": status.cutShort,
      "notTaken": status.notTaken,
      "running": status.running,
      "waiting": status.waiting,
      "placedAfterWait": status.placedAfterWait,
      "reservations": status.reservations,
      "reservationsExpired": status.reservationsExpired,
      "predictions": status.predictions?.json,
      "boundBy": JSONObject(status.bounds.map { ($0.bound, $0.replicas) }),
    ]
  }
}

extension HearthV1.FleetStatus {
  /// How many replicas are bound by what.
  fileprivate var boundWords: String {
    let words = bounds.map { "\($0.bound) \($0.replicas)" }
    return words.isEmpty ? "no replica has reported yet" : words.joined(separator: ", ")
  }
}
