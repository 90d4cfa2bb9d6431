import Basics

/// The fields of a header block that gRPC itself reads; all others go to the metadata.
@safe
struct GRPCHead {
  /// The method, such as `/hearth.v1.Router/Route`.
  private(set) var path: [UInt8] = []
  private(set) var isPost = false
  private(set) var contentIsGRPC = false
  private(set) var isCompressed = false
  private(set) var timeout: Duration?
  private(set) var timeoutIsMalformed = false
  private(set) var httpStatus = 0
  private(set) var statusCode: GRPCStatus.Code?
  private(set) var statusMessage = ""
  /// Whether the block is over the limit; the fields that were too many are not there.
  private(set) var isTooLarge = false
  private var bytesLeft = 0

  /// Forgets the last block and keeps the memory.
  mutating func begin(bytesMax: Int) {
    path.removeAll(keepingCapacity: true)
    (isPost, contentIsGRPC, isCompressed, isTooLarge) = (false, false, false, false)
    (timeout, timeoutIsMalformed, httpStatus, statusCode) = (nil, false, 0, nil)
    statusMessage = ""
    bytesLeft = bytesMax
  }

  /// Takes one field in; it costs its bytes and 32, as RFC 9113 counts a header list.
  mutating func add(
    _ name: UnsafeBufferPointer<UInt8>,
    _ value: UnsafeBufferPointer<UInt8>,
    to metadata: inout Metadata
  ) {
    bytesLeft -= name.count + value.count + 32
    guard bytesLeft >= 0 else {
      isTooLarge = true
      return
    }
    if unsafe read(name, value) { return }
    if unsafe !metadata.append(name: name, value: value) { isTooLarge = true }
  }

  /// Reads a field that is gRPC's; false for one that is the application's.
  private mutating func read(
    _ name: UnsafeBufferPointer<UInt8>,
    _ value: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    let span = unsafe Span(_unsafeElements: value)
    switch name.count {
    case 2 where unsafe name.equals("te"):
      return true
    case 5 where unsafe name.equals(":path"):
      unsafe path.append(contentsOf: value)
    case 7 where unsafe name.equals(":method"):
      isPost = unsafe value.equals("POST")
    case 7 where unsafe name.equals(":status"):
      httpStatus = Self.number(span) ?? 0
    case 12 where unsafe name.equals("content-type"):
      contentIsGRPC = unsafe value.begins("application/grpc")
    case 12 where unsafe name.equals("grpc-timeout"):
      timeout = GRPCTimeout.parse(span)
      timeoutIsMalformed = timeout == nil
    case 11 where unsafe name.equals("grpc-status"):
      statusCode = GRPCStatus.code(text: span) ?? .unknown
    case 12 where unsafe name.equals("grpc-message"):
      statusMessage = PercentEncoding.decode(span)
    case 13 where unsafe name.equals("grpc-encoding"):
      isCompressed = unsafe !value.equals("identity")
    default:
      return unsafe name.begins("grpc-") || name.begins(":")
    }
    return true
  }

  /// What a server answers to a request that is not to be handled, or nil.
  var refusal: GRPCStatus? {
    if isTooLarge { return GRPCStatus(.resourceExhausted, "the request's headers are too large") }
    if timeoutIsMalformed { return GRPCStatus(.internal, "grpc-timeout is malformed") }
    if isCompressed {
      return GRPCStatus(.unimplemented, "only identity compression is supported")
    }
    return nil
  }

  /// What a client makes of a response's head: nil while all is well, else how the call ended.
  func failure(isEnd: Bool) -> GRPCStatus? {
    if isTooLarge { return GRPCStatus(.resourceExhausted, "the response's headers are too large") }
    if isEnd, let statusCode { return GRPCStatus(statusCode, statusMessage) }
    if httpStatus != 200 { return GRPCStatus.status(http: httpStatus) }
    if !contentIsGRPC { return GRPCStatus(.unknown, "the response is not gRPC") }
    if isCompressed {
      return GRPCStatus(.internal, "the response has a compression that was not offered")
    }
    return nil
  }

  /// The status that trailers carry, or nil when they have none.
  var trailingStatus: GRPCStatus? {
    if isTooLarge { return GRPCStatus(.resourceExhausted, "the trailers are too large") }
    return statusCode.map { GRPCStatus($0, statusMessage) }
  }

  private static func number(_ text: Span<UInt8>) -> Int? {
    guard text.count == 3 else { return nil }
    var number = 0
    for index in 0..<3 {
      guard (48...57).contains(text[index]) else { return nil }
      number = number * 10 + Int(text[index]) - 48
    }
    return number
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether the bytes are this text, whose length is the same.
  @inline(__always)
  fileprivate func equals(_ text: StaticString) -> Bool {
    unsafe count == text.utf8CodeUnitCount && begins(text)
  }

  @inline(__always)
  fileprivate func begins(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    var index = 0
    while index < text.utf8CodeUnitCount {
      guard unsafe self[index] == text.utf8Start[index] else { return false }
      index += 1
    }
    return true
  }
}
