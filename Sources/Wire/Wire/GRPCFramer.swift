public import Basics

/// Messages in a run of bytes: a byte that says whether it is compressed, the length in four bytes,
/// then the message.
///
/// Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md,
/// "Length-Prefixed-Message"
public struct GRPCFramer: Sendable {
  /// How long the prefix of a message is, in bytes.
  public static let prefixBytes = 5

  /// The longest message that is taken, in bytes.
  public let messageBytesMax: Int

  /// Makes a framer.
  public init(messageBytesMax: Int) {
    self.messageBytesMax = messageBytesMax
  }

  /// Where the first message of `bytes` is, or nil while it is not complete.
  ///
  /// Throws as soon as the prefix is there: UNIMPLEMENTED for a compressed message, since no
  /// compression was agreed on, and RESOURCE_EXHAUSTED for one that is too long.
  public func next(in bytes: Span<UInt8>) throws(GRPCStatus) -> Range<Int>? {
    guard let end = Self.length(in: bytes) else { return nil }
    guard bytes[0] == 0 else {
      throw bytes[0] == 1
        ? GRPCStatus(.unimplemented, "compressed messages are not supported")
        : GRPCStatus(.internal, "a message begins with \(bytes[0]) instead of 0 or 1")
    }
    guard end - Self.prefixBytes <= messageBytesMax else {
      throw GRPCStatus(
        .resourceExhausted,
        "a message of \(end - Self.prefixBytes) bytes is over the limit of \(messageBytesMax)"
      )
    }
    return bytes.count >= end ? Self.prefixBytes..<end : nil
  }

  /// How many bytes the first message of `bytes` has with its prefix; nil while that is not there.
  static func length(in bytes: Span<UInt8>) -> Int? {
    guard bytes.count >= prefixBytes else { return nil }
    let length =
      Int(bytes[1]) << 24 | Int(bytes[2]) << 16 | Int(bytes[3]) << 8 | Int(bytes[4])
    return prefixBytes + length
  }

  /// Appends one message with its prefix to `output`; `encode` appends the message itself.
  ///
  /// Appends nothing when `encode` throws.
  public static func append<Failure: Error>(
    to output: inout Bytes,
    _ encode: (inout Bytes) throws(Failure) -> Void
  ) throws(Failure) {
    let offset = output.count
    output.append(0)
    output.append(0)
    output.append(0)
    output.append(0)
    output.append(0)
    do {
      try encode(&output)
    } catch {
      output.removeLast(output.count - offset)
      throw error
    }
    let length = output.count - offset - prefixBytes
    precondition(length <= UInt32.max, "a message of \(length) bytes has no prefix")
    output.overwrite(at: offset + 1, bigEndian: UInt32(length))
  }
}
