public import Basics

/// Finds the checkpoints that a program writes by itself and that are complete, in what its folder
/// shows again and again; never one that is still being written.
///
/// Complete means: its name or its marker says so, and nothing in it changed for a while.
public struct CheckpointWatch: Sendable {
  /// How the program says that a checkpoint is complete.
  public enum Completion: Hashable, Sendable {
    /// A file of this name in the checkpoint's folder, written last.
    case marker(String)
    /// Its folder gets its name by renaming: unlike while it is written, it begins with this.
    case renamed(prefix: String)
  }

  /// A file or folder as it shows, the state of which tells a change.
  public struct Entry: Hashable, Sendable {
    /// The path below the checkpoint's folder.
    public var path: String
    /// Its length.
    public var bytes: Int
    /// When its content last changed, in nanoseconds since 1970.
    public var modified: Int64
    /// The file system's number of it.
    public var inode: UInt64

    /// Makes an entry.
    public init(path: String, bytes: Int, modified: Int64, inode: UInt64) {
      (self.path, self.bytes, self.modified, self.inode) = (path, bytes, modified, inode)
    }
  }

  /// What a folder in the watched one has in it, in order of path.
  public typealias Listing = [String: [Entry]]

  private struct Seen {
    var entries: [Entry]
    var since: Instant
    var isTaken = false
  }

  private let completion: Completion
  private let settle: Duration
  private var seen: [String: Seen] = [:]

  /// The most folders that are watched at once; of more, those last in order are not looked at.
  public static let foldersMax = 1_024

  /// Watches for checkpoints that have not changed for `settle`.
  public init(_ completion: Completion, settle: Duration) {
    (self.completion, self.settle) = (completion, settle)
  }

  /// Takes what the folder shows now; returns the names of checkpoints that have become complete,
  /// in order of when they were last written, each once unless it changes again.
  public mutating func look(_ listing: Listing, at now: Instant) -> [String] {
    seen = seen.filter { listing[$0.key] != nil }
    var complete: [(modified: Int64, name: String)] = []
    for (name, entries) in listing.sorted(by: { $0.key < $1.key }).prefix(Self.foldersMax) {
      guard isNamedComplete(name, entries) else {
        seen[name] = nil
        continue
      }
      guard let before = seen[name], before.entries == entries else {
        seen[name] = Seen(entries: entries, since: now)
        continue
      }
      guard !before.isTaken, before.since.duration(to: now) >= settle else { continue }
      seen[name]?.isTaken = true
      complete.append((entries.map(\.modified).max() ?? 0, name))
    }
    return complete.sorted { ($0.modified, $0.name) < ($1.modified, $1.name) }.map(\.name)
  }

  /// Has a checkpoint be told again: it could not be taken.
  public mutating func retry(_ name: String, at now: Instant) {
    seen[name]?.isTaken = false
    seen[name]?.since = now
  }

  private func isNamedComplete(_ name: String, _ entries: [Entry]) -> Bool {
    switch completion {
    case .marker(let marker): entries.count > 1 && entries.contains { $0.path == marker }
    case .renamed(let prefix): !entries.isEmpty && name.hasPrefix(prefix)
    }
  }
}
