import Foundation
import Testing

/// A gateway in region a of a fleet, and where it serves.
struct RunningGateway {
  let process: TestProcess
  let address: String

  init(of fleet: TestFleet, _ flags: [String] = []) async throws {
    process = try TestProcess(
      "hearth-gateway",
      [
        "--control", fleet.address, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--region",
        "a", "--time-scale", "\(fleet.timeScale)", "--log-format", "json",
      ] + flags
    )
    let line = try await process.line(with: "serving HTTP")
    let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    address = try #require(fields?["address"] as? String, "\(line)")
  }

  func stop() async throws {
    process.signal(SIGTERM)
    #expect(try await process.end() == 0)
  }
}
