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
  /// What this end speaks, the best first.
  public var protocols: [ApplicationProtocol]

  /// The oldest version that is spoken.
  public var oldestVersion = Version.tls13

  /// A version of TLS.
  public enum Version: Sendable {
    /// With an ephemeral key and an authenticated cipher alone, and nothing negotiated again.
    case tls12
    case tls13
  }

  /// What is spoken inside of TLS, by its name in ALPN.
  public enum ApplicationProtocol: String, Sendable {
    case http2 = "h2"
    case http1 = "http/1.1"
  }

  /// Makes settings; HTTP/2 alone is spoken unless others are named.
  public init(
    certificateChainPath: String? = nil,
    privateKeyPath: String? = nil,
    trustRootsPath: String? = nil,
    protocols: [ApplicationProtocol] = [.http2]
  ) {
    self.certificateChainPath = certificateChainPath
    self.privateKeyPath = privateKeyPath
    self.trustRootsPath = trustRootsPath
    self.protocols = protocols
  }
}

/// Keys and certificates, read once for all connections of one end; TLS with ALPN.
@safe
public final class TLSContext {
  let raw: OpaquePointer
  let role: GRPCStreamMachine.Role
  /// Whether the peer must name a protocol that this end speaks.
  let mustAgree: Bool
  private let paths: [String]
  /// What this end speaks, as ALPN lists it; OpenSSL asks for it while the context is.
  private let offer: UnsafeMutableBufferPointer<UInt8>
  /// When each file was last changed before it was read.
  private let changes: [timespec]

  /// Whether the files are as they were when they were read.
  public var isCurrent: Bool {
    let now = Self.changes(of: paths)
    return zip(now, changes).allSatisfy { $0.tv_sec == $1.tv_sec && $0.tv_nsec == $1.tv_nsec }
  }

  /// When our certificate expires, in seconds since 1970; nil where there is none.
  public var expiry: Int? {
    guard let certificate = unsafe SSL_CTX_get0_certificate(raw),
      let end = unsafe X509_get0_notAfter(certificate)
    else { return nil }
    var time = unsafe tm()
    return unsafe ASN1_TIME_to_tm(end, &time) == 1 ? unsafe timegm(&time) : nil
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
    // Who speaks no ALPN speaks HTTP/1.1.
    mustAgree = !settings.protocols.contains(.http1)
    let names = settings.protocols.flatMap { [UInt8($0.rawValue.utf8.count)] + $0.rawValue.utf8 }
    unsafe offer = .allocate(capacity: names.count)
    _ = unsafe offer.initialize(from: names)
    paths = [settings.certificateChainPath, settings.privateKeyPath, settings.trustRootsPath]
      .compactMap { $0 }
    changes = Self.changes(of: paths)
    let oldest = settings.oldestVersion == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION
    _ = unsafe SSL_CTX_ctrl(raw, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(oldest), nil)
    // HTTP/2 allows no others in TLS 1.2 (RFC 9113, 9.2.2).
    _ = unsafe SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20")
    if role == .server {
      // Who comes again proves again who it is: a ticket would outlive its certificate.
      _ = unsafe SSL_CTX_set_num_tickets(raw, 0)
      // SSL_OP_NO_TICKET and SSL_OP_NO_RENEGOTIATION, which are no C constants.
      _ = unsafe SSL_CTX_set_options(raw, 1 << 14 | 1 << 30)
      _ = unsafe SSL_CTX_ctrl(raw, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
    }
    try useKey(settings)
    try useRoots(settings)
    try useProtocols()
  }

  deinit {
    unsafe SSL_CTX_free(raw)
    unsafe offer.deallocate()
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

  private func useProtocols() throws(WireError) {
    guard role == .server else {
      guard unsafe SSL_CTX_set_alpn_protos(raw, offer.baseAddress, CUnsignedInt(offer.count)) == 0
      else { throw Self.error("can't offer a protocol") }
      return
    }
    unsafe SSL_CTX_set_alpn_select_cb(
      raw,
      { _, selected, selectedCount, offered, offeredCount, context in
        guard let context = unsafe context else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let own = unsafe Unmanaged<TLSContext>.fromOpaque(context).takeUnretainedValue().offer
        let code = unsafe selected?.withMemoryRebound(
          to: UnsafeMutablePointer<UInt8>?.self,
          capacity: 1
        ) {
          unsafe SSL_select_next_proto(
            $0,
            selectedCount,
            own.baseAddress,
            CUnsignedInt(own.count),
            offered,
            offeredCount
          )
        }
        return code == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL
      },
      Unmanaged.passUnretained(self).toOpaque()
    )
  }

  /// The words with what OpenSSL says about its last failure.
  static func error(_ words: String) -> WireError {
    let code = ERR_get_error()
    guard code != 0 else { return WireError(.handshake, words) }
    let reason = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
    ERR_clear_error()
    return WireError(.handshake, reason.map { "\(words): \($0)" } ?? words)
  }
}
