import Basics
import FleetSpec
import Jobs

extension FleetFile {
  /// Settings of the control plane that listens there.
  public func control(listen: NetworkAddress) -> ControlSettings {
    var settings = ControlSettings(listen: listen)
    settings.common.adopt(self)
    settings.scheduling = scheduling
    settings.jobs = jobs
    settings.sharing = sharing
    for (name, model) in models where model.objective != ObjectiveOverride() {
      settings.models[name, default: .init()].objective = model.objective
    }
    return settings
  }

  /// Settings of the agent of a region that listens there.
  public func agent(
    of region: FleetRegion,
    listen: NetworkAddress,
    control: NetworkAddress
  ) -> RegionSettings {
    var settings = RegionSettings(region: region.name, control: control, listen: listen)
    settings.common.adopt(self)
    for other in regions { settings.roundTrips[other.name] = roundTrip(region.name, other.name) }
    return settings
  }

  /// Settings of a node that listens there.
  public func node(
    _ node: FleetNode,
    in region: FleetRegion,
    listen: NetworkAddress,
    agent: NetworkAddress
  ) -> NodeSettings {
    var settings = NodeSettings(
      name: node.name,
      region: region.name,
      agent: agent,
      listen: listen
    )
    settings.common.adopt(self)
    settings.hardware = node.hardware
    settings.jobs.cutOffMax = jobs.cutOffMax
    settings.replicas = node.replicas
    settings.models = architectures.filter { name, _ in node.replicas.contains { $0.model == name }
    }
    return settings
  }

  /// Settings of a gateway in the first region, which serves clients at `http`.
  public func gateway(
    http: NetworkAddress,
    listen: NetworkAddress,
    control: NetworkAddress
  ) -> GatewaySettings {
    var settings = GatewaySettings(control: control, listen: listen)
    settings.common.adopt(self)
    settings.http = http
    settings.region = regions.first?.name
    return settings
  }
}

extension CommonSettings {
  /// Takes over what the file says of all processes, which end with the one that started them.
  fileprivate mutating func adopt(_ fleet: FleetFile) {
    timeScale = fleet.timeScale
    logLevel = fleet.logLevel
    failure = fleet.failure
    exitWithParent = true
  }
}
