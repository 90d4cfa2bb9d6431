import Foundation
import ProtoGenerator

@main
struct Main {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 4 else {
      fail("usage: proto-generator DESCRIPTOR_SET SWIFT_FOLDER C_FOLDER")
    }
    do {
      let descriptors = try Data(contentsOf: URL(filePath: arguments[1]))
      for output in try Generator.generate(from: [UInt8](descriptors)) {
        let folder = output.language == .swift ? arguments[2] : arguments[3]
        let url = URL(filePath: folder).appending(path: output.path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(),
          withIntermediateDirectories: true
        )
        try Data(output.text.utf8).write(to: url)
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
