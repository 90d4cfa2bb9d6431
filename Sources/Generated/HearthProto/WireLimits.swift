/// How large messages may be, and how much memory one may take to decode or encode.
///
/// Both bounds together bound everything: an array of numbers takes at most 8 times its bytes on
/// the wire, and what an array of messages takes more than that (an empty message is 2 bytes on the
/// wire and a struct in memory) counts against the arena.
public struct WireLimits: Hashable, Sendable {
  /// The longest message, in bytes on the wire.
  public var messageBytesMax: Int
  /// The most memory that the fields of one call's messages may take, in bytes.
  public var arenaBytesMax: Int
  /// The most memory that an arena keeps for the next call, in bytes.
  public var arenaBytesKept: Int

  /// Makes limits; the defaults are gRPC's usual 4 MiB a message, eight times that to decode it, and
  /// 256 KiB kept.
  public init(
    messageBytesMax: Int = 4 << 20,
    arenaBytesMax: Int = 32 << 20,
    arenaBytesKept: Int = 256 << 10
  ) {
    precondition(messageBytesMax >= 0, "a negative message limit: \(messageBytesMax)")
    precondition(arenaBytesMax >= 0, "a negative arena limit: \(arenaBytesMax)")
    self.messageBytesMax = messageBytesMax
    self.arenaBytesMax = arenaBytesMax
    self.arenaBytesKept = arenaBytesKept
  }
}
