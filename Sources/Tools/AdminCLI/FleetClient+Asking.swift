import Client
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

  /// The whole name of the region that `text` begins.
  func region(_ text: String) async throws(Failure) -> String {
    let regions = try await ask(HearthV1.Admin.listRegions, .init()).regions
    return try resolve(text, "region", among: regions.map(\.region))
  }
}
