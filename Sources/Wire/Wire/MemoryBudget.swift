/// What the connections of a process hold together in memory, so that many small holdings are
/// bounded like a few large ones; confined to their loop.
public final class MemoryBudget {
  /// The most that waits to be sent, in bytes.
  public let outboundBytesMax: Int
  /// The most that arrived and is not handed over yet, in bytes.
  public let inboundBytesMax: Int
  /// What waits to be sent.
  public internal(set) var outboundBytes = 0
  /// What arrived and is not handed over yet.
  public internal(set) var inboundBytes = 0

  /// What a connection may hold either way though the budget is used up, in bytes.
  static let reservedBytes = 64 << 10

  /// Makes a budget: 256 MiB each way by default.
  public init(outboundBytesMax: Int = 256 << 20, inboundBytesMax: Int = 256 << 20) {
    self.outboundBytesMax = outboundBytesMax
    self.inboundBytesMax = inboundBytesMax
  }

  /// Whether so much is held that the connection with most of it should be given up.
  public var isNearlyUsed: Bool {
    outboundBytes > outboundBytesMax / 8 * 7 || inboundBytes > inboundBytesMax / 8 * 7
  }
}
