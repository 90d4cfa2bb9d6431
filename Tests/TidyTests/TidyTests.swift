import Testing

/// What this package's sources and pages keep to; each rule is a function of ``Rules``.
@Suite(.timeLimit(.minutes(5)))
struct TidyTests {
  private static let tree = Result { try SourceTree() }

  private func expectNone(_ found: [Finding]) {
    let list = found.map { "\($0)" }.joined(separator: "\n")
    if !found.isEmpty { Issue.record("\(list)") }
  }

  @Test func `no line is too long`() throws {
    expectNone(try Self.tree.get().sources.flatMap(Rules.longLines))
  }

  @Test func `what is unchecked says why`() throws {
    expectNone(try Self.tree.get().sources.flatMap(Rules.uncheckedSendable))
  }

  @Test func `no folder does what it must not`() throws {
    expectNone(try Self.tree.get().sources.flatMap(Rules.bannedCalls))
  }

  @Test func `old words stay away`() throws {
    let tree = try Self.tree.get()
    let sources = tree.sources.map { ($0.path, $0.lines.map(\.text).joined(separator: "\n")) }
    expectNone((sources + tree.prose).flatMap(Rules.oldWords))
  }

  @Test func `all that is public is used`() throws {
    let tree = try Self.tree.get()
    expectNone(DeadSymbols.found(in: tree.sources, usedBy: tree.generated))
  }
}
