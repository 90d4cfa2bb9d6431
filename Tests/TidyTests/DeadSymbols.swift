/// Public names that nothing uses.
enum DeadSymbols {
  private static let kinds: Set = [
    "actor", "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
  ]
  /// Names that the language or the standard library calls.
  private static let witnesses: Set = ["callAsFunction", "makeAsyncIterator"]

  /// Public declarations in Sources whose name stands nowhere else in Sources and Benchmarks: what
  /// tests alone use need not be public.
  static func found(in sources: [SourceText], usedBy generated: [SourceText] = []) -> [Finding] {
    var uses: [Substring: Int] = [:]
    var declared: [(name: Substring, path: String, line: Int)] = []
    for source in sources + generated where !source.path.hasPrefix("Tests/") {
      for line in source.lines {
        let words = line.code.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        for word in words { uses[word, default: 0] += 1 }
        if let start = words.firstIndex(of: "public"),
          let kind = words[start...].firstIndex(where: { kinds.contains(String($0)) }),
          kind + 1 < words.count
        {
          declared.append((words[kind + 1], source.path, line.number))
        }
      }
    }
    let written = Set(sources.map(\.path).filter { $0.hasPrefix("Sources/") })
    return declared.filter {
      uses[$0.name] == 1 && !witnesses.contains(String($0.name)) && written.contains($0.path)
    }.map { Finding(path: $0.path, line: $0.line, message: "nothing uses the public \($0.name)") }
  }
}
