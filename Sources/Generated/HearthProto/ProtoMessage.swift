public import Basics
import CHearthProto

/// A protobuf message as a value.
public protocol ProtoMessage: Equatable, Sendable {
  /// The message's full name, such as `hearth.v1.RouteRequest`.
  static var protoName: StaticString { get }

  /// Decodes a message; memory that it needs on the way comes from `arena`, which the caller resets
  /// when it is done with the call.
  ///
  /// Unknown fields are skipped. Throws when the bytes are too many, malformed, need more memory
  /// than the arena's limit, or have a string that is not UTF-8 or contains a NUL.
  init(decoding bytes: Span<UInt8>, arena: CallArena) throws(ProtoError)

  /// Appends the encoded message to `bytes`; memory that it needs on the way comes from `arena`.
  ///
  /// Throws, and appends nothing, when a string contains a NUL or the message is over the arena's
  /// limits.
  func encode(into bytes: inout Bytes, arena: CallArena) throws(ProtoError)
}

/// A message together with the struct that protobuf-c has for it.
protocol CMessage: ProtoMessage {
  associatedtype Raw

  static func unpack(
    _ allocator: UnsafeMutablePointer<ProtobufCAllocator>,
    _ count: Int,
    _ bytes: UnsafePointer<UInt8>?
  ) -> UnsafeMutablePointer<Raw>?

  static func initialize(_ c: UnsafeMutablePointer<Raw>)

  /// Copies the struct's fields out of the arena.
  init(_ c: UnsafePointer<Raw>) throws(ProtoError)

  /// Writes the fields into a struct that is initialised; what they point to goes to the arena.
  func fill(_ c: UnsafeMutablePointer<Raw>, _ arena: CallArena) throws(ProtoError)
}

extension CallArena {
  /// The bytes as a C struct that lives until the next reset.
  func unpack<Message: CMessage>(
    _ bytes: Span<UInt8>,
    as type: Message.Type
  ) throws(ProtoError) -> UnsafePointer<Message.Raw> {
    guard bytes.count <= limits.messageBytesMax else {
      throw ProtoError(.tooLarge, at: Message.protoName)
    }
    let raw = unsafe bytes.withUnsafeBufferPointer {
      unsafe Message.unpack(allocator, $0.count, $0.baseAddress)
    }
    guard let raw = unsafe raw else {
      throw ProtoError(isExhausted ? .outOfMemory : .malformed, at: Message.protoName)
    }
    return unsafe UnsafePointer(raw)
  }

  func decode<Message: CMessage>(_ bytes: Span<UInt8>) throws(ProtoError) -> Message {
    let raw = try unsafe unpack(bytes, as: Message.self)
    do {
      return try unsafe Message(raw)
    } catch {
      throw error.within(Message.protoName)
    }
  }

  func encode(_ message: some CMessage, into bytes: inout Bytes) throws(ProtoError) {
    let raw: UnsafeMutableRawPointer
    do {
      unsafe raw = try UnsafeMutableRawPointer(pointer(to: message))
    } catch {
      throw error.within(type(of: message).protoName)
    }
    let base = unsafe raw.assumingMemoryBound(to: ProtobufCMessage.self)
    let count = unsafe protobuf_c_message_get_packed_size(base)
    guard count <= limits.messageBytesMax else {
      throw ProtoError(.tooLarge, at: type(of: message).protoName)
    }
    unsafe bytes.append(count: count) { (memory) in
      guard let start = memory.baseAddress else { return 0 }
      return unsafe protobuf_c_message_pack(base, start.assumingMemoryBound(to: UInt8.self))
    }
  }
}
