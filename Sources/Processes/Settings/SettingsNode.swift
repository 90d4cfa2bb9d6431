import Basics
import YAML

/// Where a value was given.
enum SettingsOrigin: Hashable {
  case file(String)
  case flag(String)
  case variable(String)
  /// Nowhere: the program that should have been told.
  case program(String)

  var name: String {
    switch self {
    case .file(let name), .flag(let name), .variable(let name), .program(let name): name
    }
  }
}

/// One step of the way from a map of settings to a value inside it.
enum SettingsStep: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  case key(String)
  case index(Int)

  init(stringLiteral key: String) { self = .key(key) }
  init(integerLiteral index: Int) { self = .index(index) }

  /// A name that somebody gave, in quotes unless it is made of letters, digits and `. _ - / :`.
  static func shown(_ name: String) -> String {
    Identifier<Named.Node>(name) == nil ? name.quoted(limit: 60) : name
  }
}

/// A value as it was given, and where it stands.
struct SettingsNode {
  var yaml: YAMLNode
  var origin: SettingsOrigin
  /// Path in the file, or in the value of a flag or variable.
  var path = ""

  /// Line of the file.
  var line: Int? {
    if case .file = origin { yaml.mark?.line } else { nil }
  }

  /// What a message begins with.
  var place: String { origin.name + (line.map { ":\($0)" } ?? "") }

  /// Whether it is a key of a file with nothing behind it.
  var isEmpty: Bool {
    if case .file = origin { yaml.value == .null } else { false }
  }

  /// The items of a list; nil for anything else.
  var items: [SettingsNode]? {
    guard case .list(let items) = yaml.value else { return nil }
    return items.enumerated().map { inside(.index($0.offset), $0.element) }
  }

  /// The entries of a map; nil for anything else.
  var entries: [(name: String, key: SettingsNode, value: SettingsNode)]? {
    guard case .map(let entries) = yaml.value else { return nil }
    return entries.map { entry in
      let key = YAMLNode(.scalar(entry.key), mark: entry.mark)
      let step = SettingsStep.key(entry.key)
      return (entry.key, inside(step, key), inside(step, entry.value))
    }
  }

  /// The node one step further in, or this one under that path where there is none.
  func at(_ step: SettingsStep) -> SettingsNode {
    switch step {
    case .key(let name):
      if let entry = entries?.first(where: { $0.name == name }) { return entry.value }
    case .index(let index):
      if let items, items.indices.contains(index) { return items[index] }
    }
    return inside(step, yaml)
  }

  private func inside(_ step: SettingsStep, _ yaml: YAMLNode) -> SettingsNode {
    let path: String
    switch step {
    case .index(let index): path = self.path + "[\(index)]"
    case .key(let name):
      let shown = SettingsStep.shown(name)
      path = self.path.isEmpty ? shown : self.path + "." + shown
    }
    return SettingsNode(yaml: yaml, origin: origin, path: path)
  }
}
