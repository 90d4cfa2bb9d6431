import Daemon
import Settings

/// The program `hearth-gateway`.
public enum GatewayDaemon {
  /// Reads the settings, serves and ends the process.
  public static func run() -> Never {
    Daemon.run(
      "hearth-gateway",
      about: "Serves clients of OpenAI's and Anthropic's APIs with the fleet."
    ) { (settings: GatewaySettings, context) in try GatewayServer(settings, context) }
  }
}
