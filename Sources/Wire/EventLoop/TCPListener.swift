import CShims
import CUV

/// Accepts TCP connections on one address, and counts them.
///
/// At the limit ``onFull`` may make room; where it can't, no more are accepted until a connection
/// closes: peers wait in the kernel's backlog. When descriptors run out, libuv closes the
/// connection that could not be taken; those are counted, and ``onFull`` is called too.
@safe public final class TCPListener {
  /// How connections are taken.
  public struct Settings: Sendable {
    /// Most connections at a time.
    public var connectionsMax: Int
    /// Length of the kernel's queue of connections that wait to be accepted.
    public var backlog: Int
    /// Whether several listeners, of several loops, share the address.
    public var sharesPort: Bool
    /// Bounds of each connection's write queue.
    public var limits: TCPStream.Limits

    /// Makes settings: 10,000 connections, a backlog of 1,024, an address of its own.
    public init(
      connectionsMax: Int = 10_000,
      backlog: Int = 1_024,
      sharesPort: Bool = false,
      limits: TCPStream.Limits = .init()
    ) {
      self.connectionsMax = connectionsMax
      self.backlog = backlog
      self.sharesPort = sharesPort
      self.limits = limits
    }
  }

  /// What became of connections so far.
  public struct Counts: Sendable, Hashable {
    /// Taken.
    public var accepted = 0
    /// Closed untaken: no descriptor was left.
    public var dropped = 0
    /// Times that the limit stopped accepting.
    public var limited = 0
  }

  /// What became of connections so far.
  public private(set) var counts = Counts()

  /// Connections that were taken and have not been given back with ``release()``.
  public private(set) var connectionCount = 0

  /// There is no room for a connection: called before it has to wait, or once it was dropped.
  public var onFull: (() -> Void)?

  private let loop: Loop
  private let settings: Settings
  private let onAccept: (TCPStream) -> Void
  private var handle: UVHandle<uv_tcp_t>?
  private var isWaiting = false

  /// Listens on `host:port`, where the host is a numeric address; port 0 takes a free one.
  public init(
    on address: String,
    loop: Loop,
    settings: Settings = .init(),
    onAccept: @escaping (TCPStream) -> Void
  ) throws(UVError) {
    self.loop = loop
    self.settings = settings
    self.onAccept = onAccept
    let operation = "listen on \(address)"
    var storage = try Self.parse(address)
    let family = CUnsignedInt(storage.ss_family)
    let raw = unsafe loop.raw
    let handle = try unsafe UVHandle<uv_tcp_t>(operation, on: loop) {
      unsafe uv_tcp_init_ex(raw, $0, family)
    }
    if settings.sharesPort {
      var socket: CInt = -1
      try unsafe UVError.check(uv_fileno(handle.base, &socket), operation)
      try UVError.check(hearth_reuse_port(socket), operation)
    }
    let bound = unsafe withUnsafePointer(to: &storage) {
      unsafe uv_tcp_bind(
        handle.raw,
        UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self),
        0
      )
    }
    try UVError.check(bound, operation)
    unsafe handle.setOwner(self)
    let stream = unsafe UnsafeMutableRawPointer(handle.raw).assumingMemoryBound(
      to: uv_stream_t.self
    )
    let listening = unsafe uv_listen(stream, CInt(settings.backlog)) { stream, code in
      unsafe UVHandle<uv_stream_t>.owner(stream, as: TCPListener.self)?.didConnect(code)
    }
    try UVError.check(listening, operation)
    unsafe self.handle = consume handle
  }

  /// `address:port` that is listened on, with the port that the kernel chose.
  public var localAddress: String? {
    guard unsafe handle != nil, let raw = unsafe handle?.raw else { return nil }
    return unsafe SocketAddress.text { unsafe uv_tcp_getsockname(raw, $0, $1) }
  }

  /// Stops listening; connections that were taken go on.
  public func close() { unsafe handle = nil }

  /// A connection that was taken is closed.
  public func release() {
    connectionCount -= 1
    guard isWaiting, unsafe handle != nil else { return }
    isWaiting = false
    accept()
  }

  private func didConnect(_ code: CInt) {
    guard code >= 0 else {
      counts.dropped += 1
      onFull?()
      return
    }
    accept()
  }

  /// Takes the connection that libuv holds; it calls back for no other one until this is done.
  private func accept() {
    if connectionCount >= settings.connectionsMax { onFull?() }
    guard connectionCount < settings.connectionsMax else {
      isWaiting = true
      counts.limited += 1
      return
    }
    guard unsafe handle != nil, let raw = unsafe handle?.raw,
      let stream = try? TCPStream(loop: loop, limits: settings.limits)
    else { return }
    let server = unsafe UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_stream_t.self)
    let code = unsafe stream.withRaw { client in
      unsafe uv_tcp_nodelay(client, 1)
      return unsafe uv_accept(
        server,
        UnsafeMutableRawPointer(client).assumingMemoryBound(to: uv_stream_t.self)
      )
    }
    guard code == 0 else {
      stream.close()
      return
    }
    counts.accepted += 1
    connectionCount += 1
    onAccept(stream)
  }

  private static func parse(_ address: String) throws(UVError) -> sockaddr_storage {
    let operation = "listen on \(address)"
    guard let (host, port) = SocketAddress.parts(of: address) else {
      throw UVError(code: UV_EINVAL.rawValue, operation: "\(operation), which is not host:port")
    }
    var storage = sockaddr_storage()
    let code = unsafe withUnsafeMutableBytes(of: &storage) { storage in
      let memory = storage.baseAddress
      if host.contains(":") {
        return unsafe uv_ip6_addr(
          host,
          CInt(port),
          memory?.assumingMemoryBound(to: sockaddr_in6.self)
        )
      }
      let numeric = host == "localhost" ? "127.0.0.1" : host
      return unsafe uv_ip4_addr(
        numeric,
        CInt(port),
        memory?.assumingMemoryBound(to: sockaddr_in.self)
      )
    }
    try UVError.check(code, operation)
    return storage
  }
}
