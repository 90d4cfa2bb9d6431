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
      regions: UInt32(regions.count + lostRegions.count),
      nodes: UInt32(nodes.count + lostNodes.count),
      nodesReady: UInt32(nodes.values.count { availability(of: $0) == .ready }),
      replicas: UInt32(
        dispatcher.view.replicaCount + lostNodes.values.reduce(0) { $0 + $1.hello.replicas.count }
      ),
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
      prefixCopies: UInt64(dispatcher.copyCount),
      notTaken: dispatcher.counts.notTaken,
      running: dispatcher.counts.running,
      refusedForGood: dispatcher.counts.refusedForGood
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

  /// The regions by name, those included that are lost.
  public var regionStatuses: [HearthV1.RegionStatus] {
    (Array(regions.keys) + Array(lostRegions.keys)).sorted().compactMap { name in
      guard let hello = regions[name]?.hello ?? lostRegions[name] else { return nil }
      let own = nodes.values.filter { $0.hello.region == name }
      let lost = lostNodes.values.count { $0.hello.region == name }
      let isAlive = attachments.state(of: name) == .alive
      return HearthV1.RegionStatus(
        region: name,
        address: hello.address,
        state: regions[name] == nil ? .lost : isAlive ? .ready : .suspect,
        nodes: UInt32(own.count + lost),
        nodesReady: UInt32(own.count { availability(of: $0) == .ready }),
        distances: regions[name] == nil
          ? []
          : regions.keys.sorted().filter { $0 != name }.map { other in
            .init(region: other, roundTripNs: roundTrip(name, other).nanoseconds)
          }
      )
    }
  }

  /// The nodes by name, those included that are lost.
  public func nodeStatuses(at now: Instant) -> [HearthV1.NodeStatus] {
    nodeNames.compactMap { nodeStatus($0, at: now) }
  }

  private var nodeNames: [String] { (Array(nodes.keys) + Array(lostNodes.keys)).sorted() }

  /// One node; nil when it is not known.
  public func nodeStatus(_ name: String, at now: Instant) -> HearthV1.NodeStatus? {
    guard let hello = nodes[name]?.hello ?? lostNodes[name]?.hello else { return nil }
    let drain = intents[name]?.drainDeadline.map { max(.zero, now.duration(to: $0)) }
    let isAwaited = isAwaitingNodes(at: now) && awaitedNodes.contains(name)
    let missing: HearthV1.Availability = isAwaited ? .starting : .lost
    let availability = nodes[name].map { self.availability(of: $0) } ?? missing
    let lastHeard = nodes[name]?.lastHeard ?? lostNodes[name]?.lastHeard ?? now
    return HearthV1.NodeStatus(
      node: name,
      region: hello.region,
      address: hello.address,
      version: hello.version,
      availability: availability,
      reason: reason(of: name),
      drainLeftNs: availability == .draining ? drain?.nanoseconds ?? 0 : 0,
      silentNs: max(.zero, lastHeard.duration(to: now)).nanoseconds,
      replicas: nodes[name]?.slots.compactMap { replicaStatus($0, at: now) }
        ?? lostReplicas(of: hello, missing)
    )
  }

  /// Why a node is out of service, in an operator's words or its own.
  private func reason(of name: String) -> String {
    guard let intent = intents[name] else { return nodes[name]?.reason ?? "" }
    guard nodes[name] == nil else { return intent.message }
    let order = intent.availability == .draining ? "drained" : "cordoned"
    return "\(order) when it is back" + (intent.message.isEmpty ? "" : ": \(intent.message)")
  }

  /// All replicas by node and index, those included that are lost.
  public func replicaStatuses(at now: Instant) -> [HearthV1.ReplicaStatus] {
    nodeStatuses(at: now).flatMap(\.replicas)
  }

  private func lostReplicas(
    of hello: HearthV1.NodeHello,
    _ availability: HearthV1.Availability
  ) -> [HearthV1.ReplicaStatus] {
    hello.replicas.map {
      .init(replica: $0, node: hello.node, region: hello.region, availability: availability)
    }
  }

  /// The slots of all replicas, by node and index.
  var replicaSlots: [Int32] { nodes.keys.sorted().flatMap { nodes[$0]?.slots ?? [] } }

  private func replicaStatus(_ slot: Int32, at now: Instant) -> HearthV1.ReplicaStatus? {
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
      reason: trouble(of: slot, on: spec.node.text, at: now)
        ?? dispatcher.suspicion(of: slot, at: dispatcher.view.now) ?? "",
      operation: operation(of: slot),
      calibration: calibration(of: slot),
      adapters: adapters(of: slot)
    )
  }

  private func adapters(of slot: Int32) -> HearthV1.AdapterList? {
    dispatcher.view.adapters(slot).map {
      .init(names: $0.names.map(\.text).sorted(), loaded: $0.loaded.map(\.text).sorted())
    }
  }

  /// Why a replica's engine takes no turns, and for how long it has not.
  private func trouble(of slot: Int32, on node: String, at now: Instant) -> String? {
    guard let node = nodes[node], let reason = node.troubles[slot]?.reason else { return nil }
    let time = node.troubledSince[slot]?.duration(to: now) ?? .zero
    return time < .seconds(1)
      ? reason : "\(reason) (for \(Duration.seconds(time.components.seconds).text))"
  }

  private func roundTrip(_ one: String, _ other: String) -> Duration {
    let numbers = [one, other].map { RegionID($0).flatMap { dispatcher.view.region($0) } ?? -1 }
    return Duration(inSeconds: dispatcher.view.roundTripSeconds(numbers[0], numbers[1]))
  }
}
