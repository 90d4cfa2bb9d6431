import COpenSSL

/// AES-256-GCM (NIST SP 800-38D): what is opened is what was sealed with the same key, nonce and
/// context, or nothing.
///
/// A nonce must never be used twice with a key.
@safe public final class AESGCM {
  /// Bytes that sealing adds.
  public static let tagBytes = 16
  /// Bytes of a key.
  public static let keyBytes = 32
  /// Bytes of a nonce.
  public static let nonceBytes = 12

  private let context: OpaquePointer
  private let key: [UInt8]

  /// Makes a cipher; nil where the key has not ``keyBytes`` or OpenSSL has no memory.
  public init?(key: [UInt8]) {
    guard key.count == Self.keyBytes, let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
    unsafe self.context = context
    self.key = key
  }

  deinit { unsafe EVP_CIPHER_CTX_free(context) }

  /// What `bytes` become, with their tag at the end; nil where OpenSSL fails.
  public func seal(_ bytes: Span<UInt8>, nonce: [UInt8]) -> [UInt8]? {
    var sealed = [UInt8](repeating: 0, count: bytes.count + Self.tagBytes)
    let isDone = unsafe sealed.withUnsafeMutableBufferPointer { sealed in
      guard begin(nonce, seals: true), unsafe pass(bytes, into: sealed) else { return false }
      return unsafe EVP_CIPHER_CTX_ctrl(
        context,
        EVP_CTRL_AEAD_GET_TAG,
        CInt(Self.tagBytes),
        sealed.baseAddress.map { unsafe $0 + bytes.count }
      ) == 1
    }
    return isDone ? sealed : nil
  }

  /// What was sealed; nil where key or nonce are others or a bit was changed.
  public func open(_ sealed: Span<UInt8>, nonce: [UInt8]) -> [UInt8]? {
    let count = sealed.count - Self.tagBytes
    guard count >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    var tag: [UInt8] = []
    tag.append(copying: sealed.extracting(count...))
    let isDone = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      guard begin(nonce, seals: false) else { return false }
      let isSet = unsafe EVP_CIPHER_CTX_ctrl(
        context,
        EVP_CTRL_AEAD_SET_TAG,
        CInt(tag.count),
        &tag
      )
      guard isSet == 1 else { return false }
      return unsafe pass(sealed.extracting(..<count), into: bytes)
    }
    return isDone ? bytes : nil
  }

  private func begin(_ nonce: [UInt8], seals: Bool) -> Bool {
    guard nonce.count == Self.nonceBytes else { return false }
    return unsafe EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, seals ? 1 : 0) == 1
  }

  /// Passes all bytes through the cipher and ends it.
  private func pass(_ bytes: Span<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    guard let count = CInt(exactly: bytes.count) else { return false }
    var (done, rest, last) = (CInt(0), CInt(0), [UInt8](repeating: 0, count: 16))
    if count > 0 {
      let code = unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe EVP_CipherUpdate(context, output.baseAddress, &done, bytes.baseAddress, count)
      }
      guard code == 1, done == count else { return false }
    }
    return unsafe EVP_CipherFinal_ex(context, &last, &rest) == 1
  }
}
