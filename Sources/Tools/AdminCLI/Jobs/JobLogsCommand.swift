import ArgumentParser
import Basics
import Client

extension JobCommand {
  struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "logs",
      abstract: "Print what a worker of a job has written.",
      discussion: """
        The log is read at the worker's node, or through its region's agent if that node can't be \
        reached from here. With -f it goes on until the job has ended; when the job moves, the next \
        attempt's log follows, wherever that runs. Nodes keep the end of each log; on a terminal, \
        characters that would move the cursor are left out.

        Exit codes: 0 printed, 3 there is no such job, worker or log, 4 nobody who has it can be \
        reached.

        Examples:
          hearth job logs tune-support -f
          hearth job logs tune-support --worker 3 --stderr --tail 50
        """
    )

    @Argument(help: "The job, or an unambiguous prefix of its name.", completion: FleetNames.jobs)
    var job: String
    @Flag(name: .shortAndLong, help: "Go on until the job has ended.") var follow = false
    @Option(help: ArgumentHelp("The worker's rank.", valueName: "rank")) var worker: UInt32 = 0
    @Flag(help: "What it wrote to standard error, instead of standard output.") var stderr = false
    @Option(help: ArgumentHelp("Begin with the last lines.", valueName: "lines")) var tail: Int?
    @Option(
      help: ArgumentHelp("An earlier attempt. (default: the latest)", valueName: "number")
    )
    var attempt: UInt64?
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
      guard tail ?? 0 >= 0 else { throw ValidationError("--tail is 0 or more") }
      guard attempt ?? 1 >= 1 else { throw ValidationError("--attempt is 1 or more") }
      guard attempt == nil || !follow else {
        throw ValidationError("--attempt is about what is over: not with --follow")
      }
    }

    func run() async throws {
      try await connection.connected { fleet in
        let job = try await fleet.job(job)
        var output = LogOutput(isShown: Terminal.isShown, tail: tail)
        let log = JobLog(
          fleet: fleet,
          job: job.name,
          rank: worker,
          isError: stderr,
          follows: follow
        )
        try await log.print(attempt: attempt, to: &output) { words in
          Terminal.write("hearth: \(Terminal.safe(words))\n", to: 2)
        }
      }
    }
  }
}
