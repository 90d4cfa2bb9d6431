import Glibc
import YAML

/// What a program was started with, and what it says about itself.
public struct SettingsLaunch {
  /// Name of the executable.
  public var program: String
  /// What it does, in one sentence.
  public var about: String
  /// Its version.
  public var version: String
  /// The arguments after the name of the program.
  public var arguments: [String]
  /// The environment.
  public var variable: (String) -> String?
  /// The bytes of a file; throws why it can't be read, in words.
  public var file: (String) throws(UnreadableFile) -> [UInt8]

  /// Makes a launch, that of this process unless said otherwise.
  public init(
    program: String,
    about: String,
    version: String,
    arguments: [String] = Array(CommandLine.arguments.dropFirst()),
    variable: @escaping (String) -> String? = Self.systemVariable,
    file: @escaping (String) throws(UnreadableFile) -> [UInt8] = Self.systemFile
  ) {
    self.program = program
    self.about = about
    self.version = version
    self.arguments = arguments
    self.variable = variable
    self.file = file
  }

  /// A variable of this process.
  public static func systemVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Reads a file of settings: no more of it than shows that it is too long.
  public static func systemFile(_ path: String) throws(UnreadableFile) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw UnreadableFile(errno) }
    defer { close(file) }
    let limit = YAMLReader.Limits().bytesMax + 1
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < limit {
      let count = read(file, &part, min(part.count, limit - bytes.count))
      if count == 0 { break }
      guard count > 0 || errno == EINTR else { throw UnreadableFile(errno) }
      bytes += part[..<max(0, count)]
    }
    return bytes
  }
}

/// Why a file can't be read.
public struct UnreadableFile: Error, Hashable {
  /// What is wrong, in words that follow the file's name.
  public let words: String

  /// What is wrong by the number that the system gave.
  public init(_ error: Int32) {
    let reason = String(cString: strerror(error))
    words = error == ENOENT ? "does not exist" : "can't be read: \(reason)"
  }
}

/// What a program has to do after its settings were read.
public enum SettingsOutcome<Settings> {
  /// Run with them.
  case run(Settings)
  /// Print this and end well: `--help`, `--version`, `--print-config`, `--check-config`.
  case done(String)
  /// Print this and end with code 2: what is wrong, one fault a line.
  case wrong(SettingsError)

  /// The settings to run with; where there are none, prints and ends the process.
  public func orExit() -> Settings {
    switch self {
    case .run(let settings): return settings
    case .done(let text): Self.end(text, on: STDOUT_FILENO, code: 0)
    case .wrong(let error): Self.end("\(error)\n", on: STDERR_FILENO, code: 2)
    }
  }

  private static func end(_ text: String, on descriptor: CInt, code: CInt) -> Never {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes = bytes.dropFirst(count)
    }
    exit(code)
  }
}
