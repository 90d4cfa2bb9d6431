import Basics
import CUV

/// Addresses of sockets, as libuv has them and as people write them.
enum SocketAddress {
  /// Fills in an address by `call` and gives it as `address:port`; nil when the call fails.
  static func text(
    _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<CInt>) -> CInt
  ) -> String? {
    var storage = sockaddr_storage()
    var length = CInt(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) { storage in
      let address = unsafe UnsafeMutableRawPointer(storage).assumingMemoryBound(to: sockaddr.self)
      guard unsafe call(address, &length) == 0 else { return nil }
      return unsafe text(of: address)
    }
  }

  static func text(of address: UnsafePointer<sockaddr>) -> String? {
    var name = [CChar](repeating: 0, count: 64)
    guard unsafe uv_ip_name(address, &name, name.count) == 0 else { return nil }
    let host = String(
      decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
      as: UTF8.self
    )
    let port = unsafe UnsafeRawPointer(address).load(fromByteOffset: 2, as: UInt16.self).bigEndian
    return hostAndPort(host, Int(port))
  }

  /// The path of `unix:/path`; nil for anything else.
  static func unixPath(of text: String) -> String? {
    text.hasPrefix("unix:/") ? String(text.dropFirst(5)) : nil
  }

  /// `host:port` or `[host]:port` in its parts; nil when it is neither.
  static func parts(of text: String) -> (host: String, port: UInt16)? {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return host.isEmpty ? nil : (String(host), port)
  }
}
