import Foundation
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct TemporaryFolderTests {
  @Test func `a temporary folder is new, its owner's alone, and gone in the end`() throws {
    let first = try TemporaryFolder(named: "hearth-test")
    var second: TemporaryFolder? = try TemporaryFolder(named: "hearth-test")
    let path = try #require(second?.url.path)
    #expect(first.url.path != path)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    try Data([1]).write(to: URL(filePath: path).appending(path: "file"))
    second = nil
    #expect(!FileManager.default.fileExists(atPath: path))
    first.remove()
    #expect(!FileManager.default.fileExists(atPath: first.url.path))
  }
}
