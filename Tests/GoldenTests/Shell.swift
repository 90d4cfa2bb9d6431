import ArgumentParser
import Basics
import Client
import Coordination
import HearthMessages
import TestSupport

@testable import AdminCLI

/// `hearth` on a simulated fleet: its parser, its tables and its words, without its connections.
struct Shell {
  let clients: SimulatedClients
  private var fleet: SimulatedFleet { clients.fleet }

  init(clients: SimulatedClients) { self.clients = clients }

  /// The words of a command; those in single quotes are one.
  static func words(_ command: String) -> [String] {
    command.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap {
      $0.isMultiple(of: 2) ? $1.split(separator: " ").map(String.init) : [String($1)]
    }
  }

  /// What the command writes, to standard output and standard error.
  func run(_ words: [String]) -> String {
    do {
      return try text(HearthCommand.parseAsRoot(words))
    } catch let failure as Failure {
      return "hearth: \(failure.message)"
    } catch {
      return HearthCommand.fullMessage(for: error)
    }
  }

  private func text(_ command: any ParsableCommand) throws -> String {
    let core = fleet.control
    let (nodes, replicas) = (core.nodeStatuses(at: fleet.now), core.replicaStatuses(at: fleet.now))
    switch command {
    case is StatusCommand:
      var status = core.status
      (status.version, status.timeScale) = ("test", 1)
      status.uptimeNs = Fixture.instant(1).duration(to: fleet.now).nanoseconds
      return StatusCommand.table(status)
    case let command as RegionCommand.List:
      return RegionCommand.listing.text(core.regionStatuses, as: command.options.output)
    case let command as NodeCommand.List:
      return NodeListing.listing.text(nodes, as: command.options.output)
    case let command as ReplicaCommand.List:
      return ReplicaCommand.listing.text(replicas, as: command.options.output)
    case let command as RouteCommand: return try route(command)
    case let command as ExplainCommand: return try explain(command)
    case let command as NodeCommand.Drain:
      let limit = command.force ? .zero : command.deadline.flatMap { Duration(text: $0) }
      try order(command.node, .draining, limit ?? .seconds(3_600), command.message)
      return NodeCommand.Drain.detached(command.node)
    case let command as NodeCommand.Undrain:
      try order(command.node, .ready, .zero, "")
      return "\(command.node) is in service"
    default: return "a scenario has no such command"
    }
  }

  private func route(_ command: RouteCommand) throws -> String {
    var turn = clients.prompt("route", tokens: command.promptTokens ?? 1_000, shared: (0, ""))
    turn.origin = command.origin ?? ""
    turn.policy = command.policy ?? ""
    let answer = try asked { core, actions throws(Rejection) in
      try core.route(turn.route(explain: true), at: fleet.now, into: &actions)
    }
    guard case .answered(let response) = answer else { return "it waits" }
    let rows = response.candidates.byRank
    let table = CandidateListing.listing(rows, isWide: false).text(rows, as: .table)
    switch response.verdict {
    case .placed(let place):
      return table + "\n" + RouteListing.words(response, place, turn, isExplained: true)
    case .waits(let wait): return table + "hearth: the turn would wait: \(wait.words)"
    case .refused(let refusal): return table + "hearth: \(refusal.message)"
    case nil: return table
    }
  }

  private func explain(_ command: ExplainCommand) throws -> String {
    guard let request = command.request else {
      let list = fleet.control.decisions(.init(limit: UInt32(command.last ?? 20)), at: fleet.now)
      return ExplainCommand.listing.text(list.decisions, as: .table)
    }
    let list = try asked { core, _ throws(Rejection) in
      try core.explain(.init(requestId: request), at: fleet.now)
    }
    return DecisionReport(list).table(isWide: false)
  }

  private func asked<Answer>(
    _ body: (inout ControlCore, inout Actions<ControlCore.Action>) throws(Rejection) -> Answer
  ) throws(Failure) -> Answer {
    do throws(Rejection) {
      return try fleet.control(body)
    } catch {
      throw Failure(.failed, error.message)
    }
  }

  private func order(
    _ name: String,
    _ availability: HearthV1.Availability,
    _ deadline: Duration,
    _ message: String
  ) throws {
    do throws(Rejection) {
      try fleet.control { core, actions throws(Rejection) in
        try core.order(
          .init(
            node: name,
            availability: availability,
            deadlineNs: deadline.nanoseconds,
            message: message
          ),
          at: fleet.now,
          into: &actions
        )
      }
    } catch {
      throw Failure(.failed, error.message)
    }
  }
}
