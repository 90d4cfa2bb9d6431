import Basics

/// The head of a response.
public struct HTTPResponseHead: Sendable {
  /// The status, 100 to 599.
  public let status: Int
  /// The fields.
  public let fields: HTTPFields
  /// Whether the server means to go on with the connection after the response.
  public let keepsAlive: Bool

  /// Makes a head.
  public init(status: Int, fields: HTTPFields, keepsAlive: Bool = true) {
    self.status = status
    self.fields = fields
    self.keepsAlive = keepsAlive
  }
}

/// Finds responses in what a server sends (RFC 9112), as strictly as requests are read.
///
/// Responses of the hundreds are left out, except 101, which is refused: nothing here upgrades.
public struct HTTP1ResponseReader: ~Copyable {
  private var reader: HTTP1MessageReader
  /// Whether the request that is answered was one for the head alone.
  private var isHeadOnly = false

  /// Makes a reader of a connection that has just begun.
  public init(limits: HTTP1Limits = HTTP1Limits()) {
    reader = HTTP1MessageReader(limits: limits, emptyStart: .fault)
  }

  /// Whether a response has begun and is not complete.
  public var isInside: Bool { reader.isInside }

  /// A request was sent whose response is next.
  public mutating func expect(headOnly: Bool) { isHeadOnly = headOnly }

  /// The next event in `bytes` from `offset` on, which moves behind it; nil when more must come.
  public mutating func next(
    _ bytes: Span<UInt8>,
    from offset: inout Int
  ) throws(HTTPFault) -> HTTP1Event<HTTPResponseHead>? {
    while let part = try reader.next(bytes, from: &offset) {
      switch part {
      case .lines(let lines): if let head = try head(of: lines) { return .head(head) }
      case .body(let range): return .body(range)
      case .end: return .end
      }
    }
    return nil
  }

  /// The connection ended; whether that completes the response that is being read.
  public mutating func end() throws(HTTPFault) -> Bool {
    guard isInside else { return false }
    guard reader.endsWithConnection else {
      throw HTTPFault(502, "the connection ended within a response")
    }
    reader.end()
    return true
  }

  private mutating func head(of lines: [UInt8]) throws(HTTPFault) -> HTTPResponseHead? {
    var parser = HTTP1LineParser(lines)
    let first = parser.next()
    let (status, minorVersion) = try Self.statusLine(lines.span.extracting(first))
    let fields = try parser.fields(max: reader.limits.fieldsMax)
    guard status != 101 else { throw HTTPFault(502, "nobody asked for another protocol") }
    guard status >= 200 else { return nil }
    var framing = try HTTP1Framing.said(by: fields, limits: reader.limits) ?? .untilClose
    if isHeadOnly || status == 204 || status == 304 { framing = .length(0) }
    reader.begin(framing)
    return HTTPResponseHead(
      status: status,
      fields: fields,
      keepsAlive: minorVersion == 1 && framing != .untilClose
        && !fields.lists("close", in: "connection")
    )
  }

  /// The status and the minor version of a first line (RFC 9112, 4); the reason is anything.
  private static func statusLine(_ line: Span<UInt8>) throws(HTTPFault) -> (Int, Int) {
    guard line.count >= 12, line.extracting(0..<7).equals("HTTP/1."),
      line[7] == UInt8(ascii: "1") || line[7] == UInt8(ascii: "0"), line[8] == 0x20,
      line.count == 12 || line[12] == 0x20
    else { throw HTTPFault(502, "a response does not begin with a version and a status") }
    var status = 0
    for index in 9..<12 {
      guard HTTPBytes.isDigit(line[index]) else { throw HTTPFault(502, "a status is no number") }
      status = status * 10 + Int(line[index]) - 0x30
    }
    guard (100..<600).contains(status) else { throw HTTPFault(502, "a status is not 100 to 599") }
    return (status, Int(line[7]) - 0x30)
  }
}
