/// Writes how messages become JSON, as proto3 maps them: those with the mark `json`, and all that
/// they contain.
struct JSONTextWriter {
  private let names: Set<TypeName>

  /// Throws a ``Refusal`` where a message has bytes, for which nobody needs JSON.
  init(_ schema: Schema) throws(Refusal) {
    let messages = schema.files.flatMap(\.messages)
    var pending = messages.filter { $0.comment.marks.contains("json") }.map(\.name)
    var names: Set<TypeName> = []
    while let name = pending.popLast() {
      guard names.insert(name).inserted else { continue }
      guard let message = messages.first(where: { $0.name == name }) else { continue }
      for field in message.fields {
        switch field.type {
        case .message(let name), .enumeration(let name): pending.append(name)
        case .bytes: throw Refusal("\(name.full).\(field.name): there is no JSON for bytes")
        case .number, .bool, .string: break
        }
      }
    }
    self.names = names
  }

  func write(_ message: MessageType, _ source: inout SourceText) {
    guard names.contains(message.name) else { return }
    extend(message.name, &source) { source in
      source.closure("json.object", of: "json") { source in
        for property in message.properties {
          switch property.source {
          case .field(let field):
            source.line("json.field(\"\(field.name.camelCased)\", \(property.name))")
          case .oneof(_, let fields):
            source.block("switch \(property.name)") { source in
              for field in fields {
                source.line("case .\(field.swiftName)(let value)?:")
                source.line("  json.field(\"\(field.name.camelCased)\", value)")
              }
              source.line("case nil: break")
            }
          }
        }
      }
    }
  }

  func write(_ type: EnumType, _ source: inout SourceText) {
    guard names.contains(type.name) else { return }
    extend(type.name, &source) { source in
      source.block("switch self") { source in
        for value in type.values {
          source.line("case .\(type.caseName(value).swiftEscaped): json.write(\"\(value.name)\")")
        }
        source.line("case .unrecognized(let number): number.write(to: &json)")
      }
    }
  }

  private func extend(
    _ name: TypeName,
    _ source: inout SourceText,
    _ body: (inout SourceText) -> Void
  ) {
    source.line()
    source.block("extension \(name.swift): JSONWritable") { source in
      source.line("/// Writes the value as proto3 maps it to JSON.")
      source.block("public func write(to json: inout JSONText)", body)
    }
  }
}
