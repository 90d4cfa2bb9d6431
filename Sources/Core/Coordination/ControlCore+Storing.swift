public import Basics
import Dispatching
import FleetSpec
public import HearthMessages

/// What the control plane must still know after a restart.
extension ControlCore {
  /// All that must be kept; `unixTime` is the time since 1970 at `now`.
  public func stored(unixTime: Duration, at now: Instant) -> HearthV1.StoredFleet {
    HearthV1.StoredFleet(
      orders: intents.sorted { $0.key < $1.key }.map { name, intent in
        let deadline = intent.drainDeadline.map { unixTime + now.duration(to: $0) }
        return HearthV1.StoredOrder(
          node: name,
          order: .init(availability: intent.availability, message: intent.message),
          deadlineUnixNs: deadline?.nanoseconds ?? 0
        )
      },
      nodes: (nodes.values.map(\.hello) + lostNodes.values.map(\.hello))
        .sorted { $0.node < $1.node },
      regions: (regions.values.map(\.hello) + Array(lostRegions.values))
        .sorted { $0.region < $1.region }
    )
  }

  /// Takes up what an earlier process kept, before anybody attaches: what does not come back is
  /// lost.
  public mutating func remember(
    _ fleet: HearthV1.StoredFleet,
    unixTime: Duration,
    at now: Instant
  ) {
    for stored in fleet.orders.prefix(settings.nodesMax) {
      guard let order = stored.order else { continue }
      let left = Duration.nanoseconds(stored.deadlineUnixNs) - unixTime
      intents[stored.node] = Intent(
        availability: order.availability,
        message: order.message,
        drainDeadline: stored.deadlineUnixNs == 0 ? nil : now.advanced(by: max(.zero, left))
      )
    }
    for hello in fleet.nodes.prefix(settings.nodesMax) where hello.fault == nil {
      miss(hello, lastHeard: now)
      awaitedNodes.insert(hello.node)
      dispatcher.expects(models: hello.replicas.compactMap { $0.model.flatMap { .init($0.name) } })
    }
    for hello in fleet.regions.prefix(settings.regionsMax) where hello.fault == nil {
      lostRegions[hello.region] = hello
    }
  }

  /// A node that was known before the start is waited for no more: it is back, or forgotten.
  ///
  /// After the last one, what no replica can do is refused for good.
  mutating func stopAwaiting(_ name: String) {
    guard awaitedNodes.remove(name) != nil, awaitedNodes.isEmpty else { return }
    dispatcher.replicasDueBy = .zero
  }
}
