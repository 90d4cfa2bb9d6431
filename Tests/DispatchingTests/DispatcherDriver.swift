import Admission
import Basics
import Dispatching
import FleetSpec
import Routing
import TestSupport
import Testing

/// A dispatcher, its clock, and the answers that came.
struct DispatcherDriver {
  var dispatcher: Dispatcher
  var now = Instant.zero
  private(set) var answers: [TurnID: Dispatcher.Answer] = [:]

  init(_ change: (inout Dispatcher.Settings) -> Void = { _ in }) {
    var settings = Dispatcher.Settings(seed: 1)
    change(&settings)
    dispatcher = Dispatcher(settings: settings)
  }

  /// Attaches a replica that takes turns; where `waitingMax` is 1, one unreported turn fills it.
  @discardableResult
  mutating func attach(
    _ name: String,
    model: String = "llama-3.1-8b",
    waitingMax: Int = 1,
    publishesEvents: Bool = true
  ) throws -> Int32 {
    let spec = try TestFleet.replica(
      name,
      model: model,
      waitingMax: waitingMax,
      publishesEvents: publishesEvents
    )
    let attached = dispatcher.attach(spec)
    let slot = try #require(attached)
    dispatcher.setReadiness(slot, .ready)
    return slot
  }

  mutating func pass(_ seconds: Double) {
    now = now.advanced(by: Duration(inSeconds: seconds))
    advance()
  }

  mutating func advance() {
    var new: [Dispatcher.Answer] = []
    dispatcher.advance(at: now, into: &new)
    take(new)
  }

  /// Offers one of several turns that come at the same moment.
  mutating func offer(_ turn: Turn) -> TurnID {
    var new: [Dispatcher.Answer] = []
    let offer = dispatcher.offer(turn, at: now, into: &new)
    take(new)
    switch offer {
    case .waits(let id): return id
    case .answered(let answer):
      take([answer])
      return answer.id
    }
  }

  /// Offers a turn that comes alone.
  mutating func ask(_ turn: Turn) -> TurnID {
    let id = offer(turn)
    advance()
    return id
  }

  /// Offers a turn that has headroom.
  mutating func place(_ turn: Turn) throws -> (id: TurnID, placement: Placement) {
    let id = ask(turn)
    return (id, try #require(placement(of: id)))
  }

  /// A replica reports its load, and turns that it has.
  mutating func report(
    _ slot: Int32 = 0,
    _ load: ReplicaLoad = .init(),
    accepted: [TurnID] = []
  ) {
    dispatcher.reported(load, by: slot, hasTurnChanges: !accepted.isEmpty, at: now)
    for id in accepted { dispatcher.accepted(id, by: slot, at: now) }
    advance()
  }

  /// A replica reports what became of a turn.
  mutating func end(
    _ id: TurnID,
    on slot: Int32 = 0,
    _ ending: TurnEnding = .completed,
    _ outcome: TurnOutcome = TurnOutcome()
  ) {
    dispatcher.ended(id, outcome, ending, by: slot, at: now)
  }

  func placement(of id: TurnID) -> Placement? {
    guard case .placed(let placement) = answers[id]?.verdict else { return nil }
    return placement
  }

  func refusal(of id: TurnID) -> Refusal? {
    guard case .refused(let refusal) = answers[id]?.verdict else { return nil }
    return refusal
  }

  /// What counts on a replica beside its reports.
  func pending(_ slot: Int32 = 0) -> Demand? { dispatcher.view.state(slot)?.pending }

  private mutating func take(_ new: [Dispatcher.Answer]) {
    for answer in new {
      let isFirst = answers.updateValue(answer, forKey: answer.id) == nil
      #expect(isFirst, "turn \(answer.id) is answered twice")
    }
  }
}
