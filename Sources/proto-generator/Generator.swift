import Foundation

/// Reads a descriptor set and writes what protoc-c does not: the Swift of each file, the descriptors
/// for reflection and the module map.
@main
struct Generator {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 4 else {
      fail("usage: proto-generator DESCRIPTOR_SET SWIFT_FOLDER C_FOLDER")
    }
    do {
      let set = try Data(contentsOf: URL(filePath: arguments[1]))
      let schema = try SchemaReader.read([UInt8](set))
      try schema.check()
      let outputs =
        SwiftWriter.files(of: schema).map { (arguments[2] + "/" + $0, $1) }
        + CWriter.files(of: schema).map { (arguments[3] + "/" + $0, $1) }
      for (path, text) in outputs {
        let url = URL(filePath: path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(),
          withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
      }
    } catch {
      fail("\(error)")
    }
  }

  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("proto-generator: \(message)\n".utf8))
    exit(1)
  }
}
