import CZMQ

/// The sole owner of a libzmq socket: messages in and out without waiting.
@safe struct RawSocket: ~Copyable {
  private let raw: UnsafeMutableRawPointer
  /// Keeps the library's thread while there is a socket.
  private let context: ZMQContext

  init(_ type: CInt, of context: ZMQContext) throws(ZMQError) {
    guard let raw = unsafe zmq_socket(context.raw, type) else {
      throw ZMQError("make a ZeroMQ socket")
    }
    unsafe self.raw = raw
    self.context = context
  }

  deinit { _ = unsafe zmq_close(raw) }

  func set(_ option: CInt, _ value: CInt) throws(ZMQError) {
    var value = value
    try check(
      unsafe zmq_setsockopt(raw, option, &value, MemoryLayout<CInt>.size),
      "set option \(option) of a ZeroMQ socket"
    )
  }

  func set(_ option: CInt, _ value: Int64) throws(ZMQError) {
    var value = value
    try check(
      unsafe zmq_setsockopt(raw, option, &value, MemoryLayout<Int64>.size),
      "set option \(option) of a ZeroMQ socket"
    )
  }

  func subscribe() throws(ZMQError) {
    try check(unsafe zmq_setsockopt(raw, ZMQ_SUBSCRIBE, "", 0), "subscribe")
  }

  func connect(to endpoint: String) throws(ZMQError) {
    try check(unsafe zmq_connect(raw, endpoint), "connect to \(endpoint)")
  }

  func bind(to endpoint: String) throws(ZMQError) {
    try check(unsafe zmq_bind(raw, endpoint), "listen on \(endpoint)")
  }

  /// Where the socket listens, when the system chose the port.
  var endpoint: String {
    var text = [CChar](repeating: 0, count: 256)
    var count = text.count
    guard unsafe zmq_getsockopt(raw, ZMQ_LAST_ENDPOINT, &text, &count) == 0 else { return "" }
    return String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
      as: UTF8.self
    )
  }

  /// Becomes readable when ``canReceive`` may have changed, and only then.
  var descriptor: CInt { number(ZMQ_FD) ?? -1 }

  /// Whether a message is there; asking takes note of what made the descriptor readable.
  var canReceive: Bool { (number(ZMQ_EVENTS) ?? 0) & CInt(ZMQ_POLLIN) != 0 }

  private func number(_ option: CInt) -> CInt? {
    var (value, count): (CInt, Int) = (0, MemoryLayout<CInt>.size)
    guard unsafe zmq_getsockopt(raw, option, &value, &count) == 0 else { return nil }
    return value
  }

  /// Sends a message of these frames; false when it can't be queued now.
  func send(_ frames: [[UInt8]]) -> Bool {
    for (index, frame) in frames.enumerated() {
      let more = index + 1 < frames.count ? ZMQ_SNDMORE : 0
      guard unsafe zmq_send(raw, frame, frame.count, ZMQ_DONTWAIT | more) >= 0 else {
        return false
      }
    }
    return true
  }

  /// The first `framesMax` frames of the next message; nil when none is there.
  func receive(framesMax: Int) -> [[UInt8]]? {
    var frames: [[UInt8]] = []
    var message = zmq_msg_t()
    while true {
      _ = unsafe zmq_msg_init(&message)
      defer { _ = unsafe zmq_msg_close(&message) }
      guard unsafe zmq_msg_recv(&message, raw, ZMQ_DONTWAIT) >= 0 else { return nil }
      if frames.count < framesMax {
        let bytes = unsafe UnsafeRawBufferPointer(
          start: zmq_msg_data(&message),
          count: zmq_msg_size(&message)
        )
        frames.append(unsafe [UInt8](bytes))
      }
      if unsafe zmq_msg_more(&message) == 0 { return frames }
    }
  }

  private func check(_ code: CInt, _ operation: String) throws(ZMQError) {
    if code != 0 { throw ZMQError(operation) }
  }
}
