import COpenSSL
import Glibc

/// Where the keys and certificates of one end of TLS are; files in PEM.
public struct TLSSettings: Hashable, Sendable {
  /// Our certificate and those between it and the root, the own one first; servers must have one.
  public var certificateChainPath: String?
  /// The private key of our certificate.
  public var privateKeyPath: String?
  /// The certificates that the peer's must come from.
  ///
  /// On servers they make a client's certificate mandatory (mutual TLS); clients without any take
  /// the system's.
  public var trustRootsPath: String?

  /// Makes settings.
  public init(
    certificateChainPath: String? = nil,
    privateKeyPath: String? = nil,
    trustRootsPath: String? = nil
  ) {
    self.certificateChainPath = certificateChainPath
    self.privateKeyPath = privateKeyPath
    self.trustRootsPath = trustRootsPath
  }
}

/// Keys and certificates, read once for all connections of one end; TLS 1.3, with HTTP/2 in ALPN.
@safe
public final class TLSContext {
  let raw: OpaquePointer
  let role: GRPCStreamMachine.Role
  private let paths: [String]
  /// When each file was last changed before it was read.
  private let changes: [timespec]

  /// Whether the files are as they were when they were read.
  public var isCurrent: Bool {
    let now = Self.changes(of: paths)
    return zip(now, changes).allSatisfy { $0.tv_sec == $1.tv_sec && $0.tv_nsec == $1.tv_nsec }
  }

  private static func changes(of paths: [String]) -> [timespec] {
    paths.map { path in
      var status = stat()
      return unsafe stat(path, &status) == 0 ? status.st_mtim : timespec()
    }
  }

  /// Reads the files, and blocks on them: for start-up.
  public init(role: GRPCStreamMachine.Role, settings: TLSSettings) throws(WireError) {
    let method = unsafe role == .server ? TLS_server_method() : TLS_client_method()
    guard let raw = unsafe SSL_CTX_new(method) else {
      throw TLSContext.error("no TLS context")
    }
    unsafe self.raw = raw
    self.role = role
    paths = [settings.certificateChainPath, settings.privateKeyPath, settings.trustRootsPath]
      .compactMap { $0 }
    changes = Self.changes(of: paths)
    _ = unsafe SSL_CTX_ctrl(raw, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_3_VERSION), nil)
    if role == .server {
      // Who comes again proves again who it is: a ticket would outlive its certificate.
      _ = unsafe SSL_CTX_set_num_tickets(raw, 0)
      _ = unsafe SSL_CTX_set_options(raw, 1 << 14)  // SSL_OP_NO_TICKET, which is no C constant.
      _ = unsafe SSL_CTX_ctrl(raw, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
    }
    try useKey(settings)
    try useRoots(settings)
    try useHTTP2()
  }

  deinit {
    unsafe SSL_CTX_free(raw)
  }

  private func useKey(_ settings: TLSSettings) throws(WireError) {
    guard let chain = settings.certificateChainPath, let key = settings.privateKeyPath else {
      guard role == .client, settings.certificateChainPath == nil, settings.privateKeyPath == nil
      else { throw WireError(.invalid, "TLS needs both a certificate chain and a private key") }
      return
    }
    guard unsafe SSL_CTX_use_certificate_chain_file(raw, chain) == 1 else {
      throw Self.error("can't read the certificate chain \(chain)")
    }
    guard unsafe SSL_CTX_use_PrivateKey_file(raw, key, SSL_FILETYPE_PEM) == 1,
      unsafe SSL_CTX_check_private_key(raw) == 1
    else { throw Self.error("can't use the private key \(key)") }
  }

  private func useRoots(_ settings: TLSSettings) throws(WireError) {
    guard let roots = settings.trustRootsPath else {
      guard role == .client else { return }
      unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
      guard unsafe SSL_CTX_set_default_verify_paths(raw) == 1 else {
        throw Self.error("can't read the system's root certificates")
      }
      return
    }
    guard unsafe SSL_CTX_load_verify_locations(raw, roots, nil) == 1 else {
      throw Self.error("can't read the root certificates \(roots)")
    }
    unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    guard role == .server else { return }
    unsafe SSL_CTX_set_client_CA_list(raw, SSL_load_client_CA_file(roots))
  }

  private func useHTTP2() throws(WireError) {
    guard role == .server else {
      guard unsafe SSL_CTX_set_alpn_protos(raw, Self.http2, 3) == 0 else {
        throw Self.error("can't offer HTTP/2")
      }
      return
    }
    unsafe SSL_CTX_set_alpn_select_cb(
      raw,
      { _, selected, selectedCount, offered, offeredCount, _ in
        let offer = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
        var index = 0
        while index < offer.count {
          let length = Int(unsafe offer[index])
          guard index + length < offer.count else { break }
          if length == 2, unsafe offer[index + 1] == TLSContext.http2[1],
            unsafe offer[index + 2] == TLSContext.http2[2]
          {
            unsafe selected?.pointee = offered?.advanced(by: index + 1)
            unsafe selectedCount?.pointee = 2
            return SSL_TLSEXT_ERR_OK
          }
          index += 1 + length
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
      },
      nil
    )
  }

  /// `h2` as ALPN lists it.
  private static let http2: [UInt8] = [2, UInt8(ascii: "h"), UInt8(ascii: "2")]

  /// The words with what OpenSSL says about its last failure.
  static func error(_ words: String) -> WireError {
    let code = ERR_get_error()
    guard code != 0 else { return WireError(.handshake, words) }
    let reason = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
    ERR_clear_error()
    return WireError(.handshake, reason.map { "\(words): \($0)" } ?? words)
  }
}
