import Foundation
import TestSupport
import Testing

/// Jobs on real nodes, from their description to their output.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct WorkerFleetTests {
  private let folder: TemporaryFolder
  private let fleet: TestFleet

  init() async throws {
    folder = try TemporaryFolder()
    fleet = try await TestFleet(
      timeScale: 1,
      controlFlags: TestFleet.patient + ["--state-folder", folder.path("state")],
      lostAfter: ("2s", "10s")
    )
    try await fleet.addRegion("a")
  }

  private func addNode(_ name: String) async throws -> TestProcess {
    let flags = ["--gpu-count", "2", "--jobs-folder", folder.path("jobs-\(name)")]
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
      checkpoint: {driver: signal, directory: \(folder.path("kept"))}
      """,
      as: "job.yaml"
    )
  }

  private func text(_ name: String) -> String {
    (try? String(contentsOfFile: folder.path(name), encoding: .utf8)) ?? ""
  }

  @Test func `workers outlive an agent that is killed, and never run twice`() async throws {
    let killed = try await addNode("n1")
    _ = try await addNode("n2")
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
    _ = try await addNode("n1")
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
}
