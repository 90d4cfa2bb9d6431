import Foundation
import PackagePlugin

/// Writes the C and Swift of the `.proto` files below `proto/`; with `--check` it only says what
/// differs, and fails if anything does.
@main
struct GenerateProto: CommandPlugin {
  func performCommand(context: PluginContext, arguments: [String]) throws {
    let check = arguments == ["--check"]
    guard check || arguments.isEmpty else {
      throw Failure("unknown arguments: \(arguments.joined(separator: " ")); use --check or none")
    }
    let package = context.package.directoryURL
    let work = context.pluginWorkDirectoryURL.appending(path: "generated")
    try? FileManager.default.removeItem(at: work)
    try generate(
      package: package,
      generator: context.tool(named: "proto-generator").url,
      into: work
    )

    var differences: [String] = []
    for output in Output.all {
      differences += try output.update(package: package, from: work, check: check)
    }
    if differences.isEmpty {
      print("Generated code is up to date.")
    } else if check {
      throw Failure(
        "run `swift package generate-proto`; these differ:\n" + differences.joined(separator: "\n")
      )
    } else {
      print("Wrote:\n" + differences.joined(separator: "\n"))
    }
  }

  private func generate(package: URL, generator: URL, into work: URL) throws {
    let root = package.appending(path: "proto")
    let protos = try files(below: root).filter { $0.hasSuffix(".proto") }
    let c = work.appending(path: "c")
    let swift = work.appending(path: "swift")
    for folder in [c, swift] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try run(tool("protoc-c"), ["--c_out=\(c.path)", "-I\(root.path)"] + protos)
    for header in try files(below: c).filter({ $0.hasSuffix(".h") }) {
      let content = try Data(contentsOf: c.appending(path: header))
      try write(content, to: c.appending(path: "include/" + header))
      try FileManager.default.removeItem(at: c.appending(path: header))
    }
    let set = work.appending(path: "descriptors.pb").path
    let options = ["--descriptor_set_out=\(set)", "--include_imports", "--include_source_info"]
    try run(tool("protoc"), options + ["-I\(root.path)"] + protos)
    try run(generator, [set, swift.path, c.path])
    let configuration = package.appending(path: ".swift-format").path
    try run(
      tool("swift"),
      ["format", "-i", "-r", "--configuration", configuration, swift.path]
    )
  }

  /// A program on the search path: SwiftPM's own look-up knows only what packages build.
  private func tool(_ name: String) throws -> URL {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    for folder in path.split(separator: ":") {
      let candidate = "\(folder)/\(name)"
      if FileManager.default.isExecutableFile(atPath: candidate) {
        return URL(filePath: candidate)
      }
    }
    throw Failure("\(name) is not on the PATH; on Debian, see the providers in Package.swift")
  }

  private func run(_ tool: URL, _ arguments: [String]) throws {
    let process = try Process.run(tool, arguments: arguments)
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw Failure("\(tool.lastPathComponent) failed with \(process.terminationStatus)")
    }
  }
}

/// Why nothing, or not all, was generated.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A folder of generated code: all of it, or the files that `owns` names.
struct Output {
  let source: String
  let target: String
  let owns: @Sendable (String) -> Bool

  static let all = [
    Output(source: "swift/HearthMessages", target: "Sources/Generated/HearthMessages/Generated") {
      _ in true
    },
    Output(source: "swift/HearthProto", target: "Sources/Generated/HearthProto/Generated") { _ in
      true
    },
    Output(source: "c", target: "Sources/Generated/CHearthProto") { path in
      path.hasSuffix(".pb-c.c") || path.hasSuffix(".pb-c.h") || path == "descriptors.c"
        || path == "include/module.modulemap"
    },
  ]

  /// Makes the target equal to what was generated, unless `check`; returns the files that differed.
  func update(package: URL, from work: URL, check: Bool) throws -> [String] {
    let (old, new) = (package.appending(path: target), work.appending(path: source))
    let wanted = try files(below: new)
    let stale = try files(below: old).filter { owns($0) && !wanted.contains($0) }
    var differences: [String] = []
    for path in wanted {
      let content = try Data(contentsOf: new.appending(path: path))
      guard content != (try? Data(contentsOf: old.appending(path: path))) else { continue }
      differences.append("\(target)/\(path)")
      if !check { try write(content, to: old.appending(path: path)) }
    }
    for path in stale {
      differences.append("\(target)/\(path) (no longer generated)")
      if !check { try FileManager.default.removeItem(at: old.appending(path: path)) }
    }
    return differences
  }
}

/// The paths of all files below `folder`, relative to it, sorted.
private func files(below folder: URL) throws -> [String] {
  guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
  return try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
    var isFolder: ObjCBool = false
    let full = folder.appending(path: path).path
    let exists = FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
    return exists && !isFolder.boolValue
  }.sorted()
}

private func write(_ content: Data, to url: URL) throws {
  try FileManager.default.createDirectory(
    at: url.deletingLastPathComponent(),
    withIntermediateDirectories: true
  )
  try content.write(to: url)
}
