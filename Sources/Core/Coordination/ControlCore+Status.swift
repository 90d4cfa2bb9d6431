import Admission
public import Basics
import Capacity
import FleetSpec
import Dispatching
public import HearthMessages
import KVIndex
import Routing

/// The fleet as operators see it.
extension ControlCore {
  /// The whole fleet; version, uptime and time scale are the process's to fill in.
  public var status: HearthV1.FleetStatus {
    HearthV1.FleetStatus(
      policy: settings.policy,
      regions: UInt32(regions.count),
      nodes: UInt32(nodes.count),
      nodesReady: UInt32(nodes.values.count { availability(of: $0) == .ready }),
      replicas: UInt32(dispatcher.view.replicaCount),
      replicasReady: UInt32(dispatcher.view.readyCount),
      blocksIndexed: UInt64(dispatcher.index.blockCount),
      placed: dispatcher.counts.placed,
      refused: dispatcher.counts.refused,
      reservations: UInt32(dispatcher.ledger.placedCount),
      reservationsExpired: UInt64(dispatcher.ledger.expiredCount),
      policies: dispatcher.policyNames,
      completed: dispatcher.counts.completed,
      cutShort: dispatcher.counts.cutShort,
      predictions: predictionStatus,
      waiting: UInt32(dispatcher.admission.waitingCount),
      placedAfterWait: dispatcher.counts.placedAfterWait,
      bounds: boundCounts,
      prefixCopies: UInt64(dispatcher.copyCount)
    )
  }

  /// Most waiting turns that are listed at once.
  public static var queuedMax: Int { 1_000 }

  /// The turns that wait for room.
  public func queue(
    _ request: HearthV1.ListQueueRequest,
    at now: Instant
  ) -> HearthV1.ListQueueResponse {
    let fleetNow = dispatcher.view.fleetTime(now)
    let limit = request.limit == 0 ? Self.queuedMax : min(Int(request.limit), Self.queuedMax)
    return .init(
      turns: dispatcher.admission.waiting(at: fleetNow).prefix(limit).map { row in
        let held = dispatcher.ledger[row.turn.number]?.turn.subject
        let left = row.turn.deadline.map { max(.nanoseconds(1), fleetNow.duration(to: $0)) }
        return HearthV1.QueuedTurn(
          requestId: held?.request ?? "",
          model: row.turn.model.text,
          tenant: row.turn.tenant.text,
          originRegion: held?.origin ?? "",
          priority: UInt32(row.priority),
          promptTokens: UInt32(clamping: row.turn.promptTokens),
          waitedNs: Duration(inSeconds: row.waitedSeconds).nanoseconds,
          estimateNs: Duration(inSeconds: row.estimateSeconds).nanoseconds,
          deadlineLeftNs: left?.nanoseconds ?? 0
        )
      },
      waiting: UInt32(dispatcher.admission.waitingCount),
      waitingMax: UInt32(settings.admission.waitingMax),
      running: UInt32(clamping: dispatcher.admission.runningCount)
    )
  }

  /// The regions that are not lost, by name.
  public var regionStatuses: [HearthV1.RegionStatus] {
    regions.keys.sorted().compactMap { name in
      guard let region = regions[name] else { return nil }
      let own = nodes.values.filter { $0.hello.region == name }
      return HearthV1.RegionStatus(
        region: name,
        address: region.hello.address,
        state: attachments.state(of: name) == .alive ? .ready : .suspect,
        nodes: UInt32(own.count),
        nodesReady: UInt32(own.count { availability(of: $0) == .ready }),
        distances: regions.keys.sorted().filter { $0 != name }.map { other in
          .init(region: other, roundTripNs: roundTrip(name, other).nanoseconds)
        }
      )
    }
  }

  /// The nodes that are not lost, by name.
  public func nodeStatuses(at now: Instant) -> [HearthV1.NodeStatus] {
    nodes.keys.sorted().compactMap { nodeStatus($0, at: now) }
  }

  /// One node; nil when it is not known or lost.
  public func nodeStatus(_ name: String, at now: Instant) -> HearthV1.NodeStatus? {
    guard let node = nodes[name] else { return nil }
    let drain = intents[name]?.drainDeadline.map { max(.zero, now.duration(to: $0)) }
    let availability = availability(of: node)
    return HearthV1.NodeStatus(
      node: name,
      region: node.hello.region,
      address: node.hello.address,
      version: node.hello.version,
      availability: availability,
      reason: intents[name].map(\.message) ?? node.reason,
      drainLeftNs: availability == .draining ? drain?.nanoseconds ?? 0 : 0,
      silentNs: max(.zero, node.lastHeard.duration(to: now)).nanoseconds,
      replicas: node.slots.compactMap { replicaStatus($0) }
    )
  }

  /// All replicas, by node and index.
  public var replicaStatuses: [HearthV1.ReplicaStatus] {
    replicaSlots.compactMap { replicaStatus($0) }
  }

  /// The slots of all replicas, by node and index.
  var replicaSlots: [Int32] { nodes.keys.sorted().flatMap { nodes[$0]?.slots ?? [] } }

  private func replicaStatus(_ slot: Int32) -> HearthV1.ReplicaStatus? {
    guard let spec = dispatcher.view.spec(slot), let state = dispatcher.view.state(slot) else {
      return nil
    }
    return HearthV1.ReplicaStatus(
      replica: spec.message,
      node: spec.node.text,
      region: spec.region.text,
      availability: state.readiness.message,
      load: state.load.message,
      blocksIndexed: UInt64(dispatcher.index.blockCount(slot)),
      pending: UInt32(state.pending.requests),
      reason: nodes[spec.node.text]?.failures[slot]
        ?? dispatcher.suspicion(of: slot, at: dispatcher.view.now) ?? "",
      operation: operation(of: slot),
      calibration: calibration(of: slot)
    )
  }

  private func roundTrip(_ one: String, _ other: String) -> Duration {
    let numbers = [one, other].map { RegionID($0).flatMap { dispatcher.view.region($0) } ?? -1 }
    return Duration(inSeconds: dispatcher.view.roundTripSeconds(numbers[0], numbers[1]))
  }
}
