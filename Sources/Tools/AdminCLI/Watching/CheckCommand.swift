import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say in one line whether the fleet is well, for Nagios and the like.",
    discussion: """
      CRITICAL when the control plane can't be reached, no replica takes turns or fewer nodes than \
      --nodes do; WARNING when a node is suspect, failed or lost, when the hit rate drifts from what \
      is predicted, or when more turns wait than --waiting allows. Nodes that were drained or \
      cordoned are no fault. Figures follow after a vertical bar.

      Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.

      Example:
        hearth check --nodes 5 --waiting 100
      """
  )

  @Option(help: ArgumentHelp("CRITICAL if fewer nodes take turns.", valueName: "count"))
  var nodes = 1
  @Option(help: ArgumentHelp("WARNING if more turns wait. (default: never)", valueName: "count"))
  var waiting: Int?
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard nodes >= 0, waiting ?? 0 >= 0 else {
      throw ValidationError("--nodes and --waiting are 0 or more")
    }
  }

  func run() async throws {
    let health: FleetHealth
    do {
      health = try await connection.connected { fleet in
        let status = try await fleet.ask(HearthV1.Admin.getStatus, .init())
        let list = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
        return FleetHealth(status, list, nodesMin: nodes, waitingMax: waiting)
      }
    } catch let failure as Failure {
      health = FleetHealth(failure)
    }
    print(health.line)
    throw ExitCode(health.state.rawValue)
  }
}

/// Whether a fleet is well.
struct FleetHealth {
  /// What plugins of Nagios end with.
  enum State: Int32 {
    case ok, warning, critical, unknown
  }

  let state: State
  private let words: String
  private let figures: String

  /// The line.
  var line: String { "HEARTH \("\(state)".uppercased()) - \(Terminal.safe(words))\(figures)" }

  /// Nothing could be asked.
  init(_ failure: Failure) {
    state = failure.code == .unreachable ? .critical : .unknown
    (words, figures) = (failure.message, "")
  }

  /// Judges what the control plane says.
  init(
    _ status: HearthV1.FleetStatus,
    _ nodes: [HearthV1.NodeStatus],
    nodesMin: Int,
    waitingMax: Int?
  ) {
    var (critical, warning): ([String], [String]) = ([], [])
    if status.replicasReady == 0 { critical.append("no replica takes turns") }
    if status.nodesReady < nodesMin {
      critical.append("\(count(Int(status.nodesReady), "node")) ready, fewer than \(nodesMin)")
    }
    let wanted: [HearthV1.Availability] = [.ready, .cordoned, .draining, .drained, .starting]
    for node in nodes where !wanted.contains(node.availability) {
      warning.append("\(node.node) is \(node.availability.word)")
    }
    if let waitingMax, status.waiting > waitingMax {
      warning.append("\(count(Int(status.waiting), "turn")) waiting, more than \(waitingMax)")
    }
    warning += status.predictions?.alarms ?? []
    state = !critical.isEmpty ? .critical : !warning.isEmpty ? .warning : .ok
    let well =
      "\(status.nodesReady) of \(status.nodes) nodes and \(status.replicasReady) of "
      + "\(status.replicas) replicas ready, \(status.waiting) waiting"
    words = state == .ok ? well : (critical + warning).joined(separator: "; ")
    figures =
      " | nodes=\(status.nodesReady);;@0:\(max(0, nodesMin - 1));0;\(status.nodes) "
      + "replicas=\(status.replicasReady);;;0;\(status.replicas) "
      + "waiting=\(status.waiting);\(waitingMax.map { "\($0)" } ?? "");;0 "
      + "placed=\(status.placed)c refusals=\(status.refused)c completed=\(status.completed)c "
      + "cutShort=\(status.cutShort)c notTaken=\(status.notTaken)c"
  }
}
