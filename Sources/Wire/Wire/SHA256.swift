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

  /// Whether two digests or secrets are the same, in a time that does not tell where they differ.
  public static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0
  }
}
