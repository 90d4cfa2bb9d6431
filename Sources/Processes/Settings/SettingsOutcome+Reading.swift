import Basics
import YAML

extension SettingsOutcome where Settings: SettingsSchema {
  /// Reads settings: each from its flag, else its variable, else the file, else its default.
  init(_ launch: SettingsLaunch) {
    do throws(SettingsError) {
      self = try Self.read(launch)
    } catch {
      self = .wrong(error)
    }
  }

  private static func read(_ launch: SettingsLaunch) throws(SettingsError) -> Self {
    let faults = SettingsFaults()
    let start = SettingsNode(yaml: YAMLNode(.null), origin: .program(launch.program))
    var flags = flags(launch.arguments, start, faults)
    var asked: Set<String> = []
    for name in SettingsCommand.allCases.map(\.flag) {
      guard let flag = flags.removeValue(forKey: name) else { continue }
      asked.insert(name)
      if flag.yaml.value != .null { faults.add(flag, "takes no value") }
    }
    if asked.contains(SettingsCommand.help.flag) { return .done(help(launch)) }
    if asked.contains(SettingsCommand.version.flag) {
      return .done("\(launch.program) \(launch.version)\n")
    }
    let before = faults.count
    let map = file(launch, flags.removeValue(forKey: configFlag), start, faults)
    // What is missing may be in the file that can't be read.
    let isWhole = faults.count == before
    let scope = SettingsScope(map, flags: flags, variable: launch.variable, faults)
    var settings = Settings.standIn
    scope.read(into: &settings, isWhole: isWhole)
    try faults.check()
    if asked.contains(SettingsCommand.print.flag) { return .done(listing(settings, scope)) }
    if asked.contains(SettingsCommand.check.flag) {
      for (name, path) in (settings as? any DaemonSettings)?.files ?? [] {
        do throws(UnreadableFile) {
          _ = try launch.file(path)
        } catch {
          scope.fail([.key(name)], path.quoted(limit: 60) + " " + error.words)
        }
      }
      try faults.check()
      return .done("\(launch.program): the settings are in order\n")
    }
    return .run(settings)
  }

  /// The flags by name, with their dashes: `--name value`, `--name=value`, or `--name` alone.
  private static func flags(
    _ arguments: [String],
    _ start: SettingsNode,
    _ faults: SettingsFaults
  ) -> [String: SettingsNode] {
    var flags: [String: SettingsNode] = [:]
    var index = 0
    while index < arguments.count {
      let argument = arguments[index] == "-h" ? SettingsCommand.help.flag : arguments[index]
      index += 1
      guard argument.hasPrefix("--"), argument.utf8.count > 2 else {
        faults.add(start, argument.quoted(limit: 60) + " is not a flag (flags begin with --)")
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      var value = YAMLNode(.null)
      if parts.count == 2 {
        value = YAMLNode(.scalar(String(parts[1])))
      } else if index < arguments.count, !arguments[index].hasPrefix("--") {
        value = YAMLNode(.scalar(arguments[index]))
        index += 1
      }
      let name = String(parts[0])
      let shown = SettingsStep.shown(name)
      let node = SettingsNode(yaml: value, origin: .flag(shown))
      if flags[name] != nil { faults.add(node, "is given twice") }
      flags[name] = node
    }
    return flags
  }

  private static func file(
    _ launch: SettingsLaunch,
    _ flag: SettingsNode?,
    _ start: SettingsNode,
    _ faults: SettingsFaults
  ) -> SettingsNode {
    var asked = flag
    if asked == nil, let path = launch.variable(configVariable), !path.isEmpty {
      asked = SettingsNode(yaml: YAMLNode(.scalar(path)), origin: .variable(configVariable))
    }
    guard let asked, let path = SettingsKind<String>.path.read(asked, faults) else { return start }
    do throws(UnreadableFile) {
      return SettingsNode(try launch.file(path), file: path, faults)
    } catch {
      faults.add(asked, path.quoted(limit: 60) + " " + error.words)
      return start
    }
  }
}

/// What a program is asked for in place of its work.
enum SettingsCommand: String, CaseIterable {
  case check = "check-config"
  case print = "print-config"
  case help
  case version

  var flag: String { "--" + rawValue }

  var help: String {
    switch self {
    case .check: "Say what is wrong with the settings, and end."
    case .print: "Print each setting and where it was given, and end."
    case .help: "Print this, and end."
    case .version: "Print the version, and end."
    }
  }
}

let configFlag = "--config"
let configVariable = "HEARTH_CONFIG"

extension SettingsNode {
  /// The map in a file; without keys after a fault was noted, or where there is none in it.
  init(_ bytes: [UInt8], file: String, _ faults: SettingsFaults) {
    let empty = YAMLNode(.map([]), mark: YAMLMark(line: 1, column: 1))
    self.init(yaml: empty, origin: .file(SettingsStep.shown(file)))
    do throws(YAMLError) {
      if let root = try YAMLReader.read(bytes), root.value != .null { yaml = root }
    } catch {
      yaml.mark = error.mark
      faults.add(self, error.message)
      yaml = empty
    }
  }
}
