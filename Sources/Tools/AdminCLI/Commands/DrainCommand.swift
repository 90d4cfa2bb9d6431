import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

extension NodeCommand {
  struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "drain",
      abstract: "Take a node out of service: no new turns, and running ones may finish.",
      discussion: """
        Waits until the node is drained. At the deadline, turns that still run are ended with \
        UNAVAILABLE, and their clients retry them elsewhere. The drain stays in force after this \
        command ends and if the node restarts, until `hearth node undrain`.

        Examples:
          hearth node drain us-east-1 --deadline 10m -m 'new fans'
          hearth node drain us-east-1 --force
        """
    )

    @Argument(help: "The node's whole name.", completion: FleetNames.nodes)
    var node: String
    @Option(
      help: ArgumentHelp(
        "How long running turns have to finish: 0s, 30s, 10m. (default: 1h)",
        valueName: "time"
      )
    )
    var deadline: String?
    @Flag(help: "End running turns at once; the same as --deadline 0s.") var force = false
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The reason, shown with the node.", valueName: "text")
    )
    var message = ""
    @Flag(help: "Return at once instead of waiting until the node is drained.") var detach = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
      guard deadline == nil || !force else {
        throw ValidationError("give either --force or --deadline")
      }
      _ = try duration("--deadline", deadline, example: "30s")
    }

    func run() async throws {
      let limit = force ? .zero : deadline.flatMap { Duration(text: $0) } ?? .seconds(3_600)
      let order = try await connection.connected { fleet in
        try await NodeListing.order(node, .draining, limit, message, fleet)
      }
      let name = order.name
      guard !detach else { return print(Self.detached(name, order.change)) }
      if !order.change.isEmpty {
        Terminal.write("\(name) is draining\(order.change)\n", to: 2)
      }
      try await connection.connected(
        interrupted: { Terminal.interrupted("\(name) keeps draining; \(Self.stands(name))") },
        { fleet in
          do {
            try await watch(name, fleet)
          } catch let failure as Failure where failure.code == .unreachable {
            throw Failure(failure.code, "\(failure.message); \(Self.stands(name))")
          }
        }
      )
    }

    /// What is said to whoever does not wait until the node is drained.
    static func detached(_ name: String, _ change: String = "") -> String {
      "\(name) is draining\(change); \(stands(name))"
    }

    private static func stands(_ name: String) -> String {
      "`hearth node undrain \(name)` cancels the drain"
    }

    /// Waits until the node is drained; bears half a minute without the control plane.
    private func watch(_ name: String, _ fleet: FleetClient) async throws {
      var shown = ""
      var retryEnd = ContinuousClock.now + .seconds(30)
      defer { Terminal.progress("") }
      while true {
        do throws(Failure) {
          let node = try await NodeListing.find(name, fleet)
          retryEnd = ContinuousClock.now + .seconds(30)
          switch node.availability {
          case .drained:
            Terminal.progress("")
            return print("\(name) is drained")
          case .lost:
            Terminal.progress("")
            return print("\(name) is lost; it will be drained when it is back")
          case .ready, .cordoned:
            throw Failure(.failed, "\(name) is \(node.availability.word): the drain was cancelled")
          default: break
          }
          let carried = node.turns(\.running) + node.turns(\.waiting)
          let left = Duration.nanoseconds(node.drainLeftNs).wholeSeconds
          let carriedTurns = count(carried, "turn")
          let line = "\(name) is \(node.availability.word): \(carriedTurns) to finish, \(left) left"
          if line != shown { Terminal.progress(line) }
          if shown.isEmpty, !Terminal.showsProgress { Terminal.write(line + "\n", to: 2) }
          shown = line
        } catch {
          guard error.code == .unreachable, ContinuousClock.now < retryEnd else { throw error }
        }
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }
}
