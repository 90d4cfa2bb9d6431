import ArgumentParser
import Basics
import Settings

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Check a fleet's settings, and say what they can be.",
    subcommands: [Check.self, Keys.self]
  )

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Report every fault of a fleet file, with its line.",
      discussion: """
        Nothing is started. The report also names keys that take effect only in processes, or only \
        in simulations. Daemons check their own settings: hearth-node --config node.yaml \
        --check-config.

        Exit codes: 0 valid, 1 faulty, 3 no such file.

        Example:
          hearth config check deploy/fleet.yaml
        """
    )

    @Argument(help: "The file.", completion: .file(extensions: ["yaml", "yml"]))
    var file = "fleet.yaml"

    func run() throws {
      let fleet = try FleetFile.read(from: file)
      print("\(file) is in order: \(fleet.sizes)")
      for warning in fleet.blockSizeWarnings { print(warning) }
      for key in fleet.keysWithoutEffect() { print(key) }
    }
  }

  struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "keys",
      abstract: "List each key of a file of settings: value, default and what it does.",
      discussion: """
        Examples:
          hearth config keys
          hearth config keys hearth-control
          hearth config keys -o markdown > docs/configuration.md
        """
    )

    enum Format: String, CaseIterable, ExpressibleByArgument {
      case text, markdown
    }

    @Argument(
      help: ArgumentHelp(
        "Whose file: fleet.yaml, hearth-control, hearth-region, hearth-gateway or hearth-node. "
          + "(default: fleet.yaml)"
      ),
      completion: .list(SettingsReference.all.map(\.name))
    )
    var file: String?
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("text, or markdown for a page with all files.", valueName: "format")
    )
    var output = Format.text

    func validate() throws {
      guard file == nil || output == .text else {
        throw ValidationError("-o markdown has all files: name none")
      }
    }

    func run() throws {
      let all = SettingsReference.all
      let name = try resolve(file ?? "fleet.yaml", "file of settings", among: all.map(\.name))
      switch output {
      case .text:
        for reference in all where reference.name == name {
          print(ConfigReference.text(of: reference), terminator: "")
        }
      case .markdown: print(ConfigReference.markdown, terminator: "")
      }
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

  /// What is wrong with the sizes of blocks, a line for each model.
  var blockSizeWarnings: [String] {
    let replicas = regions.flatMap(\.nodes).flatMap(\.replicas)
    return Set(replicas.map(\.model)).sorted { $0.text < $1.text }.compactMap { model in
      let sizes = Set(replicas.filter { $0.model == model }.map(\.kvBlockTokens)).sorted()
      guard sizes.count > 1 else { return nil }
      return "warning: replicas of \(model) keep blocks of different sizes "
        + "(\(sizes.map { "\($0)" }.joined(separator: ", ")) tokens): a prompt is hashed in one "
        + "size and runs only where that is kept; give them one kvBlockTokens"
    }
  }

  /// Reads a fleet from disk for a use, and warns of each key that has no effect in it.
  static func read(from path: String, for use: FleetUse) throws(Failure) -> FleetFile {
    let fleet = try read(from: path)
    for key in fleet.keysWithoutEffect(in: use) { Terminal.complain(key.description) }
    return fleet
  }

  /// Reads a fleet from disk, or says everything that is wrong with it.
  static func read(from path: String) throws(Failure) -> FleetFile {
    do {
      return try read(try SettingsLaunch.systemFile(path), name: path)
    } catch let error as UnreadableFile {
      throw Failure(.notFound, "\(path) \(error.words)")
    } catch {
      throw Failure(.failed, "\(error)")
    }
  }
}
