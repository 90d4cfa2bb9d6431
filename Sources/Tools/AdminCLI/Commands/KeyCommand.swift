import ArgumentParser
import Basics
import FleetSpec
import Settings
import Wire

struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Make API keys for the clients of gateways.",
    subcommands: [New.self]
  )

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "new",
      abstract: "Make a key, and the line that a gateway's file of keys has for it.",
      discussion: """
        The key is shown once and kept nowhere: the line has its SHA-256 alone. Append the line to \
        the file that the gateway's setting apiKeys names, and send the gateway SIGHUP.

        The key goes to standard error and the line to standard output, so that the line can be \
        appended at once.

        Examples:
          hearth key new --tenant acme/search
          hearth key new --tenant acme/search --name ci --expires 2027-01-31 >> keys
        """
    )

    @Option(help: "Whose turns its clients send: acme, or acme/search of the organisation acme.")
    var tenant: String

    @Option(help: "What the key is called in logs. (default: the tenant's name and four digits)")
    var name: String?

    @Option(help: "The priority of its turns, from 1 to 7. (default: the tenant's own)")
    var priority: Int?

    @Option(help: "The day on which it ceases to hold, in UTC: 2027-01-31. (default: never)")
    var expires: String?

    @Option(help: "Who shares cached prompts with its clients. (default: the organisation)")
    var group: String?

    func run() throws {
      let secret = Self.secret()
      let digest = SHA256.digest(of: Array(secret.utf8).span)
      guard let tenant = TenantID(tenant) else {
        throw ValidationError("--tenant must be 1 to 128 letters, digits or . _ - / :")
      }
      let mark = Array(digest.prefix(2)).hexadecimal
      var key = APIKey(name: name ?? "\(tenant)-\(mark)", tenant: tenant, digest: digest)
      if let group { key.group = group }
      if let priority { key.priority = priority }
      let line = key.line(until: expires)
      // A line that could not be read back would be found out when the gateway reads it.
      let faults = APIKey.read(line, path: "key").faults
      guard faults.isEmpty else { throw ValidationError(faults[0].message) }
      Terminal.complain("the key, which is shown this once: \(secret)")
      print(line)
    }

    /// 256 bits that nobody can guess.
    private static func secret() -> String {
      var random = SystemRandomNumberGenerator()
      return "hk-" + (0..<4).map { _ in random.next().digits(16, radix: 16) }.joined()
    }
  }
}
