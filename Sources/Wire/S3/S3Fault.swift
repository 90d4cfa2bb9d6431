import Basics

/// Why a store did not do what it was asked.
public struct S3Fault: Error, Hashable, CustomStringConvertible {
  /// What a caller may do about it.
  public enum Kind: Hashable, Sendable {
    /// It can't be reached or is busy: the same may go well later.
    case away
    /// It does not let us: the keys or the permissions are others.
    case refused
    /// There is no such object or bucket.
    case missing
    /// There is one already.
    case taken
    /// What it sent, or was given, makes no sense.
    case invalid
  }

  /// What a caller may do about it.
  public var kind: Kind
  /// What is wrong, with which bucket and key, and what to do.
  public var description: String

  /// Makes a fault.
  public init(_ kind: Kind, _ description: String) {
    (self.kind, self.description) = (kind, description)
  }

  /// What an answer of this status means, of which the body may be anything; nil for one that went
  /// well.
  ///
  /// The code and the message of the body are told, and nothing else of it: stores also put there
  /// what was signed.
  static func of(_ status: Int, _ body: [UInt8], _ what: String) -> Self? {
    let error = (try? S3XML.read(body)).flatMap { $0.name == "Error" ? $0 : nil }
    // The end of a multipart upload can fail after its status was sent.
    guard status >= 300 || error != nil else { return nil }
    let code = error?["Code"]?.text ?? ""
    let told = [code, error?["Message"]?.text ?? ""].filter { !$0.isEmpty }
      .map { $0.quoted(limit: 200) }.joined(separator: ": ")
    let (kind, remedy) = meaning(status, code)
    let answer = "the store answered \(status)" + (told.isEmpty ? "" : " \(told)")
    return Self(kind, "can't \(what): \(answer)" + (remedy.isEmpty ? "" : "; \(remedy)"))
  }

  private static func meaning(_ status: Int, _ code: String) -> (Kind, String) {
    switch (status, code) {
    case (_, "RequestTimeTooSkewed"): (.refused, "set this host's clock")
    case (_, "SignatureDoesNotMatch"), (_, "InvalidAccessKeyId"), (_, "ExpiredToken"):
      (.refused, "check the access key and its secret")
    case (401, _), (403, _):
      (.refused, "check the access key, its secret and what it may do with the bucket")
    case (_, "NoSuchBucket"): (.missing, "make the bucket, or name another")
    case (404, _): (.missing, "")
    case (409, _), (412, _): (.taken, "")
    case (301, _), (307, _), (_, "AuthorizationHeaderMalformed"):
      (.refused, "check the endpoint and the region")
    case (429, _), (500..., _), (200..<300, _): (.away, "it will be tried again")
    default: (.invalid, "")
    }
  }
}
