import Basics
import CNGHTTP2

/// A field of which neither part changes, so that nghttp2 need not copy it.
private func field(_ name: StaticString, _ value: StaticString) -> nghttp2_nv {
  unsafe nghttp2_nv(
    name: UnsafeMutablePointer(mutating: name.utf8Start),
    value: UnsafeMutablePointer(mutating: value.utf8Start),
    namelen: name.utf8CodeUnitCount,
    valuelen: value.utf8CodeUnitCount,
    flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
  )
}

/// A field whose value is copied when it is submitted.
private func field(_ name: StaticString, _ value: UnsafeBufferPointer<UInt8>) -> nghttp2_nv {
  unsafe nghttp2_nv(
    name: UnsafeMutablePointer(mutating: name.utf8Start),
    value: UnsafeMutablePointer(mutating: value.baseAddress),
    namelen: name.utf8CodeUnitCount,
    valuelen: value.count,
    flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
  )
}

extension GRPCStatus.Code {
  /// The number as it is on the wire.
  fileprivate var digits: StaticString {
    switch self {
    case .ok: "0"
    case .cancelled: "1"
    case .unknown: "2"
    case .invalidArgument: "3"
    case .deadlineExceeded: "4"
    case .notFound: "5"
    case .alreadyExists: "6"
    case .permissionDenied: "7"
    case .resourceExhausted: "8"
    case .failedPrecondition: "9"
    case .aborted: "10"
    case .outOfRange: "11"
    case .unimplemented: "12"
    case .internal: "13"
    case .unavailable: "14"
    case .dataLoss: "15"
    case .unauthenticated: "16"
    }
  }
}

extension HTTP2Session {
  /// Opens a stream; its number, or a negative one when that is not possible.
  func submitRequest(
    _ stream: GRPCStream,
    _ path: StaticString,
    _ metadata: Metadata,
    _ timeout: Duration?
  ) -> Int32 {
    unsafe fields.append(field(":method", "POST"))
    unsafe fields.append(field(":scheme", scheme))
    unsafe fields.append(field(":path", path))
    unsafe fields.append(field(":authority", UnsafeBufferPointer(authority)))
    unsafe fields.append(field("te", "trailers"))
    unsafe fields.append(field("content-type", "application/grpc"))
    unsafe fields.append(field("user-agent", "grpc-hearth"))
    var text: [UInt8] = []
    if let timeout { GRPCTimeout.append(timeout, to: &text) }
    return unsafe text.withUnsafeBufferPointer { text in
      if !text.isEmpty { unsafe fields.append(field("grpc-timeout", text)) }
      return unsafe withFields(metadata) { fields in
        var provider = unsafe Self.provider(stream)
        let data = unsafe Unmanaged.passUnretained(stream).toOpaque()
        return unsafe nghttp2_submit_request(
          raw,
          nil,
          fields.baseAddress,
          fields.count,
          &provider,
          data
        )
      }
    }
  }

  /// Sends a response's headers; its messages and trailers follow as they come.
  func submitResponse(_ stream: GRPCStream, _ metadata: Metadata) {
    unsafe fields.append(field(":status", "200"))
    unsafe fields.append(field("content-type", "application/grpc"))
    _ = unsafe withFields(metadata) { fields in
      var provider = unsafe Self.provider(stream)
      return unsafe nghttp2_submit_response(
        raw,
        stream.id,
        fields.baseAddress,
        fields.count,
        &provider
      )
    }
  }

  /// Sends a response that is nothing but a status.
  func submitTrailersOnly(_ stream: GRPCStream, _ status: GRPCStatus, _ trailers: Metadata) {
    unsafe fields.append(field(":status", "200"))
    unsafe fields.append(field("content-type", "application/grpc"))
    // What a caller that wants compression may use instead.
    if stream.head.isCompressed {
      unsafe fields.append(field("grpc-accept-encoding", "identity"))
    }
    _ = unsafe withStatus(status, trailers) { fields in
      unsafe nghttp2_submit_response(raw, stream.id, fields.baseAddress, fields.count, nil)
    }
  }

  /// Answers what is no gRPC request with an HTTP status.
  func refuse(_ stream: GRPCStream, http: Int) {
    _ = stream.machine.sendEnd()
    _ = stream.machine.end()
    unsafe fields.append(field(":status", http == 405 ? "405" : "415"))
    _ = unsafe withFields(Metadata()) { fields in
      unsafe nghttp2_submit_response(raw, stream.id, fields.baseAddress, fields.count, nil)
    }
  }

  func submitTrailers(_ stream: GRPCStream) {
    _ = unsafe withStatus(stream.endStatus, stream.endTrailers) { fields in
      unsafe nghttp2_submit_trailer(raw, stream.id, fields.baseAddress, fields.count)
    }
  }

  /// Sends the head of a response; the body follows as it comes, unless the head is all.
  func submitResponse(_ stream: HTTPStream, _ head: HTTPResponseHead, isEnd: Bool) {
    var bytes = head.fields.lowercasedBytes
    var status = Array("\(head.status)".utf8)
    unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      unsafe status.withUnsafeMutableBufferPointer { status in
        unsafe fields.append(field(":status", UnsafeBufferPointer(status)))
        head.fields.forEachRange { name, value in
          unsafe fields.append(
            nghttp2_nv(
              name: bytes.baseAddress?.advanced(by: name.lowerBound),
              value: bytes.baseAddress?.advanced(by: value.lowerBound),
              namelen: name.count,
              valuelen: value.count,
              flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
            )
          )
        }
        _ = unsafe withFields(Metadata()) { unsafe submit($0, stream, head.status, isEnd) }
      }
    }
  }

  private func submit(
    _ fields: UnsafeBufferPointer<nghttp2_nv>,
    _ stream: HTTPStream,
    _ status: Int,
    _ isEnd: Bool
  ) -> CInt {
    let (base, count) = (fields.baseAddress, fields.count)
    guard status >= 200 else {
      let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
      return unsafe nghttp2_submit_headers(raw, none, stream.id, nil, base, count, nil)
    }
    guard !isEnd else {
      return unsafe nghttp2_submit_response(raw, stream.id, base, count, nil)
    }
    var provider = unsafe Self.provider(stream)
    return unsafe nghttp2_submit_response(raw, stream.id, base, count, &provider)
  }

  func resumeData(_ id: Int32) {
    _ = unsafe nghttp2_session_resume_data(raw, id)
  }

  /// Whether the peer takes no bytes on the stream now.
  func isStalled(_ stream: HTTP2Stream) -> Bool {
    unsafe stream.isAttached
      && (nghttp2_session_get_stream_remote_window_size(raw, stream.id) == 0
        || nghttp2_session_get_remote_window_size(raw) == 0)
  }

  func reset(_ stream: HTTP2Stream, _ code: UInt32) {
    guard stream.isAttached else { return }
    let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
    unsafe nghttp2_submit_rst_stream(raw, none, stream.id, code)
  }

  private func withStatus(
    _ status: GRPCStatus,
    _ trailers: Metadata,
    _ submit: (UnsafeBufferPointer<nghttp2_nv>) -> CInt
  ) -> CInt {
    unsafe fields.append(field("grpc-status", status.code.digits))
    guard !status.message.isEmpty else { return unsafe withFields(trailers, submit) }
    var message: [UInt8] = []
    PercentEncoding.append(status.message, limit: GRPCStatus.messageBytesMax, to: &message)
    return unsafe message.withUnsafeBufferPointer { message in
      unsafe fields.append(field("grpc-message", message))
      return unsafe withFields(trailers, submit)
    }
  }

  /// Calls `submit` with the fields that were put together and those of `metadata`.
  private func withFields(
    _ metadata: Metadata,
    _ submit: (UnsafeBufferPointer<nghttp2_nv>) -> CInt
  ) -> CInt {
    var all: [nghttp2_nv] = unsafe []
    unsafe swap(&all, &fields)
    defer {
      unsafe all.removeAll(keepingCapacity: true)
      unsafe swap(&all, &fields)
    }
    guard !metadata.isEmpty else { return unsafe all.withUnsafeBufferPointer { unsafe submit($0) } }
    return unsafe metadata.withStorage { storage in
      metadata.forEachRange { name, value in
        unsafe all.append(
          nghttp2_nv(
            name: UnsafeMutablePointer(
              mutating: storage.baseAddress?.advanced(by: name.lowerBound)
            ),
            value: UnsafeMutablePointer(
              mutating: storage.baseAddress?.advanced(by: value.lowerBound)
            ),
            namelen: name.count,
            valuelen: value.count,
            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
          )
        )
        return true
      }
      return unsafe all.withUnsafeBufferPointer { unsafe submit($0) }
    }
  }

  /// Where nghttp2 gets the messages of a stream from: ``HTTP2Session`` copies them when a frame is
  /// made, so here they are only counted.
  private static func provider(_ stream: HTTP2Stream) -> nghttp2_data_provider {
    unsafe nghttp2_data_provider(
      source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque())
    ) { _, _, _, length, flags, source, data in
      guard let source = unsafe source?.pointee.ptr, let data = unsafe data,
        let flags = unsafe flags
      else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
      let stream = unsafe Unmanaged<HTTP2Stream>.fromOpaque(source).takeUnretainedValue()
      let session = unsafe Unmanaged<HTTP2Session>.fromOpaque(data).takeUnretainedValue()
      return unsafe session.provide(stream, length, flags)
    }
  }

  private func provide(
    _ stream: HTTP2Stream,
    _ length: Int,
    _ flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let count = min(length, stream.outbound.count)
    let isEnd = stream.hasEnd && count == stream.outbound.count
    guard count > 0 || isEnd else {
      // nghttp2 resets the stream.
      if stream.breaksOff { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
      stream.isDeferred = true
      return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
    guard isEnd else { return count }
    unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
    stream.localEndSent = true
    if stream.submitTrailers() {
      unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
    }
    return count
  }
}
