import SQLite

/// The tables of the ledger, by version: a file of an older one is brought up to date when it is
/// opened.
enum LedgerSchema {
  /// What tells the ledger from databases of other programs: "HRTH".
  static let application: Int64 = 0x4852_5448

  /// What makes each version of the one before; the first, of an empty file.
  static let steps = [
    """
    CREATE TABLE subject (
      id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, model TEXT NOT NULL, adapter TEXT NOT NULL,
      region TEXT NOT NULL, job TEXT NOT NULL, UNIQUE (tenant, model, adapter, region, job)
    );
    CREATE TABLE replica (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, gpu TEXT NOT NULL, gpus INTEGER NOT NULL,
      UNIQUE (name, gpu, gpus)
    );
    CREATE TABLE entry (
      source INTEGER NOT NULL, ordinal INTEGER NOT NULL, reservation INTEGER NOT NULL,
      ended INTEGER NOT NULL, subject INTEGER NOT NULL, replica INTEGER NOT NULL,
      \(usageColumns.map { $0 + " NOT NULL" }.joined(separator: ", ")), UNIQUE (source, ordinal)
    );
    CREATE INDEX entry_ended ON entry (ended);
    CREATE TABLE sums (
      length INTEGER NOT NULL, start INTEGER NOT NULL, subject INTEGER NOT NULL,
      \(usageColumns.map { $0 + " NOT NULL" }.joined(separator: ", ")),
      PRIMARY KEY (length, start, subject)
    ) WITHOUT ROWID;
    CREATE TABLE horizon (ended INTEGER NOT NULL);
    INSERT INTO horizon VALUES (0);
    """
  ]

  /// What `ComputeUsage` has, in the order of its properties.
  static let usageColumns = [
    "turns", "prompt_tokens", "cached_tokens", "output_tokens", "gpu_seconds",
    "forward_operations", "backward_operations", "saved_operations", "gpu_time_operations",
  ]

  /// The same as part of a statement.
  static let usageList = usageColumns.joined(separator: ", ")

  /// Brings a database up to date; returns why it can't be, in words that follow its path.
  static func migrate(_ database: borrowing SQLiteDatabase) throws(SQLiteError) -> String? {
    let version = try database.number("PRAGMA user_version")
    let owner = try database.number("PRAGMA application_id")
    let isEmpty = try database.number("SELECT count(*) FROM sqlite_schema") == 0
    guard owner == application || isEmpty && version == 0 else {
      return "is a database of another program: name another file"
    }
    guard version <= steps.count else {
      return "was written by a newer Hearth (version \(version) of the ledger, and this one knows "
        + "\(steps.count)): run that one, or name another file"
    }
    try database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    guard version < steps.count else { return nil }
    try database.transaction { () throws(SQLiteError) in
      try database.run("PRAGMA application_id = \(application)")
      for step in steps[Int(version)...] { try database.run(step) }
      try database.run("PRAGMA user_version = \(steps.count)")
    }
    return nil
  }
}
