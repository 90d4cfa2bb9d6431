import Basics
import Foundation

/// An object of JSON: what a command has to say, by name.
struct JSONObject: Encodable, ExpressibleByDictionaryLiteral {
  private var fields: [String: any Encodable] = [:]

  init(dictionaryLiteral fields: (String, any Encodable)...) {
    self.init(fields)
  }

  /// Makes an object of names and values; of two values of one name the last counts.
  init(_ fields: some Sequence<(String, any Encodable)>) {
    for (name, value) in fields { self.fields[name] = value }
  }

  /// The field of this name.
  subscript(name: String) -> (any Encodable)? {
    get { fields[name] }
    set { fields[name] = newValue }
  }

  /// Adds another's fields.
  mutating func add(_ other: JSONObject) {
    fields.merge(other.fields) { $1 }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// A number that JSON can't express (infinite, or not a number) becomes null.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    for (name, value) in fields {
      let key = Name(stringValue: name)
      if let number = value as? Double, !number.isFinite {
        try container.encodeNil(forKey: key)
      } else {
        try container.encode(value, forKey: key)
      }
    }
  }
}

extension Encodable {
  /// The value as JSON on one line, or indented where it `isPretty`; without a newline at its end.
  ///
  /// Keys are in alphabetical order. No text of a peer moves or hides what a terminal shows.
  func jsonText(isPretty: Bool = false) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    do {
      // What is unseen is within texts, where JSON allows it to be escaped.
      return String(decoding: try encoder.encode(self), as: UTF8.self).escapingUnseen()
    } catch {
      preconditionFailure("JSON can't express \(Self.self): \(error)")
    }
  }
}

extension String {
  /// Null instead of a text that says nothing.
  var orNull: String? { isEmpty ? nil : self }
}

/// Nanoseconds as scripts read them.
func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
