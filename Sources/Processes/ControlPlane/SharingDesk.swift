import Basics
import Coordination
import Dispatching
import EventLoop
import FleetSpec
import HearthMessages
import Jobs
import Logging
import Sharing

/// Has replicas lend their GPUs to jobs and take them back: tells ``FleetSharing`` how the fleet is
/// used, and the dispatcher, the jobs and the nodes what follows from it.
///
/// Confined to its loop.
final class SharingDesk {
  /// What others are to do.
  enum Wish {
    case cordon(ReplicaID, Bool)
    case order(node: String, HearthV1.ParkReplica)
    case jobs(JobCore.Event)
  }

  /// How often use is looked at.
  private static let interval = Duration.seconds(1)

  private let loop: Loop
  private let logger: Logger
  private let use: ([RegionID: Int]) -> FleetUse
  private let wish: (Wish) -> Void
  private var sharing: FleetSharing
  private var timer: LoopTimer?
  /// Replicas of nodes that take jobs, whose engines can be parked.
  private var replicas: [String: [ReplicaSpec]] = [:]
  private var parked: Set<ReplicaID> = []

  init(
    _ settings: SharingSettings,
    loop: Loop,
    logger: Logger,
    use: @escaping ([RegionID: Int]) -> FleetUse,
    wish: @escaping (Wish) -> Void
  ) throws {
    (self.loop, self.logger, self.use, self.wish) = (loop, logger, use, wish)
    // A reclaim of an earlier control plane must not be taken for one of this.
    sharing = FleetSharing(settings: settings, firstReclaim: UInt64(loop.now.nanoseconds) | 1)
    timer = try LoopTimer(loop: loop) { [unowned self] in look() }
    timer?.arm(after: Self.interval)
  }

  /// What becomes of nodes, before the jobs hear it.
  func hear(_ change: NodeChange) {
    switch change {
    case .reported(let hello, let jobs, let isWhole): take(jobs, of: hello, isWhole: isWhole)
    case .lost(let node):
      for spec in replicas.removeValue(forKey: node) ?? [] {
        parked.remove(spec.id)
        step(.detached(spec.id))
      }
    case .replicaReady(let name):
      guard let id = ReplicaID(name), !parked.contains(id) else { return }
      step(.loaded(id))
    case .heard, .changed, .drains: break
    }
  }

  /// Serving has GPUs that jobs had.
  func handedOver(_ reclaim: ReclaimID, _ node: NodeID, _ gpus: UInt64) {
    step(.handedOver(reclaim, node, gpus: gpus))
  }

  /// Jobs can't give GPUs for so many replicas.
  func fellShort(_ reclaim: ReclaimID, _ replicas: Int) {
    step(.fellShort(reclaim, replicas: replicas))
  }

  private func take(_ jobs: HearthV1.NodeJobs, of hello: HearthV1.NodeHello, isWhole: Bool) {
    if isWhole {
      let specs = hello.replicas.filter(\.canPark).compactMap { ReplicaSpec($0, of: hello) }
      for old in replicas[hello.node] ?? [] { step(.detached(old.id)) }
      replicas[hello.node] = specs
    }
    for (index, replica) in hello.replicas.enumerated() where replica.canPark {
      guard let spec = ReplicaSpec(replica, of: hello), index < jobs.replicaGpus.count else {
        continue
      }
      let isParked = jobs.parked >> UInt64(index) & 1 == 1
      if isWhole {
        step(.attached(spec, gpus: jobs.replicaGpus[index], isParked: isParked))
        if isParked { wish(.cordon(spec.id, false)) }
      } else if isParked, !parked.contains(spec.id) {
        step(.unloaded(spec.id))
      }
      if isParked { parked.insert(spec.id) } else { parked.remove(spec.id) }
    }
  }

  private func look() {
    timer?.arm(after: Self.interval)
    step(.used(use(sharing.lendableGPUs)))
  }

  private func step(_ event: SharingEvent) {
    var actions = Actions<SharingAction>()
    sharing.step(event, at: loop.now, into: &actions)
    for action in actions.take() { perform(action) }
  }

  private func perform(_ action: SharingAction) {
    switch action {
    case .cordon(let id):
      note("replica is about to lend its GPUs", id)
      wish(.cordon(id, true))
    case .uncordon(let id):
      note("replica serves on", id)
      wish(.cordon(id, false))
    case .unload(let id): park(id, true, on: 0)
    case .serve(let node, let gpus): wish(.jobs(.servingChanged(node, gpus)))
    case .reclaim(let reclaim):
      logger.notice(
        "replicas are taken back",
        metadata: ["replicas": "\(reclaim.replicas)", "why": "\(reclaim.by)"]
      )
      wish(.jobs(.reclaimed(reclaim)))
    case .endReclaim(let id): wish(.jobs(.reclaimEnded(id)))
    case .load(let id, let gpus):
      note("replica loads again", id)
      wish(.cordon(id, false))
      park(id, false, on: gpus)
    }
  }

  private func park(_ id: ReplicaID, _ isParked: Bool, on gpus: UInt64) {
    guard let slash = id.text.lastIndex(of: "/"),
      let index = UInt32(id.text[id.text.index(after: slash)...])
    else { return }
    let order = HearthV1.ParkReplica(index: index, isParked: isParked, gpus: gpus)
    wish(.order(node: String(id.text[..<slash]), order))
  }

  private func note(_ words: String, _ id: ReplicaID) {
    logger.notice("\(words)", metadata: ["replica": "\(id)"])
  }
}
