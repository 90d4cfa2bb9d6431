import CSQLite

/// What went wrong with a database.
public struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What callers act on.
  public enum Kind: Sendable {
    /// The file is no database, or its content contradicts itself.
    case damaged
    /// There is no room on the disk.
    case full
    /// Anything else.
    case other
  }

  /// What callers act on.
  public let kind: Kind
  /// In SQLite's words.
  public let description: String

  /// Makes an error that SQLite knows nothing of.
  public init(_ words: String) { (kind, description) = (.other, words) }

  init(_ code: Int32, _ database: OpaquePointer?) {
    kind =
      switch code & 0xff {
      case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
      case SQLITE_FULL: .full
      default: .other
      }
    let words = unsafe String(cString: sqlite3_errstr(code))
    let more = unsafe database.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? words
    description = more == words ? words : "\(words): \(more)"
  }
}
