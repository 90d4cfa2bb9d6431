import Admission
import Basics
import Capacity
import Dispatching
import EngineModel
import FleetSpec
import KVIndex
import Routing
import Traces

/// How replicas report to the dispatcher.
extension FleetSimulator {
  /// Delivers the reports that have arrived, in the order of their arrival.
  mutating func deliverReports(at now: Instant) {
    for number in wakes.indices where wakes[number] <= now {
      replicas[number].takeReports(at: now, output: &output, into: &arrived)
      while reporters.count < arrived.reports.count { reporters.append(replicas[number].slot) }
      wakes[number] = replicas[number].nextArrival()
      tellClients(number)
    }
    guard !arrived.reports.isEmpty else { return }
    if arrived.events.count < 2 {
      for index in arrived.reports.indices { deliver(index) }
    } else {
      // What is learnt of a model from several replicas depends on the order.
      let arrivals = arrived.reports.enumerated().map { ($1.arrival, $0) }
      for (_, index) in arrivals.sorted(by: <) { deliver(index) }
    }
    arrived.removeAll()
    reporters.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  private mutating func deliver(_ index: Int) {
    let (report, slot) = (arrived.reports[index], reporters[index])
    dispatcher.reported(report.load, by: slot, at: report.arrival)
    guard report.events >= 0 else { return }
    deliver(arrived.events[Int(report.events)], of: slot, at: report.arrival)
  }

  private mutating func deliver(
    _ events: SimulatedReplica.Events,
    of slot: Int32,
    at instant: Instant
  ) {
    if shared == nil, !events.cache.isEmpty {
      var cache = events.cache
      let changes = cache.take(limit: .max)
      if changes.cleared { dispatcher.cleared(slot) }
      dispatcher.removed(changes.removed.span, by: slot, at: instant)
      dispatcher.stored(changes.stored.span, by: slot)
    }
    for id in events.accepted { dispatcher.accepted(id, by: slot, at: instant) }
    for (id, outcome, ending) in events.ended {
      dispatcher.ended(id, outcome, ending, by: slot, at: instant)
    }
  }
}
