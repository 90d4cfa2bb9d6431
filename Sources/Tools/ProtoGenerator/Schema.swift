/// What the generator knows of the `.proto` files.
struct Schema {
  var files: [ProtoFile]
}

struct ProtoFile {
  var name: String
  var package: String
  var messages: [MessageType]
  var enums: [EnumType]
  var services: [Service]
  /// The serialised descriptor without comments.
  var descriptor: [UInt8]
}

struct MessageType {
  var name: TypeName
  var comment: Comment
  var fields: [Field]
  var oneofs: [Oneof]
  var enums: [EnumType]
  /// Whether the proto asks for a view in place.
  var hasView: Bool { comment.marks.contains("view") }
}

struct Oneof {
  var name: String
  var comment: Comment
}

struct Field {
  var name: String
  var number: Int32
  var type: FieldType
  var isRepeated: Bool
  /// Index into the message's oneofs.
  var oneof: Int?
  var comment: Comment
}

enum FieldType: Equatable {
  /// A Swift number type with the layout of the C field.
  case number(String)
  case bool, string, bytes
  case enumeration(TypeName)
  case message(TypeName)
}

struct EnumType {
  var name: TypeName
  var comment: Comment
  var values: [Value]

  struct Value {
    var name: String
    var number: Int32
    var comment: Comment
  }
}

struct Service {
  var name: TypeName
  var comment: Comment
  var methods: [Method]

  struct Method {
    var name: String
    var input: TypeName
    var output: TypeName
    var clientStreaming: Bool
    var serverStreaming: Bool
    var comment: Comment
  }
}

/// The comment before a declaration, without its markers.
struct Comment {
  /// In paragraphs of words.
  var text: String
  /// The words of lines `hearth: word`, which speak to the generator.
  var marks: [String]

  init(_ source: String) {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.drop { $0 == " " } }
    let mark = "hearth: "
    marks = lines.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    text = lines.filter { !$0.hasPrefix(mark) }.joined(separator: "\n")
  }
}

/// What is wrong with the `.proto` files.
public struct Refusal: Error, Equatable, CustomStringConvertible {
  /// Where, and what to do instead.
  public let description: String

  init(_ description: String) { self.description = description }
}
