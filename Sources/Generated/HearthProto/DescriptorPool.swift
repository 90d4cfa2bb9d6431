import CHearthProto

/// The descriptors of all that is in `proto/`, for server reflection.
///
/// Built in when the code is generated; comments are left out.
public enum DescriptorPool {
  /// The full names of all services that have descriptors, in order of file.
  public static var services: [String] {
    var names: [String] = []
    _ = unsafe find { file in
      unsafe names += list(file.services)
      return false
    }
    return names
  }

  /// The serialised `FileDescriptorProto` of the file with this path, such as
  /// `hearth/v1/types.proto`.
  public static func file(named name: String) -> [UInt8]? {
    unsafe find { unsafe String(cString: $0.name) == name }
  }

  /// The serialised `FileDescriptorProto` of the file that declares this service, method, message,
  /// field, enumeration or value, by full name such as `hearth.v1.Router.Route`.
  public static func file(containing symbol: String) -> [UInt8]? {
    unsafe find { unsafe list($0.symbols).contains(symbol) }
  }

  private static func find(_ matches: (hearth_file) -> Bool) -> [UInt8]? {
    guard var file = unsafe hearth_files() else { return nil }
    while unsafe file.pointee.name != nil {
      if unsafe matches(file.pointee) {
        return unsafe Array(
          UnsafeBufferPointer(start: file.pointee.bytes, count: file.pointee.count)
        )
      }
      unsafe file += 1
    }
    return nil
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
