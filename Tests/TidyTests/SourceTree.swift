import Foundation

/// The files of this package that people write.
struct SourceTree {
  /// Swift sources: products, tests and benchmarks.
  let sources: [SourceText]
  /// Swift sources that a generator writes.
  let generated: [SourceText]
  /// Pages, messages and settings, with their paths.
  let prose: [(path: String, text: String)]

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var (sources, generated): ([SourceText], [SourceText]) = ([], [])
    var prose: [(path: String, text: String)] = []
    for path in try Self.paths(below: root) {
      let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
      if path.contains("/Generated/") {
        if path.hasSuffix(".swift") { generated.append(SourceText(path, text)) }
      } else if path.hasSuffix(".swift") {
        sources.append(SourceText(path, text))
      } else {
        prose.append((path, text))
      }
    }
    (self.sources, self.generated, self.prose) = (sources, generated, prose)
  }

  private static func paths(below root: URL) throws -> [String] {
    var paths = try FileManager.default.contentsOfDirectory(atPath: root.path)
    for folder in ["Benchmarks", "Plugins", "Sources", "Tests", "deploy", "docs", "proto"] {
      let url = root.appending(path: folder)
      let found = FileManager.default.enumerator(
        at: url,
        includingPropertiesForKeys: nil,
        options: .skipsHiddenFiles
      )
      for case let file as URL in found ?? .init() {
        paths.append(String(file.path.dropFirst(root.path.count + 1)))
      }
    }
    let kinds = [".swift", ".md", ".proto", ".yaml"]
    return paths.sorted().filter { path in
      kinds.contains(where: path.hasSuffix) && !path.hasPrefix("Tests/TidyTests/")
    }
  }
}
