import Testing
import YAML

@Suite(.timeLimit(.minutes(5)))
struct YAMLReaderTests {
  @Test func `a document becomes a tree with the places of its parts`() throws {
    let root = try read("# fleet\nregions:\n  - name: us-east\n    rtt: {eu-west: 80ms}\nempty:\n")
    guard case .map(let entries) = root?.value else {
      Issue.record("not a map")
      return
    }
    #expect(entries.map(\.key) == ["regions", "empty"])
    #expect(entries[0].mark == YAMLMark(line: 2, column: 1))
    #expect(entries[1].value.value == .null)
    guard case .list(let items) = entries[0].value.value, case .map(let region) = items[0].value
    else {
      Issue.record("not a list of maps")
      return
    }
    #expect(region.map(\.key) == ["name", "rtt"])
    #expect(region[0].value.value == .scalar("us-east"))
    #expect(region[0].value.mark == YAMLMark(line: 3, column: 11))
    guard case .map(let distances) = region[1].value.value else {
      Issue.record("not a map of distances")
      return
    }
    #expect(distances[0].value.mark == YAMLMark(line: 4, column: 20))
  }

  @Test(arguments: ["", "# nothing\n", "---\n...\n"])
  func `a text without a value reads as nothing or null`(text: String) throws {
    let root = try read(text)
    #expect(root == nil || root?.value == .null)
  }

  @Test(arguments: [("~", true), ("null", true), ("\"null\"", false), ("'~'", false)])
  func `only bare words are null`(text: String, isNull: Bool) throws {
    #expect((try read(text)?.value == .null) == isNull)
  }

  @Test(arguments: [
    ("a: &x 1\n", 1, "anchors (&name) are not allowed"),
    ("a: 1\nb: *x\n", 2, "aliases (*name) are not allowed"),
    ("a: !!int 1\n", 1, "tags (!name) are not allowed"),
    ("- &x [1]\n", 1, "anchors (&name) are not allowed"),
    ("? [a]\n: 1\n", 1, "a key must be a string"),
    ("a: 1\n---\nb: 2\n", 3, "a second document begins; only one is allowed"),
    ("a:\n\t- 1\n", 2, "a tab where only spaces may indent"),
    ("a: \"\u{41}\n", 2, "not YAML: found unexpected end of stream"),
    ("a: [1, 2\nb: 3\n", 2, "not YAML: did not find expected ',' or ']'"),
    ("a: 1\n b: 2\n", 2, "not YAML: mapping values are not allowed in this context"),
  ])
  func `what settings don't need is refused with its line`(
    text: String,
    line: Int,
    message: String
  ) {
    let error = fault(Array(text.utf8))
    #expect(error?.message == message)
    #expect(error?.mark.line == line)
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x00],
      [0x07],
    ] as [[UInt8]]
  )
  func `bytes that are no text are refused at their place`(bytes: [UInt8]) {
    let error = fault(Array("a: 1\nb: ".utf8) + bytes)
    #expect(error?.message == "a byte that is not valid UTF-8")
    #expect(error?.mark == YAMLMark(line: 2, column: 4))
  }

  @Test func `each limit is kept to the last byte, value and level`() throws {
    var limits = YAMLReader.Limits()
    (limits.bytesMax, limits.nodesMax, limits.depthMax, limits.scalarBytesMax) = (24, 4, 2, 8)
    func words(_ text: String) -> String? { fault(Array(text.utf8), limits)?.message }
    #expect(words("a: " + String(repeating: " ", count: 21)) == nil)
    #expect(
      words("a: " + String(repeating: " ", count: 22)) == "more than 24 bytes"
    )
    #expect(words("[1, 2, 3]") == nil)
    #expect(words("[1, 2, 3, 4]") == "more than 4 values")
    #expect(words("[[1]]") == nil)
    #expect(words("[[[1]]]") == "more than 2 levels of lists and maps")
    #expect(words("12345678") == nil)
    #expect(words("123456789") == "a string of 9 bytes; the limit is 8")
  }

  @Test func `brackets by the thousand end at the limit of depth`() {
    let error = fault(Array(String(repeating: "[", count: 500_000).utf8))
    #expect(error?.message == "more than 32 levels of lists and maps")
  }

  @Test func `any prefix of a document and any changed byte is read or refused`() {
    let text = Array("a: [1, {b: \"c\\n\"}]\nd:\n  - e: 'f'\n    g: |\n      h\n".utf8)
    for count in 0...text.count { _ = try? YAMLReader.read(Array(text[..<count])) }
    for index in text.indices {
      for byte in [0x00, 0x09, 0x21, 0x26, 0x2A, 0x3A, 0x5B, 0x7B, 0x80, 0xFF] as [UInt8] {
        var changed = text
        changed[index] = byte
        _ = try? YAMLReader.read(changed)
      }
    }
  }

  private func read(_ text: String) throws -> YAMLNode? {
    try YAMLReader.read(Array(text.utf8))
  }

  private func fault(_ bytes: [UInt8], _ limits: YAMLReader.Limits = .init()) -> YAMLError? {
    do throws(YAMLError) {
      _ = try YAMLReader.read(bytes, limits: limits)
      return nil
    } catch {
      return error
    }
  }
}
