import Client
import EventLoop
import HearthMessages
import HearthProto
import RPC
import Wire

extension FleetClient {
  /// Asks the control plane, for ten seconds at most.
  ///
  /// `isConnected`: it has just answered, so that UNAVAILABLE tells of another process.
  func ask<Request, Response>(
    _ method: MethodDescriptor<Request, Response>,
    _ request: Request,
    isConnected: Bool = false
  ) async throws(Failure) -> Response {
    var options = CallOptions()
    options.timeout = .seconds(10)
    do throws(GRPCStatus) {
      return try await client(of: control).call(method, request, options: options)
    } catch {
      throw Failure(error, from: control, isConnected: isConnected)
    }
  }

  /// The fleet as a whole, and the clock that its times follow.
  func statusAndClock() async throws(Failure) -> (HearthV1.FleetStatus, LoopClock) {
    let status = try await ask(HearthV1.Admin.getStatus, .init())
    guard (1...1_000).contains(status.timeScale) else {
      throw Failure(
        .failed,
        "the control plane says that its fleet runs \(status.timeScale) times as fast as the "
          + "wall's clock; that is from 1 to 1000"
      )
    }
    return (status, LoopClock(rate: status.timeScale))
  }

  /// The whole name of the region that `text` begins.
  func region(_ text: String) async throws(Failure) -> String {
    let regions = try await ask(HearthV1.Admin.listRegions, .init()).regions
    return try resolve(text, "region", among: regions.map(\.region))
  }
}
