/// Why bytes can't be read or written any more; the connection that it concerns is lost.
public struct WireError: Error, Equatable, CustomStringConvertible {
  /// What is wrong; more kinds may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String { case malformed, flooded, handshake, outOfMemory, invalid }
    private let kind: Kind

    /// The peer's bytes break the protocol.
    public static let malformed = Self(kind: .malformed)
    /// The peer sent more frames of one kind than ``FrameLimits`` allow.
    public static let flooded = Self(kind: .flooded)
    /// The TLS handshake or a TLS record failed.
    public static let handshake = Self(kind: .handshake)
    /// A C library found no memory.
    public static let outOfMemory = Self(kind: .outOfMemory)
    /// Settings or arguments of our own can't be used.
    public static let invalid = Self(kind: .invalid)

    /// The code in one word.
    public var description: String { kind.rawValue }
  }

  /// What is wrong.
  public let code: Code
  /// The same in words, for people.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}
