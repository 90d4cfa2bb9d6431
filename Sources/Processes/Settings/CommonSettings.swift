public import Logging
public import Telemetry

/// Paths of the files with which a process proves who it is, all PEM.
public struct TLSFiles: Sendable, Hashable {
  /// Certificate chain.
  public var certificate: String
  /// Its private key.
  public var key: String
  /// Certificates that peers must be signed by; nil for those of the system.
  public var authority: String?
  /// Whether clients that show no certificate are served.
  public var servesAnybody: Bool
  /// The name that certificates of servers must have; nil for the host that is dialled.
  public var serverName: String?

  /// Makes a set of files.
  public init(
    certificate: String,
    key: String,
    authority: String? = nil,
    servesAnybody: Bool = false,
    serverName: String? = nil
  ) {
    self.certificate = certificate
    self.key = key
    self.authority = authority
    self.servesAnybody = servesAnybody
    self.serverName = serverName
  }
}

/// Settings of every daemon.
public struct CommonSettings: Sendable, Hashable {
  /// Lowest level that is logged.
  public var logLevel = Logger.Level.info
  /// How log lines look.
  public var logFormat = LogFormat.auto
  /// Where the process listens; port 0 lets the system choose.
  public var listen: NetworkAddress
  /// Where others reach it; nil when that is ``listen``.
  public var advertise: NetworkAddress?
  /// Where operators are served over HTTP; nil for nowhere.
  public var admin: NetworkAddress?
  /// Who takes spans by OTLP over HTTP; nil for nobody.
  public var traceCollector: NetworkAddress?
  /// For what share of the requests that belong to no trace a gateway begins one.
  public var traceShare = 1.0
  /// TLS, for listening and for calling; nil for none.
  public var tls: TLSFiles? {
    get {
      guard let tlsCertificate, let tlsKey else { return nil }
      return TLSFiles(
        certificate: tlsCertificate,
        key: tlsKey,
        authority: tlsAuthority,
        servesAnybody: tlsAnyClient,
        serverName: tlsServerName
      )
    }
    set {
      (tlsCertificate, tlsKey, tlsAuthority, tlsAnyClient, tlsServerName) =
        (
          newValue?.certificate, newValue?.key, newValue?.authority,
          newValue?.servesAnybody ?? false, newValue?.serverName
        )
    }
  }
  /// How many simulated seconds pass in a second, from 1 to 1000.
  public var timeScale = 1.0
  /// When a peer that is silent gets no more work, and when it is given up.
  public var failure = FailureTimes()
  /// How long a process that is asked to stop lets turns go on, in wall time.
  public var grace = Duration.seconds(30)
  /// Whether the process ends when the one that started it ends.
  public var exitWithParent = false

  var tlsCertificate: String?
  var tlsKey: String?
  var tlsAuthority: String?
  var tlsAnyClient = false
  var tlsServerName: String?

  /// The files of TLS that are given, by the names of their settings.
  var tlsPaths: [(name: String, path: String)] {
    let paths = [
      ("tls.certificate", tlsCertificate), ("tls.key", tlsKey), ("tls.authority", tlsAuthority),
    ]
    return paths.compactMap { name, path in path.map { (name, $0) } }
  }

  /// Makes the defaults for a process that listens there.
  public init(listen: NetworkAddress) {
    self.listen = listen
  }
}

extension CommonSettings: SettingsSchema {
  static var standIn: Self { .init(listen: NetworkAddress(host: "127.0.0.1", port: 0)) }

  static var fields: [SettingsField<Self>] {
    [
      .init("listen", \.listen, .address, "Where to listen; port 0 lets the system choose."),
      .init(
        "advertise",
        \.advertise,
        .optional(.address),
        "Where others reach this process, if not where it listens."
      ),
      .init(
        "admin",
        \.admin,
        .optional(.address),
        default: "none: not served",
        "Where to serve operators health and metrics over HTTP, in the clear; port 0: any."
      ),
      .init(
        "trace.collector",
        \.traceCollector,
        .optional(.address),
        default: "none: nothing is traced",
        "Where spans are sent by OTLP over HTTP, in the clear: a collector such as 127.0.0.1:4318."
      ),
      .init(
        "trace.share",
        \.traceShare,
        .number(in: 0...1),
        "Share of the requests without a traceparent for which a gateway begins a trace."
      ),
      .init("logLevel", \.logLevel, .choice(), "Lowest level that is logged."),
      .init("logFormat", \.logFormat, .choice(), "How log lines look; auto: text on a terminal."),
      .init("tls.certificate", \.tlsCertificate, .optional(.path), "Certificate chain (PEM)."),
      .init("tls.key", \.tlsKey, .optional(.path), "Private key of the certificate (PEM)."),
      .init(
        "tls.authority",
        \.tlsAuthority,
        .optional(.path),
        "Certificates that peers must be signed by (PEM). Clients have to show one."
      ),
      .init(
        "tls.anyClient",
        \.tlsAnyClient,
        .bool,
        "Serve clients that show no certificate: anybody who reaches the port may do anything."
      ),
      .init(
        "tls.serverName",
        \.tlsServerName,
        .optional(.hostName),
        default: "the host that is dialled",
        "The name that certificates of servers must have, such as one that all daemons share."
      ),
      .init(
        "timeScale",
        \.timeScale,
        .number(in: 1...1000),
        "Simulated seconds that pass in a second."
      ),
    ] + FailureTimes.fields.map { .init($0, of: \.failure) } + [
      .init(
        "grace",
        \.grace,
        .duration(in: .zero ... .seconds(3600)),
        "How long a process that is asked to stop lets turns go on that run. Wall time."
      ),
      .init(
        "exitWithParent",
        \.exitWithParent,
        .bool,
        "End when the process that started this one ends."
      ),
    ]
  }

  mutating func finish(_ scope: SettingsScope) {
    failure.finish(scope)
    scope.check(advertise?.port != 0, "advertise", message: "must have a port, and not 0")
    let isWhole = (tlsCertificate == nil) == (tlsKey == nil)
    scope.check(
      isWhole,
      tlsKey == nil ? "tls.key" : "tls.certificate",
      "tls.certificate",
      "tls.key",
      message: "is missing: certificate and key belong together"
    )
    scope.check(
      tlsAuthority == nil || tlsKey != nil || !isWhole,
      "tls.authority",
      message: "needs a certificate and a key beside it"
    )
    scope.check(
      tlsAuthority != nil || tlsKey == nil || tlsAnyClient,
      "tls.authority",
      "tls.key",
      "tls.certificate",
      message: "is missing: without it clients prove nothing (say tls.anyClient: true to serve "
        + "them all the same)"
    )
    scope.check(
      !tlsAnyClient || tlsKey != nil || !isWhole,
      "tls.anyClient",
      message: "needs a certificate and a key beside it"
    )
    scope.check(
      tlsServerName == nil || tlsKey != nil || !isWhole,
      "tls.serverName",
      message: "needs a certificate and a key beside it"
    )
  }
}
