import HearthMessages
import HearthProto
import Wire

/// Serves grpc.reflection.v1, so that `grpcurl` and its like can list and call what a server has.
public enum ReflectionService {
  private typealias Method = MethodDescriptor<
    GRPCReflectionV1.ServerReflectionRequest, GRPCReflectionV1.ServerReflectionResponse
  >

  /// The name that the method had before, with the same messages; grpcio's own client knows no
  /// other.
  private static let alpha = Method(
    path: "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    clientStreaming: true,
    serverStreaming: true
  )

  /// Serves the method on a server, by its present and its former name; services that are
  /// registered later are listed too.
  public static func register(on server: Server) {
    serve(GRPCReflectionV1.ServerReflection.serverReflectionInfo, on: server)
    serve(alpha, on: server)
  }

  private static func serve(_ method: Method, on server: Server) {
    server.handleStream(method) {
      [unowned server] stream in
      stream.onMessage = { [unowned server, unowned stream] request in
        var response = GRPCReflectionV1.ServerReflectionResponse(
          validHost: request.host,
          originalRequest: request
        )
        response.messageResponse = answer(request, services: server.services)
        // Answers are far longer than questions: who does not read them asks no more.
        if !stream.send(response) { stream.pause() }
      }
      stream.onWritable = { [unowned stream] in stream.resume() }
      stream.onEnd = { [unowned stream] in stream.finish(.ok) }
    }
  }

  private static func answer(
    _ request: GRPCReflectionV1.ServerReflectionRequest,
    services: [String]
  ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    switch request.messageRequest {
    case .listServices:
      let described = services.filter { DescriptorPool.services.contains($0) }
      return .listServicesResponse(.init(service: described.map { .init(name: $0) }))
    case .fileByFilename(let name):
      return file(DescriptorPool.file(named: name), "no file is named \(name.prefix(200))")
    case .fileContainingSymbol(let symbol):
      return file(DescriptorPool.file(containing: symbol), "no file contains \(symbol.prefix(200))")
    case .allExtensionNumbersOfType(let type):
      return .allExtensionNumbersResponse(.init(baseTypeName: type))
    case .fileContainingExtension, nil:
      return error(.notFound, "there are no extensions here")
    }
  }

  private static func file(
    _ bytes: [UInt8]?,
    _ otherwise: @autoclosure () -> String
  ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    guard let bytes else { return error(.notFound, otherwise()) }
    return .fileDescriptorResponse(.init(fileDescriptorProto: [bytes]))
  }

  private static func error(
    _ code: GRPCStatus.Code,
    _ message: String
  ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    .errorResponse(.init(errorCode: Int32(code.rawValue), errorMessage: message))
  }
}
