public import EventLoop
public import Wire

extension HTTPServer {
  /// How clients are served.
  public struct Settings: Sendable {
    /// What a request may take in memory.
    public var limits = HTTP1Limits()
    /// Bounds of each connection that speaks HTTP/2.
    public var http2: HTTP2Settings = {
      var settings = HTTP2Settings()
      settings.streamsMax = 256
      settings.headerListBytesMax = 32 << 10
      settings.frameLimits.resets = 200
      return settings
    }()
    /// How connections are taken.
    public var listener = TCPListener.Settings()
    /// Most connections of one address; nil for half of those that there may be.
    public var hostConnectionsMax: Int?
    /// The most that connections hold together of what waits to be read or sent, in bytes; the one
    /// that holds most is given up before.
    public var heldBytesMax = 256 << 20
    /// Keys and certificates; nil for plaintext.
    public var tls: TLSSettings?
    /// How long a client may take for TLS, and for a head that it began.
    public var headTimeout = Duration.seconds(10)
    /// How long a client may send nothing of a body that it began.
    public var bodyTimeout = Duration.seconds(30)
    /// How long a client may ask for nothing.
    public var idleTimeout = Duration.seconds(75)
    /// How long a client may take nothing of what waits for it.
    public var stallTimeout = Duration.seconds(60)
    /// How long an unfinished request is answered whose client will send no more, before it is
    /// found out whether there still is one.
    public var halfCloseTime = Duration.seconds(3)

    /// Makes settings with the defaults.
    public init() {}
  }
}
