// Generated from proto/grpc/reflection/v1/reflection.proto by generate-proto.
public import Basics
import CHearthProto
public import HearthMessages

extension GRPCReflectionV1 {
  /// Served beside the services that it describes.
  public enum ServerReflection {
    /// The service's full name.
    public static let name: StaticString = "grpc.reflection.v1.ServerReflection"

    /// Answers each request with one response, in order.
    public static let serverReflectionInfo =
      MethodDescriptor<
        GRPCReflectionV1.ServerReflectionRequest, GRPCReflectionV1.ServerReflectionResponse
      >(
        path: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        clientStreaming: true,
        serverStreaming: true
      )
  }
}

extension GRPCReflectionV1.ServerReflectionRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.reflection.v1.ServerReflectionRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCReflectionV1.ServerReflectionRequest: @unsafe CMessage {
  typealias Raw = Grpc__Reflection__V1__ServerReflectionRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__reflection__v1__server_reflection_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__reflection__v1__server_reflection_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    host = try unsafe Field.text(c.pointee.host, "host")
    messageRequest =
      switch unsafe c.pointee.message_request_case.rawValue {
      case 3:
        try unsafe MessageRequest.fileByFilename(
          Field.text(c.pointee.file_by_filename, "file_by_filename")
        )
      case 4:
        try unsafe MessageRequest.fileContainingSymbol(
          Field.text(c.pointee.file_containing_symbol, "file_containing_symbol")
        )
      case 5:
        try unsafe Field.message(c.pointee.file_containing_extension, "file_containing_extension")
          .map(MessageRequest.fileContainingExtension)
      case 6:
        try unsafe MessageRequest.allExtensionNumbersOfType(
          Field.text(c.pointee.all_extension_numbers_of_type, "all_extension_numbers_of_type")
        )
      case 7:
        try unsafe MessageRequest.listServices(Field.text(c.pointee.list_services, "list_services"))
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.host = try arena.text(host, "host")
    switch messageRequest {
    case .fileByFilename(let value)?:
      unsafe c.pointee.message_request_case = .init(rawValue: 3)
      unsafe c.pointee.file_by_filename = try arena.text(value, "file_by_filename")
    case .fileContainingSymbol(let value)?:
      unsafe c.pointee.message_request_case = .init(rawValue: 4)
      unsafe c.pointee.file_containing_symbol = try arena.text(value, "file_containing_symbol")
    case .fileContainingExtension(let value)?:
      unsafe c.pointee.message_request_case = .init(rawValue: 5)
      unsafe c.pointee.file_containing_extension = try arena.message(
        value,
        "file_containing_extension"
      )
    case .allExtensionNumbersOfType(let value)?:
      unsafe c.pointee.message_request_case = .init(rawValue: 6)
      unsafe c.pointee.all_extension_numbers_of_type = try arena.text(
        value,
        "all_extension_numbers_of_type"
      )
    case .listServices(let value)?:
      unsafe c.pointee.message_request_case = .init(rawValue: 7)
      unsafe c.pointee.list_services = try arena.text(value, "list_services")
    case nil: break
    }
  }
}

extension GRPCReflectionV1.ExtensionRequest: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.reflection.v1.ExtensionRequest" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCReflectionV1.ExtensionRequest: @unsafe CMessage {
  typealias Raw = Grpc__Reflection__V1__ExtensionRequest

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__reflection__v1__extension_request__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__reflection__v1__extension_request__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    containingType = try unsafe Field.text(c.pointee.containing_type, "containing_type")
    extensionNumber = unsafe c.pointee.extension_number
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.containing_type = try arena.text(containingType, "containing_type")
    unsafe c.pointee.extension_number = extensionNumber
  }
}

extension GRPCReflectionV1.ServerReflectionResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.reflection.v1.ServerReflectionResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCReflectionV1.ServerReflectionResponse: @unsafe CMessage {
  typealias Raw = Grpc__Reflection__V1__ServerReflectionResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__reflection__v1__server_reflection_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__reflection__v1__server_reflection_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    validHost = try unsafe Field.text(c.pointee.valid_host, "valid_host")
    originalRequest = try unsafe Field.message(c.pointee.original_request, "original_request")
    messageResponse =
      switch unsafe c.pointee.message_response_case.rawValue {
      case 4:
        try unsafe Field.message(c.pointee.file_descriptor_response, "file_descriptor_response")
          .map(MessageResponse.fileDescriptorResponse)
      case 5:
        try unsafe Field.message(
          c.pointee.all_extension_numbers_response,
          "all_extension_numbers_response"
        ).map(MessageResponse.allExtensionNumbersResponse)
      case 6:
        try unsafe Field.message(c.pointee.list_services_response, "list_services_response").map(
          MessageResponse.listServicesResponse
        )
      case 7:
        try unsafe Field.message(c.pointee.error_response, "error_response").map(
          MessageResponse.errorResponse
        )
      default: nil
      }
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.valid_host = try arena.text(validHost, "valid_host")
    unsafe c.pointee.original_request = try arena.message(originalRequest, "original_request")
    switch messageResponse {
    case .fileDescriptorResponse(let value)?:
      unsafe c.pointee.message_response_case = .init(rawValue: 4)
      unsafe c.pointee.file_descriptor_response = try arena.message(
        value,
        "file_descriptor_response"
      )
    case .allExtensionNumbersResponse(let value)?:
      unsafe c.pointee.message_response_case = .init(rawValue: 5)
      unsafe c.pointee.all_extension_numbers_response = try arena.message(
        value,
        "all_extension_numbers_response"
      )
    case .listServicesResponse(let value)?:
      unsafe c.pointee.message_response_case = .init(rawValue: 6)
      unsafe c.pointee.list_services_response = try arena.message(value, "list_services_response")
    case .errorResponse(let value)?:
      unsafe c.pointee.message_response_case = .init(rawValue: 7)
      unsafe c.pointee.error_response = try arena.message(value, "error_response")
    case nil: break
    }
  }
}

extension GRPCReflectionV1.FileDescriptorResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.reflection.v1.FileDescriptorResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCReflectionV1.FileDescriptorResponse: @unsafe CMessage {
  typealias Raw = Grpc__Reflection__V1__FileDescriptorResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__reflection__v1__file_descriptor_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__reflection__v1__file_descriptor_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    fileDescriptorProto = unsafe Field.byteStrings(
      c.pointee.n_file_descriptor_proto,
      c.pointee.file_descriptor_proto
    )
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_file_descriptor_proto, c.pointee.file_descriptor_proto) =
      try arena.byteStrings(fileDescriptorProto)
  }
}

extension GRPCReflectionV1.ExtensionNumberResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.reflection.v1.ExtensionNumberResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCReflectionV1.ExtensionNumberResponse: @unsafe CMessage {
  typealias Raw = Grpc__Reflection__V1__ExtensionNumberResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__reflection__v1__extension_number_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__reflection__v1__extension_number_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    baseTypeName = try unsafe Field.text(c.pointee.base_type_name, "base_type_name")
    extensionNumber = unsafe Field.array(c.pointee.n_extension_number, c.pointee.extension_number)
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.base_type_name = try arena.text(baseTypeName, "base_type_name")
    unsafe (c.pointee.n_extension_number, c.pointee.extension_number) = try arena.array(
      extensionNumber
    )
  }
}

extension GRPCReflectionV1.ListServiceResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.reflection.v1.ListServiceResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCReflectionV1.ListServiceResponse: @unsafe CMessage {
  typealias Raw = Grpc__Reflection__V1__ListServiceResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__reflection__v1__list_service_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__reflection__v1__list_service_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    service = try unsafe Field.messages(c.pointee.n_service, c.pointee.service, "service")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe (c.pointee.n_service, c.pointee.service) = try arena.messages(service, "service")
  }
}

extension GRPCReflectionV1.ServiceResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.reflection.v1.ServiceResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCReflectionV1.ServiceResponse: @unsafe CMessage {
  typealias Raw = Grpc__Reflection__V1__ServiceResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__reflection__v1__service_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__reflection__v1__service_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    name = try unsafe Field.text(c.pointee.name, "name")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.name = try arena.text(name, "name")
  }
}

extension GRPCReflectionV1.ErrorResponse: ProtoMessage {
  /// The message's full name.
  public static var protoName: StaticString { "grpc.reflection.v1.ErrorResponse" }

  /// Decodes a message; see ``ProtoMessage/init(decoding:arena:)``.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self = try unsafe arena.decode(bytes)
  }

  /// Encodes the message; see ``ProtoMessage/encode(into:arena:)``.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    try unsafe arena.encode(self, into: &bytes)
  }
}

extension GRPCReflectionV1.ErrorResponse: @unsafe CMessage {
  typealias Raw = Grpc__Reflection__V1__ErrorResponse

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>? {
    unsafe grpc__reflection__v1__error_response__unpack(allocator, count, bytes)
  }

  static func initialize(_ c: UnsafeMutablePointer<Raw>) {
    unsafe grpc__reflection__v1__error_response__init(c)
  }

  init(_ c: UnsafePointer<Raw>) throws(ProtoError) {
    self.init()
    errorCode = unsafe c.pointee.error_code
    errorMessage = try unsafe Field.text(c.pointee.error_message, "error_message")
  }

  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError) {
    unsafe c.pointee.error_code = errorCode
    unsafe c.pointee.error_message = try arena.text(errorMessage, "error_message")
  }
}
