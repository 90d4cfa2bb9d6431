import Basics
import EventLoop
import HearthMessages
import HearthProto
import Logging
import RPC
import Testing
import Wire

@testable import NodeAgent
@testable import Workers

@Suite(.timeLimit(.minutes(2))) struct WorkerLogsTests {
  /// What one call gave.
  private final class Reading {
    var text: [UInt8] = []
    var offsets: [UInt64] = []
    var status: GRPCStatus?
    let call: ClientStream<HearthV1.ReadLogRequest, HearthV1.LogPiece>

    init(_ request: HearthV1.ReadLogRequest, on channel: Channel) {
      call = channel.stream(HearthV1.Workers.readLog)
      call.onMessage = { [weak self] in
        self?.text += $0.text
        self?.offsets.append($0.offset)
      }
      call.onClose = { [weak self] in self?.status = $0 }
      call.send(request)
      call.end()
    }
  }

  private let node: TestNode
  private let server: Server
  private let channel: Channel

  init() throws {
    node = try TestNode()
    server = try Server(
      loop: node.loop,
      logger: Logger(label: "test") { _ in
        SwiftLogNoOpLogHandler()
      }
    )
    WorkerLogs(of: try #require(node.jobs)).register(on: server)
    channel = try Channel(to: try server.listen(on: "127.0.0.1:0"), loop: node.loop)
  }

  private func read(
    _ change: (inout HearthV1.ReadLogRequest) -> Void = { _ in }
  ) -> Reading {
    var request = HearthV1.ReadLogRequest(job: "tune")
    change(&request)
    return Reading(request, on: channel)
  }

  @Test func `output is followed across files until the worker is gone`() throws {
    let name = node.start(
      node.order(
        "while ! [ -e go ]; do sleep 0.02; done; head -c 40000000 /dev/zero; echo end; echo e >&2"
      )
    )
    let follows = read { $0.follows = true }
    let errors = read { ($0.isError, $0.epoch) = (true, 1) }
    node.wait("nothing yet") { errors.status != nil }
    #expect(errors.status?.code == .ok && errors.text.isEmpty)
    node.waitRunning(name)
    #expect(follows.status == nil && follows.text.isEmpty)
    try Files.keep([], node.folder + "/work/tune/go")
    node.wait("all read") { follows.status != nil }
    #expect(follows.status?.code == .ok)
    // Three files of 16 MiB at most, of which none was rotated away.
    #expect(Files.list(node.folder + "/logs/tune/0.1").filter { $0.hasPrefix("out") }.count == 3)
    #expect(follows.text.count == 40_000_004 && follows.text.suffix(4) == Array("end\n".utf8))
    let rest = read { $0.offset = 40_000_000 }
    let after = read { $0.offset = .max }
    node.wait("read") { rest.status != nil && after.status != nil }
    #expect(rest.text == Array("end\n".utf8) && rest.offsets == [40_000_000])
    #expect(after.text.isEmpty && after.status?.code == .ok)
  }

  @Test func `the latest attempt is read unless another is named`() throws {
    for epoch: UInt64 in 1...2 {
      let name = node.start(node.order("echo $HEARTH_NOTICE", epoch: epoch))
      node.waitGone(name)
    }
    let latest = read()
    let first = read { $0.epoch = 1 }
    node.wait("read") { latest.status != nil && first.status != nil }
    #expect(String(decoding: latest.text, as: UTF8.self).hasSuffix("0.2/notice\n"))
    #expect(String(decoding: first.text, as: UTF8.self).hasSuffix("0.1/notice\n"))
  }

  @Test func `names that are not, or lead elsewhere, are refused`() throws {
    node.waitGone(node.start(node.order("true")))
    let wrong: [(GRPCStatus.Code, Reading)] = [
      (.invalidArgument, read { $0.job = "../run" }), (.invalidArgument, read { $0.job = "" }),
      (.invalidArgument, read { $0.job = String(repeating: "x", count: 64) }),
      (.notFound, read { $0.job = "other" }), (.notFound, read { $0.rank = 1 }),
      (.notFound, read { $0.epoch = 2 }), (.notFound, read { $0.epoch = .max }),
    ]
    node.wait("refused") { wrong.allSatisfy { $0.1.status != nil } }
    for (code, reading) in wrong {
      #expect(reading.status?.code == code, "\(reading.status as Any)")
    }
  }
}
