import Admission
import Basics
import Capacity
import Dispatching
import EngineModel
import FleetSpec
import KVIndex
import RivalPolicies
import Routing
import Traces

/// What all replicas share, and how much of that the dispatcher knows each to hold.
struct SharedCache {
  let blocks = SharedBlocks()
  private var counts: [Int: Int] = [:]

  func known(by replica: Int) -> Int { counts[replica] ?? 0 }

  mutating func learn(_ count: Int, by replica: Int) { counts[replica, default: 0] += count }

  mutating func forget(_ replica: Int) { counts[replica] = nil }
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
      replicas[slot].advance(through: steps[slot], output: &output)
      wakes[slot] = replicas[slot].nextArrival()
      steps[slot] = replicas[slot].deadline ?? .distantFuture
      tellClients(slot)
    }
  }

  /// Tells the dispatcher that every replica holds what is shared.
  mutating func learnShared() {
    guard let cache = shared else { return }
    for number in replicas.indices where replicas[number].slot >= 0 {
      let blocks = Array(cache.blocks.hashes(after: cache.known(by: number)))
      dispatcher.stored(blocks.span, by: replicas[number].slot)
      shared?.learn(blocks.count, by: number)
    }
  }

  /// The replicas that an oracle leaves out: all but the one with the soonest first token; none
  /// when no replica would take the turn.
  ///
  /// Of equals the one with the fewest requests and the fewest blocks in use is taken.
  mutating func excludedByOracle(_ number: Int, at now: Instant) -> [ReplicaID] {
    var best: (replica: Int, token: Instant)?
    for replica in oracleCandidates(number, at: now) {
      let arrival = now.advanced(by: dispatchLatency(number, replica))
      let back = halfRoundTrip(number, replica)
      let limit = best.map { $0.token.advanced(by: .zero - back) } ?? .distantFuture
      let earlier = flights[replica].filter { $0.arrival <= arrival }
        .map { (request: EngineRequest(turns[$0.turn], id: UInt64($0.turn)), arrival: $0.arrival) }
      let token = replicas[replica].engine.firstToken(
        of: EngineRequest(turns[number], id: UInt64(number)),
        at: arrival,
        after: earlier,
        before: limit
      )
      if let token { best = (replica, token.advanced(by: back)) }
    }
    guard let best else { return [] }
    return replicas.indices.filter { $0 != best.replica }.map { replicas[$0].spec.id }
  }

  /// The replicas that could take a turn, brought forward to now, the least loaded first.
  private mutating func oracleCandidates(_ number: Int, at now: Instant) -> [Int] {
    var candidates: [(replica: Int, load: (Int, Int))] = []
    let model = dispatcher.view.model(turns[number].model)
    for replica in replicas.indices where replicas[replica].isUp {
      guard let state = dispatcher.view.state(replicas[replica].slot), state.model == model,
        state.readiness == .ready, !state.isFull,
        !progress[number].excluded.contains(replicas[replica].spec.id)
      else { continue }
      replicas[replica].advance(through: now.advanced(by: .nanoseconds(-1)), output: &output)
      wakes[replica] = replicas[replica].nextArrival()
      tellClients(replica)
      let load = replicas[replica].load
      let requests = load.running + load.waiting + flights[replica].count
      candidates.append((replica, (requests, load.blocksUsed + load.blocksCached)))
    }
    return candidates.sorted { $0.load < $1.load }.map(\.replica)
  }
}
