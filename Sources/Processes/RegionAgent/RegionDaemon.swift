import Basics
import Coordination
public import Daemon
import EventLoop
import HearthMessages
import Settings

/// The program `hearth-region`.
public enum RegionDaemon {
  /// Reads the settings, runs the agent and ends the process.
  public static func run() -> Never {
    Daemon.run(
      "hearth-region",
      about: "Connects one region's nodes to the control plane and relays other regions' turns."
    ) { (settings: RegionSettings, context) in
      try RegionAgentServer(
        settings: RegionCore.Settings(
          hello: HearthV1.RegionHello(
            region: settings.region.text,
            incarnation: context.incarnation,
            address: context.address,
            version: HearthVersion.text
          ),
          failure: .init(settings.common.failure)
        ),
        distances: .init(
          roundTrips: Dictionary(
            uniqueKeysWithValues: settings.roundTrips.map { ($0.key.text, $0.value) }
          ),
          clock: context.fleetClock
        ),
        control: try context.channel(to: settings.control),
        channelSettings: context.channelSettings,
        loop: context.loop,
        logger: context.logger
      )
    }
  }
}

extension RegionAgentServer: AttachingService {}
