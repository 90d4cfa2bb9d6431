public import HearthMessages
import HearthProto
import Wire

/// Serves grpc.health.v1: whether the process, and each of its services, takes calls.
public final class HealthService {
  /// What is said of a service.
  public typealias Status = GRPCHealthV1.HealthCheckResponse.ServingStatus

  private typealias Watcher = ServerStream<
    GRPCHealthV1.HealthCheckRequest, GRPCHealthV1.HealthCheckResponse
  >

  /// By service; the empty name stands for the whole process.
  private var statuses: [String: Status] = ["": .serving]
  private var watchers: [ObjectIdentifier: (service: String, stream: Watcher)] = [:]

  /// Makes the service; it says that the process takes calls.
  public init() {}

  /// Sets what is said of a service, or of the process, and tells who watches it.
  public func set(_ service: String = "", _ status: Status) {
    guard statuses[service] != status else { return }
    statuses[service] = status
    for (watched, stream) in watchers.values where watched == service {
      stream.send(.init(status: status))
    }
  }

  /// Serves the methods on a server; the server keeps this object.
  public func register(on server: Server) {
    server.handle(GRPCHealthV1.Health.check) { [self] request, _ throws(GRPCStatus) in
      guard let status = statuses[request.service] else {
        throw GRPCStatus(.notFound, "no service is named \"\(request.service.prefix(128))\"")
      }
      return .init(status: status)
    }
    server.handleStream(GRPCHealthV1.Health.watch) { [self] stream in
      let id = ObjectIdentifier(stream)
      stream.onMessage = { [unowned self, unowned stream] request in
        watchers[id] = (request.service, stream)
        stream.send(.init(status: statuses[request.service] ?? .serviceUnknown))
      }
      stream.onCancel = { [unowned self] _ in watchers[id] = nil }
    }
  }
}
