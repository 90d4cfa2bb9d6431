import ArgumentParser
import HearthMessages
import Settings
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct WatchingTests {
  private func status(ready: UInt32 = 2, replicas: UInt32 = 3, waiting: UInt32 = 0)
    -> HearthV1.FleetStatus
  {
    .init(nodes: 2, nodesReady: ready, replicas: 3, replicasReady: replicas, waiting: waiting)
  }

  private func node(_ name: String, _ state: HearthV1.Availability) -> HearthV1.NodeStatus {
    .init(node: name, availability: state)
  }

  private func health(
    _ status: HearthV1.FleetStatus,
    _ nodes: [HearthV1.NodeStatus] = [],
    nodesMin: Int = 1,
    waitingMax: Int? = nil
  ) -> FleetHealth {
    FleetHealth(status, nodes, nodesMin: nodesMin, waitingMax: waitingMax)
  }

  @Test func `a check is one line with figures, and what operators want is no fault`() {
    let well = health(status(), [node("a", .ready), node("b", .drained)])
    #expect(well.state == .ok)
    #expect(
      well.line.hasPrefix(
        "HEARTH OK - 2 of 2 nodes and 3 of 3 replicas ready, 0 waiting | nodes=2;;@0:0;0;2 "
      )
    )
    #expect(!well.line.contains("\n"))
    let suspect = health(status(), [node("a\n\u{1b}[2J", .suspect)])
    #expect(suspect.state == .warning && suspect.line.hasPrefix("HEARTH WARNING - a  [2J is sus"))
    #expect(health(status(waiting: 9), waitingMax: 8).state == .warning)
    #expect(health(status(waiting: 9)).state == .ok)
    #expect(health(status(), nodesMin: 3).state == .critical)
    #expect(health(status(replicas: 0), nodesMin: 0).state == .critical)
    #expect(FleetHealth(Failure(.unreachable, "away")).line == "HEARTH CRITICAL - away")
    #expect(FleetHealth(Failure(.failed, "odd")).state.rawValue == 3)
  }

  @Test func `replicas on the screen are sorted by what a key asks for`() {
    let replicas = [("b/0", 1, 9), ("a/0", 5, 0), ("c/0", 5, 0)].map { name, running, waiting in
      HearthV1.ReplicaStatus(
        replica: .init(id: name),
        region: "eu",
        load: .init(running: running, waiting: waiting)
      )
    }
    let view = TopView(
      status: status(),
      regions: [.init(region: "eu", state: .ready)],
      replicas: replicas
    )
    func names(_ order: TopOrder) -> [String] {
      view.lines(by: order).suffix(3).map { String($0.prefix(3)) }
    }
    #expect(names(.name) == ["a/0", "b/0", "c/0"])
    #expect(names(.running) == ["a/0", "c/0", "b/0"])
    #expect(names(.waiting) == ["b/0", "a/0", "c/0"])
    #expect(view.lines(by: .name).contains { $0.hasSuffix("11        9") })
    #expect(Set(TopOrder.allCases.map(\.key)).count == TopOrder.allCases.count)
  }

  @Test func `the screen says how it is sorted, and how much does not fit`() {
    #expect(
      TopOrder.used.hint
        == "sorted by used (n name, s state, r running, w waiting, u used, c cached); q ends"
    )
    let lines = (1...5).map { "\($0)" }
    #expect(Screen.fitting(lines, rows: 5) == lines)
    #expect(
      Screen.fitting(lines, rows: 4) == ["1", "2", "3", "(2 more lines need a taller window)"]
    )
    #expect(Screen.fitting(lines, rows: 0) == lines)
  }

  @Test func `an order to a node says what it changes, and keeps the reason`() {
    var before = node("n", .draining)
    (before.reason, before.drainLeftNs) = ("new fans", 30_000_000_000)
    let kept = NodeListing.Order(to: before, reason: "new fans")
    #expect(kept.change == " (it was draining with 30s left; the reason stays: new fans)")
    let other = NodeListing.Order(to: before, reason: "ECC")
    #expect(other.change == " (it was draining with 30s left because: new fans)")
    #expect(NodeListing.Order(to: node("n", .ready), reason: "ECC").change.isEmpty)
  }

  private func typed(_ keys: [EditedLine.Key], history: [String] = []) -> (String, Int) {
    var line = EditedLine(history: history)
    for key in keys { line.press(key) }
    return (String(line.text), line.cursor)
  }

  private func keys(_ text: String) -> [EditedLine.Key] { text.map { .character($0) } }

  @Test func `a line is edited where the cursor is`() {
    #expect(typed(keys("hello") + [.left, .left, .character("X")]) == ("helXlo", 4))
    #expect(typed(keys("hello") + [.home, .delete, .end, .backspace]) == ("ell", 3))
    #expect(typed(keys("one two  ") + [.deleteWord]) == ("one ", 4))
    #expect(typed(keys("hello") + [.left, .deleteToEnd, .left, .deleteToStart]) == ("l", 0))
    #expect(typed([.left, .backspace, .right, .delete, .up, .down, .deleteWord]) == ("", 0))
    #expect(typed(keys("zürich 東") + [.backspace]).0 == "zürich ")
  }

  @Test func `earlier lines come back, and what was typed is not lost`() {
    let history = ["first", "second"]
    #expect(typed(keys("dra") + [.up], history: history) == ("second", 6))
    #expect(typed(keys("dra") + [.up, .up, .up], history: history).0 == "first")
    #expect(typed(keys("dra") + [.up, .up, .down, .down], history: history).0 == "dra")
  }

  @Test func `completion asks the control plane that the line is about`() {
    let words = ["hearth", "node", "drain", "--address=h:1", "--tls-key", "k", "-m", "x", ""]
    #expect(FleetNames.connectionWords(in: words) == ["--address=h:1", "--tls-key", "k"])
    #expect(FleetNames.connectionWords(in: ["hearth", "--address"]).isEmpty)
  }

  @Test func `options that would do nothing are refused`() {
    for words in [
      "top --once --interval 5s", "config keys hearth-node -o markdown",
      "simulate t.jsonl --loop-jitter 0.2", "status --nodes 3", "explain r --last 5",
      "route --line 3", "capacity show --load 2", "replay t.jsonl --by region -o json",
    ] {
      let arguments = words.split(separator: " ").map(String.init)
      #expect(throws: (any Error).self, "\(words)") { try HearthCommand.parseAsRoot(arguments) }
    }
    #expect(throws: Never.self) { try HearthCommand.parseAsRoot(["top", "--interval", "5s"]) }
  }

  @Test func `where a fleet listens is typed, or the file's, or the usual place`() throws {
    let text = """
      replica: {model: llama-3.1-8b, gpu: l40s}
      regions: [{name: eu, nodes: [{name: eu-1}]}]

      """
    let plain = try FleetFile.read(Array(text.utf8), name: "f.yaml")
    let told = try FleetFile.read(
      Array((text + "controlPlane: {listen: 127.0.0.1:7001}").utf8),
      name: "f.yaml"
    )
    let typed = try DevCommand.parse(["--listen", "127.0.0.1:7002"])
    let untyped = try DevCommand.parse([])
    #expect(typed.place(in: told) == NetworkAddress("127.0.0.1:7002"))
    #expect(untyped.place(in: told) == NetworkAddress("127.0.0.1:7001"))
    #expect(untyped.place(in: plain) == NetworkAddress("127.0.0.1:7400"))
  }

  @Test func `bash takes no name of the fleet for that of a file`() {
    let script = CompletionScript.text(for: .bash)
    let asked = script.split(separator: "\n").filter { $0.contains("(__hearth_custom_complete ") }
    #expect(!asked.isEmpty && asked.allSatisfy { $0.contains("compopt +o filenames;") })
  }

  @Test func `the scripts of bash and zsh know aliases`() {
    for shell in [CompletionShell.bash, .zsh] {
      let script = CompletionScript.text(for: shell)
      #expect(script.contains("\n_hearth_nodes() { _hearth_node \"$@\"; }\n"))
      #expect(script.contains("list|get|drain|cordon|undrain|forget|ls|uncordon)\n"))
      #expect(script.contains("|version|regions|nodes|replicas|jobs|help)\n"))
      #expect(script.contains("---completion node drain"))
      #expect(script.contains("hearth-region"))
    }
  }
}
