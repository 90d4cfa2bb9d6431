public import ArgumentParser
import Basics
import Glibc

/// The program `hearth`: what operators type.
public struct HearthCommand: AsyncParsableCommand {
  /// The tree of commands.
  public static let configuration = CommandConfiguration(
    commandName: "hearth",
    abstract: "Run and watch a fleet of GPUs that serves conversations.",
    discussion: """
      Most commands ask the control plane, at --address or HEARTH_ADDRESS. Any unambiguous prefix \
      of a name works, except in commands that change something: those take whole names.

      Exit codes:
        0    done
        1    something failed
        2    a turn was refused, or a job has no place
        3    what was named does not exist
        4    the control plane, or a region's agent, can't be reached
        64   the command line is wrong
        130  stopped by Ctrl-C
        255  a job can't be planned
      """,
    version: HearthVersion.text,
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(
        name: "Watch",
        subcommands: [
          StatusCommand.self, HealthCommand.self, TopCommand.self, RegionCommand.self,
          NodeCommand.self, ReplicaCommand.self, QueueCommand.self, ExplainCommand.self,
          CheckCommand.self, DebugCommand.self,
        ]
      ),
      CommandGroup(
        name: "Use",
        subcommands: [
          ChatCommand.self, RouteCommand.self, ReplayCommand.self, JobCommand.self,
        ]
      ),
      CommandGroup(
        name: "Plan",
        subcommands: [CapacityCommand.self, SimulateCommand.self, ComputeCommand.self]
      ),
      CommandGroup(
        name: "Set up",
        subcommands: [
          DevCommand.self, ConfigCommand.self, KeyCommand.self, CompletionCommand.self,
          VersionCommand.self,
        ]
      ),
    ]
  )

  /// Makes the command; the parser calls it.
  public init() {}

  /// Runs the program and ends the process.
  public static func start() async -> Never {
    if let complaint = unknownCommand(in: CommandLine.arguments.dropFirst()) {
      Terminal.complain(complaint)
      exit(withError: ExitCode.validationFailure)
    }
    var code = ExitCode.success
    do {
      var command = try await asyncParseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as Failure {
      Terminal.complain(failure.message)
      code = ExitCode(failure.code.rawValue)
    } catch {
      code = exitCode(for: error)
      let message = fullMessage(for: error)
      if !message.isEmpty {
        Terminal.write(message + "\n", to: code.isSuccess ? STDOUT_FILENO : STDERR_FILENO)
      }
    }
    if let failure = Terminal.outputFailure {
      Terminal.complain(failure.message)
      if code.isSuccess { code = .failure }
    }
    exit(withError: code)
  }
}

extension HearthCommand {
  /// What is wrong with the words that should name a command, if anything is.
  ///
  /// The parser takes a word that it doesn't know for an argument of the command before.
  static func unknownCommand(in arguments: some Sequence<String>) -> String? {
    var command: any ParsableCommand.Type = Self.self
    var path = "hearth"
    for word in arguments {
      let children = command.configuration.subcommands
      guard !children.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
      func names(_ child: any ParsableCommand.Type) -> [String] {
        [child.configuration.commandName ?? ""] + child.configuration.aliases
      }
      guard let child = children.first(where: { names($0).contains(word) }) else {
        let hint = word.nearest(in: children.flatMap(names)).map { "did you mean \($0)?" }
        return "\(path) has no command \(word.quoted(limit: 64)) "
          + "(\(hint ?? "`\(path) --help` lists them"))"
      }
      command = child
      path += " " + word
    }
    return nil
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
    abstract: "Print a completion script for a shell.",
    discussion: """
      Names of nodes, replicas, regions, models, jobs and requests come from the control plane.

      For this session, in bash, or in zsh after compinit:
        source <(hearth completion bash)

      Permanently:
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
    print(CompletionScript.text(for: known))
  }
}
