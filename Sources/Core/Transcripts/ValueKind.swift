import Basics

/// What the digest of a value begins with, so that values of two kinds are never the same.
enum ValueKind: UInt8 { case string = 1, array, object, scalar, role, thought }

extension SipHash {
  /// The digest of a short text, as that of any string.
  func digest(of text: StaticString) -> UInt64 {
    var hasher = hasher()
    hasher.append(byte: ValueKind.string.rawValue)
    for index in 0..<text.utf8CodeUnitCount { unsafe hasher.append(byte: text.utf8Start[index]) }
    hasher.append(UInt64(text.utf8CodeUnitCount))
    return hasher.finish()
  }

  /// The digest of what stands for one other value.
  func digest(of value: UInt64, as kind: ValueKind) -> UInt64 {
    var hasher = hasher()
    hasher.append(byte: kind.rawValue)
    hasher.append(value)
    return hasher.finish()
  }
}
