import Basics
import EngineModel
import FleetSpec
import KVIndex
import Routing

/// What all replicas share, and how much of that the index has of each slot.
struct SharedCache {
  let blocks = SharedBlocks()
  fileprivate var known: [Int] = []
}

/// A turn on its way to its replica.
struct Flight {
  let turn: Int
  let arrival: Instant
}

/// The two bounds of ``Bound``.
extension FleetSimulator {
  /// Brings all replicas forward together, step by step up to `limit`, so that what one has
  /// computed is there when another starts a prompt.
  mutating func advanceTogether(through limit: Instant) {
    var steps = replicas.indices.map { slot in
      replicas[slot].isUp ? replicas[slot].deadline ?? .distantFuture : .distantFuture
    }
    while let slot = steps.indices.min(by: { steps[$0] < steps[$1] }), steps[slot] <= limit {
      replicas[slot].advance(through: steps[slot], told: &told)
      wakes[slot] = replicas[slot].nextArrival()
      steps[slot] = replicas[slot].deadline ?? .distantFuture
      tell(slot)
    }
  }

  /// Takes a slot into the index, to which a shared cache has told nothing then.
  mutating func attachToIndex(_ slot: Int32, blockLimit: Int) {
    index.attach(slot, blockLimit: shared == nil ? blockLimit : .max)
    guard shared != nil else { return }
    while shared?.known.count ?? 0 <= Int(slot) { shared?.known.append(0) }
    shared?.known[Int(slot)] = 0
  }

  /// Tells the index that every replica holds what is shared.
  mutating func learnShared() {
    guard let cache = shared else { return }
    for slot in cache.known.indices {
      let news = Array(cache.blocks.hashes(after: cache.known[slot]))
      index.store(Int32(slot), news.span)
      shared?.known[slot] += news.count
    }
  }

  /// The slots that an oracle leaves out: all but the one with the soonest first token; none when
  /// no replica would take the turn.
  ///
  /// Of equals the one with the fewest requests and the fewest blocks in use is taken.
  mutating func excludedByOracle(_ number: Int, at now: Instant) -> [Int32] {
    var best: (slot: Int32, token: Instant)?
    for slot in oracleSlots(number, at: now) {
      let way = dispatchLatency(number, slot)
      let arrival = now.advanced(by: way)
      let back = halfRoundTrip(number, slot)
      let limit = best.map { $0.token.advanced(by: .zero - back) } ?? .distantFuture
      let earlier = flights[Int(slot)].filter { $0.arrival <= arrival }
        .map { (request: EngineRequest(turns[$0.turn], id: UInt64($0.turn)), arrival: $0.arrival) }
      let token = replicas[Int(slot)].engine.firstToken(
        of: EngineRequest(turns[number], id: UInt64(number)),
        at: arrival,
        after: earlier,
        before: limit
      )
      if let token { best = (slot, token.advanced(by: back)) }
    }
    return best.map { best in (0..<Int32(replicas.count)).filter { $0 != best.slot } } ?? []
  }

  /// The slots that could take a turn, brought forward to now, the least loaded first.
  private mutating func oracleSlots(_ number: Int, at now: Instant) -> [Int32] {
    var slots: [(slot: Int32, load: (Int, Int))] = []
    let model = view.model(turns[number].model)
    for slot in 0..<Int32(replicas.count) where replicas[Int(slot)].isUp {
      guard let state = view.state(slot), state.model == model, state.readiness == .ready,
        !state.isFull, !progress[number].excluded.contains(slot)
      else { continue }
      replicas[Int(slot)].advance(through: now.advanced(by: .nanoseconds(-1)), told: &told)
      wakes[Int(slot)] = replicas[Int(slot)].nextArrival()
      tell(Int(slot))
      let load = replicas[Int(slot)].load
      let requests = load.running + load.waiting + flights[Int(slot)].count
      slots.append((slot, (requests, load.blocksUsed + load.blocksCached)))
    }
    return slots.sorted { $0.load < $1.load }.map(\.slot)
  }
}
