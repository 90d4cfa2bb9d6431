public import ArgumentParser
import Basics

/// The program `hearth`: what operators type.
public struct HearthCommand: AsyncParsableCommand {
  /// The tree of commands.
  public static let configuration = CommandConfiguration(
    commandName: "hearth",
    abstract: "Run and watch a fleet of GPUs that serves conversations.",
    discussion: """
      Most commands ask the control plane, at --address or HEARTH_ADDRESS. Of a name, a beginning \
      that no other name has is enough.

      Exit codes:
        0    done
        1    something failed
        2    a turn was refused
        3    there is no such thing
        4    the control plane, or a region's agent, can't be reached
        64   the command line is wrong
        130  stopped by Ctrl-C
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
    discussion: """
      For this session, in bash or zsh:
        source <(hearth completion bash)

      For good:
        hearth completion bash > /etc/bash_completion.d/hearth
        hearth completion zsh > ~/.zsh/completions/_hearth
        hearth completion fish > ~/.config/fish/completions/hearth.fish
      """
  )

  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash
    case zsh
    case fish
  }

  @Argument(help: "The shell.") var shell: Shell

  func run() {
    let known: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    print(HearthCommand.completionScript(for: known))
  }
}
