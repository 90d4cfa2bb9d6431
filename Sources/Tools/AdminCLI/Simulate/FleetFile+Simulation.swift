import Basics
import FleetSpec
import Settings
import Simulator

/// A fleet that is described and not started.
extension FleetFile {
  /// Every replica of the fleet, in the order of the file.
  func specs() throws(Failure) -> [ReplicaSpec] {
    var specs: [ReplicaSpec] = []
    for region in regions {
      for node in region.nodes {
        for (index, replica) in node.replicas.enumerated() {
          let spec = replica.spec(
            index: index,
            node: node.name,
            region: region.name,
            models: architectures
          )
          guard let spec else {
            throw Failure(
              .failed,
              "\(node.name)/\(index) says no gpu: a replica whose GPU is the host's can't be "
                + "simulated (add gpu: h100-sxm, say)"
            )
          }
          specs.append(spec)
        }
      }
    }
    return specs
  }

  /// Where the turns of a trace start unless somebody says otherwise: the regions with replicas of
  /// the model, by name, as in a replay.
  func origins(of model: ModelID) -> [RegionID] {
    let serving = regions.filter { $0.nodes.flatMap(\.replicas).contains { $0.model == model } }
    return serving.map(\.name).sorted()
  }

  /// What a simulation takes from the file besides replicas; the control plane is in the first
  /// region.
  func simulatorSettings() -> SimulatorSettings {
    var settings = SimulatorSettings()
    settings.controlRegion = regions.first?.name
    if let seed = scheduling.seed { settings.seed = seed }
    settings.costs = scheduling.queue.costs
    settings.admission = scheduling.queue.admission
    settings.trust = scheduling.queue.trust
    settings.objectives = objectives
    settings.reservationLifetime = scheduling.reservationLifetime
    (settings.suspectAfter, settings.lostAfter) = (failure.suspectAfter, failure.lostAfter)
    settings.refusalRetriesMax = retries.refusalMax
    settings.lossRetriesMax = retries.lossMax
    for (index, region) in regions.enumerated() {
      for other in regions[..<index] {
        guard let time = roundTrip(region.name, other.name) else { continue }
        settings.roundTrips.append((region.name, other.name, time))
      }
    }
    return settings
  }

  /// The model that turns ask for: the one that was named, or the only one.
  func model(named name: String?) throws(Failure) -> ModelID {
    var models: [ModelID] = []
    for replica in regions.flatMap(\.nodes).flatMap(\.replicas)
    where !models.contains(replica.model) { models.append(replica.model) }
    if let name {
      let id = ModelID(canonical: name)
      if let id, models.contains(id) { return id }
    } else if models.count == 1 {
      return models[0]
    }
    let known = models.map(\.text).joined(separator: ", ")
    guard let name else {
      throw Failure(.failed, "the fleet serves several models: name one with --model (\(known))")
    }
    throw Failure(.notFound, "no replica serves \(name.quoted(limit: 60)) (there are \(known))")
  }

  /// The outages as they were typed.
  func outages(_ texts: [String]) throws(Failure) -> [Outage] {
    var outages: [Outage] = []
    for text in texts {
      let nodes = regions.flatMap(\.nodes).map(\.name)
      guard let outage = Outage(text: text, regions: regions.map(\.name), nodes: nodes) else {
        throw Failure(
          .failed,
          "--lose: \(text.quoted(limit: 60)) is no region or node and a time, such as "
            + "\"\(regions.first?.name.text ?? "eu") at 300s for 2m\""
        )
      }
      outages.append(outage)
    }
    return outages
  }
}
