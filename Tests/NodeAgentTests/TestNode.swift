import Basics
import EventLoop
import Foundation
import HearthMessages
import Logging
import Synchronization
import TestSupport
import Testing

@testable import NodeAgent
@testable import Workers

/// The workers of a node whose control plane is the test.
final class TestNode {
  let loop: Loop
  let temporary: TemporaryFolder
  let clock: LoopClock
  private let time: Wound
  private let group: String
  private var renewedAt = Instant.zero
  private(set) var jobs: NodeJobs?
  private(set) var told = HearthV1.NodeJobs()
  private let copies: CopyPlaces

  /// A clock that stands unless it is wound.
  private final class Wound: Sendable {
    let nanoseconds = Atomic<Int64>(LeaseFile.now())
  }

  /// A node on a disk that others may be on too.
  init(copies: CopyPlaces = .init(), on disk: TemporaryFolder? = nil) throws {
    self.copies = copies
    loop = try Loop()
    temporary = try disk ?? TemporaryFolder()
    name = disk == nil ? "jobs" : "jobs-\(UInt64.random(in: 0 ... .max))"
    group = "hearth-test-\(temporary.url.lastPathComponent.suffix(12))-\(name.suffix(6))"
    let time = Wound()
    self.time = time
    clock = LoopClock { time.nanoseconds.load(ordering: .relaxed) }
    try restart()
    renew()
  }

  deinit {
    for worker in told.workers where worker.phase != .gone {
      jobs?.take(.kill(worker.name))
    }
    _ = loop.run(
      until: { [weak self] in self?.told.workers.allSatisfy { $0.phase == .gone } ?? true },
      within: .seconds(20)
    )
    jobs = nil
    let groups = ControlGroups.find()
    for root in [groups.unified].compactMap({ $0 }) + groups.legacy.values {
      rmdir("\(root)/\(group)")
    }
  }

  private let name: String

  var folder: String { temporary.path(name) }

  /// A new agent in place of the one that was there.
  func restart() throws {
    jobs = nil
    told = .init()
    var settings = NodeJobs.Settings(folder: folder, gpus: 4, replicas: [1], controlGroup: group)
    settings.copies = copies
    settings.shim = [Self.program, "shim"]
    let time = time
    let jobs = try NodeJobs(
      settings,
      loop: loop,
      clock: clock,
      bootTime: { time.nanoseconds.load(ordering: .relaxed) },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    jobs.onChange = { [weak self] in self?.told = $0 }
    self.jobs = jobs
    jobs.tell()
  }

  /// An agent that is killed tells nothing any more.
  func drop() { jobs = nil }

  /// `hearth-node`, which is built beside the tests.
  private static let program =
    "\(Files.parent(Files.parent(Files.parent(#filePath))))/.build/debug/hearth-node"

  func wind(_ time: Duration) {
    self.time.nanoseconds.add(time.nanoseconds, ordering: .relaxed)
  }

  /// The control plane counts on the workers now, or did so long ago, as is heard now.
  func renew(ago: Duration = .zero) {
    renewedAt = clock.now.advanced(by: .zero - ago)
    jobs?.renewLease(renewedAt)
  }

  /// Has the lease be looked at: timers don't know that the clock was wound.
  func look() { jobs?.renewLease(renewedAt.advanced(nanoseconds: 1)) }

  /// What starts a worker that runs a script.
  func order(
    _ script: String,
    rank: UInt32 = 0,
    epoch: UInt64 = 1,
    gpus: UInt64 = 2,
    change: (inout HearthV1.WorkerStart) -> Void = { _ in }
  ) -> HearthV1.WorkerStart {
    var order = HearthV1.WorkerStart(
      name: .init(job: "tune", rank: rank, epoch: epoch),
      spec: .init(name: "tune", command: ["sh", "-c", script]),
      gpus: gpus,
      cutOffNs: 60_000_000_000
    )
    change(&order)
    return order
  }

  @discardableResult
  func start(_ order: HearthV1.WorkerStart) -> HearthV1.WorkerName {
    jobs?.take(.init(command: .start(order)))
    return order.name ?? .init()
  }

  func stop(_ name: HearthV1.WorkerName, _ grace: Duration, cause: String = "preempted by night") {
    let order = HearthV1.WorkerStop(name: name, cause: cause, graceNs: grace.nanoseconds)
    jobs?.take(.init(command: .stop(order)))
  }

  func state(_ name: HearthV1.WorkerName) -> HearthV1.WorkerState? {
    told.workers.first { $0.name == name }
  }

  func wait(
    _ what: String,
    at place: SourceLocation = #_sourceLocation,
    for condition: () -> Bool
  ) {
    let held = loop.run(until: condition, within: .seconds(30))
    #expect(held, "\(what): \(told.workers)", sourceLocation: place)
  }

  func waitRunning(_ name: HearthV1.WorkerName, at place: SourceLocation = #_sourceLocation) {
    wait("running", at: place) { state(name)?.phase == .running }
  }

  func waitGone(_ name: HearthV1.WorkerName, at place: SourceLocation = #_sourceLocation) {
    wait("gone", at: place) { state(name)?.phase == .gone }
  }

  /// A file of the job's own folder, once it has a line.
  func line(_ name: String) -> String? {
    Files.text("\(folder)/work/tune/\(name)").flatMap {
      $0.hasSuffix("\n") ? String($0.dropLast()) : nil
    }
  }
}

extension HearthV1.WorkerCommand {
  static func kill(_ name: HearthV1.WorkerName?) -> Self {
    .init(command: .kill(name ?? .init()))
  }

  static func forget(_ name: HearthV1.WorkerName) -> Self { .init(command: .forget(name)) }
}
