import Basics
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(5)))
struct PrecedenceTests {
  /// Which of flag, variable and file are given, and which counts.
  @Test(arguments: [
    ([false, false, false], 1000), ([false, false, true], 300), ([false, true, false], 200),
    ([false, true, true], 200), ([true, false, false], 100), ([true, false, true], 100),
    ([true, true, false], 100), ([true, true, true], 100),
  ])
  func `a flag counts before a variable, that before the file, that before the default`(
    given: [Bool],
    milliseconds: Int
  ) {
    let outcome = ControlSettings.read(
      launch(
        "--config c.yaml" + (given[0] ? " --heartbeat 100ms" : ""),
        variables: given[1] ? ["HEARTH_HEARTBEAT": "200ms"] : [:],
        files: ["c.yaml": given[2] ? "heartbeat: 300ms\n" : "# empty\n"]
      )
    )
    #expect(outcome.settings?.common.failure.heartbeat == .milliseconds(milliseconds))
  }

  @Test func `each key of a group has its own precedence`() {
    let outcome = ControlSettings.read(
      launch(
        "--tls-key flag.pem --config c.yaml",
        variables: ["HEARTH_TLS_CERTIFICATE": "variable.pem"],
        files: ["c.yaml": "tls: {certificate: a.pem, key: b.pem, authority: file.pem}\n"]
      )
    )
    #expect(
      outcome.settings?.common.tls
        == TLSFiles(certificate: "variable.pem", key: "flag.pem", authority: "file.pem")
    )
  }

  @Test func `an empty variable counts as none`() {
    let outcome = ControlSettings.read(
      launch(variables: ["HEARTH_POLICY": "", "HEARTH_CONFIG": ""])
    )
    #expect(outcome.settings == ControlSettings())
  }

  @Test func `the file may be named by a variable, and by a flag before it`() {
    let files = ["a.yaml": "seed: 1\n", "b.yaml": "seed: 2\n"]
    let variables = ["HEARTH_CONFIG": "a.yaml"]
    #expect(
      ControlSettings.read(launch(variables: variables, files: files)).settings?.scheduling.seed
        == 1
    )
    #expect(
      ControlSettings.read(launch("--config=b.yaml", variables: variables, files: files))
        .settings?.scheduling.seed == 2
    )
  }

  @Test(arguments: [
    ("--exit-with-parent", true), ("--exit-with-parent --seed 1", true),
    ("--exit-with-parent=true", true), ("--exit-with-parent false", false), ("--seed=1", false),
  ])
  func `a switch alone means true`(arguments: String, isOn: Bool) {
    #expect(
      ControlSettings.read(launch(arguments)).settings?.common.exitWithParent == isOn
    )
  }

  @Test func `lists and maps are given as YAML in flags and variables`() throws {
    let outcome = NodeSettings.read(
      launch(#"--name n --region r --agent a:1 --replicas [{"model":"llama-3.1-8b"}]"#)
    )
    let settings = try #require(outcome.settings)
    #expect(settings.replicas.map(\.model.text) == ["llama-3.1-8b"])
    let region = RegionSettings.read(
      launch(
        "--region a --control 127.0.0.1:1",
        variables: ["HEARTH_ROUND_TRIPS": "{b: 80ms, c: 1.5s}"]
      )
    )
    let expected: [String: Duration] = ["b": .milliseconds(80), "c": .milliseconds(1500)]
    let read = try #require(region.settings).roundTrips
    #expect(Dictionary(uniqueKeysWithValues: read.map { ($0.key.text, $0.value) }) == expected)
  }

  @Test func `every field has a flag and a variable of its own`() {
    let fields =
      NodeSettings.fields.map(\.flag) + [configFlag]
      + SettingsCommand.allCases.map(\.flag)
    #expect(Set(fields).count == fields.count)
    #expect(Set(NodeSettings.fields.map(\.variable)).count == NodeSettings.fields.count)
    #expect(NodeSettings.fields.contains { $0.flag == "--suspect-after" })
    #expect(NodeSettings.fields.contains { $0.variable == "HEARTH_EXIT_WITH_PARENT" })
  }
}
