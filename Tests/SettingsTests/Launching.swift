import Glibc

@testable import Settings

/// A launch of a program with these arguments, variables and files.
func launch(
  _ arguments: String = "",
  variables: [String: String] = [:],
  files: [String: String] = [:]
) -> SettingsLaunch {
  SettingsLaunch(
    program: "hearth-test",
    about: "does nothing.",
    version: "1.2.3",
    arguments: arguments.split(separator: " ").map(String.init),
    variable: { variables[$0] },
    file: { path throws(UnreadableFile) in
      guard let text = files[path] else { throw UnreadableFile(ENOENT) }
      return Array(text.utf8)
    }
  )
}

extension SettingsOutcome {
  /// The settings to run with.
  var settings: Settings? {
    if case .run(let settings) = self { settings } else { nil }
  }

  /// What is printed.
  var text: String? {
    if case .done(let text) = self { text } else { nil }
  }

  /// What is wrong, one fault a line.
  var faults: [String] {
    if case .wrong(let error) = self { error.faults.map(\.description) } else { [] }
  }
}
