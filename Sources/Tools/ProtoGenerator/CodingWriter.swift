/// Writes how a message's struct is read from and written to its C struct.
struct CodingWriter {
  let message: MessageType

  func write(_ source: inout SourceText) {
    source.line()
    source.block("extension \(message.name.swift): ProtoMessage") { source in
      source.line("/// The message's full name.")
      source.line("public static var protoName: StaticString { \"\(message.name.full)\" }")
      source.line()
      source.line("/// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.")
      let arguments = "decoding bytes: Span<UInt8>, arena: CallArena"
      source.block("public init(\(arguments)) throws(ProtoError)") {
        $0.line("self = try unsafe arena.decode(bytes)")
      }
      source.line()
      source.line("/// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.")
      let results = "into bytes: inout Bytes, arena: CallArena"
      source.block("public func encode(\(results)) throws(ProtoError)") {
        $0.line("try unsafe arena.encode(self, into: &bytes)")
      }
    }
    source.line()
    source.block("extension \(message.name.swift): @unsafe CMessage") { source in
      functions(&source)
      source.line()
      decoding(&source)
      source.line()
      encoding(&source)
    }
  }

  private func functions(_ source: inout SourceText) {
    source.line("typealias Raw = \(message.name.cType)")
    source.line()
    source.line("static func unpack(")
    source.line("  _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,")
    source.line("  _ count: Int,")
    source.line("  _ bytes: UnsafePointer<UInt8>?")
    source.block(") -> UnsafeMutablePointer<Raw>?") {
      $0.line("unsafe \(message.name.cFunction("unpack"))(allocator, count, bytes)")
    }
    source.line()
    source.block("static func initialize(_ c: UnsafeMutablePointer<Raw>)") {
      $0.line("unsafe \(message.name.cFunction("init"))(c)")
    }
  }

  private func decoding(_ source: inout SourceText) {
    source.block("init(_ c: UnsafePointer<Raw>) throws(ProtoError)") { source in
      source.line("self.init()")
      for property in message.properties {
        switch property.source {
        case .field(let field):
          source.line("\(property.name) = \(field.read)")
        case .oneof(let oneof, let fields):
          let type = oneof.name.pascalCased
          source.block("\(property.name) = switch unsafe c.pointee.\(oneof.caseMember).rawValue") {
            for field in fields { $0.line("case \(field.number): \(field.readCase(of: type))") }
            $0.line("default: nil")
          }
        }
      }
    }
  }

  private func encoding(_ source: inout SourceText) {
    let arguments = "_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena"
    source.block("func fill(\(arguments)) throws(ProtoError)") { source in
      for property in message.properties {
        switch property.source {
        case .field(let field):
          source.line(field.write(property.name))
        case .oneof(let oneof, let fields):
          source.block("switch \(property.name)") { source in
            for field in fields {
              source.line("case .\(field.swiftName)(let value)?:")
              let number = ".init(rawValue: \(field.number))"
              source.line("  unsafe c.pointee.\(oneof.caseMember) = \(number)")
              source.line("  \(field.write("value"))")
            }
            source.line("case nil: break")
          }
        }
      }
    }
  }
}

extension Oneof {
  /// The C field that says which of its fields is set.
  fileprivate var caseMember: String { name.lowercased() + "_case" }
}

extension Field {
  private var c: String { "c.pointee.\(name.cMember)" }
  private var cCount: String { "c.pointee.n_\(name.lowercased())" }

  /// The expression that makes the Swift value of the C field.
  fileprivate var read: String {
    let arguments = "\(cCount), \(c)"
    return switch (type, isRepeated) {
    case (.number, false): "unsafe \(c)"
    case (.bool, false): "unsafe \(c) != 0"
    case (.string, false): "try unsafe Field.text(\(c), \"\(name)\")"
    case (.bytes, false): "unsafe Field.bytes(\(c))"
    case (.enumeration, false): "unsafe Field.number(\(c))"
    case (.message, false): "try unsafe Field.message(\(c), \"\(name)\")"
    case (.number, true): "unsafe Field.array(\(arguments))"
    case (.bool, true): "unsafe Field.flags(\(arguments))"
    case (.string, true): "try unsafe Field.texts(\(arguments), \"\(name)\")"
    case (.bytes, true): "unsafe Field.byteStrings(\(arguments))"
    case (.enumeration, true): "unsafe Field.numbers(\(arguments))"
    case (.message, true): "try unsafe Field.messages(\(arguments), \"\(name)\")"
    }
  }

  /// The expression that makes a case of the oneof enumeration `type`.
  fileprivate func readCase(of type: String) -> String {
    if case .message = self.type { return "\(read).map(\(type).\(swiftName))" }
    let keywords = read.hasPrefix("try ") ? "try unsafe " : "unsafe "
    return "\(keywords)\(type).\(swiftName)(\(read.dropFirst(keywords.count)))"
  }

  /// The statement that sets the C field to the Swift `value`.
  fileprivate func write(_ value: String) -> String {
    let both = "unsafe (\(cCount), \(c)) = try arena"
    return switch (type, isRepeated) {
    case (.number, false): "unsafe \(c) = \(value)"
    case (.bool, false): "unsafe \(c) = \(value) ? 1 : 0"
    case (.string, false): "unsafe \(c) = try arena.text(\(value), \"\(name)\")"
    case (.bytes, false): "unsafe \(c) = try arena.bytes(\(value))"
    case (.enumeration, false): "unsafe \(c) = arena.number(\(value))"
    case (.message, false): "unsafe \(c) = try arena.message(\(value), \"\(name)\")"
    case (.number, true): "\(both).array(\(value))"
    case (.bool, true): "\(both).flags(\(value))"
    case (.string, true): "\(both).texts(\(value), \"\(name)\")"
    case (.bytes, true): "\(both).byteStrings(\(value))"
    case (.enumeration, true): "\(both).numbers(\(value))"
    case (.message, true): "\(both).messages(\(value), \"\(name)\")"
    }
  }
}
