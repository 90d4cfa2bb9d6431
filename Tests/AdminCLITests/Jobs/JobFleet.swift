import Client
import EventLoop
import HearthMessages
import HearthProto
import Logging
import RPC
import Synchronization
import Wire

@testable import AdminCLI

/// What a control plane and its nodes say of one job, and what they were asked.
final class JobScript: Sendable {
  struct State {
    /// What is answered to each question for the job, the last one for good; nil for not found.
    var statuses: [HearthV1.JobStatus?] = [nil]
    var plan = HearthV1.JobPlan()
    /// How submissions end before one is taken.
    var refusals: [GRPCStatus] = []
    var submitted: [HearthV1.JobSpec] = []
    var changes: [HearthV1.JobChange] = []
    /// Nodes that there are.
    var nodes: [HearthV1.NodeStatus] = []
    /// What a worker wrote, by attempt.
    var logs: [UInt64: WorkerLog] = [:]
    var reads: [HearthV1.ReadLogRequest] = []
  }

  /// A log as a node has it.
  struct WorkerLog {
    let node: String
    /// The first byte that is kept.
    var start: UInt64 = 0
    var text: String
    /// How reads that go on are cut off before one ends well.
    var cuts: [GRPCStatus] = []
  }

  let state = Mutex(State())

  var now: State { state.withLock { $0 } }

  func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

  func serve(on server: Server) {
    server.handle(HearthV1.Jobs.planJob) { [self] _, _ throws(GRPCStatus) in
      state.withLock(\.plan)
    }
    server.handle(HearthV1.Jobs.runJob) { [self] job, _ throws(GRPCStatus) in
      let refusal = state.withLock { state -> GRPCStatus? in
        guard state.refusals.isEmpty else { return state.refusals.removeFirst() }
        state.submitted.append(job)
        return nil
      }
      if let refusal { throw refusal }
      return .init(spec: job, state: "waiting")
    }
    server.handle(HearthV1.Jobs.getJob) { [self] request, _ throws(GRPCStatus) in
      let status = state.withLock { state in
        state.statuses.count > 1 ? state.statuses.removeFirst() : state.statuses[0]
      }
      guard let status else { throw GRPCStatus(.notFound, "no job is named \(request.job)") }
      return status
    }
    server.handle(HearthV1.Jobs.listJobs) { [self] _, _ throws(GRPCStatus) in
      .init(jobs: state.withLock(\.statuses).prefix(1).compactMap { $0 })
    }
    server.handle(HearthV1.Jobs.changeJob) { [self] request, _ throws(GRPCStatus) in
      state.withLock { state in
        state.changes.append(request.change)
        return state.statuses.first.flatMap { $0 } ?? .init()
      }
    }
    server.handle(HearthV1.Admin.listRegions) { _, _ throws(GRPCStatus) in .init() }
    server.handle(HearthV1.Admin.listNodes) { [self] _, _ throws(GRPCStatus) in
      .init(nodes: state.withLock(\.nodes))
    }
    server.handleStream(HearthV1.Workers.readLog) { [self] answer in
      answer.onMessage = { [unowned answer, self] in read($0, on: answer) }
    }
  }

  private func read(
    _ request: HearthV1.ReadLogRequest,
    on answer: ServerStream<HearthV1.ReadLogRequest, HearthV1.LogPiece>
  ) {
    let (log, cut) = state.withLock { state -> (WorkerLog?, GRPCStatus?) in
      state.reads.append(request)
      guard let log = state.logs[request.epoch], log.node == request.node else { return (nil, nil) }
      let cut = request.follows && !log.cuts.isEmpty
      return (log, cut ? state.logs[request.epoch]?.cuts.removeFirst() : nil)
    }
    guard let log else { return answer.finish(GRPCStatus(.notFound, "no such worker")) }
    let bytes = Array(log.text.utf8)
    let first = max(request.offset, log.start)
    var rest = bytes.dropFirst(Int(first - log.start))
    // A cut comes in the middle.
    if cut != nil { rest = rest.prefix(rest.count / 2) }
    var offset = first
    while !rest.isEmpty {
      let piece = rest.prefix(7)
      answer.send(.init(offset: offset, text: Array(piece)))
      offset += UInt64(piece.count)
      rest = rest.dropFirst(7)
    }
    answer.finish(cut ?? .ok)
  }
}

/// A control plane that plays a script, and a client of it.
struct JobFleet {
  let script: JobScript
  let client: FleetClient
  private let server: LoopThread
  private let loop: LoopThread

  /// Calls `body` with a fleet.
  static func running(
    _ script: JobScript = .init(),
    _ body: (JobFleet) async throws -> Void
  ) async throws {
    let address = Mutex("")
    let server = try await LoopThread.start(name: "server") { loop in
      let server = try Server(loop: loop, logger: Logger(label: "test"))
      script.serve(on: server)
      let bound = try server.listen(on: "127.0.0.1:0")
      address.withLock { $0 = bound }
      return server
    }
    let loop = try await LoopThread.start(name: "client") { _ in }
    let client = FleetClient(
      control: address.withLock { $0 },
      channel: .init(),
      loop: loop.handle
    )
    let fleet = JobFleet(script: script, client: client, server: server, loop: loop)
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(fleet))
    } catch {
      result = .failure(error)
    }
    client.close()
    await loop.stop()
    await server.stop()
    try result.get()
  }
}

/// Jobs that tests tell of.
enum JobSamples {
  static let spec = HearthV1.JobSpec(
    name: "tune",
    tenant: "acme",
    command: ["python3", "train.py"],
    gpusPerWorker: 8,
    workersMin: 2,
    workersMax: 2,
    launch: "worker",
    priority: 4,
    checkpoint: .init(driver: "periodic", directory: "/c", intervalNs: 1, keep: 3),
    noticeNs: 30_000_000_000,
    retries: 3
  )

  static let file = JobFile(name: "job.yaml", job: spec)

  static func status(
    _ state: String,
    epoch: UInt64 = 1,
    workers: [HearthV1.JobWorker] = [],
    cause: String = ""
  ) -> HearthV1.JobStatus {
    .init(spec: spec, state: state, epoch: epoch, workers: workers, cause: cause)
  }

  static func worker(_ rank: UInt32, _ node: String, epoch: UInt64 = 1, address: String = "")
    -> HearthV1.JobWorker
  {
    .init(
      rank: rank,
      node: node,
      region: "eu",
      gpus: 0xff,
      state: "running",
      address: address,
      epoch: epoch
    )
  }

  static func waiting(_ basis: String?, reasons: [String]) -> HearthV1.JobStatus {
    var status = status("waiting", epoch: 0)
    status.reasons = reasons
    status.start = basis.map { .init(inNs: 90_000_000_000, basis: $0) }
    return status
  }
}
