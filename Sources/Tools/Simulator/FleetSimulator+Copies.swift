import Basics
import Capacity
import EngineModel
import FleetSpec
import Routing

/// Hot prefixes that are computed on more replicas before they are missed there.
extension FleetSimulator {
  /// Counts a turn that was placed, or refused if `placement` is nil, when it is first asked for.
  mutating func countDemand(
    _ number: Int,
    _ request: RoutingRequest,
    _ placement: Placement?,
    at now: Instant
  ) {
    guard replicator != nil, progress[number].excluded.isEmpty else { return }
    let turn = turns[number]
    demand.record(
      request,
      of: DemandKey(model: turn.model, origin: turn.origin),
      hashes: turn.blockHashes.span,
      cachedTokens: placement?.cachedTokens,
      outputTokens: view.estimates(of: request.model).outputTokens,
      at: now
    )
  }

  /// Sends the beginning of a turn that was just placed to one more replica, if that is wanted.
  mutating func copyPrefix(
    of number: Int,
    _ request: RoutingRequest,
    on home: Int32,
    at now: Instant
  ) {
    // Taken out, since the copy changes the rest too.
    guard progress[number].excluded.isEmpty, var replicator = replicator.take() else { return }
    defer { self.replicator = replicator }
    let copy = replicator.copy(
      of: request,
      on: home,
      hashes: turns[number].blockHashes,
      demand: demand,
      by: &router,
      in: &view,
      index: index,
      reservations: &reservations,
      at: now
    )
    guard let copy else { return }
    if settings.calibrates { calibrator.placed(copy, in: view) }
    events.add(.copied(copies.count), due: now.advanced(by: dispatchLatency(number, copy.slot)))
    copies.append(copy)
  }

  /// The beginning of a turn is where it was sent; nobody waits for what comes of it.
  mutating func dispatchCopy(_ number: Int, at now: Instant) {
    let copy = copies[number]
    guard replicas[Int(copy.slot)].isUp else { return }
    _ = replicas[Int(copy.slot)].submit(
      EngineRequest(
        id: UInt64(turns.count + number),
        blockHashes: copy.hashes,
        blockTokens: copy.request.blockTokens,
        promptTokens: copy.request.promptTokens,
        length: .exactly(1)
      ),
      reservation: copy.reservation,
      at: now,
      told: &told
    )
    wakes[Int(copy.slot)] = replicas[Int(copy.slot)].nextArrival()
    tell(Int(copy.slot))
  }
}
