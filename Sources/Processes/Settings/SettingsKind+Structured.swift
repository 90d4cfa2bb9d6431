import Basics
import YAML

extension SettingsKind {
  /// Values that may be left out; `null` in a file is as good as that.
  static func optional<Wrapped>(_ kind: SettingsKind<Wrapped>) -> Self where Value == Wrapped? {
    SettingsKind(
      noun: kind.noun,
      isSwitch: kind.isSwitch,
      isStructured: kind.isStructured,
      bounds: kind.bounds,
      parts: kind.parts
    ) {
      $0.map(kind.write) ?? YAMLNode(.null)
    } read: { node, faults in
      if node.isEmpty { return .some(nil) }
      return kind.read(node, faults).map(Optional.some)
    }
  }

  /// Several values of a kind, those that are wrong left out.
  static func list<Item>(of kind: SettingsKind<Item>) -> Self where Value == [Item] {
    let parts = kind.parts.map { $0.inside("[]") }
    return SettingsKind(noun: "list", isStructured: true, parts: parts) { values in
      YAMLNode(.list(values.map(kind.write)))
    } read: { node, faults in
      guard let items = node.items else {
        faults.add(node, "is not a list")
        return nil
      }
      return items.compactMap { kind.read($0, faults) }
    }
  }

  /// Values of a kind by name, those that are wrong left out.
  static func named<Named, Item>(
    _ kind: SettingsKind<Item>,
    by names: SettingsKind<Identifier<Named>> = .identifier()
  ) -> Self
  where Value == [Identifier<Named>: Item] {
    let parts = kind.parts.map { $0.inside(".NAME") }
    return SettingsKind(noun: "map", isStructured: true, parts: parts) { values in
      let sorted = values.sorted { $0.key < $1.key }
      return YAMLNode(
        .map(sorted.map { YAMLEntry(key: $0.key.text, value: kind.write($0.value)) })
      )
    } read: { node, faults in
      guard let entries = uniqueEntries(of: node, faults) else { return nil }
      var values: Value = [:]
      for entry in entries {
        let name = names.read(entry.key, faults)
        let value = kind.read(entry.value, faults)
        guard let name, let value else { continue }
        if values.updateValue(value, forKey: name) != nil {
          faults.add(entry.key, "is given twice, since it is another spelling of \(name)")
        }
      }
      return values
    }
  }

  /// A map with the fields of a type, over the values of `base`; required fields may be missing
  /// unless it `isWhole`.
  static func map(over base: Value = .standIn, isWhole: Bool = true) -> Self
  where Value: SettingsSchema {
    let parts = Value.keys.map { $0.inside(".") }
    return SettingsKind(noun: "map", isStructured: true, parts: parts) { value in
      value.yaml
    } read: { node, faults in
      guard node.entries != nil else {
        faults.add(node, "is not a map of keys and values")
        return nil
      }
      var value = base
      SettingsScope(node, faults).read(into: &value, isWhole: isWhole)
      return value
    }
  }
}

/// The entries of a map less those whose key was there before, which are faults; nil, and a fault,
/// for anything but a map.
func uniqueEntries(
  of node: SettingsNode,
  _ faults: SettingsFaults
) -> [(name: String, key: SettingsNode, value: SettingsNode)]? {
  guard let entries = node.entries else {
    faults.add(node, "is not a map of keys and values")
    return nil
  }
  var places: [String: String] = [:]
  return entries.filter { entry in
    if let place = places[entry.name] {
      faults.add(entry.key, "is given twice, first at \(place)")
      return false
    }
    places[entry.name] = entry.key.place
    return true
  }
}
