import Basics
import Wire

/// Signs requests by version 4 of AWS's signatures: what is in, by whom, when, for which region and
/// service; no clock and no socket.
///
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
public struct SigV4: Sendable {
  /// Who signs.
  public var credentials: S3Credentials
  /// The region of the service: `eu-west-1`.
  public var region: String
  /// The service: `s3`.
  public var service: String

  /// A request as it is signed.
  public struct Request: Hashable, Sendable {
    /// The method: `GET`.
    public var method: String
    /// The path as it is sent: encoded, see ``SigV4/encoded(_:keepsSlashes:)``.
    public var path: String
    /// The query's names and values, not encoded yet; in any order.
    public var query: [Pair]
    /// The fields that are signed, the host among them; names in lower case.
    public var fields: [Pair]
    /// The digest of the body, in digits.
    public var payload: String

    /// Makes a request.
    public init(
      _ method: String,
      _ path: String,
      query: [Pair] = [],
      fields: [Pair],
      payload: String
    ) {
      (self.method, self.path, self.query) = (method, path, query)
      (self.fields, self.payload) = (fields, payload)
    }

    /// The query as it is sent and signed.
    public var queryText: String {
      query.map { (SigV4.encoded($0.name), SigV4.encoded($0.value)) }
        .sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
    }
  }

  /// A name and a value.
  public struct Pair: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// Makes a pair.
    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  /// Makes a signer.
  public init(_ credentials: S3Credentials, region: String, service: String = "s3") {
    (self.credentials, self.region, self.service) = (credentials, region, service)
  }

  /// The value of the field `authorization`.
  ///
  /// `time`: the request's `x-amz-date`, as in `20150830T123600Z`.
  public func authorization(_ request: Request, at time: String) -> String {
    let fields = request.fields.sorted { $0.name < $1.name }
    let names = fields.map(\.name).joined(separator: ";")
    let lines = fields.map { "\($0.name):\(Self.trimmed($0.value))\n" }.joined()
    let canonical =
      "\(request.method)\n\(request.path)\n\(request.queryText)\n\(lines)\n\(names)\n"
      + request.payload
    let day = String(time.prefix(8))
    let scope = "\(day)/\(region)/\(service)/aws4_request"
    let digest = SHA256.digest(of: Array(canonical.utf8).span).hexadecimal
    let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(digest)"
    var key = Array("AWS4\(credentials.secret)".utf8)
    for part in [day, region, service, "aws4_request", text] {
      key = SHA256.code(of: Array(part.utf8).span, key: key)
    }
    return "AWS4-HMAC-SHA256 Credential=\(credentials.keyID)/\(scope), SignedHeaders=\(names), "
      + "Signature=\(key.hexadecimal)"
  }

  /// The text with all but letters, digits and `-._~` as `%XX`.
  public static func encoded(_ text: String, keepsSlashes: Bool = false) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "/") where keepsSlashes: encoded += "/"
      default: encoded += "%" + Int(byte).digits(2, radix: 16).uppercased()
      }
    }
    return encoded
  }

  private static func trimmed(_ value: String) -> String {
    value.split(separator: " ").joined(separator: " ")
  }
}
