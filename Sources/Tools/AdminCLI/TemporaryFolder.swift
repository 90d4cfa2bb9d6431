import Foundation

/// A folder that nobody else can read, write or have made before, gone with this object.
final class TemporaryFolder {
  let url: URL

  /// Makes it where the system has temporary files, which `TMPDIR` may say.
  init(named name: String) throws {
    let parent = FileManager.default.temporaryDirectory
    var path = Array(parent.appendingPathComponent("\(name)-XXXXXX").path.utf8CString)
    guard mkdtemp(&path) != nil else {
      let reason = String(cString: strerror(errno))
      throw Failure(.failed, "no folder can be made in \(parent.path): \(reason)")
    }
    let bytes = path.dropLast().map { UInt8(bitPattern: $0) }
    url = URL(fileURLWithPath: String(decoding: bytes, as: UTF8.self), isDirectory: true)
  }

  func remove() { try? FileManager.default.removeItem(at: url) }

  deinit { remove() }
}
