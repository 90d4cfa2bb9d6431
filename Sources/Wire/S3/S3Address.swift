import Basics

/// Where a bucket is.
public struct S3Address: Hashable, Sendable, CustomStringConvertible {
  /// `host:port` of the store.
  let host: String
  /// The store's host as requests name it: without a port that goes without saying.
  public let authority: String
  let isSecure: Bool
  /// The store's region: `eu-west-1`.
  public let region: String
  /// The bucket.
  public let bucket: String

  /// Takes an endpoint, `https://s3.eu-west-1.amazonaws.com` or `http://10.0.0.7:8333`, a region
  /// and a bucket, which is named in paths.
  public init(endpoint: String, region: String, bucket: String) throws(S3Fault) {
    var rest = endpoint[...]
    let scheme = ["https://", "http://"].first { endpoint.hasPrefix($0) }
    rest = rest.dropFirst(scheme?.count ?? 0)
    if rest.hasSuffix("/") { rest.removeLast() }
    let isVisible = rest.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "@") }
    guard let scheme, !rest.isEmpty, !rest.contains("/"), isVisible else {
      throw S3Fault(
        .invalid,
        "\(endpoint.quoted(limit: 200)) is no endpoint of a store (try https://HOST:PORT)"
      )
    }
    isSecure = scheme == "https://"
    let port = rest.lastIndex(of: ":").flatMap { UInt16(rest[rest.index(after: $0)...]) }
    authority = String(rest)
    host = port == nil ? "\(rest):\(isSecure ? 443 : 80)" : String(rest)
    guard !region.isEmpty, region.utf8.allSatisfy({ $0.isNameByte }) else {
      throw S3Fault(.invalid, "\(region.quoted(limit: 80)) is no region (try us-east-1)")
    }
    guard 3...63 ~= bucket.utf8.count, bucket.utf8.allSatisfy({ $0.isNameByte || $0 == 0x2E }),
      bucket.first != ".", bucket.last != "."
    else {
      throw S3Fault(
        .invalid,
        "\(bucket.quoted(limit: 80)) is no bucket's name: 3 to 63 small letters, digits, - and ."
      )
    }
    (self.region, self.bucket) = (region, bucket)
  }

  /// The bucket and the store.
  public var description: String { "s3://\(bucket) at \(authority)" }
}

extension UInt8 {
  fileprivate var isNameByte: Bool {
    (0x61...0x7a).contains(self) || (0x30...0x39).contains(self) || self == 0x2D
  }
}
