import AdminCLI
import Testing

@Suite(.timeLimit(.minutes(1)))
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
    fields: { .object([("name", .string($0.name)), ("count", .integer(Int64($0.count)))]) }
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
        == "{\"name\": \"a\", \"count\": 7}\n{\"name\": \"long\", \"count\": 1234}\n"
    )
    #expect(
      listing.text([rows[0]], as: .json)
        == "[\n  {\n    \"name\": \"a\",\n    \"count\": 7\n  }\n]\n"
    )
    #expect(listing.text([], as: .json) == "[]\n")
  }

  @Test func `JSON escapes what it must`() {
    let value = JSONValue.array([
      .string("a\"\\\n\u{1}é"), .number(.nan), .number(0.5), .null, .bool(true),
    ])
    #expect(value.text() == #"["a\"\\\n\u0001é", null, 0.5, null, true]"#)
  }
}
