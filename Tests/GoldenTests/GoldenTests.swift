import Foundation
import Testing

/// The pages in `Scenarios` say what a fleet does; what their commands print must be what is there.
///
/// `HEARTH_REWRITE_GOLDEN=1 swift test --filter GoldenTests` writes the pages again; read the
/// difference before it is committed.
@Suite(.timeLimit(.minutes(5)))
struct GoldenTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Scenarios")

  private static var pages: [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (names ?? []).filter { $0.hasSuffix(".md") }.sorted()
  }

  @Test(arguments: pages) func `a page shows what its commands print`(name: String) throws {
    let url = Self.folder.appending(path: name)
    let file = ScenarioFile(try String(contentsOf: url, encoding: .utf8))
    let scenario = Scenario()
    let page = file.page(scenario.run)
    guard page != file.text else { return }
    if ProcessInfo.processInfo.environment["HEARTH_REWRITE_GOLDEN"] != nil {
      try page.write(to: url, atomically: true, encoding: .utf8)
    }
    let lines = [file.text, page].map {
      $0.split(separator: "\n", omittingEmptySubsequences: false)
    }
    let changes = lines[1].difference(from: lines[0]).map { change in
      switch change {
      case .remove(let offset, let line, _): "\(name):\(offset + 1): - \(line)"
      case .insert(let offset, let line, _): "\(name):\(offset + 1): + \(line)"
      }
    }
    Issue.record("\(changes.joined(separator: "\n"))")
  }

  @Test func `there are pages, and each begins with a title`() throws {
    #expect(!Self.pages.isEmpty)
    for name in Self.pages {
      let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      #expect(text.hasPrefix("# "), "\(name)")
    }
  }

  @Test func `a page is parted into prose and commands, and written again`() {
    let page = ScenarioFile("a\n\n```console\n$ b\nold\n$ c\n```\nd\n").page { "\($0)!\n" }
    #expect(page == "a\n\n```console\n$ b\nb!\n$ c\nc!\n```\nd\n")
  }
}
