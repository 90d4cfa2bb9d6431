import Foundation
import HearthMessages
import HearthProto
import NodeAgent
import RPC
import TestSupport
import Testing
import Wire

@testable import RegionAgent

/// What workers of jobs wrote, read through the agent of their region.
@Suite(.timeLimit(.minutes(2)))
struct WorkerLogsTests {
  private let fleet: OneLoopFleet
  private let temporary = try? TemporaryFolder()
  private let channel: Channel

  init() throws {
    fleet = try OneLoopFleet()
    channel = try Channel(to: fleet.regionAddress, loop: fleet.loop)
    let folder = try #require(temporary).path("jobs")
    _ = try fleet.addNode(
      "n",
      jobs: try NodeJobs(
        .init(folder: folder, gpus: 1, replicas: [1], controlGroup: "hearth-test"),
        loop: fleet.loop,
        logger: silent
      )
    )
    let log = folder + "/logs/tune/0.1"
    try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: true)
    try "step 1\n".write(toFile: log + "/out.000000000000000", atomically: true, encoding: .utf8)
    fleet.turn("attached", until: { [fleet] in fleet.region?.hasNode("n") == true })
  }

  private func read(of node: String, job: String = "tune") -> (text: String, status: GRPCStatus?) {
    let call = channel.stream(HearthV1.Workers.readLog)
    var text: [UInt8] = []
    var status: GRPCStatus?
    call.onMessage = { text += $0.text }
    call.onClose = { status = $0 }
    call.send(.init(job: job, follows: true, node: node))
    call.end()
    fleet.turn("answered", until: { status != nil })
    return (String(decoding: text, as: UTF8.self), status)
  }

  @Test func `an agent passes on what a node of its region has`() throws {
    let answer = read(of: "n")
    #expect(answer.text == "step 1\n" && answer.status?.code == .ok)
    #expect(read(of: "n", job: "other").status?.code == .notFound)
    #expect(read(of: "m").status?.message == "no node named \"m\" is attached in region eu")
    #expect(fleet.region?.relayed == 0)
  }

  @Test func `who follows a log holds up no agent that stops`() throws {
    let region = try #require(fleet.region)
    let log = try #require(temporary).path("jobs/logs/tune/0.2")
    try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: true)
    try Data(count: 64 << 20).write(to: URL(filePath: log + "/out.000000000000000"))
    let call = channel.stream(HearthV1.Workers.readLog)
    var (pieces, status) = (0, GRPCStatus?.none)
    call.onMessage = { _ in
      pieces += 1
      call.pause()
    }
    call.onClose = { status = $0 }
    call.send(.init(job: "tune", node: "n"))
    call.end()
    fleet.turn("begun", until: { pieces > 0 })
    var isDone = false
    region.stop(within: .seconds(3_600)) { isDone = true }
    fleet.turn("stopped", until: { isDone })
    call.resume()
    fleet.turn("told", until: { status != nil })
    #expect(status?.message == "the agent of region eu is stopping")
    #expect(read(of: "n").status?.code == .unavailable)
  }
}
