/// The full name of a message, enumeration or service, and what C and Swift call it.
struct TypeName: Hashable {
  var package: String
  /// Outermost first; more than one for an enumeration inside a message.
  var nesting: [String]

  /// Such as `hearth.v1.Router`.
  var full: String { package + "." + nesting.joined(separator: ".") }

  /// The last part.
  var base: String { nesting.last ?? "" }

  /// Such as `HearthV1`: the caseless enumeration that holds a package.
  var namespace: String { Self.namespace(of: package) }

  /// Such as `HearthV1.Router`.
  var swift: String { namespace + "." + nesting.joined(separator: ".") }

  /// Such as `Hearth__V1__RouteRequest`, as protoc-c names the struct.
  var cType: String {
    (package.split(separator: ".").map(String.init) + nesting).map(\.pascalCased)
      .joined(separator: "__")
  }

  /// Such as `hearth__v1__route_request__init`, as protoc-c names the function.
  func cFunction(_ verb: String) -> String {
    (package.split(separator: ".").map(String.init) + nesting).map(\.snakeCased)
      .joined(separator: "__") + "__" + verb
  }

  static func namespace(of package: String) -> String {
    let acronyms = ["grpc": "GRPC"]
    return package.split(separator: ".")
      .map { acronyms[String($0)] ?? String($0).pascalCased }
      .joined()
  }
}

extension String {
  /// `route_request` as `RouteRequest`; capitals stay.
  var pascalCased: String {
    split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// `route_request` as `routeRequest`.
  var camelCased: String { pascalCased.uncapitalised }

  /// `GetStatus` as `getStatus`.
  var uncapitalised: String { prefix(1).lowercased() + dropFirst() }

  /// `RouteRequest` as `route_request`, `GPU` as `gpu`: an underscore before a capital that follows
  /// anything else.
  var snakeCased: String {
    var result = ""
    var afterCapital = true
    for character in self {
      if character.isUppercase && !afterCapital { result += "_" }
      result += character.lowercased()
      afterCapital = character.isUppercase
    }
    return result
  }

  /// The name as a Swift identifier.
  var swiftEscaped: String {
    Keywords.swift.contains(self) ? "`\(self)`" : self
  }

  /// The name that protoc-c gives the field of a struct, as a Swift identifier.
  var cMember: String {
    let lower = lowercased()
    return Keywords.cPlusPlus.contains(lower) ? lower + "_" : lower.swiftEscaped
  }
}

enum Keywords {
  static let swift: Set<String> = words(
    """
    Any Self as associatedtype break case catch class continue default defer deinit do else enum \
    extension fallthrough false fileprivate for func guard if import in init inout internal is let \
    nil operator precedencegroup private protocol public repeat rethrows return self static struct \
    subscript super switch throw throws true try typealias var where while
    """
  )

  static let cPlusPlus: Set<String> = words(
    """
    and and_eq asm auto bitand bitor bool break case catch char class compl const const_cast \
    continue default delete do double dynamic_cast else enum explicit extern false float for friend \
    goto if inline int long mutable namespace new not not_eq operator or or_eq private protected \
    public register reinterpret_cast return short signed sizeof static static_cast struct switch \
    template this throw true try typedef typeid typename union unsigned using virtual void volatile \
    wchar_t while xor xor_eq
    """
  )

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(separator: " ").map(String.init))
  }
}
