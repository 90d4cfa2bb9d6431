/// One method of a service: where it is called and what goes in and out.
public struct MethodDescriptor<Request: ProtoMessage, Response: ProtoMessage>: Sendable {
  /// The HTTP/2 path, such as `/hearth.v1.Router/Route`.
  public let path: StaticString
  /// Whether the client may send many messages.
  public let clientStreaming: Bool
  /// Whether the server may send many messages.
  public let serverStreaming: Bool

  /// Makes a descriptor; generated code does.
  public init(path: StaticString, clientStreaming: Bool, serverStreaming: Bool) {
    self.path = path
    self.clientStreaming = clientStreaming
    self.serverStreaming = serverStreaming
  }
}
