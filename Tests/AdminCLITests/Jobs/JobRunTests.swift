import ArgumentParser
import HearthMessages
import TestSupport
import Testing
import Wire

@testable import AdminCLI

@Suite(.timeLimit(.minutes(2)))
struct JobRunTests {
  private typealias Samples = JobSamples

  /// What is said while a job is submitted, and the last word or the failure.
  private func run(
    _ wait: JobWait,
    _ script: JobScript
  ) async throws -> (told: [String], done: String, code: Int32) {
    var (told, done, code) = ([String](), "", Int32(0))
    try await JobFleet.running(script) { fleet in
      var submission = JobSubmission(file: Samples.file, wait: wait, fleet: fleet.client)
      (submission.pause, submission.awayMax) = (.milliseconds(1), .seconds(20))
      do {
        done = try await submission.run { told.append($0) }
      } catch let failure as Failure {
        (done, code) = (failure.message, failure.code.rawValue)
      }
    }
    return (told, done, code)
  }

  private func script(_ statuses: [HearthV1.JobStatus?]) -> JobScript {
    let script = JobScript()
    script.set { $0.statuses = statuses }
    return script
  }

  private let running = Samples.status(
    "running",
    workers: [Samples.worker(0, "eu-1"), Samples.worker(1, "eu-2")]
  )
  private let full = Samples.waiting("limits", reasons: ["it needs 16 GPUs; 4 are free"])

  @Test func `a job is submitted, and where it runs is said when it has a place`() async throws {
    let script = script([nil, full, full, running])
    let (told, done, code) = try await run(.untilPlaced, script)
    #expect(code == 0 && done == "tune runs: 2 workers of 8 GPUs on eu-1, eu-2 (eu)")
    #expect(
      told == [
        "tune waits: it starts in 1m30s, by the time limits of others",
        "  it needs 16 GPUs; 4 are free",
      ]
    )
    #expect(script.now.submitted == [Samples.spec])
  }

  @Test func `a job without a place is not submitted by who does not wait`() async throws {
    let script = script([nil])
    script.set {
      $0.plan = .init(start: .init(inNs: 60_000_000_000, basis: "estimate"), reasons: ["too few"])
    }
    let (_, done, code) = try await run(.noWait, script)
    #expect(code == 2 && done.hasPrefix("tune has no place now: it starts in about 1m"))
    #expect(done.hasSuffix("\n  too few") && script.now.submitted.isEmpty)
  }

  @Test func `a place that another job took is not waited for`() async throws {
    let script = script([nil, nil, full])
    script.set { $0.plan = .init(start: .init(basis: "free")) }
    let (_, done, code) = try await run(.noWait, script)
    #expect(code == 2 && done.contains("4 are free"))
    #expect(script.now.changes == [.cancel])
  }

  @Test func `those that were told to go are waited for`() async throws {
    let script = script([nil, nil, Samples.waiting("leaving", reasons: ["b leaves"]), running])
    script.set { $0.plan = .init(start: .init(basis: "leaving")) }
    #expect(try await run(.noWait, script).code == 0)
    #expect(script.now.changes.isEmpty)
  }

  @Test func `a job is followed to its end, and its failure is the command's`() async throws {
    let stopping = Samples.status("stopping", cause: "preempted by tune-b")
    var again = running
    again.epoch = 2
    let way = [nil, running, running, stopping, again]
    let won = try await run(.wait, script(way + [Samples.status("succeeded", epoch: 2)]))
    #expect(won.code == 0 && won.done.hasPrefix("tune succeeded"))
    #expect(won.told.count == 3 && won.told[1] == "tune is being stopped: preempted by tune-b")
    let cause = "worker 1 failed with exit code 3"
    let lost = try await run(.wait, script(way + [Samples.status("failed", cause: cause)]))
    #expect(lost.code == 1 && lost.done.hasPrefix("tune failed: \(cause) (`hearth job logs"))
    let cancelled = try await run(.wait, script(way + [Samples.status("cancelled")]))
    #expect(cancelled.code == 1)
  }

  @Test func `what runs as described is not submitted again`() async throws {
    let script = script([running])
    #expect(try await run(.untilPlaced, script).code == 0)
    #expect(script.now.submitted.isEmpty)
    var other = running
    other.spec?.priority = 7
    script.set {
      $0.statuses = [other]
      $0.refusals = [GRPCStatus(.alreadyExists, "a job named tune has not ended")]
    }
    let (_, done, code) = try await run(.detach, script)
    #expect(code == 1 && done == "job.yaml: a job named tune has not ended")
  }

  @Test func `a submission is tried again until nodes have reported`() async throws {
    let script = script([nil])
    script.set { $0.refusals = [GRPCStatus(.unavailable, "nodes have just begun to attach")] }
    let (_, done, code) = try await run(.detach, script)
    #expect(code == 0 && done.hasPrefix("tune is accepted"))
    #expect(script.now.submitted.count == 1)
  }

  @Test(
    arguments: [
      (GRPCStatus(.invalidArgument, "gpus: 9 a worker"), 1),
      (GRPCStatus(.resourceExhausted, "full"), 2),
      (GRPCStatus(.failedPrecondition, "give it a stateFolder"), 1),
    ] as [(GRPCStatus, Int32)]
  )
  func `a refusal is told with the file's name`(_ status: GRPCStatus, _ expected: Int32)
    async throws
  {
    let script = script([nil])
    script.set { $0.refusals = [status] }
    let (_, done, code) = try await run(.untilPlaced, script)
    #expect(code == expected && done == "job.yaml: \(status.message)")
  }

  @Test func `the ways to wait exclude each other`() throws {
    let run = try #require(
      HearthCommand.parseAsRoot(["job", "run", "j.yaml", "--no-wait"]) as? JobCommand.Run
    )
    #expect(run.wait == .noWait)
    for words in ["job run j --wait --detach", "job logs j --attempt 1 -f", "job logs j --tail -1"]
    {
      let arguments = words.split(separator: " ").map(String.init)
      #expect(throws: (any Error).self, "\(words)") { try HearthCommand.parseAsRoot(arguments) }
    }
  }

  @Test func `a file's faults have their lines, and a missing file is not found`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("name: t\ntenant: a\ncommand: [x]\ngpu: 8\n", as: "job.yaml")
    let wrong = #expect(throws: Failure.self) { try JobFile(path) }
    #expect(wrong?.code == .failed && wrong?.message.hasPrefix("\(path):4: gpu") == true)
    #expect(#expect(throws: Failure.self) { try JobFile("/nowhere.yaml") }?.code == .notFound)
  }
}
