import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

struct JobCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "job",
    abstract: "Jobs that train on idle GPUs: plan, run, list, watch and change them.",
    discussion: """
      A job is a program that a job.yaml describes. It gives its GPUs back when conversations or \
      jobs of a higher priority need them, and goes on elsewhere.

      Examples:
        hearth job plan job.yaml
        hearth job run job.yaml --wait
        hearth job logs tune-support -f
      """,
    subcommands: [
      Plan.self, Run.self, List.self, Get.self, Logs.self, Events.self, Cancel.self,
      Checkpoint.self, Resume.self,
    ],
    defaultSubcommand: List.self,
    aliases: ["jobs"]
  )

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the jobs that have not ended, in the order in which they came.",
      discussion: """
        RAN is the time over all attempts, CHECKPOINT the age of the newest complete one. \
        `hearth job get` says why a job waits.

        Examples:
          hearth job list --all -o wide
          hearth job list -o jsonl | jq -r 'select(.state == "waiting") | .job'
        """,
      aliases: ["ls"]
    )

    @Flag(name: .shortAndLong, help: "List those that have ended, too.") var all = false
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        let list = try await fleet.ask(HearthV1.Jobs.listJobs, .init(all: all))
        let isTable = options.output == .table || options.output == .wide
        if !isTable || !list.jobs.isEmpty {
          print(JobListing.listing.text(list.jobs, as: options.output), terminator: "")
        }
        if isTable { print((list.jobs.isEmpty ? "" : "\n") + JobListing.summary(list)) }
      }
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get",
      abstract: "Show one job: where it runs or why it waits, and what happened to it lately.",
      discussion: """
        Example:
          hearth job get tune-support -o json | jq '.reasons'
        """
    )

    @Argument(help: "The job, or an unambiguous prefix of its name.", completion: FleetNames.jobs)
    var job: String
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        let job = try await fleet.job(job)
        switch options.output {
        case .json: print(JobListing.json(job).jsonText(isPretty: true))
        case .jsonl: print(JobListing.json(job).jsonText())
        case .name: print(Terminal.safe(job.name))
        case .table, .wide:
          print(JobListing.report(job, isWide: options.output == .wide), terminator: "")
        }
      }
    }
  }

  struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "events",
      abstract: "Show what happened to a job: who preempted it and why, and the work lost.",
      discussion: """
        The latest comes last; 32 are kept. LOST is GPU time since the last complete checkpoint.

        Example:
          hearth job events tune-support
        """
    )

    @Argument(help: "The job, or an unambiguous prefix of its name.", completion: FleetNames.jobs)
    var job: String
    @OptionGroup var options: ListOptions

    func run() async throws {
      try await options.connection.connected { fleet in
        let job = try await fleet.job(job)
        let isTable = options.output == .table || options.output == .wide
        guard !isTable || !job.incidents.isEmpty else {
          return print("Nothing has happened to \(Terminal.safe(job.name)).")
        }
        print(JobListing.incidents.text(job.incidents, as: options.output), terminator: "")
      }
    }
  }
}

extension FleetClient {
  /// The job of a name, or of an unambiguous prefix of one.
  func job(_ text: String) async throws(Failure) -> HearthV1.JobStatus {
    let jobs = try await ask(HearthV1.Jobs.listJobs, .init(all: true)).jobs
    let name = try resolve(text, "job", among: jobs.map(\.name))
    return try await ask(HearthV1.Jobs.getJob, .init(job: name), isConnected: true)
  }

  /// Jobs that have not ended; nil where the control plane runs none, and no node would.
  func jobsIfAny() async throws(Failure) -> HearthV1.JobList? {
    do throws(Failure) {
      let list = try await ask(HearthV1.Jobs.listJobs, .init(), isConnected: true)
      return list.jobs.isEmpty && list.gpusIdle == 0 ? nil : list
    } catch {
      guard error.code == .failed else { throw error }
      return nil
    }
  }
}
