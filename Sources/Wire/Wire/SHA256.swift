import COpenSSL

/// The digest of FIPS 180-4.
public enum SHA256 {
  /// The 32 bytes of the digest of `bytes`.
  public static func digest(of bytes: Span<UInt8>) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        _ = unsafe COpenSSL.SHA256(bytes.baseAddress, bytes.count, digest.baseAddress)
      }
      count = 32
    }
  }

  /// The 32 bytes of the code that proves `bytes` to come from who has the key (HMAC, RFC 2104).
  public static func code(of bytes: Span<UInt8>, key: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 32) { code, count in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        _ = unsafe HMAC(
          EVP_sha256(),
          key,
          CInt(key.count),
          bytes.baseAddress,
          bytes.count,
          code.baseAddress,
          nil
        )
      }
      count = 32
    }
  }

  /// Whether two digests or secrets are the same, in a time that does not tell where they differ.
  public static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0
  }
}

extension SHA256 {
  /// The digest of what comes in pieces.
  @safe public struct Running: ~Copyable {
    // One that there is no memory for stays nil, and gives no digest.
    private let context = unsafe EVP_MD_CTX_new()
    private var isWhole = true

    /// Begins with nothing.
    public init() {
      isWhole = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes the next piece.
    public mutating func update(_ bytes: Span<UInt8>) {
      let code = unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
      }
      isWhole = isWhole && code == 1
    }

    /// The 32 bytes of the digest of all pieces, once; nil where OpenSSL failed.
    public mutating func digest() -> [UInt8]? {
      var digest = [UInt8](repeating: 0, count: 32)
      guard isWhole, unsafe EVP_DigestFinal_ex(context, &digest, nil) == 1 else { return nil }
      isWhole = false
      return digest
    }
  }
}
