import Basics
import Capacity
import EngineModel
import FleetSpec
import KVIndex
import Routing

/// What is lost and comes back.
extension FleetSimulator {
  mutating func schedule(
    _ outages: [Outage],
    _ regions: [RegionID]
  ) throws(SimulationError) {
    for (number, outage) in outages.enumerated() {
      guard replicas.contains(where: { outage.covers($0.spec) }) else {
        throw SimulationError(description: "an outage is of \(outage.name), which has no replica")
      }
      let start = Instant.zero.advanced(by: outage.start)
      events.add(.outageBegan(number), due: start)
      guard let length = outage.length else { continue }
      events.add(.outageEnded(number), due: start.advanced(by: length))
    }
  }

  /// Everything that the replicas had is gone; clients notice that their streams break.
  mutating func lose(_ outage: Int, at now: Instant) {
    var lost: Set<Int32> = []
    for slot in replicas.indices where settings.outages[outage].covers(replicas[slot].spec) {
      replicas[slot].outages += 1
      guard replicas[slot].outages == 1 else { continue }
      replicas[slot].advance(through: now, told: &told)
      wakes[slot] = replicas[slot].nextArrival()
      tell(slot)
      replicas[slot].incarnation += 1
      lost.insert(Int32(slot))
      events.add(
        .silenceNoticed(slot: Int32(slot), incarnation: replicas[slot].incarnation),
        due: now.advanced(by: settings.detectionTime)
      )
    }
    guard !lost.isEmpty else { return }
    for number in progress.indices where lost.contains(progress[number].slot) {
      let (slot, isLoss) = (progress[number].slot, progress[number].hasStarted)
      if isLoss { result.lostStreamCount += 1 }
      retry(number, after: "unavailable", from: slot, isLoss: isLoss, at: now)
    }
  }

  /// The control plane forgets what a silent replica held and carried.
  mutating func giveUp(_ slot: Int32, _ incarnation: Int) {
    guard replicas[Int(slot)].incarnation == incarnation, !replicas[Int(slot)].isUp else { return }
    view.setReadiness(slot, .lost)
    view.report(slot, ReplicaLoad())
    index.clear(slot)
    router.inFlight.clear(slot)
    calibrator.cleared(slot, in: &view)
    replicator?.forget(slot)
    wakes[Int(slot)] = .distantFuture
  }

  /// The replicas start again, empty.
  mutating func giveBack(_ outage: Int, at now: Instant) {
    for slot in replicas.indices where settings.outages[outage].covers(replicas[slot].spec) {
      replicas[slot].outages -= 1
      guard replicas[slot].isUp else { continue }
      result.stepCount += replicas[slot].engine.stepCount
      result.preemptionCount += replicas[slot].engine.preemptionCount
      replicas[slot].restart(at: now)
      wakes[slot] = .distantFuture
      events.add(
        .greeted(slot: Int32(slot), incarnation: replicas[slot].incarnation),
        due: now.advanced(by: reportDelays[places[slot]])
      )
    }
  }

  /// The control plane takes in a replica that came back, as a new one in its old slot.
  mutating func greet(_ slot: Int32, _ incarnation: Int, at now: Instant) {
    let replica = replicas[Int(slot)]
    guard replica.incarnation == incarnation, view.attach(replica.spec) == slot else { return }
    attachToIndex(slot, blockLimit: replica.spec.blockCount)
    replicator?.forget(slot)
    view.setReadiness(slot, .ready)
  }
}

extension Outage {
  fileprivate func covers(_ spec: ReplicaSpec) -> Bool {
    switch scope {
    case .region(let region): spec.region == region
    case .node(let node): spec.node == node
    }
  }

  fileprivate var name: String {
    switch scope {
    case .region(let region): "region \(region)"
    case .node(let node): "node \(node)"
    }
  }
}
