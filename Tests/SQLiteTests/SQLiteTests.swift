import Foundation
import SQLite
import TestSupport
import Testing

struct SQLiteTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("a.db")
  }

  @Test func `what is bound is kept`() throws {
    let database = try SQLiteDatabase(path, .write)
    try database.run("CREATE TABLE t (a INTEGER, b REAL, c TEXT)")
    let insert = try database.prepare("INSERT INTO t VALUES (?1, ?2, ?3)")
    for (number, text) in [(Int64.min, "Grüße"), (7, "")] {
      try insert.bind(1, number)
      try insert.bind(2, 0.1)
      try insert.bind(3, text)
      #expect(try !insert.step())
      #expect(database.changedRows == 1)
    }
    let rows = try database.prepare("SELECT a, b, c, c IS NULL FROM t ORDER BY a")
    #expect(try rows.step())
    #expect(rows.integer(0) == .min && rows.double(1) == 0.1 && rows.text(2) == "Grüße")
    #expect(try rows.step())
    #expect(rows.integer(0) == 7 && rows.text(2).isEmpty && rows.integer(3) == 0)
    #expect(try !rows.step())
  }

  @Test func `a transaction does all or nothing`() throws {
    let database = try SQLiteDatabase(path, .write)
    try database.run("CREATE TABLE t (a INTEGER UNIQUE)")
    #expect(throws: SQLiteError.self) {
      try database.transaction { () throws(SQLiteError) in
        try database.run("INSERT INTO t VALUES (1)")
        try database.run("INSERT INTO t VALUES (1)")
      }
    }
    #expect(try database.number("SELECT count(*) FROM t") == 0)
    try database.transaction { () throws(SQLiteError) in
      try database.run("INSERT INTO t VALUES (1)")
    }
    #expect(try database.number("SELECT count(*) FROM t") == 1)
  }

  @Test func `damage and full disks are told apart`() throws {
    try Data("no database, whatever its name says".utf8).write(to: URL(filePath: path))
    let damaged = try SQLiteDatabase(path, .write)
    let first = #expect(throws: SQLiteError.self) {
      _ = try damaged.number("SELECT count(*) FROM sqlite_schema")
    }
    #expect(first?.kind == .damaged)
    let small = try SQLiteDatabase(folder.path("b.db"), .write)
    try small.run("CREATE TABLE t (a BLOB); PRAGMA max_page_count = 3")
    let second = #expect(throws: SQLiteError.self) {
      try small.run("INSERT INTO t VALUES (zeroblob(100000))")
    }
    #expect(second?.kind == .full)
  }
}
