import CShims

/// A message to another process of this machine.
public enum LocalDatagram {
  /// Sends `text` to a Unix socket that takes datagrams, without ever waiting.
  ///
  /// A path that begins with `@` is one of Linux's abstract names.
  public static func send(_ text: String, to path: String) throws(UVError) {
    let code = unsafe hearth_send_datagram(path, text, text.utf8.count)
    try UVError.check(code, "write to \(path)")
  }
}
