import Basics
import Checkpointing
import Workers

/// The folder in which a program puts its own checkpoints: tells the newest complete one.
///
/// Complete is what has its name, a file or a folder, and did not change for a second. A name that
/// begins with a dot or ends with `.tmp` is given while a checkpoint is written.
struct CheckpointFolder: Sendable {
  /// A complete checkpoint.
  struct Found: Sendable, Equatable {
    var name: String
    /// When it was written, in nanoseconds since 1970.
    var modified: Int64
    /// The digits that its name ends with; 0 for none.
    var step: UInt64
    var bytes: Int

    /// A number that grows from one to the next, whatever attempt or node they are of.
    var number: UInt64 { UInt64(max(1, modified / 1_000_000)) }
  }

  private let path: String
  private var watch = CheckpointWatch(.renamed(prefix: ""), settle: .seconds(1))
  private(set) var newest: Found?

  private static let entriesMax = 1 << 16

  init(_ path: String) { self.path = path }

  /// Looks into the folder, which need not be there.
  mutating func look(at now: Instant) { take(listing, at: now) }

  /// Looks once nobody writes there any more: what has its name is complete.
  mutating func lookFinally() {
    watch = CheckpointWatch(.renamed(prefix: ""), settle: .zero)
    let listing = listing
    for _ in 0..<2 { take(listing, at: .zero) }
  }

  private mutating func take(_ listing: CheckpointWatch.Listing, at now: Instant) {
    for name in watch.look(listing, at: now) {
      let entries = listing[name] ?? []
      let modified = entries.map(\.modified).max() ?? 0
      guard modified >= newest?.modified ?? 0 else { continue }
      newest = Found(
        name: name,
        modified: modified,
        step: Self.step(in: name),
        bytes: entries.reduce(0) { $0 + $1.bytes }
      )
    }
  }

  private var listing: CheckpointWatch.Listing {
    var listing: CheckpointWatch.Listing = [:]
    var left = Self.entriesMax
    for name in Files.list(path) where !name.hasPrefix(".") && !name.hasSuffix(".tmp") {
      var entries: [CheckpointWatch.Entry] = []
      Self.collect("\(path)/\(name)", as: name, into: &entries, &left)
      if !entries.isEmpty { listing[name] = entries }
    }
    return listing
  }

  /// Links are not followed: one to the latest is no checkpoint of its own.
  private static func collect(
    _ path: String,
    as name: String,
    into entries: inout [CheckpointWatch.Entry],
    _ left: inout Int
  ) {
    guard left > 0, let entry = Files.look(path) else { return }
    left -= 1
    if entry.isFolder {
      for inner in Files.list(path) {
        collect("\(path)/\(inner)", as: "\(name)/\(inner)", into: &entries, &left)
      }
    } else if entry.isFile {
      entries.append(
        .init(path: name, bytes: entry.bytes, modified: entry.modified, inode: entry.inode)
      )
    }
  }

  /// The digits at the end of a name, before what tells the kind of a file: 120 of `step-120.pt`.
  static func step(in name: String) -> UInt64 {
    var stem = name[...]
    if let dot = stem.lastIndex(of: "."), !stem[stem.index(after: dot)...].allSatisfy(\.isNumber) {
      stem = stem[..<dot]
    }
    let digits = stem.utf8.reversed().prefix { (0x30...0x39).contains($0) }.reversed()
    return UInt64(String(decoding: Array(digits), as: UTF8.self)) ?? 0
  }
}
