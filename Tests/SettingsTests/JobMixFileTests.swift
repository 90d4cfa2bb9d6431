import Basics
import FleetSpec
import Jobs
import Testing

@testable import Settings

@Suite struct JobMixFileTests {
  private static func fleet() throws -> FleetTopology {
    FleetTopology([
      JobNode(
        id: try #require(NodeID("n")),
        region: try #require(RegionID("eu")),
        gpuCount: 4
      )
    ])
  }

  private func read(_ text: String) throws -> JobMixFile {
    try JobMixFile.read(Array(text.utf8), name: "m.yaml", on: try Self.fleet())
  }

  private func faults(_ text: String) throws -> [String] {
    let fleet = try Self.fleet()
    do throws(SettingsError) {
      _ = try JobMixFile.read(Array(text.utf8), name: "m.yaml", on: fleet)
      return []
    } catch {
      return error.faults.map(\.description)
    }
  }

  @Test func `a job of a mix has the keys of a job, and what only a simulation knows`() throws {
    let mix = try read(
      """
      jobs:
        - {name: a, tenant: acme, workers: {min: 1, max: 4}, work: 20h}
        - name: b
          tenant: acme
          gpus: 2
          checkpoint: {driver: signal, directory: /c}
          count: 3
          start: 1h
          every: 10m
          random: true
          startTime: 5s
          checkpointTime: 20s
      losses: {every: 24h, last: 5m}
      """
    )
    #expect(mix.jobs.map(\.spec.name.text) == ["a", "b"])
    #expect(mix.jobs[0].spec.workers.max == 4 && mix.jobs[0].work == .seconds(72_000))
    #expect(mix.jobs[0].count == 1 && !mix.jobs[0].isRandom && mix.jobs[0].every == .zero)
    let other = mix.jobs[1]
    #expect(other.spec.gpusPerWorker == 2 && other.spec.checkpoint.driver == .signal)
    #expect(other.count == 3 && other.start == .seconds(3600) && other.isRandom)
    #expect(other.startTime == .seconds(5) && other.checkpointTime == .seconds(20))
    #expect(mix.lossesEvery == .seconds(86_400) && mix.lossesLast == .seconds(300))
  }

  @Test(arguments: [
    ("losses: {every: 24h}", "m.yaml:1: jobs: is missing"),
    ("jobs: [{name: a}]", "m.yaml:1: jobs[0].tenant: is missing"),
    (
      "jobs:\n- {name: a, tenant: t}\n- {name: a, tenant: t}",
      "m.yaml:3: jobs[1].name: is the name of jobs[0] too (count: has several of one kind)"
    ),
    (
      "jobs: [{name: a, tenant: t, gpus: 8}]",
      "m.yaml:1: jobs[0].gpus: 8 a worker, and no node has more than 4 (use more workers with "
        + "fewer GPUs each)"
    ),
    (
      "jobs: [{name: a, tenant: t, wor: 1h}]",
      "m.yaml:1: jobs[0].wor: is not a setting (did you mean work?)"
    ),
    (
      "jobs: [{name: a, tenant: t, count: 0}]",
      #"m.yaml:1: jobs[0].count: "0" is not between 1 and 10000"#
    ),
    (
      "jobs: []\nlosses: {every: 1s}",
      #"m.yaml:2: losses.every: "1s" is not between 1m and 8760h"#
    ),
  ])
  func `what is wrong with a mix is said with line, path and words`(
    text: String,
    fault: String
  ) throws {
    #expect(try faults(text) == [fault])
  }
}
