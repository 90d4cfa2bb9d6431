public import Basics
import COpenSSL

/// What came of a step of TLS.
public enum TLSResult<Value> {
  /// More bytes of the peer are needed first.
  case incomplete
  /// It is done.
  case complete(Value)
  /// The connection is lost; what ``TLSSession/takeOutput(into:)`` has should still be sent.
  case failed(WireError)
}

extension TLSResult: Sendable where Value: Sendable {}

/// One end of a TLS connection: bytes in, bytes out, no socket.
@safe
public final class TLSSession {
  private let context: TLSContext
  let raw: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer

  private static let chunkBytes = 16 << 10

  /// Makes a session.
  ///
  /// `serverName` is what a client expects of the server's certificate, a DNS name or an IP
  /// address; clients must give one.
  public init(context: TLSContext, serverName: String? = nil) throws(WireError) {
    self.context = context
    guard let made = unsafe SSL_new(context.raw), let incoming = unsafe BIO_new(BIO_s_mem()),
      let outgoing = unsafe BIO_new(BIO_s_mem())
    else { throw WireError(.outOfMemory, "no memory for a TLS session") }
    unsafe (raw, self.incoming, self.outgoing) = (made, incoming, outgoing)
    unsafe SSL_set_bio(made, incoming, outgoing)
    if context.role == .server {
      unsafe SSL_set_accept_state(made)
      return
    }
    unsafe SSL_set_connect_state(made)
    guard let serverName, !serverName.isEmpty else {
      throw WireError(.invalid, "a TLS client needs the server's name")
    }
    try expect(serverName)
  }

  deinit {
    unsafe SSL_free(raw)
  }

  private func expect(_ name: String) throws(WireError) {
    let parameters = unsafe SSL_get0_param(raw)
    if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return }
    ERR_clear_error()
    let isSet = unsafe name.withCString { text in
      unsafe SSL_ctrl(
        raw,
        SSL_CTRL_SET_TLSEXT_HOSTNAME,
        Int(TLSEXT_NAMETYPE_host_name),
        UnsafeMutableRawPointer(mutating: text)
      )
    }
    guard isSet == 1, unsafe SSL_set1_host(raw, name) == 1 else {
      throw WireError(.invalid, "\(name) can't be a server's name")
    }
  }

  /// Whether the handshake is done.
  public var isEstablished: Bool { unsafe SSL_is_init_finished(raw) == 1 }

  /// Whether the peer has begun a record of which the rest is still to come.
  public var isInRecord: Bool { unsafe BIO_ctrl_pending(incoming) > 0 || SSL_has_pending(raw) == 1 }

  /// Takes in what the peer sent; then call ``handshake()`` or ``read(into:)``.
  public func receive(_ bytes: Span<UInt8>) throws(WireError) {
    let written = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe BIO_write(incoming, buffer.baseAddress, CInt(clamping: buffer.count))
    }
    guard bytes.isEmpty || Int(written) == bytes.count else {
      throw WireError(.outOfMemory, "no memory for TLS records")
    }
  }

  /// Goes on with the handshake; complete when it is done and both ends agreed on what they speak.
  public func handshake() -> TLSResult<Void> {
    ERR_clear_error()
    let code = unsafe SSL_do_handshake(raw)
    guard code == 1 else { return result(code, "the TLS handshake failed") }
    guard agreedProtocol != nil || !context.mustAgree else {
      return .failed(WireError(.handshake, "the peer did not agree on HTTP/2"))
    }
    return .complete(())
  }

  /// What both ends agreed to speak; nil before the end of the handshake, or when the peer named
  /// nothing.
  public var agreedProtocol: TLSSettings.ApplicationProtocol? {
    var name: UnsafePointer<UInt8>?
    var count: CUnsignedInt = 0
    unsafe SSL_get0_alpn_selected(raw, &name, &count)
    let bytes = unsafe UnsafeBufferPointer(start: name, count: Int(count))
    return TLSSettings.ApplicationProtocol(
      rawValue: unsafe String(decoding: bytes, as: UTF8.self)
    )
  }

  /// Appends what the peer wrote to `bytes` and says how much it was; complete with 0 when the peer
  /// closed its side.
  public func read(into bytes: inout Bytes) -> TLSResult<Int> {
    var total = 0
    while true {
      ERR_clear_error()
      var code: CInt = 0
      unsafe bytes.append(count: Self.chunkBytes) { memory in
        code = unsafe SSL_read(raw, memory.baseAddress, CInt(memory.count))
        return max(0, Int(code))
      }
      if code > 0 {
        total += Int(code)
        continue
      }
      if total > 0 { return .complete(total) }
      if unsafe SSL_get_error(raw, code) == SSL_ERROR_ZERO_RETURN { return .complete(0) }
      return result(code, "a TLS record is broken")
    }
  }

  /// Encrypts `bytes` for the peer; only after the handshake.
  public func write(_ bytes: Span<UInt8>) throws(WireError) {
    guard !bytes.isEmpty else { return }
    ERR_clear_error()
    let written = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe SSL_write(raw, buffer.baseAddress, CInt(clamping: buffer.count))
    }
    guard Int(written) == bytes.count else { throw TLSContext.error("TLS can't write") }
  }

  /// Appends what is to be sent to the peer to `bytes`: to be called after every other call.
  public func takeOutput(into bytes: inout Bytes) {
    let count = unsafe BIO_ctrl_pending(outgoing)
    guard count > 0 else { return }
    unsafe bytes.append(count: count) { memory in
      max(0, Int(unsafe BIO_read(outgoing, memory.baseAddress, CInt(clamping: memory.count))))
    }
  }

  /// Tells the peer that no more will be written.
  public func close() {
    guard isEstablished else { return }
    _ = unsafe SSL_shutdown(raw)
    ERR_clear_error()
  }

  /// The DNS names and URIs of the peer's certificate, or else its common name; empty when it has
  /// shown none.
  public var peerNames: [String] {
    guard let certificate = unsafe SSL_get1_peer_certificate(raw) else { return [] }
    defer { unsafe X509_free(certificate) }
    let names = unsafe alternativeNames(certificate)
    if !names.isEmpty { return names }
    let subject = unsafe X509_get_subject_name(certificate)
    let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      let count = unsafe X509_NAME_get_text_by_NID(
        subject,
        NID_commonName,
        buffer.baseAddress,
        CInt(buffer.count)
      )
      guard count > 0, let base = buffer.baseAddress else { return "" }
      return unsafe String(cString: base)
    }
    return text.isEmpty ? [] : [text]
  }

  private func alternativeNames(_ certificate: OpaquePointer) -> [String] {
    guard
      let stack = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil)
        .map(OpaquePointer.init)
    else { return [] }
    defer { unsafe GENERAL_NAMES_free(stack) }
    var names: [String] = []
    let count = unsafe OPENSSL_sk_num(stack)
    for index in 0..<count {
      guard let value = unsafe OPENSSL_sk_value(stack, index) else { continue }
      let name = unsafe value.assumingMemoryBound(to: GENERAL_NAME.self)
      guard unsafe name.pointee.type == GEN_DNS || name.pointee.type == GEN_URI,
        let text = unsafe name.pointee.d.ia5, let bytes = unsafe ASN1_STRING_get0_data(text)
      else { continue }
      let length = Int(unsafe ASN1_STRING_length(text))
      unsafe names.append(
        String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
      )
    }
    return names
  }

  private func result<Value>(_ code: CInt, _ words: String) -> TLSResult<Value> {
    switch unsafe SSL_get_error(raw, code) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .incomplete
    default:
      let verify = unsafe SSL_get_verify_result(raw)
      guard verify == X509_V_OK else {
        let reason = unsafe String(cString: X509_verify_cert_error_string(verify))
        ERR_clear_error()
        return .failed(WireError(.handshake, "\(words): \(reason)"))
      }
      return .failed(TLSContext.error(words))
    }
  }
}
