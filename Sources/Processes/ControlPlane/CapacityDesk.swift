import Basics
import Coordination
import EventLoop
import HearthMessages
import RPC
import Wire

/// Answers questions about capacity, which take long: on another thread, one at a time, and again
/// for who asks the same soon after.
///
/// Confined to its loop.
final class CapacityDesk {
  typealias Call = HeldCall<HearthV1.CapacityReport>

  /// How long an answer holds: what it tells of changes over minutes.
  private static let keptTime = Duration.seconds(1)
  /// Most questions that wait; more callers may wait for the same one.
  private static let waitingMax = 16
  /// Most callers that wait.
  private static let callersMax = 256

  private let loop: Loop
  private let ask: (String) throws(GRPCStatus) -> CapacityQuestion
  /// Who waits for which question, in order.
  private var waiting: [(losing: String, calls: [Call])] = []
  private var callerCount = 0
  private var isBusy = false
  private var kept: [String: (report: HearthV1.CapacityReport, at: Instant)] = [:]

  init(
    loop: Loop,
    ask: @escaping (String) throws(GRPCStatus) -> CapacityQuestion
  ) {
    (self.loop, self.ask) = (loop, ask)
  }

  /// The answer to what the loss of `losing` would mean, at once or later.
  func reply(losing: String) throws(GRPCStatus) -> Reply<HearthV1.CapacityReport> {
    let now = loop.now
    kept = kept.filter { $0.value.at.duration(to: now) < Self.keptTime }
    if let answer = kept[losing] { return .now(answer.report) }
    guard callerCount < Self.callersMax,
      waiting.count < Self.waitingMax || waiting.contains(where: { $0.losing == losing })
    else { throw GRPCStatus(.resourceExhausted, "too many questions about capacity wait") }
    return .held { [unowned self] call in add(call, losing) }
  }

  private func add(_ call: Call, _ losing: String) {
    let place = waiting.firstIndex { $0.losing == losing } ?? waiting.count
    if place == waiting.count { waiting.append((losing, [])) }
    waiting[place].calls.append(call)
    callerCount += 1
    call.onCancel = { [unowned self, unowned call] _ in forget(call) }
    // Not inside of the call that asks.
    loop.runLater { [weak self] in self?.work() }
  }

  private func forget(_ call: Call) {
    for place in waiting.indices { waiting[place].calls.removeAll { $0 === call } }
    waiting.removeAll { $0.calls.isEmpty }
    callerCount = waiting.reduce(0) { $0 + $1.calls.count }
  }

  private func work() {
    guard !isBusy, let losing = waiting.first?.losing else { return }
    do {
      let question = try ask(losing)
      isBusy = true
      try loop.offload({ question.answer() }) { [weak self] in self?.finish(losing, $0) }
    } catch {
      isBusy = false
      let status = (error as? GRPCStatus) ?? GRPCStatus(.unavailable, "\(error)")
      for call in take(losing) { call.finish(status) }
      loop.runLater { [weak self] in self?.work() }
    }
  }

  private func finish(_ losing: String, _ report: HearthV1.CapacityReport) {
    isBusy = false
    kept[losing] = (report, loop.now)
    for call in take(losing) { call.answer(report) }
    work()
  }

  private func take(_ losing: String) -> [Call] {
    guard let place = waiting.firstIndex(where: { $0.losing == losing }) else { return [] }
    let calls = waiting.remove(at: place).calls
    callerCount -= calls.count
    return calls
  }
}
