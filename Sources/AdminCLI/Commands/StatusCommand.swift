import ArgumentParser
import Basics
import HearthMessages
import HearthProto

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show the fleet as a whole."
  )

  @OptionGroup var connection: ConnectionOptions
  @Option(name: .shortAndLong, help: "table or json.") var output = OutputFormat.table
  @Option(help: "Wait as long as this, such as 30s, until --nodes nodes are ready.")
  var wait: String?
  @Option(help: "With --wait: how many nodes must be ready.") var nodes = 1

  func validate() throws {
    if let wait, Duration(text: wait) == nil {
      throw ValidationError("--wait: \"\(wait)\" is not a duration (try 30s)")
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
      print(output == .json || output == .jsonl ? json(status) : table(status), terminator: "")
    }
  }

  private func readyStatus(
    _ fleet: FleetClient,
    within wait: String
  ) async throws -> HearthV1.FleetStatus {
    let end = ContinuousClock.now + (Duration(text: wait) ?? .zero)
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

  private func table(_ status: HearthV1.FleetStatus) -> String {
    let others = status.policies.filter { $0 != status.policy }.joined(separator: ", ")
    let lines = [
      (
        "version",
        "\(status.version), up \(Duration.nanoseconds(status.uptimeNs).text)"
          + (status.timeScale == 1 ? "" : ", \(status.timeScale.short) times real time")
      ),
      ("policy", "\(status.policy) (a request may ask for \(others))"),
      ("regions", "\(status.regions)"),
      ("nodes", "\(status.nodesReady) ready of \(status.nodes)"),
      ("replicas", "\(status.replicasReady) ready of \(status.replicas)"),
      ("KV blocks", "\(status.blocksIndexed) known to be held"),
      ("turns", "\(status.placed) placed, \(status.refused) refused"),
      (
        "reservations",
        "\(status.reservations) wait for their node, \(status.reservationsExpired) expired"
      ),
    ]
    return lines.map { title, text in
      title + String(repeating: " ", count: 14 - title.count) + text + "\n"
    }.joined()
  }

  private func json(_ status: HearthV1.FleetStatus) -> String {
    JSONValue.object([
      ("version", .string(status.version)),
      ("uptimeSeconds", .number(Duration.nanoseconds(status.uptimeNs).inSeconds)),
      ("timeScale", .number(status.timeScale)), ("policy", .string(status.policy)),
      ("policies", .array(status.policies.map { .string($0) })),
      ("regions", .integer(Int64(status.regions))), ("nodes", .integer(Int64(status.nodes))),
      ("nodesReady", .integer(Int64(status.nodesReady))),
      ("replicas", .integer(Int64(status.replicas))),
      ("replicasReady", .integer(Int64(status.replicasReady))),
      ("blocksIndexed", .integer(Int64(clamping: status.blocksIndexed))),
      ("placed", .integer(Int64(clamping: status.placed))),
      ("refused", .integer(Int64(clamping: status.refused))),
      ("reservations", .integer(Int64(status.reservations))),
      ("reservationsExpired", .integer(Int64(clamping: status.reservationsExpired))),
    ]).text(pretty: true) + "\n"
  }
}

extension Double {
  /// The number without a fraction that is zero.
  var short: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
