import CSQLite

/// A connection to a database in a file, closed when it goes.
///
/// One thread at a time may use it.
@safe public struct SQLiteDatabase: ~Copyable {
  /// How the file is opened.
  public enum Access: Sendable {
    /// To be read and changed; made where there is none.
    case write
    /// To be read.
    case read
  }

  /// How long a connection waits for another one's lock.
  private static let busyMilliseconds: Int32 = 5_000

  private let raw: OpaquePointer

  /// Opens the database in a file.
  public init(_ path: String, _ access: Access) throws(SQLiteError) {
    var raw: OpaquePointer?
    let flags =
      access == .write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
    let code = unsafe sqlite3_open_v2(path, &raw, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let raw = unsafe raw else {
      let error = unsafe SQLiteError(code, raw)
      unsafe sqlite3_close_v2(raw)
      throw error
    }
    unsafe sqlite3_extended_result_codes(raw, 1)
    unsafe sqlite3_busy_timeout(raw, Self.busyMilliseconds)
    unsafe self.raw = raw
  }

  deinit { unsafe sqlite3_close_v2(raw) }

  /// Runs statements that give no rows, or whose rows don't matter.
  public func run(_ sql: String) throws(SQLiteError) {
    let code = unsafe sqlite3_exec(raw, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw unsafe SQLiteError(code, raw) }
  }

  /// A statement, to be run as often as wanted.
  public func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
    var statement: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(
      raw,
      sql,
      -1,
      UInt32(SQLITE_PREPARE_PERSISTENT),
      &statement,
      nil
    )
    guard code == SQLITE_OK, let statement = unsafe statement else {
      throw unsafe SQLiteError(code, raw)
    }
    return unsafe SQLiteStatement(statement)
  }

  /// The whole number in the first row of a statement; 0 where there is none.
  public func number(_ sql: String) throws(SQLiteError) -> Int64 {
    let statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : 0
  }

  /// Does all or nothing of what `body` does.
  public func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
    try run("BEGIN IMMEDIATE")
    do throws(SQLiteError) {
      try body()
      try run("COMMIT")
    } catch {
      // Some faults have ended the transaction already.
      if unsafe sqlite3_get_autocommit(raw) == 0 { try? run("ROLLBACK") }
      throw error
    }
  }

  /// How many rows the latest statement inserted, changed or deleted.
  public var changedRows: Int { unsafe Int(sqlite3_changes(raw)) }
}
