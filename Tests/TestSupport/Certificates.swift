import Foundation

/// Throw-away certificates: `root.pem`, what it signed, and `other.pem`, which it did not sign.
package final class Certificates {
  private let folder: TemporaryFolder

  /// Makes the certificates and keys of `names`, each with its alternative names: `IP:127.0.0.1`.
  package init(_ names: [String: String]) throws {
    folder = try TemporaryFolder()
    for root in ["root", "other"] { try make(root, "-subj /CN=\(root)") }
    for (name, alternatives) in names {
      let extra = alternatives.isEmpty ? "" : " -addext subjectAltName=\(alternatives)"
      try make(name, "-CA root.pem -CAkey root.key -subj /CN=\(name)" + extra)
    }
  }

  /// Where `NAME.pem` or `NAME.key` is.
  package func path(_ name: String) -> String { folder.path(name) }

  private func make(_ name: String, _ options: String) throws {
    let arguments =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout \(name).key "
      + "-out \(name).pem \(options)"
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder.url
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(arguments: arguments) }
  }

  private struct Failed: Error {
    let arguments: String
  }
}
