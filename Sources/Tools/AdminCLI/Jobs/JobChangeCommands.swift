import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

extension JobCommand {
  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cancel",
      abstract: "End a job; its checkpoints stay.",
      discussion: """
        Its workers have the job's notice to leave. `hearth job resume` lets it go on later.

        Exit codes: 0 ordered, 1 it has ended, 3 no job has that name.

        Example:
          hearth job cancel tune-support
        """
    )

    @OptionGroup var target: JobTarget

    func run() async throws {
      print(try await target.change(.cancel))
    }
  }

  struct Checkpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "checkpoint",
      abstract: "Have a job that runs make a checkpoint now.",
      discussion: """
        Returns when it is asked for; `hearth job get` tells the newest complete one.

        Exit codes: 0 asked for, 1 the job doesn't run, 3 no job has that name.

        Example:
          hearth job checkpoint tune-support
        """
    )

    @OptionGroup var target: JobTarget

    func run() async throws {
      print(try await target.change(.checkpoint))
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "resume",
      abstract: "Let a job that has ended go on from its last checkpoint.",
      discussion: """
        Exit codes: 0 it is in the queue again, 1 it has not ended, 3 no job has that name.

        Example:
          hearth job resume tune-support
        """
    )

    @OptionGroup var target: JobTarget

    func run() async throws {
      print(try await target.change(.resume))
    }
  }
}

/// The job that a command changes.
struct JobTarget: ParsableArguments {
  @Argument(help: "The job's whole name.", completion: FleetNames.jobs)
  var job: String
  @OptionGroup var connection: ConnectionOptions

  /// Changes the job; tells what is so now.
  fileprivate func change(_ change: HearthV1.JobChange) async throws -> String {
    try await connection.connected { fleet in
      let request = HearthV1.ChangeJobRequest(job: job, change: change)
      let status = try await fleet.ask(HearthV1.Jobs.changeJob, request)
      return Terminal.safe(Self.words(status, after: change))
    }
  }

  /// What is so after a change.
  static func words(_ job: HearthV1.JobStatus, after change: HearthV1.JobChange) -> String {
    switch change {
    case .cancel where job.state == "stopping":
      let notice = Duration.nanoseconds(job.spec?.noticeNs ?? 0).text
      return "\(job.name) is being stopped: its workers have \(notice) to leave"
    case .checkpoint:
      let newest = job.checkpoint.map { "the newest is \($0.words)" } ?? "it has none yet"
      return "a checkpoint of \(job.name) is asked for; \(newest)"
    default: return job.sentence
    }
  }
}
