import CDescriptorProto

/// Reads a serialised `FileDescriptorSet`, as `protoc --descriptor_set_out` writes it.
struct SchemaReader {
  static func read(_ bytes: [UInt8]) throws(Refusal) -> Schema {
    guard let set = google__protobuf__file_descriptor_set__unpack(nil, bytes.count, bytes) else {
      throw Refusal("the descriptor set is malformed")
    }
    defer { google__protobuf__file_descriptor_set__free_unpacked(set, nil) }
    var files: [ProtoFile] = []
    for file in list(set.pointee.n_file, set.pointee.file) {
      files.append(try SchemaReader(file).file())
    }
    return Schema(files: files.sorted { $0.name < $1.name })
  }

  private let raw: UnsafeMutablePointer<Google__Protobuf__FileDescriptorProto>
  private let package: String
  private let comments: [[Int32]: String]

  private init(_ raw: UnsafeMutablePointer<Google__Protobuf__FileDescriptorProto>) {
    self.raw = raw
    package = Self.text(raw.pointee.package)
    var comments: [[Int32]: String] = [:]
    if let info = raw.pointee.source_code_info?.pointee {
      for location in Self.list(info.n_location, info.location) {
        guard let comment = location.pointee.leading_comments else { continue }
        let path = UnsafeBufferPointer(start: location.pointee.path, count: location.pointee.n_path)
        comments[Array(path)] = String(cString: comment)
      }
    }
    self.comments = comments
  }

  private func file() throws(Refusal) -> ProtoFile {
    let name = Self.text(raw.pointee.name)
    guard Self.text(raw.pointee.syntax) == "proto3", !package.isEmpty else {
      throw Refusal("\(name): write proto3 with a package")
    }
    var messages: [MessageType] = []
    for (index, message) in Self.list(raw.pointee.n_message_type, raw.pointee.message_type)
      .enumerated()
    {
      messages.append(try self.message(message.pointee, path: [4, Int32(index)]))
    }
    let enums = try self.enums(
      raw.pointee.n_enum_type,
      raw.pointee.enum_type,
      nesting: [],
      path: [5]
    )
    let services = Self.list(raw.pointee.n_service, raw.pointee.service).enumerated()
      .map { service($1.pointee, path: [6, Int32($0)]) }
    return ProtoFile(
      name: name,
      package: package,
      messages: messages,
      enums: enums,
      services: services,
      descriptor: descriptor()
    )
  }

  private func message(
    _ message: Google__Protobuf__DescriptorProto,
    path: [Int32]
  ) throws(Refusal) -> MessageType {
    let name = TypeName(package: package, nesting: [Self.text(message.name)])
    guard message.n_nested_type == 0 else {
      throw Refusal("\(name.full): declare messages beside each other, and use no map")
    }
    var fields: [Field] = []
    for (index, field) in Self.list(message.n_field, message.field).enumerated() {
      fields.append(try self.field(field.pointee, of: name, path: path + [2, Int32(index)]))
    }
    let oneofs = Self.list(message.n_oneof_decl, message.oneof_decl).enumerated().map {
      Oneof(name: Self.text($1.pointee.name), comment: comment(path + [8, Int32($0)]))
    }
    return MessageType(
      name: name,
      comment: comment(path),
      fields: fields,
      oneofs: oneofs,
      enums: try enums(
        message.n_enum_type,
        message.enum_type,
        nesting: name.nesting,
        path: path + [4]
      )
    )
  }

  private func field(
    _ field: Google__Protobuf__FieldDescriptorProto,
    of message: TypeName,
    path: [Int32]
  ) throws(Refusal) -> Field {
    let name = Self.text(field.name)
    guard field.proto3_optional == 0 else {
      throw Refusal("\(message.full).\(name): use a message or a oneof instead of optional")
    }
    guard let type = type(of: field) else {
      throw Refusal("\(message.full).\(name): groups are not supported")
    }
    return Field(
      name: name,
      number: field.number,
      type: type,
      isRepeated: field.label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED,
      oneof: field.has_oneof_index != 0 ? Int(field.oneof_index) : nil,
      comment: comment(path)
    )
  }

  /// The field's type, or nil for one that has no Swift counterpart.
  private func type(of field: Google__Protobuf__FieldDescriptorProto) -> FieldType? {
    switch field.type.rawValue {
    case 1: .number("Double")
    case 2: .number("Float")
    case 3, 16, 18: .number("Int64")
    case 4, 6: .number("UInt64")
    case 5, 15, 17: .number("Int32")
    case 7, 13: .number("UInt32")
    case 8: .bool
    case 9: .string
    case 11: .message(typeName(Self.text(field.type_name)))
    case 12: .bytes
    case 14: .enumeration(typeName(Self.text(field.type_name)))
    default: nil
    }
  }

  private func enums(
    _ count: Int,
    _ raws: UnsafeMutablePointer<UnsafeMutablePointer<Google__Protobuf__EnumDescriptorProto>?>?,
    nesting: [String],
    path: [Int32]
  ) throws(Refusal) -> [EnumType] {
    var enums: [EnumType] = []
    for (index, raw) in Self.list(count, raws).enumerated() {
      let path = path + [Int32(index)]
      let name = TypeName(package: package, nesting: nesting + [Self.text(raw.pointee.name)])
      let values = Self.list(raw.pointee.n_value, raw.pointee.value).enumerated().map {
        EnumType.Value(
          name: Self.text($1.pointee.name),
          number: $1.pointee.number,
          comment: comment(path + [2, Int32($0)])
        )
      }
      guard Set(values.map(\.number)).count == values.count else {
        throw Refusal("\(name.full): two values have one number")
      }
      enums.append(EnumType(name: name, comment: comment(path), values: values))
    }
    return enums
  }

  private func service(
    _ service: Google__Protobuf__ServiceDescriptorProto,
    path: [Int32]
  ) -> Service {
    let methods = Self.list(service.n_method, service.method).enumerated().map { index, method in
      Service.Method(
        name: Self.text(method.pointee.name),
        input: typeName(Self.text(method.pointee.input_type)),
        output: typeName(Self.text(method.pointee.output_type)),
        clientStreaming: method.pointee.client_streaming != 0,
        serverStreaming: method.pointee.server_streaming != 0,
        comment: comment(path + [2, Int32(index)])
      )
    }
    return Service(
      name: TypeName(package: package, nesting: [Self.text(service.name)]),
      comment: comment(path),
      methods: methods
    )
  }

  /// The file's descriptor as reflection hands it out: without comments and positions.
  private func descriptor() -> [UInt8] {
    let info = raw.pointee.source_code_info
    raw.pointee.source_code_info = nil
    defer { raw.pointee.source_code_info = info }
    let count = google__protobuf__file_descriptor_proto__get_packed_size(raw)
    return [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
      written = google__protobuf__file_descriptor_proto__pack(raw, bytes.baseAddress)
    }
  }

  private func comment(_ path: [Int32]) -> Comment { Comment(comments[path] ?? "") }

  /// `.hearth.v1.Replica` as a name: packages are lower case, types are not.
  private func typeName(_ text: String) -> TypeName {
    let parts = text.split(separator: ".").map(String.init)
    let package = parts.prefix { $0.first?.isLowercase == true }
    return TypeName(
      package: package.joined(separator: "."),
      nesting: Array(parts.dropFirst(package.count))
    )
  }

  private static func text(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  private static func list<Element>(
    _ count: Int,
    _ elements: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>?
  ) -> [UnsafeMutablePointer<Element>] {
    UnsafeBufferPointer(start: elements, count: count).compactMap { $0 }
  }
}
