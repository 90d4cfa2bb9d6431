import Basics
import Coordination
import EventLoop
import FleetSpec
import HearthMessages
import Jobs
import Logging
import RPC
import SQLite
import TestSupport
import Testing
import Wire

@testable import ControlPlane

@Suite(.timeLimit(.minutes(1)))
struct JobDeskTests {
  private let folder: TemporaryFolder
  private let loop: Loop

  init() throws {
    folder = try TemporaryFolder()
    loop = try Loop()
  }

  private func desk() throws -> JobDesk {
    try JobDesk(
      folder.path("jobs.db"),
      settings: .init(),
      loop: loop,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      order: { _, _ in }
    ) { _ in 0 }
  }

  private func submit(_ name: String, to desk: JobDesk) throws {
    let hello = HearthV1.NodeHello(node: "n1", region: "eu", jobs: .init(gpus: 8))
    desk.hear([.reported(hello, .init(), isWhole: true)])
    let (id, tenant) = (try #require(JobID(name)), try #require(TenantID("acme")))
    desk.take(.submitted(call: 0, JobSpec(name: id, tenant: tenant, command: ["train"])))
  }

  private func state(_ name: String, _ desk: JobDesk) -> Result<String, GRPCStatus> {
    Result { () throws(GRPCStatus) in try desk.status(of: name).state }
  }

  @Test func `a job is there once it is on the disk`() throws {
    let desk = try desk()
    try submit("a", to: desk)
    #expect(throws: GRPCStatus.self) { try desk.status(of: "a") }
    #expect(loop.run(until: { state("a", desk) == .success("starting") }, within: .seconds(20)))
    #expect(try self.desk().status(of: "a").spec?.name == "a")
  }

  @Test func `while the disk takes nothing, no job is taken on and whoever asks is told where`()
    throws
  {
    let desk = try desk()
    try submit("a", to: desk)
    // One thread at a time may use the file.
    let isKept = { state("a", desk) == .success("starting") && desk.isIdle }
    #expect(loop.run(until: isKept, within: .seconds(20)))
    try desk.file.database.run("PRAGMA query_only = 1")
    for index in 0..<200 { try submit("b-\(index)", to: desk) }
    func code() -> GRPCStatus.Code? {
      if case .failure(let status) = state("b-0", desk) { status.code } else { nil }
    }
    #expect(code() == .notFound)
    let isRefused = { code() == .failedPrecondition && desk.isIdle }
    #expect(loop.run(until: isRefused, within: .seconds(20)))
    #expect(try desk.status(of: "a").reasons.last?.contains("stateFolder") == true)
    #expect(throws: GRPCStatus.self) {
      _ = try desk.change(.init(job: "a", change: .cancel))
    }
    try desk.file.database.run("PRAGMA query_only = 0")
    #expect(loop.run(until: { code() == nil }, within: .seconds(20)))
    #expect(try desk.status(of: "a").reasons.isEmpty)
  }
}
