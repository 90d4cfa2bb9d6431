import EventLoop
import RPC
import Wire

/// Channels to nodes and agents, made when they are first needed.
final class ChannelTable {
  private let loop: Loop
  private let settings: Channel.Settings
  private var channels: [String: Channel] = [:]

  /// Most that are kept: more than a fleet has nodes and agents.
  private static let countMax = 8_192

  init(loop: Loop, settings: Channel.Settings) {
    (self.loop, self.settings) = (loop, settings)
  }

  /// The channel to `host:port`; nil when none can be made.
  func channel(to address: String) -> Channel? {
    if let channel = channels[address] { return channel }
    guard channels.count < Self.countMax,
      let channel = try? Channel(to: address, loop: loop, settings: settings)
    else { return nil }
    channels[address] = channel
    return channel
  }

  func close() { for channel in channels.values { channel.close() } }
}
