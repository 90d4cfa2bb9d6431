public import Basics

/// What a server's desk must know of a connection, and do with it.
public protocol ServedConnection: AnyObject {
  /// The peer's address without its port.
  var host: Substring { get }
  /// When the last call ended, or the connection began; nil while there are calls.
  var idleSince: Instant? { get }
  /// What it holds in memory, both ways, in bytes.
  var heldMemoryBytes: Int { get }
  /// Takes no more calls, and closes once those that are open have ended.
  func shutDown()
  /// Closes now, because the server stops.
  func close()
  /// Closes now, because of the peer, or for want of room.
  func giveUp(_ fault: ConnectionFault, _ why: String)
}
