public import Wire

/// Why a connection was given up from this side.
public enum ConnectionFault: String, Sendable, CaseIterable {
  /// The peer broke HTTP/2, or TLS after the handshake.
  case malformed
  /// It sent more of something than it may.
  case flooded
  /// The TLS handshake failed.
  case handshake
  /// A handshake or a frame that it began was not complete in time.
  case slow
  /// It had no call for long.
  case idle
  /// It had no call for longest when there was no room for another.
  case displaced
  /// Its address had as many connections as it may, all with calls.
  case refused
  /// There was no room for others, and all that there were had calls.
  case full
  /// It took nothing of what waited for it.
  case stalled
  /// It did not answer a ping.
  case silent
  /// It held the most memory of all when there was too little.
  case memory

  /// Why a session can't go on.
  public init(_ error: WireError) {
    switch error.code {
    case .flooded: self = .flooded
    case .handshake: self = .handshake
    default: self = .malformed
    }
  }
}
