package import Foundation

/// A folder that lives as long as the object.
package final class TemporaryFolder: Sendable {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "hearth-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Where a file of this name is, or would be.
  package func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file and returns where it is.
  package func write(_ text: String, as name: String) throws -> String {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    return path(name)
  }
}
