public import Basics

/// What a server must know of a connection to choose which one goes when there is no room.
public protocol ServedConnection: AnyObject {
  /// The peer's address without its port.
  var host: Substring { get }
  /// When the last call ended, or the connection began; nil while there are calls.
  var idleSince: Instant? { get }
}

/// The connections of a server, each host's counted, and the one that has had no call for longest.
public struct ConnectionTable<Connection: ServedConnection> {
  private var byID: [ObjectIdentifier: Connection] = [:]
  private var hosts: [Substring: Int] = [:]
  private var ofAll = IdleOrder<Connection>()
  private var ofHost: (host: Substring, order: IdleOrder<Connection>) = ("", IdleOrder())

  /// Makes an empty table.
  public init() {}

  /// How many connections there are.
  public var count: Int { byID.count }
  /// Whether there is none.
  public var isEmpty: Bool { byID.isEmpty }
  /// All of them, in no order.
  public var all: some Collection<Connection> { byID.values }

  /// How many connections a host has.
  public func count(of host: Substring) -> Int { hosts[host, default: 0] }

  /// Adds a connection.
  public mutating func insert(_ connection: Connection) {
    byID[ObjectIdentifier(connection)] = connection
    hosts[connection.host, default: 0] += 1
  }

  /// Removes a connection; whether it was there.
  @discardableResult
  public mutating func remove(_ connection: Connection) -> Bool {
    guard byID.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return false }
    hosts[connection.host] = hosts[connection.host].flatMap { $0 > 1 ? $0 - 1 : nil }
    return true
  }

  /// The connection that has had no call for longest; nil when all have calls.
  public mutating func longestIdle() -> Connection? { ofAll.next(in: byID) { _ in true } }

  /// The same among those of a host.
  public mutating func longestIdle(of host: Substring) -> Connection? {
    if ofHost.host != host { ofHost = (host, IdleOrder()) }
    return ofHost.order.next(in: byID) { $0.host == host }
  }
}

/// The connections that have had no call for longest, found some at a time: whoever is not among
/// them has waited less, so one look at all serves for many that have to go.
private struct IdleOrder<Connection: ServedConnection> {
  private static var foundMax: Int { 256 }

  /// The longest last.
  private var found: [(id: ObjectIdentifier, since: Instant)] = []

  mutating func next(
    in connections: [ObjectIdentifier: Connection],
    where isMeant: (Connection) -> Bool
  ) -> Connection? {
    for isFresh in [false, true] {
      if isFresh { find(in: connections, where: isMeant) }
      while let (id, since) = found.popLast() {
        if let connection = connections[id], connection.idleSince == since { return connection }
      }
    }
    return nil
  }

  private mutating func find(
    in connections: [ObjectIdentifier: Connection],
    where isMeant: (Connection) -> Bool
  ) {
    for (id, connection) in connections where isMeant(connection) {
      if let since = connection.idleSince { found.append((id, since)) }
    }
    found.sort { $0.since > $1.since }
    found.removeFirst(max(0, found.count - Self.foundMax))
  }
}
