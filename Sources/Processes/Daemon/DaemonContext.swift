import Basics
public import EventLoop
public import Logging
public import RPC
public import Settings
public import Telemetry
public import Wire

/// What a daemon's service is made with: everything of the process that it lives on.
public struct DaemonContext {
  /// The process's only loop; its clock is the wall's.
  public let loop: Loop
  /// The fleet's time.
  public let fleetClock: LoopClock
  /// The process's logger.
  public let logger: Logger
  /// How others are called.
  public let channelSettings: Channel.Settings
  /// `host:port` where others reach this process.
  public let address: String
  /// What operators are served over HTTP.
  public let admin: AdminHTTP
  /// Drawn at random at each start of the process.
  public let incarnation: UInt64

  /// Makes a channel to another process.
  public func channel(to address: NetworkAddress) throws(WireError) -> Channel {
    try Channel(to: address.description, loop: loop, settings: channelSettings)
  }
}

/// What a daemon serves.
public protocol DaemonService: AnyObject {
  /// Serves its methods on the process's server.
  func register(on server: Server)

  /// Has what it counts read when somebody wants it, and what it does for a request traced; without
  /// a tracer nothing is.
  func observe(_ metrics: MetricsRegistry, _ tracer: Tracer?)

  /// Reads the files of its own again, keeps what it had of those that can't be used, and says what
  /// it read.
  func reread() throws -> [String]

  /// Takes nothing new, lets what runs finish within `limit`, then calls `done`.
  func stop(within limit: Duration, done: @escaping () -> Void)
}

extension DaemonService {
  /// There is nothing to read again.
  public func reread() throws -> [String] { [] }
}

/// What a daemon serves that attaches to another process, and serves in vain while it is not.
public protocol AttachingService: DaemonService {
  /// Called when it begins or ceases to take part in the fleet.
  var onHealth: ((_ isServing: Bool) -> Void)? { get set }
}

extension CommonSettings {
  /// How calls are served by a process that may have so many descriptors: a quarter of few of them,
  /// and 64 of many, are left for what it opens itself.
  func server(descriptors: Int) -> Server.Settings {
    var settings = Server.Settings()
    let free = descriptors - min(64, descriptors / 4)
    settings.listener.connectionsMax = max(1, min(settings.listener.connectionsMax, free))
    settings.http2.streamsMax = 4_096
    settings.tls = tlsSettings
    if tls?.servesAnybody == true { settings.tls?.trustRootsPath = nil }
    return settings
  }

  /// How others are called.
  ///
  /// Sessions have pauses of their own between attempts, so the channel's are shorter than those.
  func channel(_ logger: Logger) -> Channel.Settings {
    var settings = Channel.Settings()
    settings.logger = logger
    settings.backoff = Backoff(
      initial: .milliseconds(50),
      max: .milliseconds(500),
      connectTimeout: .seconds(5)
    )
    settings.tls = tlsSettings
    settings.serverName = tls?.serverName
    return settings
  }

  private var tlsSettings: TLSSettings? {
    tls.map {
      TLSSettings(
        certificateChainPath: $0.certificate,
        privateKeyPath: $0.key,
        trustRootsPath: $0.authority
      )
    }
  }
}
