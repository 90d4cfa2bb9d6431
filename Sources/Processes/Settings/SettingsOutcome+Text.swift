import YAML

extension SettingsOutcome where Settings: SettingsSchema {
  /// What `--help` prints.
  static func help(_ launch: SettingsLaunch) -> String {
    var text = """
      \(launch.program): \(launch.about)

      usage: \(launch.program) [\(configFlag) FILE] [FLAG ...]

      Each setting is a flag, a variable of the environment, or a key of the file (YAML). A flag
      counts before a variable, a variable before the file.

        \(configFlag) path, \(configVariable)
            The file.

      """
    for field in Settings.fields {
      text += """
          \(field.flag) \(field.key.noun), \(field.variable), \(field.name)

        """
      text += wrapped(field.key.help, margin: 6)
      for part in field.parts {
        text += wrapped("\(part.path) (\(part.noun)): \(part.help)", margin: 8)
      }
    }
    for command in SettingsCommand.allCases {
      text += "  \(command.flag)\n      \(command.help)\n"
    }
    return text + """

      Exit codes: 0 stopped by SIGTERM or SIGINT, 1 could not start, 2 the settings are wrong.
      SIGHUP has the certificates read again.

      """
  }

  /// What `--print-config` prints: a file with the same settings, each with its origin.
  static func listing(_ settings: Settings, _ scope: SettingsScope) -> String {
    var text = ""
    var group: String?
    for field in Settings.fields {
      let value = field.write(settings)
      guard value.value != .null, let key = field.path.last else {
        text += "# \(field.name) is not given\n"
        continue
      }
      let newGroup = field.path.count > 1 ? field.path[0] : nil
      if let newGroup, newGroup != group { text += newGroup + ":\n" }
      group = newGroup
      let margin = group == nil ? "" : "  "
      let origin = "# from " + (scope.origin(field.name)?.place ?? "default")
      let shown = value.text(indent: margin.utf8.count + 2)
      let isBlock = field.isStructured && !["[]\n", "{}\n"].contains(value.text())
      text +=
        "\(margin)\(key):" + (isBlock ? "  \(origin)\n\(shown)" : " \(inline(value))  \(origin)\n")
    }
    return text
  }

  /// Lines of 100 columns at most, all after a margin.
  private static func wrapped(_ text: String, margin: Int) -> String {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, margin + last.count + word.count < 100 {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { String(repeating: " ", count: margin) + $0 + "\n" }.joined()
  }

  private static func inline(_ value: YAMLNode) -> String {
    String(value.text().dropLast())
  }
}
