import Foundation
import TestSupport
import Testing

/// Jobs that owners run by `hearth job`, on real nodes.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct JobTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A fleet with a node that has two GPUs for jobs. Its name is its own, as workers of nodes of
  /// one name on one host are in one cgroup.
  private func fleet() async throws -> TestFleet {
    let fleet = try await TestFleet(
      controlFlags: TestFleet.patient + ["--state-folder", folder.path("state")]
    )
    try await fleet.addRegion("a")
    try await fleet.addNode(
      "job-\(UUID().uuidString.prefix(8))",
      in: "a",
      flags: ["--gpu-count", "3", "--jobs-folder", folder.path("jobs")]
    )
    try await fleet.ready(1)
    return fleet
  }

  private func file(_ name: String, _ script: String, retries: Int = 0) throws -> String {
    try folder.write(
      """
      name: \(name)
      tenant: acme
      command: [sh, -c, '\(script)']
      workers: 2
      retries: \(retries)
      notice: 2s
      """,
      as: "\(name).yaml"
    )
  }

  @Test func `a job is run to its end, whose exit is the command's, and its log stays`()
    async throws
  {
    let fleet = try await fleet()
    let good = try file("good", "echo rank $RANK; echo odd >&2")
    #expect(try await fleet.hearth("job", "plan", good).code == 1)
    let done = try await fleet.hearth("job", "run", good, "--wait")
    #expect(done.code == 0 && done.out.hasPrefix("good succeeded"), "\(done)")
    #expect(try await fleet.hearth("job", "logs", "good", "--worker", "1").out == "rank 1\n")
    #expect(try await fleet.hearth("job", "logs", "good", "--stderr", "-f").out == "odd\n")
    let failed = try await fleet.hearth("job", "run", try file("bad", "exit 3"), "--wait")
    #expect(failed.code == 1 && failed.errors.contains("failed with exit code 3"), "\(failed)")
    #expect(try await fleet.hearth("job", "events", "bad").out.contains("exit code 3"))
    let all = try await fleet.hearth("job", "list", "--all", "-o", "name").out
    #expect(all == "good\nbad\n")
    try await fleet.stop()
  }

  @Test func `a full fleet is told, and a log is followed until its job is cancelled`() async throws
  {
    let fleet = try await fleet()
    let long = try file("long", "echo begun; sleep 600")
    let placed = try await fleet.hearth("job", "run", long)
    #expect(placed.code == 0 && placed.out.contains("2 workers of 1 GPU on job-"), "\(placed)")
    #expect(try await fleet.hearth("job", "plan", long).code == 0)
    let other = try file("other", "true")
    let full = try await fleet.hearth("job", "run", other, "--no-wait")
    #expect(full.code == 2 && full.errors.contains("it needs 2 GPUs; 0 are free"), "\(full)")
    #expect(try await fleet.hearth("job", "get", "other").code == 3)
    let follower = try fleet.start(["job", "logs", "long", "-f"])
    try await wait("its first line") { follower.output == "begun\n" }
    #expect(try await fleet.hearth("top", "--once").out.contains("\nlong  acme    running"))
    #expect(try await fleet.hearth("job", "cancel", "long").code == 0)
    #expect(try await follower.end() == 0, "\(follower.errors)")
    #expect(try await fleet.hearth("job", "get", "long").out.contains("long was cancelled"))
    try await fleet.stop()
  }
}
