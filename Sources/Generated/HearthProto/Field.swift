import CHearthProto
import HearthMessages

/// How the fields of a C struct become Swift values; the names say where an error is.
enum Field {
  static func text(
    _ text: UnsafeMutablePointer<CChar>?,
    _ name: StaticString
  ) throws(ProtoError) -> String {
    let bytes = unsafe utf8(text)
    guard unsafe hearth_contains_nul(bytes.baseAddress, bytes.count) == 0,
      // Not `String(validating:as:)`, which is generic in the standard library: half as fast.
      let valid = try? unsafe UTF8Span(validating: Span(_unsafeElements: bytes))
    else { throw ProtoError(.invalidText, at: name) }
    return String(copying: valid)
  }

  /// The bytes of a string that was decoded into an arena.
  static func utf8(_ text: UnsafeMutablePointer<CChar>?) -> UnsafeBufferPointer<UInt8> {
    let start = unsafe UnsafeRawPointer(text)?.assumingMemoryBound(to: UInt8.self)
    return unsafe UnsafeBufferPointer(start: start, count: hearth_text_length(text))
  }

  static func texts(
    _ count: Int,
    _ texts: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ name: StaticString
  ) throws(ProtoError) -> [String] {
    guard let texts = unsafe texts else { return [] }
    var strings: [String] = []
    strings.reserveCapacity(count)
    for index in 0..<count {
      do {
        strings.append(try unsafe text(texts[index], ""))
      } catch {
        throw ProtoError(error.code, at: name, index: index)
      }
    }
    return strings
  }

  static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    unsafe Array(self.data(data))
  }

  static func data(_ data: ProtobufCBinaryData) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: data.data, count: data.len)
  }

  static func byteStrings(
    _ count: Int,
    _ data: UnsafeMutablePointer<ProtobufCBinaryData>?
  ) -> [[UInt8]] {
    unsafe UnsafeBufferPointer(start: data, count: count).map { unsafe bytes($0) }
  }

  static func array<Value: BitwiseCopyable>(
    _ count: Int,
    _ values: UnsafeMutablePointer<Value>?
  ) -> [Value] {
    unsafe Array(UnsafeBufferPointer(start: values, count: count))
  }

  static func flags(_ count: Int, _ values: UnsafeMutablePointer<protobuf_c_boolean>?) -> [Bool] {
    unsafe UnsafeBufferPointer(start: values, count: count).map { $0 != 0 }
  }

  static func number<Value: ProtoEnum, Raw: RawRepresentable>(
    _ raw: Raw
  ) -> Value where Raw.RawValue: BinaryInteger {
    Value(rawValue: Int32(truncatingIfNeeded: raw.rawValue))
  }

  static func numbers<Value: ProtoEnum, Raw: RawRepresentable>(
    _ count: Int,
    _ values: UnsafeMutablePointer<Raw>?
  ) -> [Value] where Raw.RawValue: BinaryInteger {
    unsafe UnsafeBufferPointer(start: values, count: count).map { number($0) }
  }

  static func message<Message: CMessage>(
    _ raw: UnsafeMutablePointer<Message.Raw>?,
    _ name: StaticString
  ) throws(ProtoError) -> Message? {
    guard let raw = unsafe raw else { return nil }
    do {
      return try unsafe Message(UnsafePointer(raw))
    } catch {
      throw error.within(name)
    }
  }

  static func messages<Message: CMessage>(
    _ count: Int,
    _ raws: UnsafeMutablePointer<UnsafeMutablePointer<Message.Raw>?>?,
    _ name: StaticString
  ) throws(ProtoError) -> [Message] {
    guard let raws = unsafe raws else { return [] }
    var messages: [Message] = []
    messages.reserveCapacity(count)
    for index in 0..<count {
      guard let raw = unsafe raws[index] else { continue }
      do {
        messages.append(try unsafe Message(UnsafePointer(raw)))
      } catch {
        throw error.within(name, index: index)
      }
    }
    return messages
  }
}
