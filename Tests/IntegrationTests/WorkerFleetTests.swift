import Foundation
import TestSupport
import Testing

/// Workers of jobs on real nodes whose agents come and go.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct WorkerFleetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A control plane and a region; workers of nodes that are cut off go on for so long.
  private func fleet(lease: String, lostAfter: String) async throws -> TestFleet {
    let flags = ["--state-folder", folder.path("state"), "--jobs-lease", lease]
    let fleet = try await TestFleet(
      timeScale: 1,
      controlFlags: TestFleet.patient + flags,
      lostAfter: ("1s", lostAfter)
    )
    try await fleet.addRegion("a")
    return fleet
  }

  private func addNode(
    _ name: String,
    to fleet: TestFleet,
    lease: String = "60s"
  ) async throws -> TestProcess {
    let flags = [
      "--gpu-count", "2", "--jobs-folder", folder.path("jobs-\(name)"),
      "--jobs-cut-off-max", lease,
    ]
    return try await fleet.addNode(name, in: "a", flags: flags)
  }

  private func job(_ command: String, workers: Int) throws -> String {
    try folder.write(
      """
      name: tune
      tenant: acme
      command: [bash, -c, '\(command)']
      gpus: 1
      workers: \(workers)
      checkpoint: {driver: none}
      """,
      as: "job.yaml"
    )
  }

  private func text(_ name: String) -> String {
    (try? String(contentsOfFile: folder.path(name), encoding: .utf8)) ?? ""
  }

  @Test func `workers outlive an agent that is killed, and never run twice`() async throws {
    let fleet = try await fleet(lease: "60s", lostAfter: "10s")
    let killed = try await addNode("n1", to: fleet)
    _ = try await addNode("n2", to: fleet)
    let command = """
      echo $RANK $$ >>\(folder.path("ran")); echo step of $RANK; \
      while ! [ -e \(folder.path("go")) ]; do sleep 0.05; done; echo end of $RANK
      """
    let file = try job(command, workers: 2)
    let run = try await fleet.hearth("job", "run", file)
    #expect(run.code == 0, "\(run.errors)")
    try await wait("both workers") { text("ran").split(separator: "\n").count == 2 }
    killed.signal(SIGKILL)
    try await killed.end()
    _ = try await addNode("n1", to: fleet)
    try await wait("the node to be back") {
      try await fleet.hearth("job", "get", "tune").out.contains("running")
    }
    _ = try folder.write("", as: "go")
    try await wait("the end") {
      try await fleet.hearth("job", "get", "tune").out.contains("succeeded")
    }
    #expect(text("ran").split(separator: "\n").count == 2)
    for rank in 0..<2 {
      let log = try await fleet.hearth("job", "logs", "tune", "--worker", "\(rank)").out
      #expect(log == "step of \(rank)\nend of \(rank)\n")
    }
  }
  @Test func `a worker whose agent hangs has ended before its job goes on elsewhere`() async throws
  {
    let fleet = try await fleet(lease: "6s", lostAfter: "2s")
    let hangs = try await addNode("n1", to: fleet, lease: "6s")
    let command = """
      while :; do echo $(date +%s%N) $(basename $(dirname $HEARTH_NOTICE)) \
      >>\(folder.path("ran")); sleep 0.05; done
      """
    let run = try await fleet.hearth("job", "run", try job(command, workers: 1))
    #expect(run.code == 0, "\(run.errors)")
    try await wait("the first") { text("ran").contains(" 0.1\n") }
    _ = try await addNode("n2", to: fleet, lease: "6s")
    hangs.signal(SIGSTOP)
    try await wait("the second", within: .seconds(60)) { text("ran").contains(" 0.2\n") }
    func times(_ attempt: String) -> [Int] {
      text("ran").split(separator: "\n").filter { $0.hasSuffix(" \(attempt)") }
        .compactMap { Int($0.prefix { $0 != " " }) }
    }
    let (last, first) = (try #require(times("0.1").max()), try #require(times("0.2").min()))
    #expect(last < first)
    hangs.signal(SIGCONT)
    try await fleet.ready(2)
    #expect(times("0.1").max() == last)
    _ = try await fleet.hearth("job", "cancel", "tune")
    try await wait("the end", within: .seconds(60)) {
      try await fleet.hearth("job", "get", "tune").out.contains("cancelled")
    }
  }
}
