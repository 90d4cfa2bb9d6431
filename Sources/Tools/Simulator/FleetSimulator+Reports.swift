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
  /// Delivers the reports that have arrived, in the order of their arrival.
  mutating func deliverReports(at now: Instant) {
    for number in wakes.indices where wakes[number] <= now {
      replicas[number].hear(at: now, told: &told, into: &heard)
      while heardFrom.count < heard.reports.count { heardFrom.append(replicas[number].slot) }
      wakes[number] = replicas[number].nextArrival()
      tellClients(number)
    }
    guard !heard.reports.isEmpty else { return }
    if heard.events.count < 2 {
      for index in heard.reports.indices { deliver(index) }
    } else {
      // What is learnt of a model from several replicas depends on the order.
      let arrivals = heard.reports.enumerated().map { ($1.arrival, $0) }
      for (_, index) in arrivals.sorted(by: <) { deliver(index) }
    }
    heard.removeAll()
    heardFrom.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  private mutating func deliver(_ index: Int) {
    let (report, slot) = (heard.reports[index], heardFrom[index])
    dispatcher.reported(report.load, by: slot, at: report.arrival)
    guard report.events >= 0 else { return }
    deliver(heard.events[Int(report.events)], of: slot, at: report.arrival)
  }

  private mutating func deliver(
    _ events: SimulatedReplica.Events,
    of slot: Int32,
    at instant: Instant
  ) {
    for event in shared == nil ? events.cache : [] {
      switch event {
      case .stored(let hashes): dispatcher.stored(hashes.span, by: slot)
      case .removed(let hashes): dispatcher.removed(hashes.span, by: slot, at: instant)
      case .cleared: dispatcher.cleared(slot)
      }
    }
    for id in events.accepted { dispatcher.accepted(id, by: slot, at: instant) }
    for (id, outcome, ending) in events.ended {
      dispatcher.ended(id, outcome, ending, by: slot, at: instant)
    }
  }
}
