/// Writes the descriptors that reflection hands out and the module map of the C target.
enum CWriter {
  static func files(of schema: Schema) -> [(path: String, text: String)] {
    [
      ("descriptors.c", descriptors(of: schema)),
      ("include/module.modulemap", moduleMap(of: schema)),
    ]
  }

  private static func moduleMap(of schema: Schema) -> String {
    var source = SourceText(header: "// Generated from proto/ by generate-proto.\n")
    source.block("module CHearthProto") { source in
      source.line("header \"CHearthProto.h\"")
      for file in schema.files {
        source.line("header \"\(file.name.dropLast(".proto".count)).pb-c.h\"")
      }
      source.line("export *")
    }
    return source.text
  }

  private static func descriptors(of schema: Schema) -> String {
    var source = SourceText(
      header: "// Generated from proto/ by generate-proto.\n#include \"CHearthProto.h\"\n"
    )
    for (index, file) in schema.files.enumerated() {
      source.line()
      source.line("// \(file.name)")
      source.line("static const uint8_t bytes\(index)[] = {")
      for start in stride(from: 0, to: file.descriptor.count, by: 24) {
        let row = file.descriptor[start..<min(start + 24, file.descriptor.count)]
        source.line("  " + row.map { "\($0)," }.joined())
      }
      source.line("};")
      list("services\(index)", file.services.map(\.name.full), &source)
      list("symbols\(index)", file.symbols, &source)
    }
    source.line()
    source.line("static const struct hearth_file files[] = {")
    for (index, file) in schema.files.enumerated() {
      let lists = "services\(index), symbols\(index)"
      source.line("  {\"\(file.name)\", bytes\(index), sizeof bytes\(index), \(lists)},")
    }
    source.line("  {0}")
    source.line("};")
    source.line()
    source.line("const struct hearth_file *hearth_files(void) { return files; }")
    return source.text
  }

  private static func list(_ name: String, _ entries: [String], _ source: inout SourceText) {
    source.line("static const char *const \(name)[] = {")
    for entry in entries { source.line("  \"\(entry)\",") }
    source.line("  NULL")
    source.line("};")
  }
}

extension ProtoFile {
  /// The full names of all that the file declares.
  ///
  /// Enumeration values belong to the scope around
  /// their enumeration.
  fileprivate var symbols: [String] {
    var names: [String] = []
    for message in messages {
      names.append(message.name.full)
      names += (message.fields.map(\.name) + message.oneofs.map(\.name))
        .map { message.name.full + "." + $0 }
      names += symbols(of: message.enums, in: message.name.full)
    }
    names += symbols(of: enums, in: package)
    for service in services {
      names.append(service.name.full)
      names += service.methods.map { service.name.full + "." + $0.name }
    }
    return names
  }

  private func symbols(of enums: [EnumType], in scope: String) -> [String] {
    enums.flatMap { [$0.name.full] + $0.values.map { scope + "." + $0.name } }
  }
}
