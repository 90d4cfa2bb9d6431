import Basics

/// An element of the XML that stores answer with: names, text and children.
///
/// Attributes, comments and instructions are left out; document types, which could define
/// entities, are refused.
public struct S3XML: Hashable, Sendable {
  /// The element's name.
  public var name: String
  /// The text in it, but for that of its children.
  public var text = ""
  /// The elements in it.
  public var children: [S3XML] = []

  /// The most bytes of a document.
  public static let bytesMax = 4 << 20
  private static let depthMax = 8
  private static let elementsMax = 20_000

  /// The first child of this name.
  public subscript(_ name: String) -> S3XML? { children.first { $0.name == name } }

  /// Reads a document, which may be anything.
  public static func read(_ bytes: [UInt8]) throws(S3Fault) -> S3XML {
    guard bytes.count <= bytesMax else {
      throw S3Fault(.invalid, "the store's answer has more than \(bytesMax) bytes")
    }
    var reader = Reader(rest: bytes[...])
    let root = try reader.root()
    return root
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>
    var elements = 0

    func fault(_ what: String) -> S3Fault {
      S3Fault(.invalid, "the store's answer is no XML that stores send: \(what)")
    }

    mutating func root() throws(S3Fault) -> S3XML {
      var found: S3XML?
      while !rest.isEmpty {
        guard rest.first == UInt8(ascii: "<") else {
          guard [0x20, 9, 10, 13, 0xEF, 0xBB, 0xBF].contains(rest.removeFirst()) else {
            throw fault("text outside of its element")
          }
          continue
        }
        if try skipAside() { continue }
        guard found == nil else { throw fault("two elements") }
        found = try element(depth: 1)
      }
      guard let found else { throw fault("no element") }
      return found
    }

    /// Skips a comment or an instruction, where one is next.
    private mutating func skipAside() throws(S3Fault) -> Bool {
      for (start, end) in [("<?", "?>"), ("<!--", "-->")] where rest.starts(with: start.utf8) {
        _ = try take(until: end)
        return true
      }
      guard !rest.starts(with: "<!".utf8) else { throw fault("a declaration") }
      return false
    }

    /// What comes before `mark`, which is skipped as well.
    private mutating func take(until mark: String) throws(S3Fault) -> ArraySlice<UInt8> {
      let mark = Array(mark.utf8)
      var index = rest.startIndex
      while let found = rest[index...].firstIndex(of: mark[0]) {
        if rest[found...].starts(with: mark) {
          defer { rest = rest[(found + mark.count)...] }
          return rest[..<found]
        }
        index = found + 1
      }
      throw fault("it ends too early")
    }

    private mutating func element(depth: Int) throws(S3Fault) -> S3XML {
      elements += 1
      guard depth <= S3XML.depthMax, elements <= S3XML.elementsMax else {
        throw fault("too many elements")
      }
      rest.removeFirst()
      var tag = try take(until: ">")
      let isEmpty = tag.last == UInt8(ascii: "/")
      if isEmpty { tag.removeLast() }
      let name = tag.prefix { $0 > 0x20 }
      guard !name.isEmpty, name.allSatisfy({ (0x21..<0x7f).contains($0) && $0 != 0x3C }) else {
        throw fault("an element without a name")
      }
      var element = S3XML(name: String(decoding: name, as: UTF8.self))
      guard !isEmpty else { return element }
      var text: [UInt8] = []
      while let next = rest.first {
        if next != UInt8(ascii: "<") {
          text += rest.prefix { $0 != UInt8(ascii: "<") }
          rest = rest.drop { $0 != UInt8(ascii: "<") }
        } else if rest.starts(with: "</".utf8) {
          let end = try take(until: ">").dropFirst(2)
          guard end.prefix(while: { $0 > 0x20 }) == name else { throw fault("a wrong end") }
          element.text = try decoded(text)
          return element
        } else if try !skipAside() {
          element.children.append(try self.element(depth: depth + 1))
        }
      }
      throw fault("it ends too early")
    }

    /// Text with its references resolved.
    private func decoded(_ bytes: [UInt8]) throws(S3Fault) -> String {
      guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
      var text = String.UnicodeScalarView()
      let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
      var index = scalars.startIndex
      while index < scalars.endIndex {
        guard scalars[index] == "&" else {
          text.append(scalars[index])
          index = scalars.index(after: index)
          continue
        }
        let window = scalars[index...].dropFirst().prefix(10)
        guard let end = window.firstIndex(of: ";"),
          let scalar = Self.scalar(String(window[..<end]))
        else { throw fault("a reference that XML does not have") }
        text.append(scalar)
        index = scalars.index(after: end)
      }
      return String(text)
    }

    private static func scalar(_ reference: String) -> Unicode.Scalar? {
      switch reference {
      case "amp": "&"
      case "lt": "<"
      case "gt": ">"
      case "quot": "\""
      case "apos": "'"
      case _ where reference.hasPrefix("#x"):
        UInt32(reference.dropFirst(2), radix: 16).flatMap { Unicode.Scalar($0) }
      case _ where reference.hasPrefix("#"):
        UInt32(reference.dropFirst()).flatMap { Unicode.Scalar($0) }
      default: nil
      }
    }
  }
}
