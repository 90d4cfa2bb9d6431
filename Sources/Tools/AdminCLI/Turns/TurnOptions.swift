import ArgumentParser
import Basics
import Client
import FleetSpec
import Simulator
import Traces

/// Whose the turns of a command are, and what they ask for.
struct TurnOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The turns' tenant, unless a trace names it. (default: the command's name)",
      valueName: "name"
    )
  )
  var tenant: String?
  @Option(
    help: ArgumentHelp(
      "The turns' priority, 1 to 7, at most the tenant's own. (default: the tenant's)",
      valueName: "number"
    )
  )
  var priority: Int?
  @Option(
    help: ArgumentHelp(
      "Refuse turns whose first token would come later than this. (default: never)",
      valueName: "time"
    )
  )
  var deadline: String?
  @Option(
    help: ArgumentHelp(
      "The objective for the time to the first token. (default: tenant's, model's or fleet's)",
      valueName: "time"
    )
  )
  var ttft: String?
  @Option(
    help: ArgumentHelp(
      "The objective for the mean time to each later token. (default: as above)",
      valueName: "time"
    )
  )
  var tpot: String?

  func validate() throws {
    if let tenant, TenantID(tenant) == nil {
      throw ValidationError("--tenant must have 1 to 128 characters of A-Z a-z 0-9 . _ - / :")
    }
    if let priority, !(1...7).contains(priority) {
      throw ValidationError("--priority must be from 1 to 7")
    }
    _ = try duration(
      "--deadline",
      deadline,
      in: .nanoseconds(1) ... .seconds(1_000_000),
      example: "4s"
    )
    _ = try duration("--ttft", ttft, in: ServiceObjective.ttftRange, example: "4s")
    _ = try duration("--tpot", tpot, in: ServiceObjective.tpotRange, example: "60ms")
  }

  /// What they set for themselves of what they should be given.
  var objective: ObjectiveOverride {
    ObjectiveOverride(
      ttft: ttft.flatMap { Duration(text: $0) },
      tpot: tpot.flatMap { Duration(text: $0) }
    )
  }

  /// Gives a turn what it does not have of its own.
  func apply(to turn: inout TurnRequest) {
    if let tenant { turn.tenant = tenant }
    if let priority { turn.priority = priority }
    turn.deadline = deadline.flatMap { Duration(text: $0) } ?? .zero
    turn.objective = objective
  }

  /// Gives the turn of a request of a trace what the trace does not say.
  func apply(to turn: inout TurnRequest, of request: TraceRequest) {
    apply(to: &turn)
    if let tenant = request.tenant { turn.tenant = tenant.text }
    if let priority = request.priority { turn.priority = priority }
  }

  /// Gives a simulated turn what its trace does not say.
  func apply(to turn: inout SimulatedTurn) {
    turn.tenant = turn.tenant ?? tenant.flatMap { TenantID($0) }
    turn.priority = turn.priority ?? priority
    turn.deadline = deadline.flatMap { Duration(text: $0) }
    turn.objective = objective
  }
}
