import AdminCLI
import Basics
import HearthMessages
import TestSupport

/// A fleet that a page's commands act on, and what they print.
///
/// `hearth …` is the command line's; the others are those of ``commands``, in plain words.
final class Scenario {
  private let clients: SimulatedClients
  private var fleet: SimulatedFleet { clients.fleet }
  private var log: [String] = []

  /// What a page may say beside `hearth …`.
  private static var commands: [(words: Regex<AnyRegexOutput>, run: (Scenario, [String]) -> Void)] {
    let list: [(String, (Scenario, [String]) -> Void)] = [
      ("start ([a-z0-9-, ]+) in ([a-z]+)", { $0.start($1[0], in: $1[1]) }),
      ("start region ([a-z]+)", { $0.startRegion($1[0]) }),
      ("start the control plane", { scenario, _ in scenario.fleet.startControl() }),
      ("wait ([0-9.a-z]+)", { $0.wait($1[0]) }),
      (
        "send ([a-z0-9]+) from ([a-z]+): ([0-9]+) tokens(?:, of which ([0-9]+) are ([a-z0-9]+)'s)?"
          + ", answer of ([0-9]+)",
        { $0.send($1) }
      ),
      (
        "send ([a-z0-9]+) from ([a-z]+): ([0-9]+) tokens, and vanish",
        { $0.vanish($1[0], from: $1[1], tokens: $1[2]) }
      ),
      ("kill node ([a-z0-9-]+)", { $0.kill(node: $1[0]) }),
      ("kill the control plane", { scenario, _ in scenario.fleet.stopControl() }),
      ("kill the agent of region ([a-z]+)", { $0.kill(agent: $1[0]) }),
      ("start the agent of region ([a-z]+)", { $0.start(agent: $1[0]) }),
      ("cut the power of region ([a-z]+)", { $0.cutPower(of: $1[0]) }),
    ]
    return list.compactMap { words, run in (try? Regex(words)).map { ($0, run) } }
  }

  init() {
    clients = SimulatedClients()
    clients.note = { [unowned self] who, what in
      let time = Fixture.instant(1).seconds(to: fleet.now)
      let centiseconds = Int((time * 100).rounded())
      let (seconds, rest) = centiseconds.quotientAndRemainder(dividingBy: 100)
      let stamp = "\(seconds).\(rest < 10 ? "0" : "")\(rest)s"
      let place = who + String(repeating: " ", count: max(0, 12 - who.count))
      log.append(
        "\(String(repeating: " ", count: max(0, 7 - stamp.count)))\(stamp)  \(place)\(what)"
      )
    }
  }

  /// Runs one command and returns what it prints.
  func run(_ command: String) -> String {
    log = []
    if command.hasPrefix("hearth ") {
      let words = Shell.words(command)
      log.append(Shell(clients: clients).run(Array(words.dropFirst())))
    } else if let (match, run) = Self.commands.lazy.compactMap({ words, run in
      command.wholeMatch(of: words).map { ($0, run) }
    }).first {
      run(self, match.output.dropFirst().map { $0.substring.map(String.init) ?? "" })
    } else {
      log.append("this is no command of a scenario")
    }
    return log.joined(separator: "\n")
  }

  private func start(_ nodes: String, in name: String) {
    let known = fleet.regions.first { $0.name == name }
    let region = known ?? SimulatedRegion(name: name)
    if known == nil { fleet.add(region) }
    for node in nodes.split(separator: ", ").map(String.init) {
      if let node = fleet.nodes.first(where: { $0.name == node }) {
        fleet.start(node)
      } else {
        fleet.add(SimulatedNode(name: node, region: region))
      }
    }
  }

  private func startRegion(_ name: String) {
    for region in fleet.regions where region.name == name { fleet.start(region) }
    for node in fleet.nodes where node.region.name == name { fleet.start(node) }
  }

  private func wait(_ time: String) {
    guard let time = Duration(text: time) else { return log.append("\(time) is no time") }
    clients.run(for: time)
  }

  private func send(_ words: [String]) {
    clients.send(
      words[0],
      from: words[1],
      tokens: Int(words[2]) ?? 0,
      shared: (Int(words[3]) ?? 0, words[4]),
      output: Int(words[5]) ?? 0
    )
  }

  private func vanish(_ name: String, from origin: String, tokens: String) {
    clients.send(
      name,
      from: origin,
      tokens: Int(tokens) ?? 0,
      shared: (0, ""),
      output: 100,
      vanishes: true
    )
  }

  private func kill(node name: String) {
    for node in fleet.nodes where node.name == name {
      fleet.stop(node)
      clients.serving.forget(node)
    }
  }

  private func kill(agent name: String) {
    for region in fleet.regions where region.name == name { fleet.stop(region) }
  }

  private func start(agent name: String) {
    for region in fleet.regions where region.name == name { fleet.start(region) }
  }

  private func cutPower(of name: String) {
    for node in fleet.nodes where node.region.name == name {
      fleet.stop(node, isSilent: true)
      clients.serving.forget(node)
    }
    for region in fleet.regions where region.name == name { fleet.stop(region, isSilent: true) }
  }
}
