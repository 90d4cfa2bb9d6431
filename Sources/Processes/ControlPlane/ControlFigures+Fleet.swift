import Coordination
import HearthMessages
import Telemetry

/// What there is of the fleet.
extension ControlFigures {
  static let fleet: [Metric<ControlFigures>] = [
    .init(
      "hearth_regions",
      .gauge,
      ["state"],
      "Regions, the lost ones included."
    ) { figures, series in
      let states = figures.core.regionStatuses.map(\.state)
      for state in [HearthV1.Availability.ready, .suspect, .lost] {
        series.add(states.count { $0 == state }, "\(state)")
      }
    },
    .init(
      "hearth_nodes",
      .gauge,
      ["region", "state"],
      "Nodes, the lost ones included."
    ) { figures, series in
      let regions = Dictionary(grouping: figures.nodes, by: \.region)
      for (region, nodes) in regions {
        for state in states {
          series.add(nodes.count { $0.availability == state }, region, "\(state)")
        }
      }
    },
    .init("hearth_sessions", .gauge, "Region agents that are attached.") {
      Double($0.core.regionStatuses.count { $0.state != .lost })
    },
    .init("hearth_blocks_indexed", .gauge, "KV blocks that replicas are known to hold.") {
      Double($0.status.blocksIndexed)
    },
  ]

  static let replicas: [Metric<ControlFigures>] = [
    replica("hearth_replica_ready", "1 for a replica that takes new turns, 0 for another.") {
      $0.availability == .ready ? 1 : 0
    },
    replica("hearth_replica_kv_blocks", "KV blocks that the engine can hold.") {
      $0.replica.map { Double($0.blockCount) }
    },
    replica("hearth_replica_kv_blocks_used", "KV blocks that running turns hold.") {
      $0.load.map { Double($0.blocksUsed) }
    },
    replica("hearth_replica_kv_blocks_cached", "KV blocks that are kept for reuse.") {
      $0.load.map { Double($0.blocksCached) }
    },
    replica("hearth_replica_running", "Turns in the engine's batch.") {
      $0.load.map { Double($0.running) }
    },
    replica("hearth_replica_decoding", "Turns of the batch that have their first token.") {
      $0.load.map { Double($0.decoding) }
    },
    replica("hearth_replica_waiting", "Turns that wait in the engine for its batch.") {
      $0.load.map { Double($0.waiting) }
    },
    replica("hearth_replica_pending", "Turns placed there that its load does not show yet.") {
      Double($0.pending)
    },
    replica("hearth_replica_prefill_tokens_queued", "Tokens of prompts that are to be computed.") {
      $0.load.map { Double($0.prefillTokensQueued) }
    },
  ]

  private static let states: [HearthV1.Availability] = [
    .starting, .ready, .cordoned, .draining, .drained, .failed, .suspect, .lost,
  ]

  /// A gauge with a series a replica that has the figure.
  private static func replica(
    _ name: String,
    _ help: String,
    _ figure: @escaping @Sendable (HearthV1.ReplicaStatus) -> Double?
  ) -> Metric<ControlFigures> {
    .init(name, .gauge, ["replica", "model", "region"], help) { figures, series in
      for status in figures.nodes.flatMap(\.replicas) {
        guard let replica = status.replica, let figure = figure(status) else { continue }
        series.add(figure, replica.id, replica.model?.name ?? "", status.region)
      }
    }
  }
}
