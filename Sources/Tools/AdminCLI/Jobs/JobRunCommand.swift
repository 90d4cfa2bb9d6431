import ArgumentParser
import Basics
import Client
import HearthMessages

extension JobCommand {
  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "run",
      abstract: "Submit a job, and wait until it has a place.",
      discussion: """
        Tells where the job runs, or why it waits. Ctrl-C leaves it in the queue. A job that runs or \
        waits as described is not submitted again, so the command can be repeated.

        Exit codes: 0 it has a place (--wait: it succeeded; --detach: it is accepted), 1 the file \
        is wrong, the job is not taken on, or it failed, 2 the fleet has no place for it \
        (--no-wait) or for more jobs, 4 no control plane.

        Examples:
          hearth job run job.yaml
          hearth job run job.yaml --wait && echo trained
          hearth job run job.yaml --no-wait || hearth job plan job.yaml
        """
    )

    @Argument(help: "The job.yaml; - is standard input.", completion: .file())
    var file: String
    @Flag var wait = JobWait.untilPlaced
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
      let file = try JobFile(file)
      let name = file.job.name
      let end = "`hearth job get \(name)` shows it, `hearth job cancel \(name)` ends it"
      let done = try await connection.connected(
        interrupted: { Terminal.interrupted("what was submitted stays: \(end)") },
        { fleet in
          try await JobSubmission(file: file, wait: wait, fleet: fleet).run { words in
            Terminal.write(Terminal.safe(words) + "\n", to: 2)
          }
        }
      )
      print(Terminal.safe(done))
    }
  }
}

/// How long whoever submits a job waits.
enum JobWait: EnumerableFlag {
  case untilPlaced, wait, noWait, detach

  static func name(for value: Self) -> NameSpecification {
    switch value {
    case .untilPlaced: .customLong("until-placed")
    case .wait: .long
    case .noWait: .long
    case .detach: .long
    }
  }

  static func help(for value: Self) -> ArgumentHelp? {
    switch value {
    case .untilPlaced: "Wait until the job has a place; the default."
    case .wait: "Wait until the job has ended."
    case .noWait: "Don't submit a job that the fleet has no place for now."
    case .detach: "Return as soon as the job is accepted."
    }
  }
}
