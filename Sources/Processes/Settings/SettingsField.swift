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

  /// The keys of all fields, each before those of the maps in it.
  static var keys: [SettingsKey] { fields.flatMap { [$0.key] + $0.parts } }

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
  /// What it is, for people.
  let key: SettingsKey
  /// The keys of the maps in it.
  let parts: [SettingsKey]
  let isSwitch: Bool
  let isStructured: Bool
  let write: (Root) -> YAMLNode
  let read: (SettingsNode, inout Root, SettingsFaults) -> Void

  /// Declares the field at `path`, with a dot where it stands in a group; `default` is for help,
  /// where the stand-in doesn't say it, and `use` the only one in which it has an effect.
  init<Value>(
    _ path: String,
    _ value: WritableKeyPath<Root, Value>,
    _ kind: SettingsKind<Value>,
    isRequired: Bool = false,
    default: String? = nil,
    use: FleetUse? = nil,
    _ help: String
  ) {
    self.init(path, value, isRequired: isRequired, default: `default`, use: use, help) { _ in kind }
  }

  /// Declares a field whose kind depends on fields that are declared before.
  ///
  /// The keys of the maps in it are those of the field named `twin`, if there is one.
  init<Value>(
    _ path: String,
    _ value: WritableKeyPath<Root, Value>,
    isRequired: Bool = false,
    default: String? = nil,
    use: FleetUse? = nil,
    likeThoseOf twin: String? = nil,
    _ help: String,
    kind: @escaping (Root) -> SettingsKind<Value>
  ) {
    let plain = kind(Root.standIn)
    self.path = path.split(separator: ".").map(String.init)
    var standard = `default`
    if standard == nil, !isRequired,
      case .scalar(let text) = plain.write(Root.standIn[keyPath: value]).value
    {
      standard = text
    }
    key = SettingsKey(
      path: path,
      noun: plain.noun,
      bounds: plain.bounds,
      standard: standard,
      isRequired: isRequired,
      about: help + (twin.map { " The keys of each are those of \($0)." } ?? ""),
      use: use
    )
    parts = twin == nil ? plain.parts.map { $0.inside(path) } : []
    (isSwitch, isStructured) = (plain.isSwitch, plain.isStructured)
    write = { plain.write($0[keyPath: value]) }
    read = { node, root, faults in
      if let read = kind(root).read(node, faults) { root[keyPath: value] = read }
    }
  }

  /// The same field of a part of a larger schema.
  init<Part>(_ field: SettingsField<Part>, of part: WritableKeyPath<Root, Part>) {
    var key = field.key
    if key.standard != nil,
      case .scalar(let text) = field.write(Root.standIn[keyPath: part]).value
    {
      key.standard = text
    }
    (path, self.key, parts) = (field.path, key, field.parts)
    (isSwitch, isStructured) = (field.isSwitch, field.isStructured)
    write = { field.write($0[keyPath: part]) }
    read = { node, root, faults in field.read(node, &root[keyPath: part], faults) }
  }

  var name: String { key.path }

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
