import Admission
public import Basics
import Capacity
public import Dispatching
import FleetSpec
import Routing

extension Dispatcher {
  /// How the replicas are used that take turns or are cordoned, as far as it is known here.
  public func use(at now: Instant) -> FleetUse {
    let time = view.fleetTime(now)
    let means = demand.means(at: time)
    var use = FleetUse()
    var supplies: [Kind: ReplicaSupply] = [:]
    var counts: [ModelID: Int] = [:]
    for slot in 0..<Int32(view.slotCount) where view.state(slot)?.readiness == .ready {
      if let spec = view.spec(slot) { counts[spec.model, default: 0] += 1 }
    }
    for slot in 0..<Int32(view.slotCount) {
      guard let state = view.state(slot), let spec = view.spec(slot),
        state.readiness == .ready || state.readiness == .cordoned
      else { continue }
      var replica = FleetUse.Replica(spec.id)
      replica.kv = Double(state.activeBlocks) / Double(max(1, state.blockCount))
      replica.requests = state.requestCount
      replica.warmBlocks = state.load.blocksCached
      var batchMax = Double(state.runningMax)
      if let mean = means[spec.model] {
        let supply =
          supplies[Kind(spec)]
          ?? ReplicaSupply(
            spec,
            of: mean,
            sharing: counts[spec.model] ?? 1,
            objective: settings.objectives.objective(of: spec.model)
          )
        supplies[Kind(spec)] = supply
        replica.sustained = supply.turnsPerSecond
        if supply.batch > 0 { batchMax = min(batchMax, supply.batch) }
      }
      replica.batch = Double(state.requestCount) / max(1, batchMax)
      use.replicas.append(replica)
    }
    for row in demand.rows(at: time) {
      let place = FleetUse.Place(model: row.key.model, region: row.key.origin)
      use.offered[place, default: 0] += row.minutes.turns
    }
    for model in admission.waitingModels {
      guard let first = admission.first(of: model) else { continue }
      use.waits[model] = Duration(inSeconds: admission.waitedSeconds(first, at: time))
    }
    return use
  }
}

/// What replicas have in common that sustain the same.
private struct Kind: Hashable {
  let model: ModelID
  let roofline: Roofline
  let blockTokens: Int
  let blockCount: Int
  let runningMax: Int
  let stepTokensMax: Int

  init(_ spec: ReplicaSpec) {
    (model, roofline) = (spec.model, spec.roofline)
    (blockTokens, blockCount) = (spec.blockTokens, spec.blockCount)
    (runningMax, stepTokensMax) = (spec.runningMax, spec.stepTokensMax)
  }
}
