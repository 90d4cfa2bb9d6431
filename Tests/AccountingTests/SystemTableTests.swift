import Testing

@testable import Accounting

@Suite(.timeLimit(.minutes(1)))
struct SystemTableTests {
  private func read(
    _ text: String,
    _ columns: SystemTable.Columns = .init()
  ) throws(SystemTableError) -> SystemTable {
    try SystemTable(Array(text.utf8), file: "t.csv", columns: columns)
  }

  private func fault(_ text: String, _ columns: SystemTable.Columns = .init()) -> String {
    do throws(SystemTableError) {
      _ = try read(text, columns)
      return "none"
    } catch {
      return error.description
    }
  }

  @Test func `quotes, line ends, a mark and empty lines are read`() throws {
    let table = try read(
      "\u{FEFF}System,Date,pfs_days,Source\r\n\"A, \"\"the\"\"\nfirst\",2012-07,1,\r\n\r\n"
        + "B , 2013-07 ,2e3,x\n\"C\" ,2014,3,"
    )
    #expect(table.systems.map(\.name) == ["A, \"the\"\nfirst", "B", "C"])
    #expect(table.systems.map(\.value) == [1, 2000, 3])
    #expect(table.systems.map(\.date.text) == ["2012-07", "2013-07", "2014"])
    #expect(table.systems.map(\.source) == ["", "x", ""])
    #expect(table.quantity == "petaflop/s-days" && table.leftOutCount == 0)
  }

  @Test func `operations become petaflop/s-days, and what has none is left out`() throws {
    let table = try read(
      "Model,Training compute (FLOP),Publication date\na,8.64e19,2012\nb,,2013\nc,1.728e20,\n"
        + "d,1.728e20,2014\ne,8.64e22,2015\n"
    )
    #expect(table.systems.map(\.value) == [1, 2, 1000] && table.leftOutCount == 2)
    #expect(table.quantity == "petaflop/s-days")
  }

  @Test func `other columns are named`() throws {
    var columns = SystemTable.Columns()
    (columns.name, columns.date, columns.value) = ("chip", "YEAR", "Transistors")
    let text = "year,chip,transistors\n1971,4004,2300\n1978,8086,29e3\n1989,i486,1.2e6\n"
    let table = try read(text, columns)
    #expect(table.quantity == "transistors" && table.systems.map(\.name)[0] == "4004")
    columns.name = "name"
    #expect(
      fault(text, columns)
        == #"t.csv:1: no column "name" for names among "year", "chip", "transistors": "#
        + "name it with --name"
    )
  }

  @Test(arguments: [
    ("", "t.csv:1: there is no heading"),
    (
      "system,when,pfs_days\n",
      #"t.csv:1: no column "date" for dates among "system", "when", "pfs_days": name it with "#
        + "--date"
    ),
    (
      "date,flops\n",
      #"t.csv:1: no column "pfs_days" for values among "date", "flops": name it with --value"#
    ),
    (
      "date,pfs_days\n2012,1\n2013,2\n",
      "t.csv:3: the table ends after 2 systems; a trend takes 3 at least"
    ),
    (
      "date,pfs_days\n2012,1\n2012,2\n2012,3\n",
      "t.csv:4: all 3 systems are of 2012; a trend takes two dates"
    ),
    ("date,pfs_days\n\n2012\n", "t.csv:3: 1 value, and the heading has 2"),
    ("date,pfs_days\n7/2012,1\n", #"t.csv:2: date: "7/2012" is not a date (try 2012-07)"#),
    (
      "date,pfs_days\n2012,-1\n2012,much\n2012,0\n2012,inf\n",
      """
      t.csv:2: pfs_days: "-1" is not a finite number above 0
      t.csv:3: pfs_days: "much" is not a number (try 0.0058 or 5e17)
      t.csv:4: pfs_days: "0" is not a finite number above 0
      t.csv:5: pfs_days: "inf" is not a finite number above 0
      """
    ),
    ("date,pfs_days\n\"2012,1\n", "t.csv:2: a quote that is not closed"),
    ("date,pfs_days\n\"2\n012\"x,1\n", "t.csv:3: text after a quote: double the quotes in a value"),
  ])
  func `what is wrong is said with its line`(text: String, words: String) {
    #expect(fault(text) == words)
  }

  @Test func `what is too large is refused, and many faults are counted`() {
    #expect(fault(String(repeating: ",", count: 1_024)).hasPrefix("t.csv:1: more than 1024 values"))
    let rows = "date,pfs_days\n" + String(repeating: "2012,1\n", count: 100_000)
    #expect(fault(rows).hasPrefix("t.csv:100001: more than 100000 rows"))
    let long = String(repeating: "x", count: 1 + SystemTable.bytesMax)
    #expect(fault(long).hasPrefix("t.csv:1: more than 16777216 bytes"))
    let many = fault("date,pfs_days\n" + String(repeating: "2012,0\n", count: 30))
    #expect(many.split(separator: "\n").count == 21 && many.hasSuffix("\nand 10 more"))
    let bytes: [UInt8] = Array("date,pfs_days\n2012,".utf8) + [0xff]
    #expect(throws: SystemTableError.self) { try SystemTable(bytes, file: "t.csv") }
  }
}
