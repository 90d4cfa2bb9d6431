import ArgumentParser
import Settings

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check a fleet's settings.",
    subcommands: [Check.self]
  )

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Say what is wrong with a fleet.yaml, every fault with its line.",
      discussion: """
        Exit codes: 0 in order, 1 faulty, 3 no such file. Nothing is started. Daemons check their \
        own settings: hearth-node --config node.yaml --check-config.

        Example:
          hearth config check deploy/fleet.yaml
        """
    )

    @Argument(help: "The file.", completion: .file(extensions: ["yaml", "yml"]))
    var file = "fleet.yaml"

    func run() throws {
      print("\(file) is in order: \(try FleetFile.read(from: file).sizes)")
    }
  }
}

extension FleetFile {
  /// How many nodes there are.
  var nodeCount: Int { regions.reduce(0) { $0 + $1.nodes.count } }

  /// How large the fleet is, in words.
  var sizes: String {
    let replicas = regions.flatMap(\.nodes).reduce(0) { $0 + $1.replicas.count }
    return [
      count(regions.count, "region"), count(nodeCount, "node"), count(replicas, "replica"),
    ].joined(separator: ", ")
  }

  /// Reads a fleet from disk, or says everything that is wrong with it.
  static func read(from path: String) throws(Failure) -> FleetFile {
    do {
      return try read(try SettingsLaunch.systemFile(path), name: path)
    } catch let error as UnreadableFile {
      throw Failure(.notFound, "\(path) can't be read: \(error.reason)")
    } catch {
      throw Failure(.failed, "\(error)")
    }
  }
}
