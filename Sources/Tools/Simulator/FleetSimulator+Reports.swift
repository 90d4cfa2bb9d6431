import Admission
import Basics
import Capacity
import Dispatching
import EngineModel
import FleetSpec
import KVIndex
import Routing
import Traces

/// What the dispatcher is told of replicas.
extension FleetSimulator {
  /// Delivers the reports that have arrived, the older of each replica first.
  mutating func deliverReports(at now: Instant) {
    for number in wakes.indices where wakes[number] <= now {
      replicas[number].hear(at: now, told: &told, into: &heard)
      let slot = replicas[number].slot
      var next = 0
      for index in heard.reports.indices {
        let report = heard.reports[index]
        dispatcher.reported(ReplicaLoad(report.load), by: slot, at: report.arrival)
        guard report.hasEvents else { continue }
        deliver(heard.news[next], of: slot, at: report.arrival)
        next += 1
      }
      heard.removeAll()
      wakes[number] = replicas[number].nextArrival()
      tellClients(number)
    }
  }

  private mutating func deliver(
    _ news: SimulatedReplica.News,
    of slot: Int32,
    at instant: Instant
  ) {
    for event in shared == nil ? news.cache : [] {
      switch event {
      case .stored(let hashes): dispatcher.stored(hashes.span, by: slot)
      case .removed(let hashes): dispatcher.removed(hashes.span, by: slot, at: instant)
      case .cleared: dispatcher.cleared(slot)
      }
    }
    for id in news.accepted { dispatcher.accepted(id, by: slot, at: instant) }
    for (id, outcome, ending) in news.ended {
      dispatcher.ended(id, outcome, ending, by: slot, at: instant)
    }
  }
}

extension ReplicaLoad {
  fileprivate init(_ load: EngineLoad) {
    self.init(
      blocksUsed: load.blocksUsed,
      blocksCached: load.blocksCached,
      running: load.running,
      waiting: load.waiting,
      prefillTokensQueued: load.prefillTokensQueued,
      decoding: load.decoding,
      contextTokens: load.contextTokens
    )
  }
}
