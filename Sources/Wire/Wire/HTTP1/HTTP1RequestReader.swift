import Basics

/// The head of a request.
public struct HTTPRequestHead: Sendable {
  /// Which of the methods that have a meaning here.
  public enum Method: Sendable { case get, head, post, delete, options, other }

  /// What is asked for.
  public let method: Method
  /// The path with its query, from the first `/` on.
  public let target: String
  /// The fields.
  public let fields: HTTPFields
  /// Whether the client means to go on with the connection after the answer.
  public let keepsAlive: Bool
  /// Whether a body follows; where none does, the head is all of the request.
  public let hasBody: Bool
  /// Whether the client waits to be told to send the body.
  public let expectsContinue: Bool
  /// Whether the answer may come in chunks: not with HTTP/1.0.
  public let takesChunks: Bool

  /// Makes a head.
  public init(
    method: Method,
    target: String,
    fields: HTTPFields,
    keepsAlive: Bool = true,
    hasBody: Bool = false,
    expectsContinue: Bool = false,
    takesChunks: Bool = true
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.keepsAlive = keepsAlive
    self.hasBody = hasBody
    self.expectsContinue = expectsContinue
    self.takesChunks = takesChunks
  }

  /// The target without its query.
  public var path: Substring { target.prefix { $0 != "?" } }
}

extension HTTPRequestHead.Method {
  /// The method of this name.
  init(_ name: Span<UInt8>) {
    if name.equals("POST") {
      self = .post
    } else if name.equals("GET") {
      self = .get
    } else if name.equals("HEAD") {
      self = .head
    } else if name.equals("OPTIONS") {
      self = .options
    } else {
      self = name.equals("DELETE") ? .delete : .other
    }
  }
}

/// What is next in the bytes of a connection.
public enum HTTP1Event<Head: Sendable>: Sendable {
  /// A message begins.
  case head(Head)
  /// Where a part of its body is.
  case body(Range<Int>)
  /// It is complete; a request without a body is so with its head, and has no such event.
  case end
}

/// Finds requests in what a client sends (RFC 9112), strictly: what two readers could understand in
/// two ways is refused, and then nothing more of the connection is read.
public struct HTTP1RequestReader: ~Copyable {
  private var reader: HTTP1MessageReader

  /// Makes a reader of a connection that has just begun.
  public init(limits: HTTP1Limits = HTTP1Limits()) {
    reader = HTTP1MessageReader(limits: limits, emptyStart: .leftOutOnce)
  }

  /// Whether a request has begun and is not complete.
  public var isInside: Bool { reader.isInside }

  /// The next event in `bytes` from `offset` on, which moves behind it; nil when more must come.
  public mutating func next(
    _ bytes: Span<UInt8>,
    from offset: inout Int
  ) throws(HTTPFault) -> HTTP1Event<HTTPRequestHead>? {
    switch try reader.next(bytes, from: &offset) {
    case .lines(let lines): .head(try head(of: lines))
    case .body(let range): .body(range)
    case .end: .end
    case nil: nil
    }
  }

  private mutating func head(of lines: [UInt8]) throws(HTTPFault) -> HTTPRequestHead {
    let limits = reader.limits
    var parser = HTTP1LineParser(lines)
    let first = parser.next()
    let line = try RequestLine(lines.span.extracting(first), limits)
    let fields = try parser.fields(max: limits.fieldsMax)
    try Self.checkHost(fields, isRequired: line.minorVersion == 1)
    let framing: HTTP1Framing?
    do throws(HTTPFault) {
      framing = try HTTP1Framing.said(by: fields, limits: limits)
    } catch {
      var fault = error
      fault.path = String(line.target.prefix { $0 != "?" })
      throw fault
    }
    guard line.minorVersion == 1 || framing != .chunked else {
      throw HTTPFault("HTTP/1.0 has no chunks")
    }
    let expectations = fields.count(of: "expect")
    let expectsContinue = fields.has("100-continue", in: "expect")
    guard expectations == 0 || expectations == 1 && expectsContinue else {
      throw HTTPFault(417, "only \"100-continue\" can be expected")
    }
    let hasBody = framing != nil && framing != .length(0)
    if let framing, hasBody { reader.begin(framing) }
    return HTTPRequestHead(
      method: line.method,
      target: line.target,
      fields: fields,
      keepsAlive: line.minorVersion == 1 && !fields.lists("close", in: "connection"),
      hasBody: hasBody,
      expectsContinue: expectsContinue && line.minorVersion == 1 && hasBody,
      takesChunks: line.minorVersion == 1
    )
  }

  /// One host, made of what a name, an address and a port are made of (RFC 9112, 3.2).
  private static func checkHost(_ fields: HTTPFields, isRequired: Bool) throws(HTTPFault) {
    let count = fields.count(of: "host")
    guard count == 1 || count == 0 && !isRequired else {
      throw HTTPFault(count == 0 ? "there is no host" : "there are several hosts")
    }
    if let host = fields.first("host") { try checkHost(host) }
  }

  static func checkHost(_ host: some Collection<UInt8>) throws(HTTPFault) {
    var isValid = !host.isEmpty
    for byte in host {
      let isMark =
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
      isValid = isValid && (HTTPBytes.isToken(byte) || isMark)
    }
    guard isValid else { throw HTTPFault("the host is not a name or an address") }
  }
}

/// The first line of a request (RFC 9112, 3).
private struct RequestLine {
  let method: HTTPRequestHead.Method
  let target: String
  let minorVersion: Int

  init(_ line: Span<UInt8>, _ limits: HTTP1Limits) throws(HTTPFault) {
    var end = 0
    while end < line.count, HTTPBytes.isToken(line[end]) { end += 1 }
    guard end > 0, end <= 32, end < line.count, line[end] == 0x20 else {
      throw HTTPFault("a request does not begin with a method")
    }
    let start = end + 1
    let method = line.extracting(0..<end)
    end = start
    // Visible ASCII but for the mark of a fragment.
    while end < line.count, line[end] > 0x20, line[end] < 0x7f, line[end] != UInt8(ascii: "#") {
      end += 1
    }
    guard end - start <= limits.targetBytesMax else {
      throw HTTPFault(414, "the target is longer than \(limits.targetBytesMax) bytes")
    }
    guard end > start, end < line.count, line[end] == 0x20 else {
      throw HTTPFault("a request has no target, or it has characters that must be escaped")
    }
    self.method = HTTPRequestHead.Method(method)
    minorVersion = try Self.minorVersion(line.extracting((end + 1)...))
    target = try Self.target(line.extracting(start..<end), isOptions: self.method == .options)
  }

  private static func minorVersion(_ version: Span<UInt8>) throws(HTTPFault) -> Int {
    if version.equals("HTTP/1.1") { return 1 }
    if version.equals("HTTP/1.0") { return 0 }
    let isVersion =
      version.count == 8 && version.extracting(0..<5).equals("HTTP/")
      && HTTPBytes.isDigit(version[5]) && version[6] == UInt8(ascii: ".")
      && HTTPBytes.isDigit(version[7])
    throw isVersion
      ? HTTPFault(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
      : HTTPFault("a request's line does not end with a version")
  }

  /// The path and query of a target in origin or absolute form; `*` for options of the server.
  private static func target(_ bytes: Span<UInt8>, isOptions: Bool) throws(HTTPFault) -> String {
    if bytes[0] == UInt8(ascii: "/") { return String(copying: bytes) }
    if isOptions, bytes.equals("*") { return "*" }
    for scheme: StaticString in ["http://", "https://"] {
      let length = scheme.utf8CodeUnitCount
      guard bytes.count > length, bytes.extracting(0..<length).equalsLowercased(scheme) else {
        continue
      }
      var end = length
      while end < bytes.count, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") {
        end += 1
      }
      try HTTP1RequestReader.checkHost([UInt8](bytes.extracting(length..<end)))
      let rest = String(copying: bytes.extracting(end...))
      return rest.hasPrefix("/") ? rest : "/" + rest
    }
    throw HTTPFault("a request's target is neither a path nor an address")
  }
}

extension String {
  /// The text of ASCII bytes.
  init(copying bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
