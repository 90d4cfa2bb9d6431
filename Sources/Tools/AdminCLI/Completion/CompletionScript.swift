import ArgumentParser

/// A completion script that knows the aliases of commands too, which the parser's does not.
enum CompletionScript {
  /// The script for a shell.
  static func text(for shell: CompletionShell) -> String {
    var script = HearthCommand.completionScript(for: shell)
    // Names with a slash are no files: bash would list what follows the slash alone.
    if shell == .bash {
      let call = #"__hearth_add_completions -W "$(__hearth_custom"#
      script = script.replacing(call, with: "compopt +o filenames; \(call)")
    }
    // fish completes the names that commands are listed by.
    return shell == .fish ? script : withAliases(script, of: HearthCommand.self, at: "_hearth")
  }

  /// Lets the function of each command that has children take their aliases, and gives each alias a
  /// function that does what the command's own does.
  private static func withAliases(
    _ script: String,
    of command: any ParsableCommand.Type,
    at function: String
  ) -> String {
    let children = command.configuration.subcommands
    var script = script
    let names = children.compactMap { $0.configuration.commandName }
    let aliases = children.flatMap { $0.configuration.aliases }
    for end in ["|help)\n", ")\n"] where !aliases.isEmpty {
      let listed = names.joined(separator: "|")
      script = script.replacing(
        " \(listed)\(end)",
        with: " \(listed)|\(aliases.joined(separator: "|"))\(end)"
      )
    }
    for child in children {
      guard let name = child.configuration.commandName else { continue }
      script = withAliases(script, of: child, at: "\(function)_\(name)")
      for alias in child.configuration.aliases {
        let own = "\(function)_\(name)"
        script = script.replacing(
          "\n\(own)() {",
          with: "\n\(function)_\(alias)() { \(own) \"$@\"; }\n\n\(own)() {"
        )
      }
    }
    return script
  }
}
