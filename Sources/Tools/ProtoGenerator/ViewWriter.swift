/// Writes the view of a message in place, of all fields that are no messages and in no oneof.
struct ViewWriter {
  let message: MessageType

  func write(_ source: inout SourceText) {
    source.line()
    source.block("extension \(message.name.swift)") { source in
      source.line("/// Decodes a message and calls `body` with its fields in place, in the arena.")
      source.line("///")
      source.line("/// Throws as decoding does, but for text, which is handed out as it came.")
      source.line("public static func withView<Result>(")
      source.line("  _ bytes: Span<UInt8>,")
      source.line("  arena: CallArena,")
      source.line("  _ body: (borrowing View) -> Result")
      source.block(") throws(ProtoError) -> Result") {
        $0.line("body(try unsafe View(arena.unpack(bytes, as: Self.self)))")
      }
      source.line()
      source.line("/// The fields of a message in place; strings and bytes as they came.")
      source.block("@safe public struct View: ~Copyable") { source in
        source.line("private let c: UnsafePointer<Raw>")
        source.line()
        source.block("fileprivate init(_ c: UnsafePointer<Raw>)") { $0.line("unsafe self.c = c") }
        for field in message.fields where field.oneof == nil { write(field, &source) }
      }
    }
  }

  private func write(_ field: Field, _ source: inout SourceText) {
    let c = "c.pointee.\(field.name.cMember)"
    let count = "c.pointee.n_\(field.name.lowercased())"
    switch (field.type, field.isRepeated) {
    case (.message, _): break
    case (.number, false): property(field, "unsafe \(c)", &source)
    case (.bool, false): property(field, "unsafe \(c) != 0", &source)
    case (.enumeration, false): property(field, "unsafe Field.number(\(c))", &source)
    case (.string, false): span(field, "Field.utf8(\(c))", &source)
    case (.bytes, false): span(field, "Field.data(\(c))", &source)
    case (.number, true):
      span(field, "UnsafeBufferPointer(start: \(c), count: \(count))", &source)
    case (.string, true): element(field, count, "Field.utf8(\(c)[index])", &source)
    case (.bytes, true): element(field, count, "Field.data(\(c)[index])", &source)
    case (.bool, true): element(field, count, "unsafe \(c)[index] != 0", &source)
    case (.enumeration, true): element(field, count, "unsafe Field.number(\(c)[index])", &source)
    }
  }

  private func property(_ field: Field, _ value: String, _ source: inout SourceText) {
    source.line()
    source.document(field.comment, else: "The field `\(field.name)`.")
    source.line("public var \(field.swiftName): \(field.type.swift) { \(value) }")
  }

  private func span(_ field: Field, _ buffer: String, _ source: inout SourceText) {
    let element = if case .number(let name) = field.type { name } else { "UInt8" }
    source.line()
    source.document(field.comment, else: "The field `\(field.name)`.")
    source.line("public func with\(field.name.pascalCased)<Result>(")
    source.line("  _ body: (Span<\(element)>) -> Result")
    source.block(") -> Result") { $0.line("body(unsafe Span(_unsafeElements: \(buffer)))") }
  }

  private func element(
    _ field: Field,
    _ count: String,
    _ value: String,
    _ source: inout SourceText
  ) {
    source.line()
    source.line("/// How many elements `\(field.name)` has.")
    source.line("public var \(field.name.camelCased)Count: Int { unsafe \(count) }")
    source.line()
    source.document(field.comment, else: "An element of `\(field.name)`.")
    let bounds = "index >= 0 && index < \(field.name.camelCased)Count"
    let check = "precondition(\(bounds), \"element \\(index) does not exist\")"
    switch field.type {
    case .string, .bytes:
      source.line("public func with\(field.name.pascalCased)<Result>(")
      source.line("  at index: Int,")
      source.line("  _ body: (Span<UInt8>) -> Result")
      source.block(") -> Result") {
        $0.line(check)
        $0.line("return body(unsafe Span(_unsafeElements: \(value)))")
      }
    default:
      let name = field.name.camelCased.swiftEscaped
      source.block("public func \(name)(at index: Int) -> \(field.type.swift)") {
        $0.line(check)
        $0.line("return \(value)")
      }
    }
  }
}
