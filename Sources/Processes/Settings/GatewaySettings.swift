public import Basics
import YAML

/// Settings of `hearth-gateway`.
public struct GatewaySettings: DaemonSettings, Sendable, Hashable {
  /// Settings of every daemon.
  public var common: CommonSettings
  /// The control plane.
  public var control: NetworkAddress
  /// Where clients are served over HTTP.
  public var http = NetworkAddress(host: "127.0.0.1", port: 8080)
  /// Certificate chain (PEM) that clients over HTTPS are shown; nil for plain HTTP.
  public var httpsCertificate: String?
  /// Its private key (PEM).
  public var httpsKey: String?
  /// The file with the keys of clients; nil where all are served, as no tenant.
  public var apiKeys: String?
  /// How often a client that waits for a streamed answer is told to wait on, in wall time; zero for
  /// never.
  public var keepAlive = Duration.seconds(10)
  /// The region that the gateway is in; nil where none is near.
  public var region: RegionID?
  /// Most bytes of a request's body.
  public var bodyBytesMax = 4_000_000
  /// A secret number by which prompts are told apart, the same for all gateways that share cached
  /// prompts; nil for one of this process's own.
  public var promptKey: Int?
  /// Tokens that an answer is taken to have at most whose client names no bound.
  public var outputTokensMax = 4_096
  /// How long a turn is tried again while no replica takes it, in wall time.
  public var retryTime = Duration.seconds(10)

  /// Makes the defaults for a control plane.
  public init(
    control: NetworkAddress,
    listen: NetworkAddress = NetworkAddress(host: "127.0.0.1", port: 7430)
  ) {
    common = CommonSettings(listen: listen)
    self.control = control
  }

  /// Reads the settings of a process.
  public static func read(_ launch: SettingsLaunch) -> SettingsOutcome<Self> { .init(launch) }

  /// The settings as a file that reads back to the same.
  public var fileText: String { yaml.text() }
}

extension GatewaySettings: SettingsSchema {
  static var standIn: Self { .init(control: .standIn) }

  static var fields: [SettingsField<Self>] {
    CommonSettings.fields.map { .init($0, of: \.common) } + [
      .init("control", \.control, .address, isRequired: true, "The control plane."),
      .init("http", \.http, .address, "Where clients are served over HTTP; port 0: any."),
      .init(
        "https.certificate",
        \.httpsCertificate,
        .optional(.path),
        default: "none: clients speak plain HTTP",
        "Certificate chain (PEM) that clients over HTTPS are shown."
      ),
      .init(
        "https.key",
        \.httpsKey,
        .optional(.path),
        "Private key of that certificate (PEM)."
      ),
      .init(
        "apiKeys",
        \.apiKeys,
        .optional(.path),
        default: "none: all clients are served, as no tenant",
        "File with the keys that clients must show, one in each line that `hearth key new` makes."
      ),
      .init(
        "keepAlive",
        \.keepAlive,
        .duration(in: .zero ... .seconds(600)),
        "How often a client that waits for a streamed answer is sent a comment, so that nothing on "
          + "the way gives up. 0s: never. Wall time."
      ),
      .init(
        "region",
        \.region,
        .optional(.identifier()),
        default: "none: no region is near",
        "The region that the gateway is in."
      ),
      .init(
        "bodyBytesMax",
        \.bodyBytesMax,
        .integer(in: 1_000...4_000_000),
        "Most bytes of a request's body."
      ),
      .init(
        "promptKey",
        \.promptKey,
        .optional(.integer(in: 0 ... .max)),
        default: "drawn at each start",
        "A secret number by which prompts are told apart: the same for all gateways, so that one "
          + "finds cached what another sent."
      ),
      .init(
        "outputTokensMax",
        \.outputTokensMax,
        .integer(in: 1...1 << 20),
        "Tokens that an answer is taken to have at most whose client names no bound."
      ),
      .init(
        "retryTime",
        \.retryTime,
        .duration(in: .zero ... .seconds(600)),
        "How long a turn is tried again while all replicas fail or the control plane is away, in "
          + "wall time; then the client is told to come back."
      ),
    ]
  }

  mutating func finish(_ scope: SettingsScope) {
    common.finish(scope)
    scope.check(
      (httpsCertificate == nil) == (httpsKey == nil),
      httpsKey == nil ? "https.key" : "https.certificate",
      "https.certificate",
      "https.key",
      message: "is missing: certificate and key belong together"
    )
  }

  /// The files that are named, by the names of their settings.
  public var files: [(name: String, path: String)] {
    let own = [
      ("https.certificate", httpsCertificate), ("https.key", httpsKey), ("apiKeys", apiKeys),
    ]
    return common.tlsPaths + own.compactMap { name, path in path.map { (name, $0) } }
  }
}
