import Basics
import Dispatching
import EngineModel
import FleetSpec
import Jobs
import Routing
import Sharing
import Traces

/// The jobs of a simulation: who decides about them, and who carries it out.
struct Training {
  let mix: JobMix
  var scheduler: JobScheduler
  var sharing: FleetSharing
  var workers: SimulatedWorkers
  /// The GPUs of each replica, in its node: those that it had first, and those that it has.
  var own: [UInt64]
  var masks: [UInt64]
  /// When GPUs were wanted back.
  var reclaimedAt: [ReclaimID: Instant] = [:]
  /// Since when replicas are parked, by their numbers.
  var parkedSince: [Int: Instant] = [:]

  var deadline: Instant? { scheduler.deadline.earlier(workers.timers.deadline) }
}

/// Jobs beside turns.
extension FleetSimulator {
  /// How often use is looked at.
  private static let lookInterval = Duration.seconds(5)
  /// How long an engine takes to leave its GPUs.
  private static let unloadTime = Duration.seconds(5)

  mutating func begin(_ mix: JobMix, _ regions: [RegionID]) throws(SimulationError) {
    let delays = Dictionary(uniqueKeysWithValues: zip(regions, reportDelays))
    var first: [NodeID: Int] = [:]
    let own = replicas.map { replica in
      let (start, count) = (first[replica.spec.node] ?? 0, replica.spec.roofline.gpuCount)
      first[replica.spec.node] = start + count
      return (start..<min(64, start + count)).reduce(0 as UInt64) { $0 | 1 << UInt64($1) }
    }
    for node in mix.nodes where first[node.place.id] ?? 0 > node.place.gpuCount {
      throw SimulationError(
        description: "the replicas of \(node.place.id) need more GPUs than its "
          + "\(node.place.gpuCount)"
      )
    }
    training = Training(
      mix: mix,
      scheduler: JobScheduler(settings: mix.settings),
      sharing: FleetSharing(settings: mix.sharing),
      workers: SimulatedWorkers(mix) { delays[$0] ?? settings.delays.report },
      own: own,
      masks: own
    )
    for number in replicas.indices { tellSharing(attached(number), at: .zero) }
    for node in mix.nodes { report(node.place, at: .zero) }
    for (number, job) in mix.jobs.enumerated() {
      events.add(.submitted(number), due: .zero.advanced(by: job.arrival))
    }
    events.add(.shared, due: .zero.advanced(by: Self.lookInterval))
  }

  mutating func submit(_ number: Int, at now: Instant) {
    if let spec = training?.mix.jobs[number].spec { tellJobs(.submitted(spec), at: now) }
  }

  /// Brings the jobs to `now`.
  mutating func advanceJobs(at now: Instant) {
    while let due = training?.deadline, due <= now {
      if let event = training?.workers.takeDue(at: now) {
        tellJobs(event, at: now)
      } else if let due = training?.scheduler.deadline, due <= now {
        tellJobs(.timePassed, at: now)
      }
    }
  }

  mutating func closeJobs(at now: Instant) {
    training?.workers.close(at: now)
    guard let training else { return }
    result.training = training.workers.report
    for (number, since) in training.parkedSince { countParked(number, since, at: now) }
  }

  private mutating func countParked(_ number: Int, _ since: Instant, at now: Instant) {
    let count = Double(replicas[number].spec.roofline.gpuCount)
    let seconds = count * since.seconds(to: now)
    training?.workers.update { $0.parkedGPUSeconds += seconds }
    result.training?.parkedGPUSeconds += seconds
  }

  // MARK: - The jobs' scheduler

  mutating func tellJobs(_ event: JobEvent, at now: Instant) {
    training?.scheduler.step(event, at: now, into: &jobActions)
    for action in jobActions.take() {
      switch action {
      case .handOver(let reclaim, let node, let gpus):
        if let since = training?.reclaimedAt[reclaim] {
          training?.workers.update { $0.handovers.add(since.duration(to: now)) }
        }
        tellSharing(.handedOver(reclaim, node, gpus: gpus), at: now)
      case .reclaimShort(let reclaim, let count):
        tellSharing(.fellShort(reclaim, replicas: count), at: now)
      default: training?.workers.carryOut(action, at: now)
      }
    }
  }

  /// Tells the scheduler of a node that is there, with nothing but its replicas.
  private mutating func report(_ place: JobNode, at now: Instant) {
    serve(place.id)
    let serving = servingGPUs(of: place.id)
    tellJobs(.nodeReported(place, serving: serving, workers: []), at: now)
  }

  /// Has a node's workers keep off the GPUs that its replicas are on.
  private mutating func serve(_ node: NodeID) {
    let gpus = servingGPUs(of: node)
    training?.workers.serve(node, gpus: gpus)
  }

  /// GPUs that replicas of a node are on.
  private func servingGPUs(of node: NodeID) -> UInt64 {
    replicas.indices.reduce(0) { mask, number in
      replicas[number].spec.node == node && training?.parkedSince[number] == nil
        ? mask | (training?.masks[number] ?? 0) : mask
    }
  }

  // MARK: - The sharing of GPUs

  func attached(_ number: Int) -> SharingEvent {
    .attached(replicas[number].spec, gpus: training?.masks[number] ?? 0, isParked: false)
  }

  /// Looks at how the fleet is used.
  mutating func share(at now: Instant) {
    deliverReports(at: now)
    advanceJobs(at: now)
    var use = dispatcher.use(at: now)
    if let training {
      let lendable = training.sharing.lendableGPUs
      use.wantedGPUs = training.scheduler.wantedGPUs(ifFree: lendable)
      use.idleGPUs = training.scheduler.idleGPUs
    }
    tellSharing(.used(use), at: now)
    events.add(.shared, due: now.advanced(by: Self.lookInterval))
  }

  mutating func tellSharing(_ event: SharingEvent, at now: Instant) {
    training?.sharing.step(event, at: now, into: &sharingActions)
    for action in sharingActions.take() {
      switch action {
      case .cordon(let id): setReadiness(id, .cordoned)
      case .uncordon(let id): setReadiness(id, .ready)
      case .unload(let id): unload(id, at: now)
      case .serve(let node, let gpus): tellJobs(.servingChanged(node, gpus: gpus), at: now)
      case .reclaim(let reclaim):
        training?.reclaimedAt[reclaim.id] = now
        tellJobs(.reclaimed(reclaim), at: now)
      case .endReclaim(let id): tellJobs(.reclaimEnded(id), at: now)
      case .load(let id, let gpus): load(id, gpus, at: now)
      }
    }
  }

  private mutating func setReadiness(_ id: ReplicaID, _ readiness: Readiness) {
    if let slot = dispatcher.view.slot(of: id) { dispatcher.setReadiness(slot, readiness) }
  }

  private mutating func unload(_ id: ReplicaID, at now: Instant) {
    guard let number = replicas.firstIndex(where: { $0.spec.id == id }), replicas[number].isUp
    else { return }
    replicas[number].advance(through: now, output: &output)
    tellClients(number)
    result.stepCount += replicas[number].engine.stepCount
    result.preemptionCount += replicas[number].engine.preemptionCount
    replicas[number].restart(at: now)
    replicas[number].isParked = true
    wakes[number] = .distantFuture
    dispatcher.resynchronise(replicas[number].slot)
    setReadiness(id, .drained)
    let incarnation = replicas[number].incarnation
    events.add(
      .unloaded(replica: number, incarnation: incarnation),
      due: now.advanced(by: Self.unloadTime)
    )
  }

  mutating func unloaded(_ number: Int, _ incarnation: Int, at now: Instant) {
    guard replicas[number].incarnation == incarnation else { return }
    training?.parkedSince[number] = now
    training?.workers.update { $0.parkings += 1 }
    let spec = replicas[number].spec
    serve(spec.node)
    tellSharing(.unloaded(spec.id), at: now)
  }

  private mutating func load(_ id: ReplicaID, _ gpus: UInt64, at now: Instant) {
    guard let number = replicas.firstIndex(where: { $0.spec.id == id }),
      let since = training?.parkedSince.removeValue(forKey: number)
    else { return }
    countParked(number, since, at: now)
    training?.masks[number] = gpus
    let node = replicas[number].spec.node
    serve(node)
    events.add(
      .loaded(replica: number, incarnation: replicas[number].incarnation),
      due: now.advanced(by: training?.mix.sharing.loadTime ?? .zero)
    )
  }

  mutating func loaded(_ number: Int, _ incarnation: Int, at now: Instant) {
    guard replicas[number].incarnation == incarnation else { return }
    replicas[number].isParked = false
    replicas[number].restart(at: now)
    setReadiness(replicas[number].spec.id, .ready)
    tellSharing(.loaded(replicas[number].spec.id), at: now)
  }

  // MARK: - Nodes that are lost

  mutating func loseWorkers(_ outage: Outage, at now: Instant) {
    guard let nodes = training?.mix.nodes.map(\.place) else { return }
    for node in nodes where outage.covers(node) {
      if training?.workers.nodes[node.id]?.outages == 0 { tellJobs(.nodeHeard(node.id), at: now) }
      training?.workers.lose(node.id, at: now)
      for number in replicas.indices where replicas[number].spec.node == node.id {
        if let since = training?.parkedSince.removeValue(forKey: number) {
          countParked(number, since, at: now)
        }
        if let own = training?.own[number] { training?.masks[number] = own }
      }
      serve(node.id)
      let session = training?.workers.nodes[node.id]?.session ?? 0
      let due = (
        now.advanced(by: settings.suspectAfter), now.advanced(by: settings.lostAfter)
      )
      events.add(.nodeSuspected(node.id, session: session), due: due.0)
      events.add(.nodeLost(node.id, session: session), due: due.1)
    }
  }

  mutating func giveBackNodes(_ outage: Outage, at now: Instant) {
    guard let nodes = training?.mix.nodes.map(\.place) else { return }
    for node in nodes where outage.covers(node) {
      training?.workers.giveBack(node.id)
      guard let found = training?.workers.nodes[node.id], found.outages == 0 else { continue }
      events.add(
        .nodeBack(node.id, session: found.session),
        due: now.advanced(by: found.delay)
      )
    }
  }

  mutating func nodeBack(_ id: NodeID, _ session: Int, at now: Instant) {
    guard let node = training?.workers.nodes[id], node.session == session else { return }
    report(node.place, at: now)
  }
}
