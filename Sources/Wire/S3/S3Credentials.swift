import Basics
import Glibc

/// Who asks a store; texts of it never show the secrets.
public struct S3Credentials: Sendable, CustomStringConvertible, CustomReflectable {
  /// The access key, which is no secret.
  public let keyID: String
  let secret: String
  let token: String?

  /// Makes credentials.
  public init(keyID: String, secret: String, token: String? = nil) {
    (self.keyID, self.secret, self.token) = (keyID, secret, token)
  }

  /// The access key alone.
  public var description: String { "access key \(keyID.quoted(limit: 128))" }

  /// The access key alone.
  public var customMirror: Mirror { Mirror(self, children: ["keyID": keyID]) }

  /// Takes the credentials from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where it is set,
  /// `AWS_SESSION_TOKEN`.
  public init(variable: (String) -> String?) throws(S3Fault) {
    guard let keyID = variable("AWS_ACCESS_KEY_ID"),
      let secret = variable("AWS_SECRET_ACCESS_KEY")
    else {
      throw S3Fault(
        .refused,
        "the store needs keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file"
      )
    }
    self.init(keyID: keyID, secret: secret, token: variable("AWS_SESSION_TOKEN"))
    try check("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
  }

  /// Reads the section `[default]` of a file as AWS's tools have it, which others must not be able
  /// to read.
  public init(file path: String) throws(S3Fault) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw unsafe S3Fault(.refused, "can't read \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw S3Fault(.refused, "\(path) is no ordinary file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw S3Fault(.refused, "others may read the keys in \(path): chmod 600 \(path)")
    }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count >= 0, count < bytes.count else {
      throw S3Fault(.refused, "\(path) is longer than a file of keys")
    }
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    let values = Self.defaults(in: text)
    guard let keyID = values["aws_access_key_id"], let secret = values["aws_secret_access_key"]
    else {
      throw S3Fault(
        .refused,
        "\(path) has no aws_access_key_id and aws_secret_access_key in its section [default]"
      )
    }
    self.init(keyID: keyID, secret: secret, token: values["aws_session_token"])
    try check(path)
  }

  private static func defaults(in text: String) -> [String: String] {
    var (values, isDefault) = ([String: String](), true)
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmed
      if line.hasPrefix("[") { isDefault = line == "[default]" }
      guard isDefault, let equals = line.firstIndex(of: "=") else { continue }
      let name = String(line[..<equals].trimmed)
      values[name] = String(line[line.index(after: equals)...].trimmed)
    }
    return values
  }

  private func check(_ place: String) throws(S3Fault) {
    let fields = [keyID, secret] + (token.map { [$0] } ?? [])
    for field in fields {
      guard 1...4096 ~= field.utf8.count, field.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
      else { throw S3Fault(.refused, "the keys in \(place) are empty or have odd characters") }
    }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
