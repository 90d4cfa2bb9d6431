import Telemetry

extension RegionAgentServer {
  /// What a region agent counts.
  static var metrics: [Metric<RegionAgentServer>] {
    [
      .init("hearth_region_attached", .gauge, "1 while the control plane has the agent's session.")
      {
        $0.isConnected ? 1 : 0
      },
      .init("hearth_region_nodes", .gauge, "Nodes that are attached, suspect ones included.") {
        Double($0.nodeCount)
      },
      .init(
        "hearth_region_outcomes_dropped_total",
        .counter,
        "Ended turns that the control plane may not have recorded before there were too many."
      ) { Double($0.droppedOutcomes) },
      .init("hearth_region_relays", .gauge, "Turns that are being passed on from other regions.") {
        Double($0.relayCount)
      },
      .init("hearth_region_relayed_total", .counter, "Turns that were passed on.") {
        Double($0.relayed)
      },
    ]
  }
}
