public import ArgumentParser
import Basics

/// The program `hearth`: what operators type.
public struct HearthCommand: AsyncParsableCommand {
  /// The tree of commands.
  public static let configuration = CommandConfiguration(
    commandName: "hearth",
    abstract: "Run and watch a fleet of GPUs that serves conversations.",
    discussion: """
      Most commands ask the control plane: name it with --address or HEARTH_ADDRESS. Where a name is
      wanted, any part of it that begins only one name is enough.

      Exit codes: 0 done, 1 something failed, 2 a turn was refused, 3 no such thing, 4 the fleet \
      can't be reached, 64 the command is wrong.
      """,
    version: HearthVersion.text,
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(
        name: "Watch",
        subcommands: [
          StatusCommand.self, RegionCommand.self, NodeCommand.self, ReplicaCommand.self,
        ]
      ),
      CommandGroup(
        name: "Use",
        subcommands: [ChatCommand.self, RouteCommand.self, ReplayCommand.self]
      ),
      CommandGroup(
        name: "Set up",
        subcommands: [
          DevCommand.self, ConfigCommand.self, CompletionCommand.self, VersionCommand.self,
        ]
      ),
    ]
  )

  /// Makes the command; the parser calls it.
  public init() {}

  /// Runs the program and ends the process.
  public static func start() async -> Never {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      exit(withError: nil)
    } catch let failure as Failure {
      Terminal.complain(failure.message)
      exit(withError: ExitCode(failure.code.rawValue))
    } catch {
      exit(withError: error)
    }
  }
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Print the version."
  )

  func run() { print("hearth \(HearthVersion.text)") }
}

struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion",
    abstract: "Print a script that completes commands in a shell.",
    discussion: "For bash: hearth completion bash > /etc/bash_completion.d/hearth"
  )

  @Argument(help: "bash, zsh or fish.") var shell: String

  func validate() throws {
    guard CompletionShell(rawValue: shell) != nil else {
      let known = CompletionShell.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\"\(shell)\" is no shell that is known (\(known))")
    }
  }

  func run() {
    guard let shell = CompletionShell(rawValue: shell) else { return }
    print(HearthCommand.completionScript(for: shell))
  }
}
