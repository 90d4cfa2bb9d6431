import Basics
import CUV

/// Who hears what becomes of a TCP stream.
public protocol TCPStreamDelegate: AnyObject {
  /// Bytes came; they are gone when the call returns.
  func stream(_ stream: TCPStream, didRead bytes: Span<UInt8>)
  /// The peer will send no more; it may still read.
  func streamDidEnd(_ stream: TCPStream)
  /// What is queued fell below the low mark after ``TCPStream/isWritable`` had been false.
  func streamDidDrain(_ stream: TCPStream)
  /// The stream is closed; called exactly once, with nil when it was closed from here.
  func stream(_ stream: TCPStream, didCloseWith error: UVError?)
}

/// A TCP connection on a loop, with back-pressure both ways.
///
/// Writing never blocks: what the kernel does not take is queued. The owner stops writing while
/// ``isWritable`` is false; past ``Limits/queueBytesMax`` the stream closes itself, so that a peer
/// that never reads can't take memory without end. Reading stops while the owner has paused it.
@safe public final class TCPStream {
  /// Bounds of the write queue, in bytes.
  public struct Limits: Sendable {
    /// From here on ``TCPStream/isWritable`` is false.
    public var highMark: Int
    /// Below this it is true again.
    public var lowMark: Int
    /// Past this the stream closes with `ENOBUFS`.
    public var queueBytesMax: Int

    /// Makes bounds: 256 KiB, 64 KiB and 16 MiB by default.
    public init(highMark: Int = 256 << 10, lowMark: Int = 64 << 10, queueBytesMax: Int = 16 << 20) {
      self.highMark = highMark
      self.lowMark = lowMark
      self.queueBytesMax = queueBytesMax
    }
  }

  /// Who hears what becomes of the stream.
  public weak var delegate: (any TCPStreamDelegate)?

  /// Whether more should be written now.
  public private(set) var isWritable = true

  private let loop: Loop
  private let limits: Limits
  private var handle: UVHandle<uv_tcp_t>?
  private var queued = Bytes()
  private var inFlight = Bytes()
  private var acceptedBytes = 0
  private var isReading = false
  private var isEnding = false
  /// Bounds the time that closing may take.
  private var lingering: LoopTimer?

  init(loop: Loop, limits: Limits) throws(UVError) {
    self.loop = loop
    self.limits = limits
    let raw = unsafe loop.raw
    let handle = try unsafe UVHandle<uv_tcp_t>("make a socket", on: loop) {
      unsafe uv_tcp_init(raw, $0)
    }
    unsafe handle.setOwner(self)
    unsafe self.handle = consume handle
  }

  /// Bytes that were written and that the kernel has not taken.
  public var queuedBytes: Int { queued.count + inFlight.count }

  /// How much the kernel has taken so far, in bytes.
  public var takenBytes: Int {
    guard let stream = unsafe stream else { return acceptedBytes }
    return unsafe acceptedBytes - queued.count - uv_stream_get_write_queue_size(stream)
  }

  /// Whether the stream is closed.
  public var isClosed: Bool { unsafe handle == nil }

  /// `address:port` of the other side; nil once it is gone.
  public var peerAddress: String? { unsafe address(of: uv_tcp_getpeername) }

  /// `address:port` of this side; nil once it is closed.
  public var localAddress: String? { unsafe address(of: uv_tcp_getsockname) }

  /// Starts reading, or goes on after a pause.
  public func resumeReading() {
    guard !isReading, let stream = unsafe stream else { return }
    isReading = true
    let code = unsafe uv_read_start(
      stream,
      { handle, _, buffer in
        let owner = unsafe UVHandle<uv_handle_t>.owner(handle, as: TCPStream.self)
        guard let memory = unsafe owner?.loop.readBuffer else { return }
        unsafe buffer?.pointee = uv_buf_init(
          memory.baseAddress?.assumingMemoryBound(to: CChar.self),
          CUnsignedInt(memory.count)
        )
      },
      { stream, count, _ in
        unsafe UVHandle<uv_stream_t>.owner(stream, as: TCPStream.self)?.didRead(count)
      }
    )
    if code < 0 { close(UVError(code: code, operation: "read from \(peerAddress ?? "a peer")")) }
  }

  /// Stops reading: the kernel's buffers fill, and the peer has to wait.
  public func pauseReading() {
    guard isReading, let stream = unsafe stream else { return }
    isReading = false
    _ = unsafe uv_read_stop(stream)
  }

  /// Takes all of `bytes` for sending, in order: what the kernel does not take is copied.
  public func write(_ bytes: Span<UInt8>) {
    guard let stream = unsafe stream, !isEnding else { return }
    acceptedBytes += bytes.count
    let written = queuedBytes == 0 ? unsafe tryWrite(bytes, to: stream) : 0
    guard written < bytes.count, !isClosed else { return }
    queued.append(bytes.extracting(written...))
    guard queuedBytes <= limits.queueBytesMax else {
      close(UVError(code: UV_ENOBUFS.rawValue, operation: "queue for \(peerAddress ?? "a peer")"))
      return
    }
    if queuedBytes >= limits.highMark { isWritable = false }
    sendQueued()
  }

  /// Sends what is queued and then the end of the stream; reading goes on.
  public func end() {
    isEnding = true
    shutDownIfDrained()
  }

  /// Closes once what is queued was sent, or after 5 s: a peer that does not read can't hold on.
  public func closeAfterWriting() {
    isEnding = true
    guard queuedBytes > 0,
      let timer = try? LoopTimer(
        loop: loop,
        clock: LoopClock(),
        fire: { [weak self] in self?.close() }
      )
    else {
      close()
      return
    }
    timer.arm(after: .seconds(5))
    lingering = timer
  }

  /// Closes now; what is queued is lost.
  public func close() { close(nil) }

  private var stream: UnsafeMutablePointer<uv_stream_t>? {
    guard unsafe handle != nil, let base = unsafe handle?.base else { return nil }
    return unsafe UnsafeMutableRawPointer(base).assumingMemoryBound(to: uv_stream_t.self)
  }

  /// Writes what the kernel takes at once; returns how many bytes that was.
  private func tryWrite(
    _ bytes: Span<UInt8>,
    to stream: UnsafeMutablePointer<uv_stream_t>
  ) -> Int {
    let written = unsafe bytes.withUnsafeBytes { bytes in
      var buffer = unsafe Self.buffer(bytes)
      return unsafe uv_try_write(stream, &buffer, 1)
    }
    if written < 0, written != UV_EAGAIN.rawValue {
      close(UVError(code: written, operation: "write to \(peerAddress ?? "a peer")"))
    }
    return max(0, Int(written))
  }

  private func sendQueued() {
    guard inFlight.isEmpty, !queued.isEmpty, let stream = unsafe stream else { return }
    swap(&inFlight, &queued)
    // The request holds the stream, and so the bytes, until libuv is done with both.
    let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    unsafe request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    let code = unsafe inFlight.withUnsafeBytes { bytes in
      var buffer = unsafe Self.buffer(bytes)
      return unsafe uv_write(request, stream, &buffer, 1) { request, code in
        guard let request = unsafe request, let data = unsafe request.pointee.data else { return }
        unsafe request.deallocate()
        unsafe Unmanaged<TCPStream>.fromOpaque(data).takeRetainedValue().didWrite(code)
      }
    }
    guard code < 0 else { return }
    unsafe request.deallocate()
    unsafe Unmanaged.passUnretained(self).release()
    close(UVError(code: code, operation: "write to \(peerAddress ?? "a peer")"))
  }

  private func didWrite(_ code: CInt) {
    inFlight.removeAll(keeping: limits.lowMark)
    guard !isClosed else { return }
    guard code >= 0 else {
      close(UVError(code: code, operation: "write to \(peerAddress ?? "a peer")"))
      return
    }
    sendQueued()
    if !isWritable, queuedBytes <= limits.lowMark {
      isWritable = true
      delegate?.streamDidDrain(self)
    }
    if lingering != nil, queuedBytes == 0 {
      close()
    } else {
      shutDownIfDrained()
    }
  }

  private func shutDownIfDrained() {
    guard isEnding, queuedBytes == 0, let stream = unsafe stream else { return }
    let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
    let code = unsafe uv_shutdown(request, stream) { request, _ in unsafe request?.deallocate() }
    if code < 0 { unsafe request.deallocate() }
  }

  private func didRead(_ count: Int) {
    if count > 0 {
      let bytes = unsafe UnsafeBufferPointer(
        start: loop.readBuffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
        count: count
      )
      delegate?.stream(self, didRead: unsafe Span(_unsafeElements: bytes))
    } else if count == Int(UV_EOF.rawValue) {
      pauseReading()
      delegate?.streamDidEnd(self)
    } else if count < 0 {
      close(UVError(code: CInt(count), operation: "read from \(peerAddress ?? "a peer")"))
    }
  }

  func close(_ error: UVError?) {
    guard !isClosed else { return }
    unsafe handle = nil
    lingering = nil
    queued.removeAll(keeping: 0)
    isWritable = false
    delegate?.stream(self, didCloseWith: error)
  }

  func withRaw<Result>(_ body: (UnsafeMutablePointer<uv_tcp_t>) -> Result) -> Result? {
    guard unsafe handle != nil, let raw = unsafe handle?.raw else { return nil }
    return unsafe body(raw)
  }

  private static func buffer(_ bytes: UnsafeRawBufferPointer) -> uv_buf_t {
    let base = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    return unsafe uv_buf_init(
      base?.assumingMemoryBound(to: CChar.self),
      CUnsignedInt(bytes.count)
    )
  }

  private typealias NameCall = (
    UnsafePointer<uv_tcp_t>?, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<CInt>?
  ) -> CInt

  private func address(of call: NameCall) -> String? {
    guard unsafe handle != nil, let raw = unsafe handle?.raw else { return nil }
    return unsafe SocketAddress.text { unsafe call(raw, $0, $1) }
  }
}
