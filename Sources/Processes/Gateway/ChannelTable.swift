import EventLoop
import RPC
import Wire

/// Channels to nodes and agents, made when they are first needed: several to one that has as many
/// calls as one connection carries.
final class ChannelTable {
  private let loop: Loop
  private let settings: Channel.Settings
  private var channels: [String: [Channel]] = [:]
  private var count = 0

  /// Most that are kept: more than a fleet has nodes and agents.
  private static let countMax = 8_192
  /// Most to one address; beyond what they carry, calls wait.
  private static let countMaxEach = 16

  init(loop: Loop, settings: Channel.Settings) {
    (self.loop, self.settings) = (loop, settings)
  }

  /// A channel to `host:port`; nil when none can be made.
  func channel(to address: String) -> Channel? {
    let known = channels[address, default: []]
    if let channel = known.first(where: \.hasRoom) { return channel }
    guard count < Self.countMax, known.count < Self.countMaxEach,
      let channel = try? Channel(to: address, loop: loop, settings: settings)
    else { return known.last }
    count += 1
    channels[address, default: []].append(channel)
    return channel
  }
}
