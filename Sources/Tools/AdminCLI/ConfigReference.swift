import Settings

/// The keys of files of settings as documentation.
enum ConfigReference {
  /// A page with a table a file; what two files have alike is in the first.
  static var markdown: String {
    var page = """
      # Configuration

      Written by `hearth config keys -o markdown` from the declarations of the settings.

      A file is YAML. `[]` is each item of a list, `NAME` any name. Durations are written with their \
      unit: `80ms`, `4s`, `2m`. Each daemon also takes each key of its own file as a flag and as a \
      variable of the environment: `queue.waitMax` is `--queue-wait-max` and `HEARTH_QUEUE_WAIT_MAX`. \
      A flag counts before a variable, a variable before the file. What is wrong with a file is said \
      with its line; `hearth config check` and `--check-config` say it and start nothing.

      Times are the fleet's unless wall time is said: with simulated engines `timeScale` makes the \
      fleet's time pass faster. Times of jobs, which are real programs, are wall time. A simulation \
      takes wall time as the fleet's.

      """
    var seen: Set<String> = []
    for reference in SettingsReference.all {
      page += "\n## \(reference.name)\n\n\(reference.about)\n\n"
      let rows = reference.keys.map { (path: $0.path, text: row($0)) }
      let known = rows.filter { seen.contains($0.text) }.map { "`\($0.path)`" }
      if !known.isEmpty { page += "As above: \(known.joined(separator: ", ")).\n\n" }
      page += "| key | value | default | what it does |\n| --- | --- | --- | --- |\n"
      page += rows.filter { !seen.contains($0.text) }.map(\.text).joined()
      seen.formUnion(rows.map(\.text))
    }
    return page
  }

  /// A line a key, and one for what it does.
  static func text(of reference: SettingsReference) -> String {
    reference.keys.map { key in
      "\(key.path): \(value(key))\(standard(key).isEmpty ? "" : ", \(standard(key))")\n"
        + "    \(about(key))\n"
    }.joined()
  }

  private static func row(_ key: SettingsKey) -> String {
    let cells = ["`\(key.path)`", value(key), standard(key), about(key)]
    return "| " + cells.joined(separator: " | ") + " |\n"
  }

  private static func value(_ key: SettingsKey) -> String {
    let noun = key.noun.split(separator: "|").joined(separator: ", ")
    return noun + (key.bounds.map { ", \($0)" } ?? "")
  }

  private static func standard(_ key: SettingsKey) -> String {
    key.isRequired ? "required" : key.standard ?? ""
  }

  private static func about(_ key: SettingsKey) -> String {
    switch key.use {
    case nil: key.about
    case .processes: key.about + " No effect in a simulation."
    case .simulation: key.about + " In simulations only."
    }
  }
}
