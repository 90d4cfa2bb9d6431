import Basics
import Testing

@testable import Settings

private let digits = String(repeating: "0a", count: 32)
private let good = "name=ci tenant=acme/search sha256=\(digits)"

struct APIKeyTests {
  @Test func `lines give keys, and read back what is written`() throws {
    let text = "# clients\n\n  \(good) priority=3 expires=2027-01-31 group=all\n\(good.dropFirst())"
    let (keys, faults) = APIKey.read(good, path: "keys")
    #expect(faults.isEmpty && keys.map(\.name) == ["ci"])
    #expect(keys[0].group == "acme" && keys[0].tenant.text == "acme/search")
    #expect(keys[0].digest == [UInt8](repeating: 10, count: 32) && keys[0].expiry == nil)
    #expect(keys[0].line() == good)
    let more = APIKey.read(text, path: "keys")
    #expect(more.keys.map(\.priority) == [3] && more.keys[0].group == "all")
    #expect(more.faults.count == 1 && more.faults[0].place == "keys:4")
    #expect(APIKey.read(more.keys[0].line(until: "2027-01-31"), path: "").keys == more.keys)
  }

  @Test(
    arguments: [
      ("1970-01-01", 0), ("2000-02-29", 951_782_400), ("2027-01-31", 1_801_353_600),
      ("2027-1-31", nil), ("2027-13-01", nil), ("+207-01-01", nil), ("", nil),
    ] as [(String, Int64?)]
  )
  func `a day begins then`(day: String, seconds: Int64?) {
    #expect(APIKey.seconds(day) == seconds)
  }

  @Test(arguments: [
    ("tenant", #"keys:1: "tenant" is no word with a value (such as tenant=acme)"#),
    (
      "\(good) tenat=x", #"keys:1: "tenat" means nothing here (did you mean tenant?)"#
    ),
    ("\(good) name=x", "keys:1: name is given twice"),
    ("tenant=a sha256=\(digits)", "keys:1: name must be 1 to 128 letters, digits or . _ - / :"),
    (
      "name=a tenant=? sha256=\(digits)",
      "keys:1: tenant must be 1 to 128 letters, digits or . _ - / :"
    ),
    (
      "name=a tenant=b sha256=12",
      "keys:1: sha256 must be 64 hexadecimal digits (`hearth key new` makes such a line)"
    ),
    ("\(good) priority=9", "keys:1: priority must be from 1 to 7"),
    ("\(good) expires=soon", "keys:1: expires must be a day, such as 2027-01-31"),
    ("\(good)\n\(good)", "keys:2: there is a key ci above"),
  ])
  func `a line that is wrong says where and why`(text: String, fault: String) {
    #expect(APIKey.read(text, path: "keys").faults.map(\.description) == [fault])
  }

  @Test func `a file that is not there is named`() {
    #expect(throws: SettingsError.self) { try APIKey.read(path: "/nowhere/keys") }
  }
}
