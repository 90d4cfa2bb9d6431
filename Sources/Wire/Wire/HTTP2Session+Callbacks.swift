import Basics
import CNGHTTP2

/// The session that gave nghttp2 this pointer.
private func session(_ data: UnsafeMutableRawPointer?) -> HTTP2Session? {
  unsafe data.map { unsafe Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
}

extension HTTP2Session {
  /// The nghttp2 session, with its settings queued.
  func makeRaw() throws(WireError) -> OpaquePointer? {
    var callbacks: OpaquePointer?
    var option: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0,
      unsafe nghttp2_option_new(&option) == 0
    else { throw WireError(.outOfMemory, "no memory for an HTTP/2 session") }
    defer {
      unsafe nghttp2_session_callbacks_del(callbacks)
      unsafe nghttp2_option_del(option)
    }
    unsafe Self.set(callbacks)
    unsafe nghttp2_option_set_no_auto_window_update(option, 1)
    unsafe nghttp2_option_set_no_closed_streams(option, 1)
    // nghttp2's own limit reads a clock; ours is FrameLimits.resets.
    unsafe nghttp2_option_set_stream_reset_rate_limit(option, 1 << 40, 1 << 40)
    var made: OpaquePointer?
    let data = unsafe Unmanaged.passUnretained(self).toOpaque()
    let code =
      role == .server
      ? unsafe nghttp2_session_server_new2(&made, callbacks, data, option)
      : unsafe nghttp2_session_client_new2(&made, callbacks, data, option)
    guard code == 0 else { throw Self.error(code) }
    let window = CInt(clamping: settings.connectionWindowBytes)
    let submitted = unsafe submitSettings(made)
    guard submitted == 0,
      unsafe nghttp2_session_set_local_window_size(made, 0, 0, window) == 0
    else {
      unsafe nghttp2_session_del(made)
      throw WireError(.invalid, "HTTP/2 settings that nghttp2 refuses")
    }
    return unsafe made
  }

  private func submitSettings(_ made: OpaquePointer?) -> CInt {
    func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
      nghttp2_settings_entry(settings_id: CInt(id.rawValue), value: UInt32(clamping: value))
    }
    var entries = [
      entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindowBytes),
      entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.headerListBytesMax),
    ]
    if role == .server {
      entries.append(entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.streamsMax))
    } else {
      entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
    }
    return unsafe nghttp2_submit_settings(
      made,
      UInt8(NGHTTP2_FLAG_NONE.rawValue),
      entries,
      entries.count
    )
  }

  private static func set(_ callbacks: OpaquePointer?) {
    unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, data in
      guard let header = unsafe header, let session = unsafe session(data) else { return 0 }
      unsafe session.began(header.pointee)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, data in
      guard let frame = unsafe frame, let session = unsafe session(data) else { return 0 }
      return unsafe session.beganHeaders(frame)
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _,
      frame,
      name,
      nameCount,
      value,
      valueCount,
      _,
      data in
      guard let frame = unsafe frame, let session = unsafe session(data) else { return 0 }
      guard session.takesField(nameCount + valueCount + 32) else {
        return CInt(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
      }
      // The last frame is another's where what was sent came between two parts of this one.
      unsafe session.stream(frame.pointee.hd.stream_id)?.receivedField(
        UnsafeBufferPointer(start: name, count: nameCount),
        UnsafeBufferPointer(start: value, count: valueCount)
      )
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks) {
      // What nghttp2 would leave out makes a message malformed (RFC 9113, 8.1.1).
      _,
      _,
      _,
      _,
      _,
      _,
      _,
      _ in CInt(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
      _,
      _,
      id,
      bytes,
      count,
      data in
      guard let session = unsafe session(data) else { return 0 }
      unsafe session.received(id, UnsafeRawBufferPointer(start: bytes, count: count))
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, data in
      guard let frame = unsafe frame, let session = unsafe session(data) else { return 0 }
      unsafe session.received(frame)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) {
      _,
      _,
      _,
      data in
      unsafe session(data)?.take(.refused)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, data in
      guard let frame = unsafe frame, let session = unsafe session(data) else { return 0 }
      unsafe session.sent(frame)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, data in
      guard let session = unsafe session(data) else { return 0 }
      session.closed(id, code)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks) {
      _,
      _,
      header,
      count,
      source,
      data in
      guard let session = unsafe session(data), let source = unsafe source?.pointee.ptr else {
        return CInt(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
      }
      let stream = unsafe Unmanaged<HTTP2Stream>.fromOpaque(source).takeUnretainedValue()
      unsafe session.send(stream, UnsafeRawBufferPointer(start: header, count: 9), count)
      return 0
    }
  }

  /// The stream with this number, found without nghttp2 when it is the one of the last frame.
  private func stream(_ id: Int32) -> HTTP2Stream? {
    if let current, current.id == id { return current }
    guard let data = unsafe nghttp2_session_get_stream_user_data(raw, id) else { return nil }
    current = unsafe Unmanaged<HTTP2Stream>.fromOpaque(data).takeUnretainedValue()
    return current
  }

  // MARK: Receiving

  /// Counts the frame against the bounds before nghttp2 acts on it.
  private func began(_ header: nghttp2_frame_hd) {
    let isAck = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue:
      let isEnd = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
      if header.length == 0, !isEnd { take(.emptyData) }
    case NGHTTP2_HEADERS.rawValue:
      // nghttp2 decompresses headers of streams that are closed, and says nothing.
      let isKnown = header.stream_id > newestID || stream(header.stream_id) != nil
      if role == .server, !isKnown { take(.refused) }
    case NGHTTP2_PING.rawValue: take(isAck ? .pingAnswers : .pings)
    case NGHTTP2_SETTINGS.rawValue: if !isAck { take(.settings) }
    case NGHTTP2_WINDOW_UPDATE.rawValue: take(.windowUpdates)
    case NGHTTP2_PRIORITY.rawValue: take(.priorities)
    case NGHTTP2_RST_STREAM.rawValue: if role == .server { take(.resets) }
    case NGHTTP2_GOAWAY.rawValue: take(.settings)
    default: break
    }
  }

  func take(_ kind: FrameLimiter.Kind, _ count: Int = 1) {
    guard !limiter.takes(kind, count) else { return }
    terminate(WireError(.flooded, "the peer sent too much (\(kind))"))
  }

  /// Counts one field of a header block; false when the connection must end, since fields that were
  /// compressed to a byte each cost far more than they do.
  @inline(__always)
  private func takesField(_ bytes: Int) -> Bool {
    blockBytes += bytes
    guard blockBytes > Self.freeBlockBytes else { return true }
    take(.headerBytes, min(bytes, blockBytes - Self.freeBlockBytes))
    if blockBytes > 8 * settings.headerListBytesMax {
      terminate(WireError(.flooded, "the peer sent a header block of over \(blockBytes) bytes"))
    }
    return violation == nil
  }

  private static let freeBlockBytes = 1_024
  /// What a DATA frame has at least that is no fragment, in bytes.
  private static let fragmentBytes = 256

  private func beganHeaders(_ frame: UnsafePointer<nghttp2_frame>) -> CInt {
    let id = unsafe frame.pointee.hd.stream_id
    blockBytes = 0
    if unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
      newestID = id
      // Streams that nghttp2 has closed may wait here for a reader, and count as well.
      guard streams.count < settings.streamsMax + 64, violation == nil else {
        take(.refused)
        return CInt(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
      }
      let stream = makeStream()
      stream.begin(id: id, session: self)
      insert(stream)
      limiter.earn(4)
      let data = unsafe Unmanaged.passUnretained(stream).toOpaque()
      unsafe nghttp2_session_set_stream_user_data(raw, id, data)
      current = stream
    } else if let stream = stream(id) {
      stream.beganBlock(bytesMax: settings.headerListBytesMax)
    }
    return 0
  }

  private func received(_ id: Int32, _ chunk: UnsafeRawBufferPointer) {
    arrived(chunk.count)
    unsafe stream(id)?.received(chunk)
  }

  private func received(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = unsafe frame.pointee.hd
    let isEnd = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue:
      // Padding costs window as well, and nghttp2 gives no credit for it by itself.
      let padding = unsafe frame.pointee.data.padlen
      arrived(padding)
      if isEnd {
        stream(header.stream_id)?.receivedRemoteEnd()
      } else if role == .server {
        judge(header.length - padding, of: header)
      }
    case NGHTTP2_HEADERS.rawValue:
      guard let stream = stream(header.stream_id) else { return }
      stream.receivedBlock(isEnd: isEnd)
      if isEnd { stream.receivedRemoteEnd() }
    case NGHTTP2_SETTINGS.rawValue:
      if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { delegate?.receivedSettings(self) }
    case NGHTTP2_PING.rawValue:
      guard header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 else { return }
      var number: UInt64 = 0
      unsafe withUnsafeMutableBytes(of: &number) { target in
        unsafe withUnsafeBytes(of: frame.pointee.ping.opaque_data) {
          unsafe target.copyMemory(from: $0)
        }
      }
      delegate?.receivedPong(self, UInt64(bigEndian: number))
    case NGHTTP2_GOAWAY.rawValue:
      let code = unsafe frame.pointee.goaway.error_code
      delegate?.receivedGoAway(self, isError: code != HTTP2ErrorCode.none)
    default: break
    }
  }

  /// Counts a DATA frame that is worth less than its cost.
  private func judge(_ payload: Int, of header: nghttp2_frame_hd) {
    if payload == 0 {
      // Without padding it was counted when it began.
      if header.length > 0 { take(.emptyData) }
    } else if let stream = stream(header.stream_id), stream.takeIsFragment(),
      payload < Self.fragmentBytes
    {
      take(.fragments)
    }
  }

  private func closed(_ id: Int32, _ code: UInt32) {
    // No reference may be left here: the object can be used again only if nobody holds it.
    if let slot = detach(id, code) { remove(slot) }
  }

  /// Tells a stream that nghttp2 let go of it; its slot, when it is concluded as well.
  private func detach(_ id: Int32, _ code: UInt32) -> Int? {
    guard let stream = stream(id) else { return nil }
    stream.detached(code)
    current = nil
    return stream.isOver && stream.slot >= 0 ? stream.slot : nil
  }

  // MARK: Sending

  private func sent(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = unsafe frame.pointee.hd
    let type = UInt32(header.type)
    if type == NGHTTP2_DATA.rawValue { limiter.earn(2) }
    if role == .server, type == NGHTTP2_RST_STREAM.rawValue {
      let code = unsafe frame.pointee.rst_stream.error_code
      if code != HTTP2ErrorCode.none, code != HTTP2ErrorCode.cancel { take(.ownResets) }
    }
    if type == NGHTTP2_GOAWAY.rawValue {
      let code = unsafe frame.pointee.goaway.error_code
      guard code != HTTP2ErrorCode.none, violation == nil else { return }
      let name = unsafe String(cString: nghttp2_http2_strerror(code))
      violation = WireError(.malformed, "the peer broke HTTP/2: \(name)")
    }
    guard role == .server, type == NGHTTP2_HEADERS.rawValue || type == NGHTTP2_DATA.rawValue,
      header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      let stream = stream(header.stream_id), !stream.remoteEnded
    else { return }
    // The client may stop sending: nobody reads it.
    unsafe nghttp2_submit_rst_stream(
      raw,
      UInt8(NGHTTP2_FLAG_NONE.rawValue),
      header.stream_id,
      HTTP2ErrorCode.none
    )
  }

  /// Puts a DATA frame into the output, its payload straight from the stream.
  private func send(_ stream: HTTP2Stream, _ header: UnsafeRawBufferPointer, _ count: Int) {
    unsafe output.append(header)
    stream.sendOutbound(count) { output.append($0) }
    let low = settings.outboundHighWaterBytes / 2
    if stream.isBlocked, stream.outbound.count <= low {
      stream.isBlocked = false
      writable.append(stream)
    }
  }
}
