import Basics
import EventLoop
import HearthMessages
import HearthProto
import RPC
import Synchronization
import Wire

/// The fleet as a client sees it: the control plane, and the nodes and agents that it names.
final class FleetClient: Sendable {
  /// `host:port` of the control plane.
  let control: String

  private let settings: Channel.Settings
  private let loop: LoopHandle
  private let clients = Mutex<[String: Client]>([:])

  init(control: String, channel settings: Channel.Settings, loop: LoopHandle) {
    self.control = control
    self.settings = settings
    self.loop = loop
  }

  /// The client of one process, made when it is first asked for.
  func client(of address: String) -> Client {
    clients.withLock { clients in
      if let client = clients[address] { return client }
      let client = Client(to: address, on: loop, settings: settings)
      clients[address] = client
      return client
    }
  }

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

  func close() {
    for client in clients.withLock({ $0 }).values { client.close() }
  }
}

/// The one of `names` that is `text` or that alone begins with it.
func resolve(_ text: String, _ kind: String, among names: [String]) throws(Failure) -> String {
  if names.contains(text) { return text }
  let found = text.isEmpty ? [] : names.filter { $0.hasPrefix(text) }
  switch found.count {
  case 1: return found[0]
  case 0:
    let hint = text.nearest(in: names).map { " (did you mean \($0)?)" }
    let all = names.isEmpty ? " (there are none)" : " (there are \(list(names)))"
    throw Failure(.notFound, "no \(kind) is named \"\(text)\"\(hint ?? all)")
  default:
    throw Failure(.notFound, "\(kind) \"\(text)\" could be any of \(list(found))")
  }
}

/// Names in a sentence, a dozen at most.
private func list(_ names: [String]) -> String {
  let shown = names.prefix(12).joined(separator: ", ")
  return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
}
