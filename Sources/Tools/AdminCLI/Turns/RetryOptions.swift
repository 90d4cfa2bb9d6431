import ArgumentParser
import Basics
import Client

/// How often the turns of a command are tried again.
struct RetryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How many times a turn whose stream broke is run again at most.",
      valueName: "count"
    )
  )
  var lossRetries = 8
  @Option(
    help: ArgumentHelp(
      "How long a turn is retried while the control plane is away, no replica is ready or "
        + "nodes refuse it; wall time.",
      valueName: "time"
    )
  )
  var retryTime = "1m"

  func validate() throws {
    guard (0...16).contains(lossRetries) else {
      throw ValidationError("--loss-retries is from 0 to 16")
    }
    _ = try duration("--retry-time", retryTime, example: "1m")
  }

  /// The same for the machine of a turn.
  var settings: TurnMachine.Settings {
    TurnMachine.Settings(
      lossRetriesMax: lossRetries,
      retryTime: Duration(text: retryTime) ?? .zero
    )
  }
}
