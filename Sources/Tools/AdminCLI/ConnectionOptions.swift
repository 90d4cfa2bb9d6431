import ArgumentParser
import Basics
import Client
import EventLoop
import Glibc
import HearthProto
import RPC
import Settings
import Wire

/// How the control plane is reached; part of every command that asks it something.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the control plane is. (environment: HEARTH_ADDRESS; default: 127.0.0.1:7400)",
      valueName: "host:port"
    )
  )
  var address: String?

  @Option(
    help: ArgumentHelp(
      "The authorities that sign the fleet's certificates, as PEM; turns TLS on.",
      valueName: "file"
    ),
    completion: .file()
  )
  var tlsAuthority: String?

  @Option(
    help: ArgumentHelp(
      "This client's certificate chain, as PEM, if the fleet asks for one.",
      valueName: "file"
    ),
    completion: .file()
  )
  var tlsCertificate: String?

  @Option(
    help: ArgumentHelp("The private key of --tls-certificate, as PEM.", valueName: "file"),
    completion: .file()
  )
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "The name that the daemons' certificates have, if not that of the host.",
      valueName: "host"
    )
  )
  var tlsServerName: String?

  func validate() throws {
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key go together")
    }
    guard NetworkAddress(place) != nil else {
      let source = address == nil ? "HEARTH_ADDRESS" : "--address"
      throw ValidationError(
        "\(source): \(place.quoted(limit: 64)) is not an address (try \(Self.standard))"
      )
    }
  }

  /// Where the control plane is.
  var place: String { address ?? Self.environment ?? Self.standard }

  /// Where it is unless something says otherwise.
  static let standard = "127.0.0.1:7400"

  private static var environment: String? {
    getenv("HEARTH_ADDRESS").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// How servers of the fleet are called.
  var channel: Channel.Settings {
    var settings = Channel.Settings()
    settings.backoff = Backoff(
      initial: .milliseconds(100),
      max: .seconds(1),
      connectTimeout: .seconds(5)
    )
    settings.waitingMax = 100_000
    if tlsAuthority != nil || tlsCertificate != nil {
      settings.tls = TLSSettings(
        certificateChainPath: tlsCertificate,
        privateKeyPath: tlsKey,
        trustRootsPath: tlsAuthority
      )
      settings.serverName = tlsServerName
    }
    return settings
  }

  /// Calls `body` with the fleet, and hangs up when it is done.
  ///
  /// `interrupted` is called on another thread when Ctrl-C is pressed; without it the process ends
  /// at once.
  func connected<Result>(
    interrupted: (@Sendable () -> Void)? = nil,
    _ body: (FleetClient) async throws -> Result
  ) async throws -> Result {
    let thread = try await LoopThread.start(name: "hearth") { loop in
      try interrupted.map { try SignalSource(SIGINT, loop: loop, fire: $0) }
    }
    let fleet = FleetClient(control: place, channel: channel, loop: thread.handle)
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(fleet))
    } catch {
      result = .failure(error)
    }
    fleet.close()
    await thread.stop()
    return try result.get()
  }
}

/// What every list of the fleet's things can be asked for.
struct ListOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How the list is written; wide has every column, jsonl one object per line.",
      valueName: "format"
    )
  )
  var output = OutputFormat.table

  @OptionGroup var connection: ConnectionOptions
}
