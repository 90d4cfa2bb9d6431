import Foundation
import Settings
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct ConfigReferenceTests {
  @Test func `the documentation of settings is what the program says`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appending(path: "docs/configuration.md"),
      encoding: .utf8
    )
    #expect(
      page == ConfigReference.markdown,
      "write it: hearth config keys -o markdown > docs/configuration.md"
    )
  }

  @Test func `each key says what it does, and a nested one where it stands`() throws {
    let fleet = try #require(SettingsReference.all.first { $0.name == "fleet.yaml" })
    let paths = fleet.keys.map(\.path)
    #expect(Set(paths).count == paths.count)
    for path in [
      "queue.waitMax", "tenant.objective.ttft", "models.NAME.layers", "replica.kvEvents",
      "regions[].nodes[].name", "regions[].rtt",
    ] { #expect(paths.contains(path), "\(path)") }
    for key in SettingsReference.all.flatMap(\.keys) {
      #expect(key.about.hasSuffix(".") && key.about.count > 8, "\(key.path): \(key.about)")
    }
    let ports = SettingsReference.all.compactMap { reference in
      reference.keys.first { $0.path == "listen" }?.standard
    }
    #expect(Set(ports) == Set((0...3).map { "127.0.0.1:74\($0)0" }))
    let text = ConfigReference.text(of: fleet)
    #expect(
      text.contains(
        "retries.lossMax: number, 0 to 16, 1\n    Most times that a client has a turn run again "
          + "whose stream broke; then the turn has failed. In simulations only.\n"
      )
    )
    #expect(text.contains("\nregions: list, required\n"))
  }
}
