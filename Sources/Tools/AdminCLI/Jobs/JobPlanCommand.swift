import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

extension JobCommand {
  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "plan",
      abstract: "Say where a job would run, whom it would preempt and when it would start.",
      discussion: """
        Changes nothing. LOST is the GPU time that those who are preempted would lose: since their \
        last complete checkpoint.

        Exit codes: 0 nothing would change, since the job runs or waits as described; 1 the job \
        would be submitted; 255 there is no plan: the file is wrong, the job would not be taken \
        on, or the control plane can't be reached.

        Example:
          hearth job plan job.yaml -o json | jq '.evictions'
        """
    )

    @Argument(help: "The job.yaml; - is standard input.", completion: .file())
    var file: String
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("How the plan is written: table, json or jsonl.", valueName: "format")
    )
    var output = ReportFormat.table
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      let report: JobPlanReport
      do {
        let file = try JobFile(file)
        report = try await connection.connected { try await JobPlanReport(of: file, on: $0) }
      } catch let failure as Failure {
        throw Failure(.noPlan, failure.message)
      }
      switch output {
      case .table: print(report.table, terminator: "")
      case .json: print(report.json.jsonText(isPretty: true))
      case .jsonl: print(report.json.jsonText())
      }
      if report.changes { throw ExitCode(Failure.Code.failed.rawValue) }
    }
  }
}

/// What would become of a job.
struct JobPlanReport {
  let job: HearthV1.JobSpec
  let plan: HearthV1.JobPlan
  /// The job, if it has been submitted as described and has not ended.
  let known: HearthV1.JobStatus?

  /// Whether submitting the job would change anything.
  var changes: Bool { known == nil }

  init(job: HearthV1.JobSpec, plan: HearthV1.JobPlan, known: HearthV1.JobStatus? = nil) {
    (self.job, self.plan, self.known) = (job, plan, known)
  }

  /// Asks the control plane; throws why the job would not be taken on.
  init(of file: JobFile, on fleet: FleetClient) async throws(Failure) {
    job = file.job
    known = try await fleet.same(as: file.job)
    guard known == nil else {
      plan = .init()
      return
    }
    plan = try await fleet.ask(HearthV1.Jobs.planJob, file.job, isConnected: true)
    guard plan.faults.isEmpty else { throw file.faulty(plan.faults) }
  }

  /// The plan as people read it.
  var table: String {
    if let known {
      return Terminal.safe("\(known.sentence). It is as described: nothing would change.") + "\n"
    }
    var text = ""
    if !plan.places.isEmpty {
      text +=
        Listing<HearthV1.JobPlace>(
          name: \.node,
          columns: [
            .init("NODE", \.node), .init("REGION", \.region),
            .init("WORKERS", number: true) { "\($0.workers)" },
            .init("GPUS", number: true) { "\(gpus(of: $0))" },
          ],
          fields: { _ in [:] }
        ).text(plan.places, as: .table) + "\n"
    }
    if !plan.evictions.isEmpty {
      text +=
        Listing<HearthV1.JobEviction>(
          name: \.job,
          columns: [
            .init("PREEMPTED", \.job), .init("GPUS", number: true) { "\($0.gpus)" },
            .init("LOST", number: true) { gpuTime($0.lostGpuSeconds) },
          ],
          fields: { _ in [:] }
        ).text(plan.evictions, as: .table) + "\n"
    }
    text += Terminal.safe("\(job.name): \(plan.startWords).") + "\n"
    return text + plan.reasons.map { "  " + Terminal.safe($0) + "\n" }.joined()
  }

  /// The plan as scripts read it.
  var json: JSONObject {
    [
      "job": job.name, "tenant": job.tenant, "changes": changes,
      "state": known?.state,
      "places": plan.places.map {
        [
          "node": $0.node, "region": $0.region, "workers": $0.workers, "gpus": gpus(of: $0),
        ] as JSONObject
      },
      "evictions": plan.evictions.map {
        ["job": $0.job, "gpus": $0.gpus, "lostGPUSeconds": $0.lostGpuSeconds] as JSONObject
      },
      "start": plan.start.map(JobListing.json), "reasons": plan.reasons,
    ]
  }

  private func gpus(of place: HearthV1.JobPlace) -> Int {
    Int(place.workers) * Int(job.gpusPerWorker)
  }
}

extension HearthV1.JobPlan {
  /// When it would start.
  var startWords: String {
    start?.words ?? "it has no place, and nobody knows when it will have one"
  }
}

extension FleetClient {
  /// The job that is described, if it was submitted so and has not ended.
  func same(as job: HearthV1.JobSpec) async throws(Failure) -> HearthV1.JobStatus? {
    do throws(Failure) {
      let known = try await ask(HearthV1.Jobs.getJob, .init(job: job.name))
      return known.spec == job && !known.isEnded ? known : nil
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }
}
