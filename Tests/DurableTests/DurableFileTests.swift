import Foundation
import TestSupport
import Testing

@testable import Durable

@Suite("Files that are replaced as a whole")
struct DurableFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ path: String) throws(DurableFile.Fault) {
    let bytes = Array(text.utf8)
    try DurableFile.replace(path, with: bytes.span)
  }

  @Test("A file is replaced, the owner alone can read it, and nothing lies beside it")
  func replaces() throws {
    for text in ["one", String(repeating: "two ", count: 100_000), ""] {
      try write(text, folder.path("a"))
      #expect(try String(contentsOfFile: folder.path("a"), encoding: .utf8) == text)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a"])
    var status = stat()
    #expect(stat(folder.path("a"), &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test("What can't be written says where and why, and the file before stays")
  func refused() throws {
    try write("one", folder.path("a"))
    mkdir(folder.path("a.new"), 0o700)
    let error = #expect(throws: DurableFile.Fault.self) { try write("two", folder.path("a")) }
    #expect(error?.description == "can't write \(folder.path("a.new")): Is a directory")
    #expect(try String(contentsOfFile: folder.path("a"), encoding: .utf8) == "one")
    let missing = #expect(throws: DurableFile.Fault.self) { try write("", folder.path("no/a")) }
    #expect(missing?.step == "open the folder" && missing?.code == ENOENT)
  }

  @Test("A link that lies where the file is written aside is not followed")
  func links() throws {
    try write("precious", folder.path("b"))
    symlink(folder.path("b"), folder.path("a.new"))
    #expect(throws: DurableFile.Fault.self) { try write("two", folder.path("a")) }
    #expect(try String(contentsOfFile: folder.path("b"), encoding: .utf8) == "precious")
  }

  @Test("A full disk is told as such")
  func full() throws {
    let file = open("/dev/full", O_WRONLY)
    defer { close(file) }
    let bytes = [UInt8](repeating: 1, count: 10)
    let error = #expect(throws: DurableFile.Fault.self) {
      try DurableFile.write(bytes.span, to: file, at: "/dev/full")
    }
    #expect(error?.code == ENOSPC)
  }
}
