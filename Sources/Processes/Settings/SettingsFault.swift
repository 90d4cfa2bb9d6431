/// Something wrong with the settings, and where.
public struct SettingsFault: Sendable, Hashable, CustomStringConvertible {
  /// File with its line, flag or variable, such as `fleet.yaml:12`, `--heartbeat`.
  public let place: String
  /// Path of the value in the file, such as `regions[1].rtt`; empty for the whole.
  public let path: String
  /// What is wrong, in words.
  public let message: String

  /// The parts with a colon between them.
  public var description: String {
    place + ": " + (path.isEmpty ? "" : path + ": ") + message
  }
}

/// All that is wrong with some settings.
public struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The faults of one origin in the order of their lines.
  public let faults: [SettingsFault]

  /// One fault a line.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// A key of a fleet's file that does not have an effect in each of its uses.
struct LimitedKey: Sendable, Hashable {
  /// The only use in which it has one.
  let use: FleetUse
  /// Where it stands, and what is said of it elsewhere.
  let fault: SettingsFault
}

/// Collects the faults of one reading, and the keys that have an effect in one use only.
final class SettingsFaults {
  private var faults: [(fault: SettingsFault, origin: SettingsOrigin, line: Int)] = []
  /// In the order of their lines.
  var limited: [LimitedKey] {
    limitedKeys.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
      .map(\.element.key)
  }
  private var limitedKeys: [(key: LimitedKey, line: Int)] = []

  var count: Int { faults.count }

  func add(_ node: SettingsNode, _ message: String) {
    faults.append((SettingsFault(node, message), node.origin, node.line ?? 0))
  }

  /// Notes that a key has an effect in one use only.
  func note(_ node: SettingsNode, _ use: FleetUse) {
    let key = LimitedKey(use: use, fault: SettingsFault(node, use.words))
    limitedKeys.append((key, node.line ?? 0))
  }

  /// Whether something is wrong at a path that `matches`.
  func contains(_ matches: (String) -> Bool) -> Bool {
    faults.contains { matches($0.fault.path) }
  }

  /// Throws what was collected, if anything was: by line within an origin, origins as they were
  /// met.
  func check() throws(SettingsError) {
    guard !faults.isEmpty else { return }
    var ranks: [SettingsOrigin: Int] = [:]
    for fault in faults where ranks[fault.origin] == nil { ranks[fault.origin] = ranks.count }
    let order = faults.enumerated().sorted { left, right in
      (ranks[left.element.origin] ?? 0, left.element.line, left.offset)
        < (ranks[right.element.origin] ?? 0, right.element.line, right.offset)
    }
    throw SettingsError(faults: order.map(\.element.fault))
  }
}

extension SettingsFault {
  fileprivate init(_ node: SettingsNode, _ message: String) {
    self.init(place: node.place, path: node.path, message: message)
  }
}
