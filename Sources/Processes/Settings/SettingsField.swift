import YAML

/// A type whose values are read from settings and written as settings, field by field.
protocol SettingsSchema {
  /// The defaults, and for each required field a value that stands for "not given".
  static var standIn: Self { get }
  /// The one declaration of each field: key, flag, variable, help, how it is read and written.
  static var fields: [SettingsField<Self>] { get }
  /// Derives what is left to derive, and checks what concerns several fields.
  mutating func finish(_ scope: SettingsScope)
}

extension SettingsSchema {
  mutating func finish(_ scope: SettingsScope) {}

  /// All fields that have a value, as a map that reads back to the same.
  var yaml: YAMLNode {
    var entries: [YAMLEntry] = []
    for field in Self.fields {
      let value = field.write(self)
      guard value.value != .null else { continue }
      if field.path.count == 1 {
        entries.append(YAMLEntry(key: field.path[0], value: value))
        continue
      }
      let inner = YAMLEntry(key: field.path[1], value: value)
      if entries.last?.key == field.path[0], case .map(let others)? = entries.last?.value.value {
        entries[entries.count - 1].value = YAMLNode(.map(others + [inner]))
      } else {
        entries.append(YAMLEntry(key: field.path[0], value: YAMLNode(.map([inner]))))
      }
    }
    return YAMLNode(.map(entries))
  }
}

/// The declaration of one field of a schema.
struct SettingsField<Root: SettingsSchema> {
  /// Keys from the map of the schema to the value: one, or two for what stands in a group.
  let path: [String]
  /// What it is for, and its default.
  let help: String
  /// What a map in it may have in it, for help: one line a field.
  let parts: [String]
  let noun: String
  let isRequired: Bool
  let isSwitch: Bool
  let isStructured: Bool
  let write: (Root) -> YAMLNode
  let read: (SettingsNode, inout Root, SettingsFaults) -> Void

  /// Declares the field at `path`, with a dot where it stands in a group; `default` is for help,
  /// where the stand-in doesn't say it.
  init<Value>(
    _ path: String,
    _ value: WritableKeyPath<Root, Value>,
    _ kind: SettingsKind<Value>,
    isRequired: Bool = false,
    default: String? = nil,
    _ help: String
  ) {
    self.init(path, value, isRequired: isRequired, default: `default`, help) { _ in kind }
  }

  /// Declares a field whose kind depends on fields that are declared before.
  init<Value>(
    _ path: String,
    _ value: WritableKeyPath<Root, Value>,
    isRequired: Bool = false,
    default: String? = nil,
    _ help: String,
    kind: @escaping (Root) -> SettingsKind<Value>
  ) {
    let plain = kind(Root.standIn)
    self.path = path.split(separator: ".").map(String.init)
    self.isRequired = isRequired
    parts = plain.parts
    var words = isRequired ? " Required." : `default`.map { " Default: \($0)." } ?? ""
    if words.isEmpty {
      switch plain.write(Root.standIn[keyPath: value]).value {
      case .scalar(let text): words = " Default: \(text)."
      case .null, .list, .map: break
      }
    }
    self.help = help + words
    (noun, isSwitch, isStructured) = (plain.noun, plain.isSwitch, plain.isStructured)
    write = { plain.write($0[keyPath: value]) }
    read = { node, root, faults in
      if let read = kind(root).read(node, faults) { root[keyPath: value] = read }
    }
  }

  /// The same field of a part of a larger schema.
  init<Part>(_ field: SettingsField<Part>, of part: WritableKeyPath<Root, Part>) {
    (path, help, noun, parts) = (field.path, field.help, field.noun, field.parts)
    (isRequired, isSwitch, isStructured) = (field.isRequired, field.isSwitch, field.isStructured)
    write = { field.write($0[keyPath: part]) }
    read = { node, root, faults in field.read(node, &root[keyPath: part], faults) }
  }

  var name: String { path.joined(separator: ".") }

  /// Such as `--suspect-after`, `--tls-key`.
  var flag: String { "--" + words.joined(separator: "-") }

  /// Such as `HEARTH_SUSPECT_AFTER`.
  var variable: String { "HEARTH_" + words.map { $0.uppercased() }.joined(separator: "_") }

  /// The words of the path in lower case; a capital begins one.
  private var words: [String] {
    path.flatMap { key in
      var words: [String] = [""]
      for letter in key {
        if letter.isUppercase { words.append("") }
        words[words.count - 1] += letter.lowercased()
      }
      return words
    }
  }
}
