import ArgumentParser
import Settings

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check files of settings.",
    subcommands: [Check.self]
  )

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Say what is wrong with a fleet.yaml, every fault with its line.",
      discussion: "Daemons check their own settings: hearth-node --config FILE --check-config."
    )

    @Argument(help: "The file.") var file = "fleet.yaml"

    func run() throws {
      let fleet = try FleetFile.read(from: file)
      let nodes = fleet.regions.reduce(0) { $0 + $1.nodes.count }
      let replicas = fleet.regions.reduce(0) {
        $0 + $1.nodes.reduce(0) { $0 + $1.replicas.count }
      }
      print(
        "\(file) is in order: \(fleet.regions.count) regions, \(nodes) nodes, \(replicas) replicas"
      )
    }
  }
}

extension FleetFile {
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
