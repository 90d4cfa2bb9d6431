import ArgumentParser
import HearthMessages
import Testing
import Wire

@testable import AdminCLI

@Suite(.timeLimit(.minutes(2)))
struct JobListingTests {
  private typealias Samples = JobSamples

  private var running: HearthV1.JobStatus {
    var job = Samples.status(
      "running",
      epoch: 2,
      workers: [Samples.worker(0, "eu-1"), Samples.worker(1, "eu-2")]
    )
    (job.ranNs, job.ageNs) = (3_600_000_000_000, 7_200_000_000_000)
    job.checkpoint = .init(number: 4, step: 800, ageNs: 120_000_000_000)
    (job.gpuSeconds, job.lostGpuSeconds) = (57_600, 960)
    job.incidents = [
      .init(ageNs: 60_000_000_000, epoch: 1, cause: "preempted by b", gpus: 16, lostGpuSeconds: 960)
    ]
    return job
  }

  private let waiting = Samples.waiting("estimate", reasons: ["it needs 16 GPUs; 4 are free"])

  @Test func `the table says who trains where, and for how long its work is safe`() {
    #expect(
      JobListing.listing.text([running, waiting], as: .table) == """
        JOB   TENANT  STATE    WORKERS  GPUS  REGIONS  RAN  CHECKPOINT
        tune  acme    running   2 of 2    16  eu        1h          2m
        tune  acme    waiting   0 of 2     0  -        0ns           -

        """
    )
    let list = HearthV1.JobList(jobs: [running, waiting], gpusRunning: 16, gpusIdle: 4)
    #expect(
      JobListing.summary(list) == "16 GPUs train, 4 idle, 0 for conversations; 1 job waits"
    )
  }

  @Test func `one job says why it waits, or what it has and what happened to it`() {
    let report = JobListing.report(running, isWide: false)
    for words in [
      "state       tune runs: 2 workers of 8 GPUs on eu-1, eu-2 (eu)\n",
      "wants       2 workers of 8 GPUs, priority 4\n", "command     python3 train.py\n",
      "checkpoint  that of step 800, 2m old (periodic)\n",
      "lost        16m of GPU time, of 16h; 0 failures of 4 since the last progress\n",
      "     0  running  eu-1  eu      0,1,2,3,4,5,6,7        1\n",
      " 1m        1    16   16m  preempted by b\n",
    ] { #expect(report.contains(words), "\(words): \(report)") }
    #expect(
      JobListing.report(waiting, isWide: false).contains(
        "because     it needs 16 GPUs; 4 are free\n"
      )
    )
  }

  @Test func `JSON has what scripts ask for, and no name moves a cursor`() {
    let json = JobListing.json(running).jsonText()
    for part in [
      #""state":"running""#, #""gpus":[0,1,2,3,4,5,6,7]"#, #""ageSeconds":120"#,
      #""event":"preempted by b""#, #""start":null"#,
    ] { #expect(json.contains(part), "\(part): \(json)") }
    let line = JobListing.listing.text([running], as: .jsonl)
    #expect(!line.contains("reasons") && line.hasSuffix("}\n"))
    var odd = waiting
    odd.reasons = ["\u{1b}[2J"]
    #expect(!JobListing.report(odd, isWide: true).contains("\u{1b}"))
  }

  @Test func `a change says what is so now`() {
    let stopping = Samples.status("stopping", cause: "cancelled by its owner")
    let words = { JobTarget.words($0, after: $1) }
    #expect(words(stopping, .cancel) == "tune is being stopped: its workers have 30s to leave")
    #expect(words(Samples.status("cancelled"), .cancel) == "tune was cancelled")
    #expect(
      words(running, .checkpoint)
        == "a checkpoint of tune is asked for; the newest is that of step 800, 2m old"
    )
    #expect(words(waiting, .resume).hasPrefix("tune waits: it starts in about 1m30s"))
  }

  @Test func `the screen and the capacity show jobs, those with GPUs first`() throws {
    let list = HearthV1.JobList(jobs: [waiting, running], gpusRunning: 16, gpusServing: 8)
    let view = TopView(status: .init(), regions: [], replicas: [], jobs: list)
    let lines = view.lines(by: .name)
    #expect(lines.contains("jobs: 16 GPUs train, 0 idle, 8 for conversations; 1 job waits"))
    let first = try #require(lines.firstIndex { $0.hasPrefix("JOB ") })
    #expect(lines[first + 1].contains("running") && lines[first + 2].contains("waiting"))
    let many = TopView(
      status: .init(),
      regions: [],
      replicas: [],
      jobs: .init(jobs: .init(repeating: waiting, count: 15))
    )
    #expect(many.lines(by: .name).contains("(3 more: `hearth job list`)"))
    #expect(CapacityTables.words(list).hasSuffix("1 job waits for 16 GPUs."))
    #expect(
      CapacityJSON.jobs(list).jsonText() == """
        {"gpusIdle":0,"gpusRunning":16,"gpusServing":8,"gpusWanted":16,"running":1,"waiting":1}
        """
    )
  }

  @Test func `where no jobs are run nothing is said of them`() async throws {
    try await JobFleet.running { fleet in
      let none = try await fleet.client.jobsIfAny()
      #expect(none == nil)
      fleet.script.set { $0.statuses = [running] }
      let some = try await fleet.client.jobsIfAny()
      #expect(some?.jobs.count == 1)
    }
  }

  @Test func `a plan says where, who would go, and when`() {
    let plan = HearthV1.JobPlan(
      places: [.init(node: "eu-1", region: "eu", workers: 2)],
      evictions: [.init(job: "b", gpus: 8, lostGpuSeconds: 480)],
      start: .init(inNs: 30_000_000_000, basis: "leaving"),
      reasons: ["b must give it 8 GPUs within 30s"]
    )
    let report = JobPlanReport(job: Samples.spec, plan: plan)
    #expect(
      report.table == """
        NODE  REGION  WORKERS  GPUS
        eu-1  eu            2    16

        PREEMPTED  GPUS  LOST
        b             8    8m

        tune: it starts within 30s, when those that were told to go have left.
          b must give it 8 GPUs within 30s

        """
    )
    #expect(report.changes)
    let json = report.json.jsonText()
    #expect(json.contains(#""evictions":[{"gpus":8,"job":"b","lostGPUSeconds":480}]"#), "\(json)")
    #expect(json.contains(#""start":{"basis":"leaving","inSeconds":30}"#), "\(json)")
    let never = JobPlanReport(job: Samples.spec, plan: .init())
    #expect(never.table == "tune: it has no place, and nobody knows when it will have one.\n")
  }

  @Test func `what runs as described changes nothing, and faults have the file's name`()
    async throws
  {
    let script = JobScript()
    script.set { $0.statuses = [running] }
    try await JobFleet.running(script) { fleet in
      let same = try await JobPlanReport(of: Samples.file, on: fleet.client)
      #expect(!same.changes && same.table.hasSuffix("It is as described: nothing would change.\n"))
      script.set {
        $0.statuses = [nil]
        $0.plan = .init(faults: ["gpus: too many", "workers: too few"])
      }
      let wrong = await #expect(throws: Failure.self) {
        try await JobPlanReport(of: Samples.file, on: fleet.client)
      }
      #expect(wrong?.message == "job.yaml: gpus: too many\njob.yaml: workers: too few")
    }
  }

  @Test func `a plan that can't be made has an exit code of its own`() async throws {
    let plan = try #require(
      HearthCommand.parseAsRoot(["job", "plan", "/nowhere.yaml"]) as? JobCommand.Plan
    )
    let failure = await #expect(throws: Failure.self) { try await plan.run() }
    #expect(failure?.code == .noPlan && failure?.code.rawValue == 255)
  }
}
