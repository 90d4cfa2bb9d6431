import Basics
import FleetSpec
import YAML

/// How values of one type are read, and written so that they read back the same.
struct SettingsKind<Value> {
  /// What a person is asked for, such as `duration`.
  let noun: String
  /// Whether a flag without a value means true.
  var isSwitch = false
  /// Whether a flag or variable is read as YAML, since lists and maps can only be written so.
  var isStructured = false
  /// From the least to the most, where it is a figure.
  var bounds: String?
  /// The keys of the maps of this kind.
  var parts: [SettingsKey] = []
  /// The value as YAML.
  let write: (Value) -> YAMLNode
  /// Reads a node; nil after a fault was noted.
  let read: (SettingsNode, SettingsFaults) -> Value?

  /// A kind that is one text; `parse` throws what is wrong with it.
  static func scalar(
    _ noun: String,
    bounds: String? = nil,
    text: @escaping (Value) -> String,
    parse: @escaping (String) throws(WrongText) -> Value
  ) -> SettingsKind {
    SettingsKind(noun: noun, bounds: bounds) {
      YAMLNode(.scalar(text($0)))
    } read: { node, faults in
      switch node.yaml.value {
      case .scalar(let given) where !given.isEmpty:
        do throws(WrongText) {
          return try parse(given)
        } catch {
          faults.add(node, given.quoted(limit: 60) + " " + error.message)
        }
      case .null, .scalar: faults.add(node, "has no value")
      case .list: faults.add(node, "is a list where one value is expected")
      case .map: faults.add(node, "is a map where one value is expected")
      }
      return nil
    }
  }
}

/// What is wrong with a text, in words that follow it.
struct WrongText: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

extension SettingsKind where Value == String {
  /// A path of a file.
  static var path: Self { text("path") }

  /// Text of one line.
  static func text(_ noun: String) -> Self {
    .scalar(noun, text: { $0 }) { text throws(WrongText) in
      guard text.utf8.count <= 4096 else { throw WrongText("is longer than 4096 bytes") }
      guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
        throw WrongText("has control characters")
      }
      return text
    }
  }

  /// A name of a host, as certificates have it.
  static var hostName: Self {
    .scalar("host", text: { $0 }) { text throws(WrongText) in
      guard text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9.-]{0,252}/) != nil else {
        throw WrongText("is not a host's name (try fleet.example)")
      }
      return text
    }
  }

  /// One of the names that a catalogue has; `canonical` gives the catalogue's own, nil for none.
  static func name(
    _ noun: String,
    of names: [String],
    canonical: @escaping (String) -> String?
  ) -> Self {
    .scalar(noun, text: { $0 }) { text throws(WrongText) in
      guard let name = canonical(text) else {
        throw WrongText("is not a \(noun) that is known" + hint(for: text, among: names))
      }
      return name
    }
  }
}

extension SettingsKind {
  /// A name by the rules of `Identifier`.
  static func identifier<Kind>() -> Self where Value == Identifier<Kind> {
    .scalar("name", text: \.text) { text throws(WrongText) in
      guard let value = Identifier<Kind>(text), value != .standIn else {
        throw WrongText("is not a name (1 to 128 of A-Z a-z 0-9 . _ - / :)")
      }
      return value
    }
  }

  /// A whole number in a range.
  static func integer(in range: ClosedRange<Value>) -> Self where Value: FixedWidthInteger {
    figure("number", in: range, text: { "\($0)" }) { text throws(WrongText) in
      guard let value = Value(text) else { throw WrongText("is not a whole number") }
      return value
    }
  }

  /// One of a few words.
  static func choice() -> Self
  where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    let words = Value.allCases.map(\.rawValue)
    return .scalar(words.joined(separator: "|"), text: \.rawValue) { text throws(WrongText) in
      guard let value = Value(rawValue: text) else {
        throw WrongText("is not one of \(words.joined(separator: ", "))")
      }
      return value
    }
  }

  /// A kind that is one text and has an order.
  static func figure(
    _ noun: String,
    in range: ClosedRange<Value>,
    text: @escaping (Value) -> String,
    parse: @escaping (String) throws(WrongText) -> Value
  ) -> SettingsKind where Value: Comparable {
    let (least, most) = (text(range.lowerBound), text(range.upperBound))
    return .scalar(noun, bounds: "\(least) to \(most)", text: text) { given throws(WrongText) in
      let value = try parse(given)
      guard range.contains(value) else { throw WrongText("is not between \(least) and \(most)") }
      return value
    }
  }
}

extension SettingsKind where Value == ModelID {
  /// The name of a model; one that the catalogue knows may be in any case.
  static var modelName: Self {
    let names = identifier()
    return SettingsKind(noun: names.noun, write: names.write) { node, faults in
      names.read(node, faults).map { ModelID(canonical: $0.text) ?? $0 }
    }
  }
}

extension SettingsKind where Value == Bool {
  /// `true` or `false`; a flag alone means true.
  static var bool: Self {
    let word = SettingsKind.scalar("true|false", text: { "\($0)" }) { text throws(WrongText) in
      guard let value = Bool(text) else { throw WrongText("is not true or false") }
      return value
    }
    return SettingsKind(noun: word.noun, isSwitch: true, write: word.write) { node, faults in
      if case .flag = node.origin, node.yaml.value == .null { return true }
      return word.read(node, faults)
    }
  }
}

extension SettingsKind where Value == Double {
  /// A number in a range.
  static func number(in range: ClosedRange<Double>) -> Self {
    figure("number", in: range, text: shortest) { text throws(WrongText) in
      guard let value = Double(text), value.isFinite else { throw WrongText("is not a number") }
      return value
    }
  }

  static func shortest(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension SettingsKind where Value == Duration {
  /// A duration in a range, such as `80ms`.
  static func duration(in range: ClosedRange<Duration>) -> Self {
    figure("duration", in: range, text: exact) { text throws(WrongText) in
      guard text.utf8.count <= 64, let value = Duration(text: text) else {
        throw WrongText("is not a duration (try 80ms)")
      }
      return value
    }
  }

  /// The duration to the nanosecond, in the largest unit that needs no fraction.
  private static func exact(_ duration: Duration) -> String {
    let nanoseconds = duration.nanoseconds
    let units: [(String, Int64)] = [
      ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
      ("us", 1_000),
    ]
    guard nanoseconds != 0, let (unit, size) = units.first(where: { nanoseconds % $0.1 == 0 })
    else { return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns" }
    return "\(nanoseconds / size)\(unit)"
  }
}

/// What to add to a message about an unknown name: the nearest known one, or all when they are few.
func hint(for name: String, among known: [String]) -> String {
  if let near = name.nearest(in: known) { return " (did you mean \(near)?)" }
  return (1...12).contains(known.count) ? " (known: \(known.joined(separator: ", ")))" : ""
}
