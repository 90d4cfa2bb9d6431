import Testing
import YAML

@Suite(.timeLimit(.minutes(5)))
struct YAMLTextTests {
  @Test func `a tree is written in block style`() {
    let tree = map([
      ("name", scalar("us-east")), ("listen", scalar("127.0.0.1:0")), ("none", YAMLNode(.null)),
      (
        "nodes",
        list([map([("name", scalar("a")), ("gpus", list([scalar("1"), list([])]))]), map([])])
      ),
    ])
    #expect(
      tree.text() == """
        name: us-east
        listen: "127.0.0.1:0"
        none: null
        nodes:
          - name: a
            gpus:
              - 1
              - []
          - {}

        """
    )
  }

  @Test(arguments: [
    "", " ", "~", "null", "Null", "-", "- a", "a: b", "#", "a #b", "'", "\"", "\\", "a\nb", "\r\n",
    "\t", "{", "[x]", "&a", "*a", "!a", "%", "@", "`", "?", "|", ">", "...", "---", ".5", "-1",
    "grün",
    "\u{85}", "\u{2028}", "\u{FEFF}", "\u{1F680}", "a/b.c_d-e", "0x1F", "1e3", "=", "<<", "a,b",
  ])
  func `a text reads back as it was, as a value and as a key`(text: String) throws {
    let tree = map([(text, list([scalar(text), list([scalar(text)])]))])
    let read = try #require(try YAMLReader.read(Array(tree.text().utf8)))
    #expect(withoutMarks(read) == tree)
  }

  private func map(_ entries: [(String, YAMLNode)]) -> YAMLNode {
    YAMLNode(.map(entries.map { YAMLEntry(key: $0.0, value: $0.1) }))
  }

  private func scalar(_ text: String) -> YAMLNode { YAMLNode(.scalar(text)) }

  private func list(_ items: [YAMLNode]) -> YAMLNode { YAMLNode(.list(items)) }

  private func withoutMarks(_ node: YAMLNode) -> YAMLNode {
    switch node.value {
    case .null, .scalar: YAMLNode(node.value)
    case .list(let items): list(items.map(withoutMarks))
    case .map(let entries): map(entries.map { ($0.key, withoutMarks($0.value)) })
    }
  }
}
