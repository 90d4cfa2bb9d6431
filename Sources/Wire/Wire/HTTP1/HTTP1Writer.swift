public import Basics

/// Writes messages of HTTP/1.1.
public enum HTTP1Writer {
  /// How the body of a message is sent.
  public enum Body: Sendable {
    /// None; no length is given either.
    case none
    /// All of it, of so many bytes.
    case length(Int)
    /// In chunks, the last of which ``HTTP1Writer/lastChunk(into:)`` writes.
    case chunked
    /// Until the connection ends.
    case untilClose
  }

  /// Appends the head of a request.
  ///
  /// `fields` must name neither a length nor a coding nor the connection's end: that is what `body`
  /// says.
  public static func request(
    _ method: StaticString,
    target: String,
    fields: HTTPFields,
    body: Body,
    into output: inout Bytes
  ) {
    output.append(method)
    output.append(" ")
    append(target, to: &output)
    output.append(" HTTP/1.1\r\n")
    finish(fields, body, into: &output)
  }

  /// Appends the head of a response; `closes` tells the client that the connection ends with it.
  public static func response(
    status: Int,
    fields: HTTPFields,
    body: Body,
    closes: Bool,
    into output: inout Bytes
  ) {
    output.append("HTTP/1.1 ")
    output.appendDigits(of: status)
    output.append(" ")
    output.append(reason(status))
    output.append("\r\n")
    if closes { output.append("connection: close\r\n") }
    finish(fields, body, into: &output)
  }

  /// Appends the answer to a client that waits to be told to send its body.
  public static func goOn(into output: inout Bytes) {
    output.append("HTTP/1.1 100 Continue\r\n\r\n")
  }

  /// Appends a response that says nothing but that the answer is to come.
  public static func stillThere(into output: inout Bytes) {
    output.append("HTTP/1.1 102 Processing\r\n\r\n")
  }

  /// Appends a part of a body that is sent in chunks; an empty one appends nothing.
  public static func chunk(_ bytes: Span<UInt8>, into output: inout Bytes) {
    guard !bytes.isEmpty else { return }
    output.appendDigits(of: bytes.count, radix: 16)
    output.append("\r\n")
    output.append(bytes)
    output.append("\r\n")
  }

  /// Appends the end of a body that is sent in chunks.
  public static func lastChunk(into output: inout Bytes) { output.append("0\r\n\r\n") }

  private static func finish(_ fields: HTTPFields, _ body: Body, into output: inout Bytes) {
    fields.write(into: &output)
    switch body {
    case .none, .untilClose: break
    case .length(let length):
      output.append("content-length: ")
      output.appendDigits(of: length)
      output.append("\r\n")
    case .chunked: output.append("transfer-encoding: chunked\r\n")
    }
    output.append("\r\n")
  }

  private static func append(_ text: String, to output: inout Bytes) {
    var text = text
    text.withUTF8 { unsafe output.append(UnsafeRawBufferPointer($0)) }
  }

  private static func reason(_ status: Int) -> StaticString {
    switch status {
    case 200: "OK"
    case 204: "No Content"
    case 304: "Not Modified"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 499: "Client Closed Request"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: "-"
    }
  }
}
