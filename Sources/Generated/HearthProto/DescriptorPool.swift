import CHearthProto

/// The descriptors of all that is in `proto/`, for server reflection.
///
/// Built in when the code is generated; comments are left out.
public enum DescriptorPool {
  /// The full names of all services that have descriptors, in order of file.
  public static let services = unsafe files.flatMap { unsafe list($0.services) }

  /// The longest name that can be found, in bytes.
  private static let nameBytesMax = 512

  /// They are written once and only read: what they point to is constant.
  private nonisolated(unsafe) static let files: [hearth_file] = {
    var files: [hearth_file] = unsafe []
    var next = unsafe hearth_files()
    while let file = unsafe next?.pointee, unsafe file.name != nil {
      unsafe files.append(file)
      unsafe next? += 1
    }
    return unsafe files
  }()

  /// The file of each path and of each symbol, by the bytes of its name.
  private static let (paths, symbols): ([[UInt8]: Int], [[UInt8]: Int]) = {
    var (paths, symbols): ([[UInt8]: Int], [[UInt8]: Int]) = ([:], [:])
    for index in unsafe files.indices {
      let file = unsafe files[index]
      unsafe paths[Array(String(cString: file.name).utf8)] = index
      let names = unsafe list(file.symbols)
      for symbol in names { symbols[Array(symbol.utf8)] = index }
    }
    return (paths, symbols)
  }()

  /// The serialised `FileDescriptorProto` of the file with this path, such as
  /// `hearth/v1/types.proto`.
  public static func file(named name: String) -> [UInt8]? { file(name, in: paths) }

  /// The serialised `FileDescriptorProto` of the file that declares this service, method, message,
  /// field, enumeration or value, by full name such as `hearth.v1.Router.Route`.
  public static func file(containing symbol: String) -> [UInt8]? { file(symbol, in: symbols) }

  private static func file(_ name: String, in table: [[UInt8]: Int]) -> [UInt8]? {
    guard name.utf8.count <= nameBytesMax, let index = table[Array(name.utf8)] else { return nil }
    let file = unsafe files[index]
    return unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
  }

  private static func list(_ names: UnsafePointer<UnsafePointer<CChar>?>?) -> [String] {
    guard var next = unsafe names else { return [] }
    var strings: [String] = []
    while let name = unsafe next.pointee {
      unsafe strings.append(String(cString: name))
      unsafe next += 1
    }
    return strings
  }
}
