@testable import AdminCLI
import Basics
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ListingTests {
  private struct Row {
    let name: String
    let count: Int
    let note: String
  }

  private let listing = Listing<Row>(
    name: \.name,
    columns: [
      .init("NAME", \.name), .init("COUNT", number: true) { "\($0.count)" },
      .init("NOTE", wide: true, \.note),
    ],
    fields: { ["name": $0.name, "count": $0.count] }
  )

  private let rows = [
    Row(name: "a", count: 7, note: ""), Row(name: "long", count: 1234, note: "x\u{1b}[2J"),
  ]

  @Test func `a table is aligned and shows the narrow columns`() {
    #expect(listing.text(rows, as: .table) == "NAME  COUNT\na         7\nlong   1234\n")
  }

  @Test func `a wide table shows all, a dash for nothing, and no control characters`() {
    let text = listing.text(rows, as: .wide)
    #expect(text == "NAME  COUNT  NOTE\na         7  -\nlong   1234  x [2J\n")
  }

  @Test func `scripts get names, lines or an array`() {
    #expect(listing.text(rows, as: .name) == "a\nlong\n")
    #expect(
      listing.text(rows, as: .jsonl)
        == "{\"count\":7,\"name\":\"a\"}\n{\"count\":1234,\"name\":\"long\"}\n"
    )
    #expect(
      listing.text([rows[0]], as: .json)
        == "[\n  {\n    \"count\" : 7,\n    \"name\" : \"a\"\n  }\n]\n"
    )
    #expect(listing.text([], as: .json) == "[\n\n]\n")
  }

  @Test func `JSON escapes what it must, and what moves or hides text on a terminal`() {
    let value: JSONObject = [
      "text": "a/\"\\\n\u{1}é",
      "unseen\u{202e}": "\u{7f}\u{85}\u{9b}31m\u{2028}\u{200b}\u{f8ff}\u{e0041}",
    ]
    #expect(
      value.jsonText() == #"{"text":"a/\"\\\n\u0001é","unseen\u202e":"#
        + #""\u007f\u0085\u009b31m\u2028\u200b\uf8ff\udb40\udc41"}"#
    )
    #expect(value.jsonText(isPretty: true).unicodeScalars.allSatisfy { $0 == "\n" || !$0.isUnseen })
  }

  @Test func `numbers that JSON lacks are null`() {
    let none: Double? = nil
    let value: JSONObject = [
      "a": Double.nan, "b": -Double.infinity, "c": 0.1, "d": none, "e": true,
    ]
    #expect(value.jsonText() == #"{"a":null,"b":null,"c":0.1,"d":null,"e":true}"#)
  }
}
