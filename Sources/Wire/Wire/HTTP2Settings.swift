/// The bounds of one HTTP/2 connection.
public struct HTTP2Settings: Hashable, Sendable {
  /// The most calls that the peer may have open at a time.
  public var streamsMax = 1_000
  /// How much a peer may send on a stream before the reader has taken it in, in bytes.
  public var streamWindowBytes = 256 << 10
  /// The same for a connection as a whole, in bytes.
  public var connectionWindowBytes = 1 << 20
  /// How much of what paused readers have not taken in is credited to the connection, in bytes, so
  /// that they do not stop others.
  ///
  /// At most this and a connection's window are held.
  public var heldBytesMax = 4 << 20
  /// The most that incomplete messages of a connection take together, in bytes; a call that needs
  /// more ends with RESOURCE_EXHAUSTED.
  public var assemblyBytesMax = 64 << 20
  /// The longest message that is received, in bytes.
  public var messageBytesMax = 4 << 20
  /// The most that the fields of a header block take, in bytes, with 32 for each.
  public var headerListBytesMax = 16 << 10
  /// How much waits on a stream before its sender is told to stop, in bytes.
  public var outboundHighWaterBytes = 64 << 10
  /// The most that waits on a stream whose sender does not stop, in bytes; then the call ends with
  /// RESOURCE_EXHAUSTED.
  public var outboundBytesMax = 16 << 20
  /// The most that waits on all streams of a connection together, in bytes; then the call that
  /// sends more ends with RESOURCE_EXHAUSTED.
  public var connectionOutboundBytesMax = 32 << 20
  /// What may wait to be sent on a connection before a server takes no more of its messages.
  public var congestionBytes = 4 << 20
  /// What the peer may send beyond its calls.
  public var frameLimits = FrameLimits()

  /// Makes settings with the defaults.
  public init() {}
}

/// Who is at the other end of a connection.
public struct Peer: Hashable, Sendable {
  /// The address and port as text, such as `10.0.0.7:4711`; empty where there is none.
  public var address: String
  /// The DNS names and URIs, or else the common name, of the certificate that the peer proved to
  /// have; empty without mutual TLS.
  public var certificateNames: [String]

  /// Makes a peer.
  public init(address: String = "", certificateNames: [String] = []) {
    self.address = address
    self.certificateNames = certificateNames
  }
}
