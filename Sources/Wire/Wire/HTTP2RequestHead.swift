import Basics

/// Gathers the fields of a request that comes by HTTP/2; nghttp2 has checked how they go together
/// (RFC 9113, 8.2 and 8.3), and that a body is as long as was said.
struct HTTP2RequestHead {
  private var method: HTTPRequestHead.Method?
  private var target: [UInt8] = []
  private var authority: [UInt8]?
  private var fields = HTTPFields()
  private var bytes = 0

  /// Takes one field in.
  mutating func add(
    _ name: UnsafeBufferPointer<UInt8>,
    _ value: UnsafeBufferPointer<UInt8>,
    _ limits: HTTP1Limits
  ) {
    bytes += name.count + value.count + 32
    guard bytes <= limits.headBytesMax, fields.count <= limits.fieldsMax else { return }
    guard unsafe name.first == UInt8(ascii: ":") else {
      return unsafe fields.append(name, value)
    }
    let word = unsafe Span(_unsafeElements: name)
    if word.equals(":method") {
      method = unsafe HTTPRequestHead.Method(Span(_unsafeElements: value))
    } else if word.equals(":path") {
      target = unsafe Array(value)
    } else if word.equals(":authority") {
      authority = unsafe Array(value)
    }
  }

  /// The head, once all fields came.
  mutating func head(
    hasBody: Bool,
    _ limits: HTTP1Limits
  ) throws(HTTPFault) -> HTTPRequestHead {
    guard bytes <= limits.headBytesMax else {
      throw HTTPFault(431, "more than \(limits.headBytesMax) bytes of fields")
    }
    guard fields.count <= limits.fieldsMax else {
      throw HTTPFault(431, "more than \(limits.fieldsMax) fields")
    }
    guard target.count <= limits.targetBytesMax else {
      throw HTTPFault(414, "the target is longer than \(limits.targetBytesMax) bytes")
    }
    guard let method, !target.isEmpty else { throw HTTPFault(501, "nothing is tunnelled here") }
    guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
      throw HTTPFault("a request's target has characters that must be escaped")
    }
    let hosts = fields.count(of: "host")
    guard hosts < 2 else { throw HTTPFault("there are several hosts") }
    if let authority {
      guard hosts == 0 || fields.first("host").map(Array.init) == authority else {
        throw HTTPFault("there are two hosts that differ")
      }
      if hosts == 0 { fields.append("host".utf8, authority) }
    }
    if let host = fields.first("host") { try HTTP1RequestReader.checkHost(host) }
    // A length that is too long is refused before the body comes.
    _ = try HTTP1Framing.said(by: fields, limits: limits)
    let expectations = fields.count(of: "expect")
    let expectsContinue = fields.has("100-continue", in: "expect")
    guard expectations == 0 || expectations == 1 && expectsContinue else {
      throw HTTPFault(417, "only \"100-continue\" can be expected")
    }
    return HTTPRequestHead(
      method: method,
      target: String(copying: target.span),
      fields: fields,
      hasBody: hasBody,
      expectsContinue: expectsContinue && hasBody
    )
  }
}
