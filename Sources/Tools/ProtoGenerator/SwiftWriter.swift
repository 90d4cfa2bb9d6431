/// Writes two Swift files for each `.proto` file: its messages as plain values, for HearthMessages,
/// and its services and coding, for HearthProto; and one with the namespaces of the packages.
struct SwiftWriter {
  static func files(of schema: Schema) throws(Refusal) -> [(path: String, text: String)] {
    let json = try JSONTextWriter(schema)
    let namespaces = Dictionary(grouping: schema.files) { TypeName.namespace(of: $0.package) }
    var source = SourceText(header: "// Generated from proto/ by generate-proto.\n")
    for (namespace, files) in namespaces.sorted(by: { $0.key < $1.key }) {
      source.line()
      source.line("/// The messages and services of `\(files[0].package)`.")
      source.line("public enum \(namespace) {}")
    }
    return [("HearthMessages/Namespaces.swift", source.text)]
      + schema.files.flatMap { file in
        let writer = SwiftWriter(file: file, json: json)
        let messages = ("HearthMessages/\(baseName(file)).swift", writer.messages())
        let coding = ("HearthProto/\(baseName(file))Coding.swift", writer.coding())
        return file.messages.isEmpty && file.services.isEmpty ? [messages] : [messages, coding]
      }
  }

  /// `hearth/v1/types.proto` as `HearthV1+Types`.
  private static func baseName(_ file: ProtoFile) -> String {
    let base = file.name.split(separator: "/").last?.dropLast(".proto".count) ?? ""
    return "\(TypeName.namespace(of: file.package))+\(String(base).pascalCased)"
  }

  private let file: ProtoFile
  private let json: JSONTextWriter

  private func messages() -> String {
    var source = header()
    for type in file.enums {
      extend(TypeName.namespace(of: file.package), &source) { write(type, &$0) }
    }
    for message in file.messages {
      extend(TypeName.namespace(of: file.package), &source) { write(message, &$0) }
    }
    return source.text
  }

  private func coding() -> String {
    var source = header()
    if !file.messages.isEmpty {
      source.line("public import Basics")
      source.line("import CHearthProto")
    }
    source.line("public import HearthMessages")
    for service in file.services {
      extend(TypeName.namespace(of: file.package), &source) { write(service, &$0) }
    }
    for message in file.messages {
      CodingWriter(message: message).write(&source)
      if message.hasView { ViewWriter(message: message).write(&source) }
      json.write(message, &source)
    }
    for type in file.enums { json.write(type, &source) }
    return source.text
  }

  private func header() -> SourceText {
    SourceText(header: "// Generated from proto/\(file.name) by generate-proto.\n")
  }

  private func extend(
    _ name: String,
    _ source: inout SourceText,
    _ body: (inout SourceText) -> Void
  ) {
    source.line()
    source.block("extension \(name)", body)
  }

  private func write(_ service: Service, _ source: inout SourceText) {
    source.document(service.comment, else: "The service `\(service.name.full)`.")
    source.block("public enum \(service.name.base)") { source in
      source.line("/// The service's full name.")
      source.line("public static let name: StaticString = \"\(service.name.full)\"")
      for method in service.methods {
        let path = "/\(service.name.full)/\(method.name)"
        let types = "\(method.input.swift), \(method.output.swift)"
        source.line()
        source.document(method.comment, else: "The method `\(path)`.")
        source.line("public static let \(method.name.uncapitalised.swiftEscaped) =")
        source.line("  MethodDescriptor<\(types)>(")
        source.line("    path: \"\(path)\",")
        source.line("    clientStreaming: \(method.clientStreaming),")
        source.line("    serverStreaming: \(method.serverStreaming)")
        source.line("  )")
      }
    }
  }

  private func write(_ type: EnumType, _ source: inout SourceText) {
    let cases = type.values.map { (name: type.caseName($0).swiftEscaped, value: $0) }
    source.document(type.comment, else: "The enumeration `\(type.name.full)`.")
    source.block("public enum \(type.name.base): ProtoEnum") { source in
      for (name, value) in cases {
        source.document(value.comment, else: "The value `\(value.name)`.")
        source.line("case \(name)")
      }
      source.line("/// A number that is not known here.")
      source.line("case unrecognized(Int32)")
      source.line()
      source.line("/// Makes the value with this number.")
      source.block("public init(rawValue: Int32)") { source in
        source.block("switch rawValue") { source in
          for (name, value) in cases { source.line("case \(value.number): self = .\(name)") }
          source.line("default: self = .unrecognized(rawValue)")
        }
      }
      source.line()
      source.line("/// The value's number.")
      source.block("public var rawValue: Int32") { source in
        source.block("switch self") { source in
          for (name, value) in cases { source.line("case .\(name): \(value.number)") }
          source.line("case .unrecognized(let number): number")
        }
      }
    }
  }

  private func write(_ message: MessageType, _ source: inout SourceText) {
    source.document(message.comment, else: "The message `\(message.name.full)`.")
    source.block("public struct \(message.name.base): Equatable, Sendable") { source in
      for type in message.enums {
        write(type, &source)
        source.line()
      }
      for (index, oneof) in message.oneofs.enumerated() {
        source.document(oneof.comment, else: "What `\(oneof.name)` may be.")
        source.block("public enum \(oneof.name.pascalCased): Equatable, Sendable") { source in
          for field in message.fields where field.oneof == index {
            source.document(field.comment, else: "The field `\(field.name)`.")
            source.line("case \(field.swiftName)(\(field.type.swift))")
          }
        }
        source.line()
      }
      for property in message.properties {
        source.document(property.comment, else: "The field `\(property.protoName)`.")
        source.line("public var \(property.name): \(property.type)")
      }
      source.line()
      source.line("/// Makes a message; fields that are left out have their defaults.")
      initialiser(message, &source)
    }
  }

  private func initialiser(_ message: MessageType, _ source: inout SourceText) {
    guard !message.properties.isEmpty else {
      source.line("public init() {}")
      return
    }
    source.line("public init(")
    for (index, property) in message.properties.enumerated() {
      let comma = index + 1 < message.properties.count ? "," : ""
      source.line("  \(property.name): \(property.type) = \(property.defaultValue)\(comma)")
    }
    source.block(")") { source in
      for property in message.properties {
        source.line("self.\(property.name) = \(property.name)")
      }
    }
  }
}

extension EnumType {
  /// `AVAILABILITY_READY` of `Availability` as `ready`.
  func caseName(_ value: Value) -> String {
    let prefix = name.base.snakeCased.uppercased() + "_"
    let short = value.name.hasPrefix(prefix) ? value.name.dropFirst(prefix.count) : value.name[...]
    return short.lowercased().camelCased
  }
}

/// A stored property of a message's struct: a field, or a oneof with all its fields.
struct Property {
  var name: String
  var protoName: String
  var type: String
  var defaultValue: String
  var comment: Comment
  var source: Source

  enum Source {
    case field(Field)
    case oneof(Oneof, [Field])
  }
}

extension MessageType {
  /// In order of the fields; a oneof stands where its first field does.
  var properties: [Property] {
    var properties: [Property] = []
    var written: Set<Int> = []
    for field in fields {
      guard let index = field.oneof else {
        properties.append(Property(field))
        continue
      }
      guard written.insert(index).inserted else { continue }
      properties.append(
        Property(
          name: oneofs[index].name.camelCased.swiftEscaped,
          protoName: oneofs[index].name,
          type: oneofs[index].name.pascalCased + "?",
          defaultValue: "nil",
          comment: oneofs[index].comment,
          source: .oneof(oneofs[index], fields.filter { $0.oneof == index })
        )
      )
    }
    return properties
  }
}

extension Property {
  init(_ field: Field) {
    name = field.swiftName
    protoName = field.name
    comment = field.comment
    source = .field(field)
    if field.isRepeated {
      (type, defaultValue) = ("[\(field.type.swift)]", "[]")
      return
    }
    switch field.type {
    case .number: (type, defaultValue) = (field.type.swift, "0")
    case .bool: (type, defaultValue) = (field.type.swift, "false")
    case .string: (type, defaultValue) = (field.type.swift, "\"\"")
    case .bytes: (type, defaultValue) = (field.type.swift, "[]")
    case .enumeration: (type, defaultValue) = (field.type.swift, ".init(rawValue: 0)")
    case .message: (type, defaultValue) = (field.type.swift + "?", "nil")
    }
  }
}

extension Field {
  var swiftName: String { name.camelCased.swiftEscaped }
}

extension FieldType {
  var swift: String {
    switch self {
    case .number(let name): name
    case .bool: "Bool"
    case .string: "String"
    case .bytes: "[UInt8]"
    case .enumeration(let name), .message(let name): name.swift
    }
  }
}
