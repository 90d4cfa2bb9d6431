import Basics
import Daemon
import Glibc
import HearthMessages
import HearthProto
import SQLite
import Wire

/// The jobs on the disk.
///
/// `@unchecked Sendable` because one thread at a time uses it: ``JobDesk`` has it do one thing
/// after another.
final class JobFile: @unchecked Sendable {
  /// A job to be kept, as bytes; nil for one to be forgotten.
  typealias Change = (name: String, bytes: [UInt8]?)

  /// "HRTJ".
  private static let application = 0x4852_544A
  let database: SQLiteDatabase
  private let put: SQLiteStatement
  private let remove: SQLiteStatement

  /// Opens the file, which is made if it is missing.
  init(_ path: String) throws(StartError) {
    let file = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw unsafe StartError(
        "stateFolder: can't open \(path): \(String(cString: strerror(errno)))"
      )
    }
    close(file)
    do throws(SQLiteError) {
      database = try SQLiteDatabase(path, .write)
      let owner = try database.number("PRAGMA application_id")
      let tables = try database.number("SELECT count(*) FROM sqlite_schema")
      guard owner == Self.application || owner == 0 && tables == 0 else {
        throw SQLiteError("is a database of another program: move it away")
      }
      try database.run(
        """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA application_id = \(Self.application);
        CREATE TABLE IF NOT EXISTS job (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID
        """
      )
      put = try database.prepare("REPLACE INTO job VALUES (?1, ?2)")
      remove = try database.prepare("DELETE FROM job WHERE name = ?1")
    } catch {
      throw StartError("\(path): \(error)")
    }
  }

  /// All jobs that are kept.
  func read(_ arena: CallArena) throws(StartError) -> [HearthV1.StoredJob] {
    var jobs: [HearthV1.StoredJob] = []
    do throws(SQLiteError) {
      let all = try database.prepare("SELECT name, body FROM job")
      while try all.step() {
        let bytes = all.bytes(1)
        defer { arena.reset() }
        do throws(ProtoError) {
          jobs.append(try HearthV1.StoredJob(decoding: bytes.span, arena: arena))
        } catch {
          throw SQLiteError("job \(all.text(0)) is damaged (\(error)): move the file away")
        }
      }
    } catch {
      throw StartError("the jobs of stateFolder can't be read: \(error)")
    }
    return jobs
  }

  /// Makes changes, all or none; what this returns from is on the disk.
  func write(_ changes: [Change]) throws(SQLiteError) {
    try database.transaction { () throws(SQLiteError) in
      for change in changes {
        guard let bytes = change.bytes else {
          try remove.bind(1, change.name)
          _ = try remove.step()
          continue
        }
        try put.bind(1, change.name)
        try put.bind(2, bytes)
        _ = try put.step()
      }
    }
  }
}
