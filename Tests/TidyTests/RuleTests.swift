import Testing

/// Each rule finds its example and leaves what only looks like one.
@Suite(.timeLimit(.minutes(5)))
struct RuleTests {
  private func lines(_ findings: [Finding]) -> [Int] { findings.map(\.line) }

  private func source(_ text: String, at path: String = "Sources/Core/Made/Up.swift") -> SourceText
  {
    SourceText(path, text)
  }

  @Test func `code, comments and literals are told apart`() {
    let text = ##"""
      let a = "x // \(b /* no */ + "\(c)") \" y" // why
      let `a "name"` = #"\(d) \#(e)"# /* one /* two */
      three */ let f = """
        // \(g)
        """ + h
      """##
    let found = source(text).lines
    let code = [
      #"let a = " b + " c"""#, ##"let `a "name"` = #" e"#"##, ##"let f = """"##, "g",
      "\"\"\" + h",
    ]
    #expect(found.map { $0.code.split(separator: " ").joined(separator: " ") } == code)
    #expect(found.map(\.comment) == ["/* no */// why", "/* one /* two */", "three */", "", ""])
    #expect(found.map(\.isLiteral) == [false, false, false, true, true])
  }

  @Test func `a line of 101 columns is too long, be it a comment`() {
    let words = String(repeating: "é", count: 97)
    #expect(lines(Rules.longLines(source("// \(words)\n// \(words)e\nlet x = 1"))) == [2])
    #expect(Rules.longLines(source("let x = \"\"\"\n\(words) \(words)\n\"\"\"")).isEmpty)
  }

  @Test func `what is unchecked needs its reason right above it`() {
    let reason = "/// `@unchecked Sendable` because one thread\n/// has it.\n@safe(a)\n"
    let type = "final class A: @unchecked Sendable {"
    #expect(Rules.uncheckedSendable(source(reason + type)).isEmpty)
    #expect(lines(Rules.uncheckedSendable(source("/// A box.\n" + type))) == [2])
    #expect(lines(Rules.uncheckedSendable(source(reason + "struct B {\n" + type))) == [5])
    #expect(Rules.uncheckedSendable(source("// " + type)).isEmpty)
  }

  @Test(
    arguments: [
      ("Sources/Wire/A.swift", "fatalError(\"no\")"), ("Sources/Tools/A.swift", "try! read()"),
      ("Sources/Core/A.swift", "let b = a!.c"), ("Sources/Core/A.swift", "f(a[0]!)"),
      ("Sources/Processes/A.swift", "public import Foundation"),
      ("Sources/Processes/A.swift", "print(a)"), ("Sources/Wire/A.swift", "usleep(10)"),
      ("Sources/Core/A.swift", "let now = ContinuousClock.now"),
      ("Sources/Core/A.swift", "Int.random(in: 0..<3)"), ("Sources/Core/A.swift", "Task { f() }"),
    ]
  )
  func `a banned call is found`(path: String, code: String) {
    #expect(lines(Rules.bannedCalls(source("let a = 1\n" + code, at: path))) == [2])
  }

  @Test(
    arguments: [
      ("Sources/Tools/A.swift", "print(a)"), ("Sources/Wire/A.swift", "footprint(a)"),
      ("Sources/Core/A.swift", "if a != b, !c { }"), ("Sources/Core/A.swift", "// fatalError(a!)"),
      ("Sources/Wire/A.swift", "let text = \"sleep(1)!\""), ("Tests/A.swift", "try! read()"),
      ("Sources/Wire/A.swift", "Task { f() }"), ("Sources/Core/A.swift", "random.next()"),
    ]
  )
  func `what only looks like a banned call is not`(path: String, code: String) {
    #expect(Rules.bannedCalls(source(code, at: path)).isEmpty)
  }

  @Test(
    arguments: [
      "let hintRoom = 1", "turns whose patience is over", "struct OneAdmissionLook {}",
      "/// It is computed\n/// anew.", "_ = costFloors(a)", "so many\n  times", "\"Anew!\"",
      "late news",
    ]
  )
  func `an old word is found`(text: String) {
    #expect(Rules.oldWords("a", text).count == 1)
  }

  @Test(
    arguments: [
      "a constraint", "let model = line", "a hint, room for it", "many times", "newsletter",
      "an impatient turn",
    ]
  )
  func `a word within another is not an old one`(text: String) {
    #expect(Rules.oldWords("a", text).isEmpty)
  }

  @Test func `what is public and used by tests alone is dead`() {
    let sources = [
      source("public struct A {\n  public static func b() {}\n  public var c: Int { 1 }\n}"),
      source("let a = A()\n// c\n", at: "Benchmarks/A.swift"), source("A.b()", at: "Tests/A.swift"),
    ]
    let found = DeadSymbols.found(in: sources)
    #expect(found.map(\.message) == ["nothing uses the public b", "nothing uses the public c"])
    #expect(DeadSymbols.found(in: sources, usedBy: [source("b(c)", at: "Sources/G.swift")]).isEmpty)
    #expect(DeadSymbols.found(in: [source("var b = 1\npublic mutating func d() {}")]).count == 1)
  }
}
