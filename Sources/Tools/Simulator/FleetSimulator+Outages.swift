import Admission
import Basics
import Capacity
import Dispatching
import EngineModel
import FleetSpec
import Jobs
import KVIndex
import RivalPolicies
import Routing
import Sharing
import Traces

/// What is lost and comes back.
extension FleetSimulator {
  mutating func schedule(_ outages: [Outage]) throws(SimulationError) {
    let nodes = settings.jobs?.nodes.map(\.place) ?? []
    for (number, outage) in outages.enumerated() {
      guard
        replicas.contains(where: { outage.covers($0.spec) })
          || nodes.contains(where: { outage.covers($0) })
      else {
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
    var lost: Set<Int> = []
    for number in replicas.indices where settings.outages[outage].covers(replicas[number].spec) {
      replicas[number].outages += 1
      guard replicas[number].outages == 1 else { continue }
      replicas[number].advance(through: now, output: &output)
      wakes[number] = replicas[number].nextArrival()
      tellClients(number)
      replicas[number].isParked = false
      replicas[number].incarnation += 1
      lost.insert(number)
      let incarnation = replicas[number].incarnation
      events.add(
        .suspected(replica: number, incarnation: incarnation),
        due: now.advanced(by: settings.suspectAfter)
      )
      events.add(
        .lost(replica: number, incarnation: incarnation),
        due: now.advanced(by: settings.lostAfter)
      )
    }
    loseWorkers(settings.outages[outage], at: now)
    guard !lost.isEmpty else { return }
    for number in progress.indices where lost.contains(progress[number].replica) {
      let (replica, isLoss) = (progress[number].replica, progress[number].hasStarted)
      if isLoss { result.lostStreamCount += 1 }
      retry(number, after: "unavailable", from: replica, isLoss: isLoss, at: now)
    }
  }

  /// A replica is silent: it gets no turns.
  mutating func suspect(_ number: Int, _ incarnation: Int) {
    guard replicas[number].incarnation == incarnation, !replicas[number].isUp else { return }
    dispatcher.setReadiness(replicas[number].slot, .suspect)
  }

  /// The dispatcher forgets what a silent replica held and carried.
  mutating func giveUp(_ number: Int, _ incarnation: Int, at now: Instant) {
    guard replicas[number].incarnation == incarnation, !replicas[number].isUp else { return }
    dispatcher.detach(replicas[number].slot, at: now)
    replicas[number].slot = -1
    wakes[number] = .distantFuture
    tellSharing(.detached(replicas[number].spec.id), at: now)
  }

  /// The replicas start again, empty.
  mutating func giveBack(_ outage: Int, at now: Instant) {
    giveBackNodes(settings.outages[outage], at: now)
    for number in replicas.indices where settings.outages[outage].covers(replicas[number].spec) {
      replicas[number].outages -= 1
      guard replicas[number].isUp else { continue }
      result.stepCount += replicas[number].engine.stepCount
      result.preemptionCount += replicas[number].engine.preemptionCount
      replicas[number].restart(at: now)
      wakes[number] = .distantFuture
      events.add(
        .greeted(replica: number, incarnation: replicas[number].incarnation),
        due: now.advanced(by: reportDelays[places[number]])
      )
    }
  }

  /// The dispatcher takes in a replica that came back, as a new one.
  mutating func greet(_ number: Int, _ incarnation: Int, at now: Instant) {
    guard replicas[number].incarnation == incarnation, replicas[number].isUp else { return }
    if replicas[number].slot >= 0 { dispatcher.detach(replicas[number].slot, at: now) }
    guard attach(number) else { return }
    events.add(
      .synchronised(replica: number, incarnation: incarnation),
      due: now.advanced(by: reportDelays[places[number]])
    )
  }

  /// A replica that came back has reported what it holds: nothing.
  mutating func synchronise(_ number: Int, _ incarnation: Int, at now: Instant) {
    guard replicas[number].incarnation == incarnation, replicas[number].isUp else { return }
    dispatcher.setReadiness(replicas[number].slot, .ready)
    tellSharing(attached(number), at: now)
  }

  /// Takes a replica into the dispatcher, not ready; false when that has no room for it.
  mutating func attach(_ number: Int) -> Bool {
    let limit = shared == nil ? nil : Int.max
    guard let slot = dispatcher.attach(replicas[number].spec, blockLimit: limit) else {
      return false
    }
    replicas[number].slot = slot
    while owners.count <= Int(slot) { owners.append(-1) }
    owners[Int(slot)] = number
    shared?.forget(number)
    return true
  }
}

extension Outage {
  func covers(_ node: JobNode) -> Bool {
    switch scope {
    case .region(let region): node.region == region
    case .node(let id): node.id == id
    }
  }

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
