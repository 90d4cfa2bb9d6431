import ArgumentParser
import EventLoop
import Glibc
import HearthProto
import RPC
import Wire

/// How the control plane is reached; part of every command that asks it something.
struct ConnectionOptions: ParsableArguments {
  @Option(help: "The control plane. (HEARTH_ADDRESS; default: 127.0.0.1:7400)")
  var address: String?

  @Option(help: "Certificates that the fleet's are signed by (PEM). Turns TLS on.")
  var tlsAuthority: String?

  @Option(help: "This client's certificate chain (PEM), where the fleet asks for one.")
  var tlsCertificate: String?

  @Option(help: "The certificate's private key (PEM).")
  var tlsKey: String?

  /// Where the control plane is.
  var place: String {
    address ?? getenv("HEARTH_ADDRESS").map { String(cString: $0) } ?? "127.0.0.1:7400"
  }

  /// How servers of the fleet are called.
  var channel: Channel.Settings {
    var settings = Channel.Settings()
    settings.backoff = Backoff(initial: .milliseconds(100), max: .seconds(1))
    settings.waitingMax = 100_000
    if tlsAuthority != nil || tlsCertificate != nil {
      settings.tls = TLSSettings(
        certificateChainPath: tlsCertificate,
        privateKeyPath: tlsKey,
        trustRootsPath: tlsAuthority
      )
    }
    return settings
  }

  /// Calls `body` with the fleet, and hangs up when it is done.
  func connected<Result>(_ body: (FleetClient) async throws -> Result) async throws -> Result {
    let thread = try await LoopThread.start(name: "hearth") { _ in }
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
