// Generated from proto/grpc/reflection/v1/reflection.proto by generate-proto.

extension GRPCReflectionV1 {
  /// One question.
  public struct ServerReflectionRequest: Equatable, Sendable {
    /// The question.
    public enum MessageRequest: Equatable, Sendable {
      /// The descriptor of the file with this name.
      case fileByFilename(String)
      /// The descriptor of the file that declares this symbol, by its full name.
      case fileContainingSymbol(String)
      /// The descriptor of the file that declares this extension.
      case fileContainingExtension(GRPCReflectionV1.ExtensionRequest)
      /// The extension numbers of the message with this full name.
      case allExtensionNumbersOfType(String)
      /// The services; the text is ignored.
      case listServices(String)
    }

    /// Host that the client believes it asks; returned as it came.
    public var host: String
    /// The question.
    public var messageRequest: MessageRequest?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      host: String = "",
      messageRequest: MessageRequest? = nil
    ) {
      self.host = host
      self.messageRequest = messageRequest
    }
  }
}

extension GRPCReflectionV1 {
  /// Names an extension.
  public struct ExtensionRequest: Equatable, Sendable {
    /// Full name of the extended message.
    public var containingType: String
    /// The extension's field number.
    public var extensionNumber: Int32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      containingType: String = "",
      extensionNumber: Int32 = 0
    ) {
      self.containingType = containingType
      self.extensionNumber = extensionNumber
    }
  }
}

extension GRPCReflectionV1 {
  /// One answer.
  public struct ServerReflectionResponse: Equatable, Sendable {
    /// The answer.
    public enum MessageResponse: Equatable, Sendable {
      /// To a question for a file.
      case fileDescriptorResponse(GRPCReflectionV1.FileDescriptorResponse)
      /// To a question for extension numbers.
      case allExtensionNumbersResponse(GRPCReflectionV1.ExtensionNumberResponse)
      /// To a question for services.
      case listServicesResponse(GRPCReflectionV1.ListServiceResponse)
      /// There is no answer.
      case errorResponse(GRPCReflectionV1.ErrorResponse)
    }

    /// Host of the request.
    public var validHost: String
    /// The request.
    public var originalRequest: GRPCReflectionV1.ServerReflectionRequest?
    /// The answer.
    public var messageResponse: MessageResponse?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      validHost: String = "",
      originalRequest: GRPCReflectionV1.ServerReflectionRequest? = nil,
      messageResponse: MessageResponse? = nil
    ) {
      self.validHost = validHost
      self.originalRequest = originalRequest
      self.messageResponse = messageResponse
    }
  }
}

extension GRPCReflectionV1 {
  /// Descriptors of files.
  public struct FileDescriptorResponse: Equatable, Sendable {
    /// Serialised google.protobuf.FileDescriptorProto messages: the file, and files that it
    /// imports.
    public var fileDescriptorProto: [[UInt8]]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      fileDescriptorProto: [[UInt8]] = []
    ) {
      self.fileDescriptorProto = fileDescriptorProto
    }
  }
}

extension GRPCReflectionV1 {
  /// Extension numbers of one message.
  public struct ExtensionNumberResponse: Equatable, Sendable {
    /// Full name of the extended message.
    public var baseTypeName: String
    /// The numbers, in no order.
    public var extensionNumber: [Int32]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      baseTypeName: String = "",
      extensionNumber: [Int32] = []
    ) {
      self.baseTypeName = baseTypeName
      self.extensionNumber = extensionNumber
    }
  }
}

extension GRPCReflectionV1 {
  /// The services of a server.
  public struct ListServiceResponse: Equatable, Sendable {
    /// One for each service.
    public var service: [GRPCReflectionV1.ServiceResponse]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      service: [GRPCReflectionV1.ServiceResponse] = []
    ) {
      self.service = service
    }
  }
}

extension GRPCReflectionV1 {
  /// One service.
  public struct ServiceResponse: Equatable, Sendable {
    /// Full name, such as "hearth.v1.Router".
    public var name: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: String = ""
    ) {
      self.name = name
    }
  }
}

extension GRPCReflectionV1 {
  /// Why a question has no answer.
  public struct ErrorResponse: Equatable, Sendable {
    /// gRPC status code.
    public var errorCode: Int32
    /// For a person.
    public var errorMessage: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      errorCode: Int32 = 0,
      errorMessage: String = ""
    ) {
      self.errorCode = errorCode
      self.errorMessage = errorMessage
    }
  }
}
