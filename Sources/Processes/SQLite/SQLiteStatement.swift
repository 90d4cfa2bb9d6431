import CSQLite

/// A statement with parameters `?1`, `?2` and so on, freed when it goes.
@safe public struct SQLiteStatement: ~Copyable {
  private let raw: OpaquePointer
  private var database: OpaquePointer? { unsafe sqlite3_db_handle(raw) }

  init(_ raw: OpaquePointer) { unsafe self.raw = raw }

  deinit { unsafe sqlite3_finalize(raw) }

  /// Sets a parameter, from 1 on, to a whole number.
  public func bind(_ index: Int, _ value: Int64) throws(SQLiteError) {
    try check(unsafe sqlite3_bind_int64(raw, Int32(index), value))
  }

  /// Sets a parameter to a number.
  public func bind(_ index: Int, _ value: Double) throws(SQLiteError) {
    try check(unsafe sqlite3_bind_double(raw, Int32(index), value))
  }

  /// Sets a parameter to a text, which is copied.
  public func bind(_ index: Int, _ value: String) throws(SQLiteError) {
    let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    var value = value
    let code = value.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) {
        unsafe sqlite3_bind_text64(
          raw,
          Int32(index),
          // Without an address it would be NULL.
          $0.baseAddress ?? UnsafePointer(bitPattern: 1),
          UInt64($0.count),
          copies,
          UInt8(SQLITE_UTF8)
        )
      }
    }
    try check(code)
  }

  /// Sets a parameter to bytes, which are copied.
  public func bind(_ index: Int, _ value: [UInt8]) throws(SQLiteError) {
    let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    let code = unsafe value.withUnsafeBytes {
      unsafe sqlite3_bind_blob64(
        raw,
        Int32(index),
        $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1),
        UInt64($0.count),
        copies
      )
    }
    try check(code)
  }

  /// Goes on to the next row; false when there is none, and the statement may be run again.
  public func step() throws(SQLiteError) -> Bool {
    let code = unsafe sqlite3_step(raw)
    if code == SQLITE_ROW { return true }
    let error = unsafe SQLiteError(code, database)
    unsafe sqlite3_reset(raw)
    guard code == SQLITE_DONE else { throw error }
    return false
  }

  /// Ends a run before its last row.
  public func reset() { unsafe sqlite3_reset(raw) }

  /// The whole number in a column of the row, from 0 on.
  public func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(raw, Int32(column)) }

  /// The number in a column of the row.
  public func double(_ column: Int) -> Double { unsafe sqlite3_column_double(raw, Int32(column)) }

  /// The text in a column of the row.
  public func text(_ column: Int) -> String {
    guard let bytes = unsafe sqlite3_column_text(raw, Int32(column)) else { return "" }
    let count = unsafe Int(sqlite3_column_bytes(raw, Int32(column)))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: bytes, count: count),
      as: UTF8.self
    )
  }

  /// The bytes in a column of the row.
  public func bytes(_ column: Int) -> [UInt8] {
    guard let bytes = unsafe sqlite3_column_blob(raw, Int32(column)) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(raw, Int32(column)))
    return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  private func check(_ code: Int32) throws(SQLiteError) {
    guard code == SQLITE_OK else { throw unsafe SQLiteError(code, database) }
  }
}
