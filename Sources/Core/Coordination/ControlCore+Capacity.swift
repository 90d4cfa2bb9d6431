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
  /// prefixes are carried out: as a question whose answer can be worked out elsewhere.
  ///
  /// `losing` names a region or a node whose loss is of interest instead; throws `NOT_FOUND` when
  /// neither has the name. Takes milliseconds for a fleet of thousands.
  public func capacityQuestion(
    losing: String = "",
    at now: Instant
  ) throws(Rejection) -> CapacityQuestion {
    let input = capacityInput(at: now)
    let scope = try scope(named: losing)
    let now = dispatcher.view.fleetTime(now)
    let prefixes = PrefixPlan(
      dispatcher.demand,
      view: dispatcher.view,
      index: dispatcher.index,
      at: now
    )
    return CapacityQuestion(input: input, scope: scope, prefixes: prefixes.prefixes)
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
          warmBlocks: dispatcher.index.blockCount(slot),
          adapters: dispatcher.view.adapters(slot)?.loaded.sorted() ?? []
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

/// What is to be known of a fleet's capacity, with all that the answer needs.
public struct CapacityQuestion: Sendable {
  let input: CapacityInput
  let scope: CapacityLoss.Scope?
  let prefixes: [PrefixPlacement]

  /// Works the answer out: up to a second for a fleet of thousands.
  public func answer() -> HearthV1.CapacityReport {
    HearthV1.CapacityReport(
      CapacityReport(input),
      losing: scope.map { CapacityReport.loss(of: $0, in: input) },
      prefixes: prefixes
    )
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
