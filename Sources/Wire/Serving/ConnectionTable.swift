import Basics

/// The connections of a server, each host's counted, and the one that has had no call for longest.
struct ConnectionTable {
  private var byID: [ObjectIdentifier: any ServedConnection] = [:]
  private var hosts: [Substring: Int] = [:]
  private var ofAll = IdleOrder()
  private var ofHost: (host: Substring, order: IdleOrder) = ("", IdleOrder())

  /// How many connections there are.
  var count: Int { byID.count }
  /// Whether there is none.
  var isEmpty: Bool { byID.isEmpty }
  /// All of them, in no order.
  var all: some Collection<any ServedConnection> { byID.values }

  /// How many connections a host has.
  func count(of host: Substring) -> Int { hosts[host, default: 0] }

  /// Adds a connection.
  mutating func insert(_ connection: any ServedConnection) {
    byID[ObjectIdentifier(connection)] = connection
    hosts[connection.host, default: 0] += 1
  }

  /// Removes a connection; whether it was there.
  @discardableResult
  mutating func remove(_ connection: any ServedConnection) -> Bool {
    guard byID.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return false }
    hosts[connection.host] = hosts[connection.host].flatMap { $0 > 1 ? $0 - 1 : nil }
    return true
  }

  /// The connection that has had no call for longest; nil when all have calls.
  mutating func longestIdle() -> (any ServedConnection)? { ofAll.next(in: byID) { _ in true } }

  /// The same among those of a host.
  mutating func longestIdle(of host: Substring) -> (any ServedConnection)? {
    if ofHost.host != host { ofHost = (host, IdleOrder()) }
    return ofHost.order.next(in: byID) { $0.host == host }
  }
}

/// The connections that have had no call for longest, found some at a time: whoever is not among
/// them has waited less, so one look at all serves for many that have to go.
private struct IdleOrder {
  private static var foundMax: Int { 256 }

  /// The longest last.
  private var found: [(id: ObjectIdentifier, since: Instant)] = []

  mutating func next(
    in connections: [ObjectIdentifier: any ServedConnection],
    where isMeant: (any ServedConnection) -> Bool
  ) -> (any ServedConnection)? {
    for isFresh in [false, true] {
      if isFresh { find(in: connections, where: isMeant) }
      while let (id, since) = found.popLast() {
        if let connection = connections[id], connection.idleSince == since { return connection }
      }
    }
    return nil
  }

  private mutating func find(
    in connections: [ObjectIdentifier: any ServedConnection],
    where isMeant: (any ServedConnection) -> Bool
  ) {
    for (id, connection) in connections where isMeant(connection) {
      if let since = connection.idleSince { found.append((id, since)) }
    }
    found.sort { $0.since > $1.since }
    found.removeFirst(max(0, found.count - Self.foundMax))
  }
}
