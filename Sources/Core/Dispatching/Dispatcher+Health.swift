public import Basics
import FleetSpec
import Routing

/// Which replicas are sick, by what becomes of turns there.
extension Dispatcher {
  /// Takes out the replicas that became suspect by what became of turns there, or are no more.
  public mutating func takeHealthChanges() -> [HealthWatch.Change] { watch.takeChanges() }

  /// Why a replica is suspect by what became of turns there, in words; nil when it is not.
  public func suspicion(of slot: Int32, at now: Instant) -> String? {
    watch.reason(slot, at: now)
  }

  /// Has replicas tried again whose time has come.
  mutating func judgeHealth(at now: Instant) {
    watch.timePassed(at: now) { ledger.acceptedCount(on: $0) > 0 }
    applyHealth()
  }

  /// A replica that is suspect takes no turns that another could take; see ``attempt``.
  mutating func applyHealth() {
    for slot in watch.suspects + heldBack where announced.indices.contains(Int(slot)) {
      let readiness = isHeldBack(slot) ? Readiness.suspect : announced[Int(slot)]
      guard view.state(slot)?.readiness != readiness else { continue }
      view.setReadiness(slot, readiness)
      noteHeadroom(slot)
    }
    heldBack = watch.suspects
  }

  /// Lets suspect replicas take turns until ``applyHealth()``; false when there are none.
  mutating func liftSuspicion() -> Bool {
    var hasLifted = false
    for slot in watch.suspects where isHeldBack(slot) {
      view.setReadiness(slot, .ready)
      hasLifted = true
    }
    return hasLifted
  }

  /// Whether only what became of turns there keeps a replica from others.
  private func isHeldBack(_ slot: Int32) -> Bool { isWatched(slot) && watch.isHeld(slot) }

  /// Whether ends of turns say something of a replica: an operator who empties a node ends what
  /// runs there.
  func isWatched(_ slot: Int32) -> Bool {
    announced.indices.contains(Int(slot)) && announced[Int(slot)] == .ready
  }

  /// Takes in what a turn's end says of its replica.
  mutating func judge(
    _ record: TurnRecord,
    _ outcome: TurnOutcome,
    _ ending: TurnEnding,
    at now: Instant
  ) {
    let slot = record.slot
    guard isWatched(slot) else { return }
    switch ending {
    case .completed where outcome.outputTokens > 0 || outcome.ttftSeconds != nil:
      watch.served(on: slot, at: now)
    case .cancelled where outcome.ttftSeconds != nil: watch.served(on: slot, at: now)
    // It is well enough to say what is wrong.
    case .rejected: watch.served(on: slot, at: now)
    case .cancelled:
      watch.gaveBack(record.id, on: slot, at: now)
      givenUp.note(record, at: now)
    // One that has turns may be full.
    case .refused where ledger.acceptedCount(on: slot) > 0:
      watch.gaveBack(record.id, on: slot, at: now)
    case .completed, .aborted, .refused: watch.failed(on: slot, at: now)
    }
    applyHealth()
  }
}
