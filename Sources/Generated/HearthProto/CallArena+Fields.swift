import CHearthProto
import HearthMessages

/// How Swift values become the fields of a C struct; what they point to lives until the reset.
extension CallArena {
  func text(
    _ text: String,
    _ name: StaticString
  ) throws(ProtoError) -> UnsafeMutablePointer<CChar> {
    let span = text.utf8.span
    let copy = try unsafe make(span.count + 1, of: CChar.self)
    let hasNUL = unsafe span.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress {
        unsafe UnsafeMutableRawPointer(copy).copyMemory(from: start, byteCount: bytes.count)
      }
      return unsafe hearth_contains_nul(bytes.baseAddress, bytes.count) != 0
    }
    // protobuf-c would end the string there.
    guard !hasNUL else { throw ProtoError(.invalidText, at: name) }
    unsafe copy[span.count] = 0
    return unsafe copy
  }

  func texts(
    _ texts: [String],
    _ name: StaticString
  ) throws(ProtoError) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    let copies = try unsafe make(texts.count, of: UnsafeMutablePointer<CChar>?.self)
    for index in texts.indices {
      do {
        unsafe (copies + index).initialize(to: try text(texts[index], ""))
      } catch {
        throw ProtoError(error.code, at: name, index: index)
      }
    }
    return unsafe (texts.count, copies)
  }

  func bytes(_ bytes: [UInt8]) throws(ProtoError) -> ProtobufCBinaryData {
    let (count, copy) = try unsafe array(bytes)
    return unsafe ProtobufCBinaryData(len: count, data: copy)
  }

  func byteStrings(
    _ values: [[UInt8]]
  ) throws(ProtoError) -> (Int, UnsafeMutablePointer<ProtobufCBinaryData>) {
    let copies = try unsafe make(values.count, of: ProtobufCBinaryData.self)
    for index in values.indices {
      unsafe (copies + index).initialize(to: try bytes(values[index]))
    }
    return unsafe (values.count, copies)
  }

  func array<Value: BitwiseCopyable>(
    _ values: [Value]
  ) throws(ProtoError) -> (Int, UnsafeMutablePointer<Value>) {
    let copy = try unsafe make(values.count, of: Value.self)
    unsafe values.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return }
      unsafe copy.initialize(from: start, count: values.count)
    }
    return unsafe (values.count, copy)
  }

  func flags(
    _ values: [Bool]
  ) throws(ProtoError) -> (Int, UnsafeMutablePointer<protobuf_c_boolean>) {
    let copy = try unsafe make(values.count, of: protobuf_c_boolean.self)
    for index in values.indices {
      unsafe copy[index] = values[index] ? 1 : 0
    }
    return unsafe (values.count, copy)
  }

  func number<Raw: RawRepresentable>(_ value: some ProtoEnum) -> Raw
  where Raw.RawValue: FixedWidthInteger {
    // The C enumerations are imported as structs, which take every number.
    guard let raw = Raw(rawValue: .init(truncatingIfNeeded: value.rawValue)) else {
      preconditionFailure("\(Raw.self) refused \(value)")
    }
    return raw
  }

  func numbers<Raw: RawRepresentable>(
    _ values: [some ProtoEnum]
  ) throws(ProtoError) -> (Int, UnsafeMutablePointer<Raw>)
  where Raw.RawValue: FixedWidthInteger {
    let copy = try unsafe make(values.count, of: Raw.self)
    for index in values.indices {
      unsafe (copy + index).initialize(to: number(values[index]))
    }
    return unsafe (values.count, copy)
  }

  func messages<Message: CMessage>(
    _ messages: [Message],
    _ name: StaticString
  ) throws(ProtoError) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message.Raw>?>) {
    let copies = try unsafe make(messages.count, of: UnsafeMutablePointer<Message.Raw>?.self)
    for index in messages.indices {
      do {
        unsafe (copies + index).initialize(to: try pointer(to: messages[index]))
      } catch {
        throw error.within(name, index: index)
      }
    }
    return unsafe (messages.count, copies)
  }

  func message<Message: CMessage>(
    _ message: Message?,
    _ name: StaticString
  ) throws(ProtoError) -> UnsafeMutablePointer<Message.Raw>? {
    guard let message else { return nil }
    do {
      return try unsafe pointer(to: message)
    } catch {
      throw error.within(name)
    }
  }

  /// The message as a C struct.
  func pointer<Message: CMessage>(
    to message: Message
  ) throws(ProtoError) -> UnsafeMutablePointer<Message.Raw> {
    let raw = try unsafe make(1, of: Message.Raw.self)
    unsafe Message.initialize(raw)
    try unsafe message.fill(raw, self)
    return unsafe raw
  }
}
