public import Basics
import Capacity
import FleetSpec
import Dispatching
public import HearthMessages
import KVIndex
import Routing

/// What the fleet is asked for, what it sustains, and what would be better where.
extension ControlCore {
  /// Demand beside supply, what each region's loss would mean, and a plan, of which only the
  /// prefixes are carried out.
  ///
  /// `losing` names a region or a node whose loss is of interest instead; throws `NOT_FOUND` when
  /// neither has the name. Takes a fraction of a second for a fleet of thousands, in which no turn
  /// is routed.
  public func capacity(
    losing: String = "",
    at now: Instant
  ) throws(Rejection) -> HearthV1.CapacityReport {
    let input = capacityInput(at: now)
    let scope = try scope(named: losing)
    let now = dispatcher.view.fleetTime(now)
    let prefixes = PrefixPlan(
      dispatcher.demand,
      view: dispatcher.view,
      index: dispatcher.index,
      at: now
    )
    return HearthV1.CapacityReport(
      CapacityReport(input),
      losing: scope.map { CapacityReport.loss(of: $0, in: input) },
      prefixes: prefixes.prefixes
    )
  }

  private func scope(named name: String) throws(Rejection) -> CapacityLoss.Scope? {
    guard !name.isEmpty else { return nil }
    if regions[name] != nil, let region = RegionID(name) { return .region(region) }
    if nodes[name] != nil, let node = NodeID(name) { return .node(node) }
    throw Rejection(.notFound, "no region and no node is named \"\(name.prefix(64))\"")
  }

  private func capacityInput(at now: Instant) -> CapacityInput {
    var replicas: [CapacityReplica] = []
    for slot in 0..<Int32(dispatcher.view.slotCount) {
      guard let spec = dispatcher.view.spec(slot), let state = dispatcher.view.state(slot) else {
        continue
      }
      replicas.append(
        CapacityReplica(
          spec.measured(state.rates),
          takesTurns: state.readiness == .ready,
          warmBlocks: dispatcher.index.blockCount(slot)
        )
      )
    }
    var input = CapacityInput(
      replicas: replicas,
      demand: dispatcher.demand.rows(at: dispatcher.view.fleetTime(now))
    )
    input.objectives = settings.objectives
    return input
  }
}

extension ReplicaSpec {
  /// The replica with the efficiency that it was measured to have, in steps of 5 % of that in its
  /// figures, so that those that are about as fast count as of one kind.
  fileprivate func measured(_ rates: StepRates) -> ReplicaSpec {
    func step(_ ratio: Double) -> Double { max(0.05, (ratio * 20).rounded() / 20) }
    let memory = step(rates.bytesPerSecond / roofline.rates.bytesPerSecond)
    var efficiency = roofline.efficiency
    efficiency.compute *= step(rates.flopsPerSecond / roofline.rates.flopsPerSecond)
    efficiency.memory *= memory
    efficiency.stepOverheadSeconds /= memory
    guard efficiency != roofline.efficiency else { return self }
    var spec = self
    spec.roofline = Roofline(
      gpu: roofline.gpu,
      gpuCount: roofline.gpuCount,
      model: roofline.model,
      efficiency: efficiency
    )
    return spec
  }
}
