import Basics
import FleetSpec
import Jobs
import Testing

@testable import Sharing

/// The sharing of a fleet whose use is as the test says.
struct SharedFleet {
  var sharing: FleetSharing
  var now = Instant.zero
  var use = FleetUse()
  private var actions = Actions<SharingAction>()

  static var region: RegionID { get throws { try #require(RegionID("eu")) } }
  static var model: ModelID { get throws { try #require(ModelID("llama-3.1-8b")) } }

  /// Nodes with two replicas each, all idle; jobs want eight GPUs.
  init(nodes: Int, _ change: (inout SharingSettings) -> Void = { _ in }) throws {
    var settings = SharingSettings()
    (settings.parkBelow, settings.wakeAbove) = (0.5, 0.7)
    change(&settings)
    sharing = FleetSharing(settings: settings)
    use.wantedGPUs = [try Self.region: 8]
    for number in 0..<2 * nodes {
      let spec = try Self.spec(number)
      _ = tell(.attached(spec, gpus: 1 << UInt64(number % 2), isParked: false))
      use.replicas.append(.init(spec.id))
    }
  }

  static func spec(_ number: Int) throws -> ReplicaSpec {
    let node = try #require(NodeID("n\(number / 2)"))
    let roofline = Roofline(
      gpu: try #require(GPUModel.named("h100-sxm")),
      gpuCount: 1,
      model: try #require(ModelArchitecture.named("llama-3.1-8b"))
    )
    return ReplicaSpec(
      id: try #require(ReplicaID("\(node)/\(number % 2)")),
      node: node,
      region: try region,
      model: try model,
      roofline: roofline
    )
  }

  mutating func tell(_ event: SharingEvent) -> [String] {
    sharing.step(event, at: now, into: &actions)
    return actions.take().map(Self.text)
  }

  /// What is done when use is looked at each five seconds for a while.
  mutating func pass(_ seconds: Int) -> [String] {
    var done: [String] = []
    for _ in 0..<seconds / 5 {
      now = now.advanced(by: .seconds(5))
      done += tell(.used(use))
    }
    return done
  }

  /// Gives every replica that takes turns so much to do.
  mutating func load(_ share: Double, requests: Int = 0) {
    for index in use.replicas.indices {
      use.replicas[index].kv = share
      use.replicas[index].requests = requests
    }
  }

  /// Parks a replica that has been cordoned.
  mutating func park(_ id: String) throws -> [String] {
    let id = try #require(ReplicaID(id))
    use.replicas.removeAll { $0.id == id }
    return tell(.unloaded(id))
  }

  static func text(_ action: SharingAction) -> String {
    switch action {
    case .cordon(let id): "cordon \(id)"
    case .uncordon(let id): "uncordon \(id)"
    case .unload(let id): "unload \(id)"
    case .serve(let node, let gpus): "serve \(node) \(gpus)"
    case .reclaim(let reclaim): "reclaim \(reclaim.id): \(reclaim.replicas)"
    case .endReclaim(let id): "end \(id)"
    case .load(let id, let gpus): "load \(id) \(gpus)"
    }
  }
}

extension FleetSharing {
  var servingCount: Int {
    members.values.count { $0.phase == .serving || $0.phase == .draining }
  }

  /// Replicas that are parked, or leave or come back.
  var parkedCount: Int { members.count - servingCount }
}
