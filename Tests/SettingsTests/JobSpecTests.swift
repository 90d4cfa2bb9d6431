import Basics
import FleetSpec
import Jobs
import Testing
import YAML

@testable import Settings

@Suite(.timeLimit(.minutes(5)))
struct JobSpecTests {
  private static let least = "name: tune\ntenant: acme\ncommand: [python3, train.py]\n"

  private func read(_ text: String, on fleet: FleetTopology? = nil) throws -> JobSpec {
    try JobSpec.read(Array(text.utf8), name: "job.yaml", on: fleet)
  }

  private func faults(_ text: String, on fleet: FleetTopology? = nil) -> [String] {
    do throws(SettingsError) {
      _ = try JobSpec.read(Array(text.utf8), name: "job.yaml", on: fleet)
      return []
    } catch {
      return error.faults.map(\.description)
    }
  }

  @Test func `a job of three lines is a gang of one worker with one GPU`() throws {
    let job = try read(Self.least)
    #expect(job.command == ["python3", "train.py"] && job.workers == WorkerCount(min: 1, max: 1))
    #expect(job.gpusPerWorker == 1 && job.priority == 4 && job.launch == .worker)
    #expect(job.checkpoint.driver == .none && job.notice == .seconds(30))
  }

  @Test func `every key reads`() throws {
    let job = try read(
      """
      name: tune
      tenant: acme/search
      command: [torchrun, train.py, --epochs, 3]
      environment: {NCCL_DEBUG: WARN, EMPTY: ""}
      workingDirectory: /srv/train
      model: Llama-3.1-8B
      adapter: acme/search
      launch: launcher
      gpus: 8
      workers: {min: 2, max: 16}
      priority: 2
      regions: [eu-west, us-east]
      spanRegions: true
      limits: {cpus: 7.5, memory: 64GiB, time: 12h}
      checkpoint: {driver: periodic, directory: /ckpt, interval: 5m, keep: 2,
        copies: [us-east, "s3://acme-ckpt/jobs"]}
      notice: 1m
      minimumRun: 10m
      retries: 5
      """
    )
    #expect(job.environment == ["NCCL_DEBUG": "WARN", "EMPTY": ""] && job.launch == .launcher)
    #expect(job.model?.text == "llama-3.1-8b" && job.adapter?.text == "acme/search")
    #expect(job.gpusPerWorker == 8 && job.workers == WorkerCount(min: 2, max: 16))
    #expect(job.regions.map(\.text) == ["eu-west", "us-east"] && job.spansRegions)
    #expect(job.limits.cpus == 7.5 && job.limits.memoryBytes == 64 << 30)
    #expect(job.limits.time == .seconds(12 * 3600) && job.retries == 5)
    #expect(job.checkpoint.driver == .periodic && job.checkpoint.copies.count == 2)
    #expect(job.notice == .seconds(60) && job.minimumRun == .seconds(600))
    let again = try read(job.yaml.text())
    #expect(again == job)
  }

  @Test(arguments: [
    ("worker: 4", "job.yaml:4: worker: is not a setting (did you mean workers?)"),
    ("workers: {mim: 2, max: 4}", "job.yaml:4: workers.mim: is not a setting (did you mean min?)"),
    ("workers: {min: 2}", "job.yaml:4: workers: needs both min and max (try {min: 2, max: 8})"),
    ("workers: {min: 4, max: 2}", "job.yaml:4: workers: has a min of 4 above its max of 2"),
    ("workers: all", #"job.yaml:4: workers: "all" is not a whole number"#),
    ("gpus: 65", #"job.yaml:4: gpus: "65" is not between 1 and 64"#),
    (
      "limits: {memory: 64G}",
      #"job.yaml:4: limits.memory: "64G" is not an amount of memory (try 64GiB)"#
    ),
    ("notice: 30", #"job.yaml:4: notice: "30" is not a duration (try 80ms)"#),
    (
      "checkpoint: {driver: periodic}",
      "job.yaml:4: checkpoint.directory: is missing: say where the program of driver periodic puts "
        + "its checkpoints"
    ),
    (
      "checkpoint: {directory: /ckpt}",
      "job.yaml:4: checkpoint.driver: is none, so there is nothing to keep or copy (try periodic)"
    ),
    (
      "checkpoint: {driver: transparent, copies: [ftp://x]}",
      #"job.yaml:4: checkpoint.copies[0]: "ftp://x" is neither a region nor a bucket "#
        + "(try s3://bucket/prefix)"
    ),
    (
      "environment: {1X: a}",
      "job.yaml:4: environment.1X: is not the name of a variable (try NCCL_DEBUG)"
    ),
    ("name: other", "job.yaml:4: name: is given twice, first at job.yaml:1"),
  ])
  func `what is wrong is said with its line and what to do`(line: String, words: String) {
    #expect(faults(Self.least + line + "\n") == [words])
  }

  @Test func `what must be given is missed, and a job without a program`() {
    #expect(
      faults("gpus: 2\n") == [
        "job.yaml:1: name: is missing", "job.yaml:1: tenant: is missing",
        "job.yaml:1: command: is missing",
      ]
    )
    #expect(
      faults("name: a\ntenant: b\ncommand: []\n") == ["job.yaml:3: command: is missing"]
        || faults("name: a\ntenant: b\ncommand: []\n") == [
          "job.yaml:3: command: has no program (try [python3, train.py])"
        ]
    )
  }

  @Test func `a job that can never have a place in the fleet is refused with what there is`() throws
  {
    let regions = try [#require(RegionID("eu")), #require(RegionID("us"))]
    let fleet = FleetTopology(
      try (0..<4).map { number in
        JobNode(
          id: try #require(NodeID("n\(number)")),
          region: regions[number / 2],
          gpuCount: 8
        )
      }
    )
    #expect(faults(Self.least + "gpus: 8\nworkers: 2\n", on: fleet).isEmpty)
    #expect(
      faults(Self.least + "gpus: 16\n", on: fleet) == [
        "job.yaml:4: gpus: 16 a worker, and no node has more than 8 (use more workers with fewer "
          + "GPUs each)"
      ]
    )
    #expect(
      faults(Self.least + "gpus: 8\nworkers: 3\n", on: fleet) == [
        "job.yaml:5: workers: 3 of 8 GPUs never fit in one region, which has places for 2 at most "
          + "(ask for fewer, or set spanRegions: true)"
      ]
    )
    #expect(
      faults(Self.least + "gpus: 8\nworkers: 3\nspanRegions: true\n", on: fleet).isEmpty
    )
    #expect(
      faults(Self.least + "gpus: 5\nworkers: 5\nspanRegions: true\n", on: fleet) == [
        "job.yaml:5: workers: 5 of 5 GPUs never fit: the fleet has places for 4 (ask for fewer "
          + "workers or fewer GPUs each)"
      ]
    )
  }

  @Test func `a job is refused where no node offers its driver, or none that is large enough`()
    throws
  {
    func fleet(_ drivers: [Set<CheckpointPolicy.Driver>]) throws -> FleetTopology {
      FleetTopology(
        try drivers.enumerated().map { number, drivers in
          var node = JobNode(
            id: try #require(NodeID("n\(number)")),
            region: try #require(RegionID("eu")),
            gpuCount: 8 >> number
          )
          node.drivers = drivers
          return node
        }
      )
    }
    let text = Self.least + "checkpoint: {driver: transparent}\ngpus: 8\n"
    #expect(faults(text, on: try fleet([[.transparent], [.signal]])).isEmpty)
    #expect(
      faults(text, on: try fleet([[.signal], [.transparent]])) == [
        "job.yaml:5: gpus: 8 a worker, and no node that offers transparent has more than 4 (use "
          + "more workers with fewer GPUs each)"
      ]
    )
    #expect(
      faults(text, on: try fleet([[.signal], [.periodic]])) == [
        "job.yaml:4: checkpoint.driver: no node offers transparent (have nodes offer it, which "
          + "they tell when they start, or take another driver)"
      ]
    )
  }
}
