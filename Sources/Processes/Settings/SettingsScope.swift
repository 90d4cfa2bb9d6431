import YAML

/// Reads the fields of one schema from a map, and at the top of a daemon's settings from flags and
/// variables before it.
final class SettingsScope {
  let faults: SettingsFaults
  /// The map; null where there is no file.
  private let map: SettingsNode
  private let flags: [String: SettingsNode]
  private let variable: (String) -> String?
  /// Whether there are flags and variables too.
  private let hasFlags: Bool
  private var found: [String: SettingsNode] = [:]
  private var wrong: Set<String> = []

  /// Makes the reader of a map inside a file.
  convenience init(_ map: SettingsNode, _ faults: SettingsFaults) {
    self.init(map, flags: [:], variable: { _ in nil }, hasFlags: false, faults)
  }

  /// Makes the reader of a daemon's settings; flags with their dashes.
  init(
    _ map: SettingsNode,
    flags: [String: SettingsNode],
    variable: @escaping (String) -> String?,
    hasFlags: Bool = true,
    _ faults: SettingsFaults
  ) {
    self.hasFlags = hasFlags
    self.map = map
    self.flags = flags
    self.variable = variable
    self.faults = faults
  }

  /// Reads every field, notes what nobody declared, and lets the value finish itself.
  func read<Root: SettingsSchema>(into root: inout Root, isWhole: Bool = true) {
    checkKeys(Root.fields.map(\.path))
    checkFlags(Root.fields.map(\.flag))
    for field in Root.fields {
      let before = faults.count
      if let node = find(field) {
        found[field.name] = node
        if let use = field.key.use { faults.note(node, use) }
        field.read(node, &root, faults)
      } else if isWhole, field.key.isRequired, field.write(root) == field.write(Root.standIn) {
        let ways = hasFlags ? " (\(field.flag), \(field.variable) or the file)" : ""
        fail([.key(field.name)], "is missing" + ways)
      }
      if faults.count > before { wrong.insert(field.name) }
    }
    root.finish(self)
  }

  /// Where a field was given a value; nil where it wasn't.
  func origin(_ name: String) -> SettingsNode? {
    found[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Notes a fault at the first of `names` unless `condition` holds or one of them is wrong
  /// already.
  func check(_ condition: Bool, _ names: String..., message: String) {
    guard !condition, wrong.isDisjoint(with: names), let name = names.first else { return }
    fail([.key(name)], message)
  }

  /// Notes a fault of the value at a path that begins with the name of a field.
  func fail(_ path: [SettingsStep], _ message: String) {
    guard case .key(let name)? = path.first else { return faults.add(map, message) }
    wrong.insert(name)
    let start = found[name] ?? name.split(separator: ".").reduce(map) { $0.at(.key(String($1))) }
    faults.add(path.dropFirst().reduce(start) { $0.at($1) }, message)
  }

  private func find(_ field: SettingsField<some SettingsSchema>) -> SettingsNode? {
    if let node = flags[field.flag] { return field.isStructured ? structured(node) : node }
    // An empty variable counts as none, as deployments often can't leave one out.
    if let text = variable(field.variable), !text.isEmpty {
      let node = SettingsNode(yaml: YAMLNode(.scalar(text)), origin: .variable(field.variable))
      return field.isStructured ? structured(node) : node
    }
    var node = map
    for key in field.path {
      guard let entry = node.entries?.first(where: { $0.name == key }) else { return nil }
      node = entry.value
    }
    return node
  }

  /// The value of a flag or variable that is YAML; nil after a fault was noted.
  private func structured(_ node: SettingsNode) -> SettingsNode? {
    var node = node
    guard case .scalar(let text) = node.yaml.value else { return node }
    do throws(YAMLError) {
      node.yaml = try YAMLReader.read(Array(text.utf8)) ?? YAMLNode(.null)
    } catch {
      faults.add(node, error.message)
      return nil
    }
    return node
  }

  /// Notes each key of the file that no field has, with the nearest that one has.
  private func checkKeys(_ paths: [[String]]) {
    guard map.yaml.value != .null, let entries = uniqueEntries(of: map, faults) else { return }
    for entry in entries {
      let inner = paths.filter { $0[0] == entry.name }
      if inner.isEmpty {
        var known: [String] = []
        for path in paths where known.last != path[0] { known.append(path[0]) }
        faults.add(entry.key, "is not a setting" + hint(for: entry.name, among: known))
      } else if inner.allSatisfy({ $0.count == 2 }) {
        for part in uniqueEntries(of: entry.value, faults) ?? [] {
          let known = inner.map { $0[1] }
          guard !known.contains(part.name) else { continue }
          faults.add(part.key, "is not a setting" + hint(for: part.name, among: known))
        }
      }
    }
  }

  private func checkFlags(_ known: [String]) {
    for (flag, node) in flags.sorted(by: { $0.key < $1.key }) where !known.contains(flag) {
      let all = known + [configFlag] + SettingsCommand.allCases.map(\.flag)
      faults.add(node, "is not a flag" + hint(for: flag, among: all))
    }
  }
}
