/// Writes what protoc-c does not: the Swift of each `.proto` file, the descriptors for reflection
/// and the module map of the C.
public enum Generator {
  /// A file to be written.
  public struct Output: Equatable, Sendable {
    /// Which folder it belongs to.
    public let language: Language
    /// Its path below that folder.
    public let path: String
    /// All of it.
    public let text: String
  }

  /// The two folders of generated code.
  public enum Language: Sendable {
    /// The Swift module.
    case swift
    /// The C target.
    case c
  }

  /// The files for a serialised `FileDescriptorSet` with comments; throws a ``Refusal`` where the
  /// protos use what protobuf-c can't do, or not safely.
  public static func generate(from descriptors: [UInt8]) throws(Refusal) -> [Output] {
    let schema = try SchemaReader.read(descriptors)
    try schema.check()
    return try SwiftWriter.files(of: schema).map { Output(language: .swift, path: $0, text: $1) }
      + CWriter.files(of: schema).map { Output(language: .c, path: $0, text: $1) }
  }
}
