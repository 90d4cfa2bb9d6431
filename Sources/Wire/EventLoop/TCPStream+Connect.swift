import CShims
import CUV

extension TCPStream {
  /// Connects to `host:port`, or to the Unix socket of `unix:/path`; `done` is called exactly once,
  /// on the loop, later than this call.
  ///
  /// A name is looked up on another thread, and its addresses are tried in the order that the
  /// resolver gives; all of it must be done within `timeout`.
  public static func connect(
    to address: String,
    on loop: Loop,
    timeout: Duration,
    limits: Limits = .init(),
    done: @escaping (Result<TCPStream, UVError>) -> Void
  ) -> Connecting {
    Connecting(address, loop, timeout, limits, done)
  }
}

/// An attempt to connect, until it is done or ``cancel()`` is called.
@safe public final class Connecting {
  private let address: String
  private let loop: Loop
  private let limits: TCPStream.Limits
  private var done: ((Result<TCPStream, UVError>) -> Void)?
  private var timer: LoopTimer?
  private var stream: TCPStream?
  private var candidates: [sockaddr_storage] = []

  fileprivate init(
    _ address: String,
    _ loop: Loop,
    _ timeout: Duration,
    _ limits: TCPStream.Limits,
    _ done: @escaping (Result<TCPStream, UVError>) -> Void
  ) {
    self.address = address
    self.loop = loop
    self.limits = limits
    self.done = done
    do throws(UVError) {
      let timer = try LoopTimer(loop: loop, clock: LoopClock()) { [unowned self] in
        finish(.failure(.timedOut(operation)))
      }
      timer.arm(after: timeout)
      self.timer = timer
      try resolve()
    } catch {
      // Never inside the call that asked: the caller has not stored this object yet.
      loop.runLater { [self] in finish(.failure(error)) }
    }
  }

  /// Gives up; `done` is not called any more.
  public func cancel() {
    done = nil
    finish(.failure(.canceled(operation)))
  }

  private var operation: String { "connect to \(address)" }

  private func resolve() throws(UVError) {
    if let path = SocketAddress.unixPath(of: address) { return try connect(toUnix: path) }
    guard let (host, port) = SocketAddress.parts(of: address) else {
      throw UVError(code: UV_EINVAL.rawValue, operation: "\(operation), which is not host:port")
    }
    let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
    unsafe request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    let code = unsafe uv_getaddrinfo(
      loop.raw,
      request,
      { request, code, list in
        guard let request = unsafe request, let data = unsafe request.pointee.data else { return }
        unsafe request.deallocate()
        let connecting = unsafe Unmanaged<Connecting>.fromOpaque(data).takeRetainedValue()
        connecting.loop.lookups -= 1
        unsafe connecting.didResolve(code, list)
        unsafe uv_freeaddrinfo(list)
      },
      host,
      String(port),
      &hints
    )
    guard code < 0 else {
      loop.lookups += 1
      return
    }
    unsafe request.deallocate()
    unsafe Unmanaged.passUnretained(self).release()
    throw UVError(code: code, operation: operation)
  }

  /// A Unix socket is connected at once or not at all.
  private func connect(toUnix path: String) throws(UVError) {
    let stream = try TCPStream(loop: loop, limits: limits)
    let socket = unsafe hearth_connect_unix(path)
    try UVError.check(socket, operation)
    // To libuv any socket that carries a stream of bytes is as good as one of TCP.
    let code = unsafe stream.withRaw { unsafe uv_tcp_open($0, socket) } ?? UV_ECANCELED.rawValue
    try UVError.check(code, operation)
    loop.runLater { [self] in if done != nil { finish(.success(stream)) } else { stream.close() } }
  }

  private func didResolve(_ code: CInt, _ list: UnsafeMutablePointer<addrinfo>?) {
    guard done != nil else { return }
    guard code >= 0 else {
      finish(.failure(UVError(code: code, operation: operation)))
      return
    }
    var entry = unsafe list
    while let info = unsafe entry, candidates.count < 16 {
      var storage = sockaddr_storage()
      let length = unsafe min(Int(info.pointee.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
      unsafe withUnsafeMutableBytes(of: &storage) { storage in
        if let address = unsafe info.pointee.ai_addr {
          unsafe storage.baseAddress?.copyMemory(from: address, byteCount: length)
        }
      }
      candidates.append(storage)
      unsafe entry = info.pointee.ai_next
    }
    tryNext(after: UVError(code: UV_EAI_NODATA.rawValue, operation: operation))
  }

  private func tryNext(after failure: UVError) {
    guard !candidates.isEmpty else {
      finish(.failure(failure))
      return
    }
    var candidate = candidates.removeFirst()
    do throws(UVError) {
      let stream = try TCPStream(loop: loop, limits: limits)
      self.stream = stream
      let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
      unsafe request.pointee.data = Unmanaged.passRetained(self).toOpaque()
      let code = unsafe withUnsafePointer(to: &candidate) { candidate in
        let address = unsafe UnsafeRawPointer(candidate).assumingMemoryBound(to: sockaddr.self)
        return unsafe stream.withRaw { raw in
          unsafe uv_tcp_nodelay(raw, 1)
          return unsafe uv_tcp_connect(request, raw, address) { request, code in
            guard let request = unsafe request, let data = unsafe request.pointee.data else {
              return
            }
            unsafe request.deallocate()
            unsafe Unmanaged<Connecting>.fromOpaque(data).takeRetainedValue().didConnect(code)
          }
        } ?? UV_ECANCELED.rawValue
      }
      guard code < 0 else { return }
      unsafe request.deallocate()
      unsafe Unmanaged.passUnretained(self).release()
      throw UVError(code: code, operation: operation)
    } catch {
      stream?.close()
      tryNext(after: error)
    }
  }

  private func didConnect(_ code: CInt) {
    guard done != nil, let stream else { return }
    guard code >= 0 else {
      stream.close()
      tryNext(after: UVError(code: code, operation: operation))
      return
    }
    self.stream = nil
    finish(.success(stream))
  }

  private func finish(_ result: Result<TCPStream, UVError>) {
    timer = nil
    candidates = []
    stream?.close()
    stream = nil
    let done = done
    self.done = nil
    done?(result)
  }
}
