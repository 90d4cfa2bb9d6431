import Basics
import Daemon
import Glibc
import HTTP
import Settings
import Wire

/// Who sends a request.
struct GatewayClient {
  /// What its key is called; empty where none is asked for.
  var keyName = ""
  /// Whose turns it sends; empty for nobody's.
  var tenant = ""
  /// The priority of its turns; 0 for the tenant's own.
  var priority = 0
  /// Who shares cached prompts with it.
  var group = ""
}

/// The keys of clients, found by what a client shows; none where all clients are served.
struct ClientKeys {
  private let path: String?
  /// By the first eight bytes of their digests, of which nobody can choose a key's.
  private var keys: [[UInt8]: [APIKey]] = [:]

  /// Reads the file at `path`, if there is one; throws all that is wrong with it.
  init(path: String?) throws {
    self.path = path
    try _ = reread()
  }

  /// Whether clients must show a key.
  var areAsked: Bool { path != nil }

  /// Reads the file again, and keeps what it was when anything is wrong with it; false for none.
  mutating func reread() throws(SettingsError) -> Bool {
    guard let path else { return false }
    keys = Dictionary(grouping: try APIKey.read(path: path)) { Array($0.digest.prefix(8)) }
    return true
  }

  /// Who sends a request with these fields.
  func client(_ fields: HTTPFields) throws(APIError) -> GatewayClient {
    guard areAsked else { return GatewayClient() }
    guard let secret = Self.secret(fields), !secret.isEmpty else {
      throw APIError(
        401,
        "missing_api_key",
        "no API key: send \"Authorization: Bearer KEY\" or \"x-api-key: KEY\""
      )
    }
    let digest = SHA256.digest(of: secret.span)
    let found = keys[Array(digest.prefix(8))]?.first { SHA256.isSame($0.digest, digest) }
    guard let key = found else {
      throw APIError(401, "invalid_api_key", "this API key is not known: ask its operator for one")
    }
    if let expiry = key.expiry, Duration.since1970 >= .seconds(expiry) {
      throw APIError(
        401,
        "expired_api_key",
        "this API key (\(key.name)) has expired: ask its operator for another"
      )
    }
    return GatewayClient(
      keyName: key.name,
      tenant: key.tenant.text,
      priority: key.priority,
      group: key.group
    )
  }

  /// The key that a client shows, as OpenAI's API or Anthropic's has it.
  private static func secret(_ fields: HTTPFields) -> [UInt8]? {
    if let key = fields.first("x-api-key") { return Array(key) }
    guard let value = fields.first("authorization") else { return nil }
    let words = value.split(separator: UInt8(ascii: " "))
    guard words.count == 2,
      String(decoding: words[0], as: UTF8.self).lowercased() == "bearer"
    else { return nil }
    return Array(words[1])
  }
}
