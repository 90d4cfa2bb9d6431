public import EventLoop
public import RPC
import Synchronization

/// The fleet as a client sees it: the control plane, and the nodes and agents that it names.
public final class FleetClient: Sendable {
  /// `host:port` of the control plane.
  public let control: String

  private let settings: Channel.Settings
  private let loop: LoopHandle
  private let clients = Mutex<[String: Client]>([:])

  /// Makes the client of the fleet whose control plane is at `control`; connects when it is first
  /// used.
  public init(control: String, channel settings: Channel.Settings, loop: LoopHandle) {
    self.control = control
    self.settings = settings
    self.loop = loop
  }

  /// The client of one process, made when it is first asked for.
  public func client(of address: String) -> Client {
    clients.withLock { clients in
      if let client = clients[address] { return client }
      let client = Client(to: address, on: loop, settings: settings)
      clients[address] = client
      return client
    }
  }

  /// Hangs up.
  public func close() {
    for client in clients.withLock({ $0 }).values { client.close() }
  }
}
