public import Basics
public import HearthProto

/// A message that is passed on as it came: for proxies, and for tests that are about calls.
public struct RawMessage: ProtoMessage {
  /// It has no type.
  public static var protoName: StaticString { "" }

  /// The message's bytes.
  public var bytes: [UInt8]

  /// Makes an empty message.
  public init() { bytes = [] }

  /// Makes a message of these bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Copies the bytes.
  public init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError) {
    self.bytes = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
  }

  /// Appends the bytes.
  public func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError) {
    bytes.append(self.bytes.span)
  }
}

extension MethodDescriptor {
  /// The same method with messages that are passed on as they come.
  public var raw: MethodDescriptor<RawMessage, RawMessage> {
    .init(path: path, clientStreaming: clientStreaming, serverStreaming: serverStreaming)
  }
}
