import Basics
import FleetSpec
import Dispatching
import HearthMessages
import KVIndex
import Routing

/// What becomes of nodes: they attach through a region, report, and are given up.
extension ControlCore {
  /// How long a node may go on without starting the resynchronisation that it was asked for.
  private static let resynchronisationTime = Duration.seconds(5)

  /// Takes a node in, or says what is wrong with it.
  mutating func attach(
    _ hello: HearthV1.NodeHello,
    in region: String,
    at now: Instant,
    into actions: inout Actions<Action>
  ) -> String? {
    if let fault = hello.fault { return fault }
    guard hello.region == region else {
      return "it says it is in region \(hello.region), but attached through \(region)"
    }
    if let other = nodes[hello.node], other.hello.region != region {
      if claims.count < settings.nodesMax { claims[hello.node] = hello }
      return "region \(other.hello.region) has a node of the same name"
    }
    claims[hello.node] = nil
    guard nodes[hello.node] != nil || nodes.count < settings.nodesMax else {
      if claims.count < settings.nodesMax { claims[hello.node] = hello }
      return "the limit of \(settings.nodesMax) attached nodes is reached"
    }
    regions[region]?.unlisted.remove(hello.node)
    if var node = nodes[hello.node], node.hello == hello {
      (node.isSynced, node.isSuspect, node.sequence) = (false, false, nil)
      (node.asked, node.lastHeard) = (now, now)
      nodes[hello.node] = node
    } else {
      // Where it is not taken in, the one that there was is lost.
      if let old = nodes[hello.node] { miss(old.hello, lastHeard: old.lastHeard) }
      drop(hello.node, at: now)
      let specs = hello.replicas.compactMap { ReplicaSpec($0, of: hello) }
      if let fault = specs.lazy.flatMap({ $0.faults() }).first {
        return "\(fault.field): \(fault.message)"
      }
      let slots = specs.compactMap { dispatcher.attach($0) }
      guard slots.count == hello.replicas.count else {
        for slot in slots { dispatcher.detach(slot, at: now) }
        if claims.count < settings.nodesMax { claims[hello.node] = hello }
        return "the fleet's limit of replicas, models or regions is reached"
      }
      for spec in specs {
        guard let other = otherBlocks(than: spec) else { continue }
        let details = [
          "replica": spec.id.text, "blockTokens": "\(spec.blockTokens)", "others": "\(other)",
        ]
        actions.append(
          .note(.init(.warning, "blocks of another size than the model's other replicas", details))
        )
      }
      nodes[hello.node] = Node(hello: hello, slots: slots, asked: now, lastHeard: now)
      let before = lostNodes.removeValue(forKey: hello.node)?.hello
      stopAwaiting(hello.node)
      if before?.isLike(hello) != true { actions.append(.store) }
      actions.append(
        .note(.init(.notice, "node attached", ["node": hello.node, "region": region]))
      )
    }
    if hello.jobs != nil { regions[region]?.takesJobs = true }
    setReadiness(of: hello.node)
    send(.turnRules(turnRules), to: hello.node, into: &actions)
    sendIntent(to: hello.node, at: now, into: &actions)
    return nil
  }

  /// By what nodes tell which turns are theirs.
  private var turnRules: HearthV1.TurnRules {
    let key = dispatcher.reservationKey.words
    let groups = settings.trust.tenants.sorted { $0.key < $1.key }
    return .init(
      keyHigh: key[0],
      keyLow: key[1],
      groups: groups.map { .init(tenant: $0.text, group: $1.text) },
      groupOfOthers: settings.trust.others?.text ?? ""
    )
  }

  /// Asks a node to report everything again.
  private func resynchronise(
    _ name: String,
    because reason: String,
    into actions: inout Actions<Action>
  ) {
    send(.resynchronise(.init(reason: reason)), to: name, into: &actions)
  }

  /// The tokens in a block of another replica of the model, where those are not as many.
  private func otherBlocks(than spec: ReplicaSpec) -> Int? {
    for slot in 0..<Int32(dispatcher.view.slotCount) {
      guard let other = dispatcher.view.spec(slot), other.model == spec.model,
        other.blockTokens != spec.blockTokens
      else { continue }
      return other.blockTokens
    }
    return nil
  }

  mutating func apply(
    _ update: HearthV1.NodeUpdate,
    of name: String,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    guard var node = nodes[name] else { return }
    let before = (node.availability, node.isSynced, node.troubles)
    node.lastHeard = now
    if update.reset {
      for slot in node.slots {
        dispatcher.resynchronise(slot)
        dispatcher.setAdapters(slot, names: [], loaded: [])
      }
      node.hasToldWorkers = false
      (node.isSynced, node.troubles) = (false, [:])
    } else if node.sequence.map({ $0 &+ 1 }) != update.sequence {
      // Without a reset first, or after a gap, nothing more can be built on what is known.
      // It is asked for once, and again when nothing came of it: the request or the answer was
      // lost.
      let asks =
        node.sequence != nil || node.asked.duration(to: now) >= Self.resynchronisationTime
      (node.sequence, node.isSynced) = (nil, false)
      if asks { node.asked = now }
      nodes[name] = node
      setReadiness(of: name)
      if asks {
        resynchronise(name, because: "a gap in the updates", into: &actions)
      }
      return
    }
    node.sequence = update.sequence
    for change in update.replicas where Int(change.index) < node.slots.count {
      let slot = node.slots[Int(change.index)]
      report(change, of: slot, at: now)
      let hadTrouble = node.troubles[slot] != nil
      if let note = judge(change, of: slot, on: &node, at: now) { actions.append(.note(note)) }
      if hadTrouble, node.troubles[slot] == nil, node.hello.jobs != nil,
        let id = dispatcher.view.spec(slot)?.id
      {
        nodeChanges.append(.replicaReady(id.text))
      }
    }
    if update.synced, !node.isSynced {
      for slot in node.slots { dispatcher.synchronised(slot, at: now) }
    }
    for change in dispatcher.takeHitRateChanges() { actions.append(.note(note(change))) }
    (node.availability, node.reason) = (update.availability, update.reason)
    node.isSynced = node.isSynced || update.synced
    if let jobs = update.jobs, node.hello.jobs != nil {
      nodeChanges.append(.reported(node.hello, jobs, isWhole: !node.hasToldWorkers))
      node.hasToldWorkers = true
      node.hasWorkers = jobs.workers.contains { $0.phase != .gone }
    }
    nodes[name] = node
    guard before != (node.availability, node.isSynced, node.troubles) else { return }
    adoptIntent(from: node, becameSynced: node.isSynced && !before.1, into: &actions)
    setReadiness(of: name)
  }

  /// Takes in what a replica reports: its load, then what it dropped and keeps, then its turns.
  private mutating func report(
    _ update: HearthV1.ReplicaUpdate,
    of slot: Int32,
    at now: Instant
  ) {
    dispatcher.reported(
      update.load.map { ReplicaLoad($0) },
      by: slot,
      hasTurnChanges: !update.accepted.isEmpty || !update.ended.isEmpty,
      at: now
    )
    if let list = update.adapters {
      dispatcher.setAdapters(
        slot,
        names: list.names.compactMap { AdapterID($0) },
        loaded: list.loaded.compactMap { AdapterID($0) }
      )
    }
    if update.cleared { dispatcher.cleared(slot) }
    dispatcher.removed(update.removed.span, by: slot, at: now)
    dispatcher.stored(update.stored.span, by: slot)
    guard let replica = dispatcher.view.spec(slot)?.id else { return }
    for id in update.accepted {
      dispatcher.accepted(bound(id, to: replica), by: slot, at: now)
    }
    for outcome in update.outcomes where outcome.reservation != 0 {
      dispatcher.ended(
        bound(outcome.reservation, to: replica),
        TurnOutcome(outcome),
        TurnEnding(outcome.ending),
        by: slot,
        at: now
      )
    }
    for id in update.ended { dispatcher.left(bound(id, to: replica), by: slot, at: now) }
  }

  /// Takes in what became of turns while the control plane was away.
  mutating func takeOutcomes(
    _ report: HearthV1.RegionOutcomes,
    from region: String,
    at now: Instant
  ) {
    guard (nodes[report.node]?.hello ?? lostNodes[report.node]?.hello)?.region == region,
      let replica = ReplicaID("\(report.node)/\(report.index)")
    else { return }
    for outcome in report.outcomes where outcome.reservation != 0 {
      let (id, ending) = (bound(outcome.reservation, to: replica), TurnEnding(outcome.ending))
      dispatcher.ended(id, TurnOutcome(outcome), ending, by: replica, at: now)
    }
  }

  /// Takes in what a node says of one of its replicas, and what somebody should know of it.
  private func judge(
    _ change: HearthV1.ReplicaUpdate,
    of slot: Int32,
    on node: inout Node,
    at now: Instant
  ) -> Note? {
    let name = ["replica": dispatcher.view.spec(slot)?.id.text ?? ""]
    switch change.availability {
    case .failed, .starting:
      let before = node.troubles.updateValue(
        EngineTrouble(change.availability, change.reason),
        forKey: slot
      )
      if before == nil { node.troubledSince[slot] = now }
      guard before?.availability != change.availability else { return nil }
      let details = name.merging(["why": change.reason]) { own, _ in own }
      return change.availability == .failed
        ? Note(.warning, "replica failed", details) : Note(.notice, "replica starts", details)
    case .ready where node.troubles.removeValue(forKey: slot) != nil:
      return Note(.notice, "replica is tried again", name)
    default: return nil
    }
  }

  mutating func judge(
    _ change: HearthV1.NodeStateChanged,
    at now: Instant,
    into actions: inout Actions<Action>
  ) {
    actions.append(
      .note(.init(.notice, "node \(change.state)", ["node": change.node, "why": change.reason]))
    )
    switch change.state {
    case .lost: giveUp(change.node, at: now, into: &actions)
    case .suspect, .ready:
      nodes[change.node]?.isSuspect = change.state == .suspect
      setReadiness(of: change.node)
    default: break
    }
  }

  /// Releases all that a node had, and its name and its room to nodes that were refused.
  mutating func giveUp(_ name: String, at now: Instant, into actions: inout Actions<Action>) {
    if let node = nodes[name] {
      miss(node.hello, lastHeard: node.lastHeard)
      if node.hello.jobs != nil { nodeChanges.append(.lost(node: name)) }
    }
    drop(name, at: now)
    for claim in claims.values.sorted(by: { $0.node < $1.node }) {
      guard attach(claim, in: claim.region, at: now, into: &actions) == nil else { continue }
      resynchronise(claim.node, because: "there is room", into: &actions)
    }
  }

  /// Lists a node as lost; of too many the one goes that is lost for longest.
  mutating func miss(_ hello: HearthV1.NodeHello, lastHeard: Instant) {
    lostNodes[hello.node] = LostNode(hello: hello, lastHeard: lastHeard)
    guard lostNodes.count > settings.nodesMax,
      let oldest = lostNodes.min(by: {
        ($0.value.lastHeard, $0.key) < ($1.value.lastHeard, $1.key)
      })
    else { return }
    lostNodes[oldest.key] = nil
  }

  private mutating func drop(_ name: String, at now: Instant) {
    guard let node = nodes.removeValue(forKey: name) else { return }
    for slot in node.slots { dispatcher.detach(slot, at: now) }
  }

  mutating func setReadiness(ofRegion region: String) {
    for name in nodes.keys.sorted() where nodes[name]?.hello.region == region {
      setReadiness(of: name)
    }
  }

  mutating func setReadiness(of name: String) {
    guard let node = nodes[name] else { return }
    let availability = availability(of: node)
    if node.hello.jobs != nil {
      nodeChanges.append(.changed(node: name, availability))
      if let due = intents[name]?.drainDeadline, node.isSynced {
        nodeChanges.append(.drains(node: name, by: due))
      }
    }
    let readiness = Readiness(availability)
    for slot in node.slots {
      var own = node.troubles[slot].map { Readiness($0.availability) }
      if own == nil, let id = dispatcher.view.spec(slot)?.id, cordoned.contains(id) {
        own = .cordoned
      }
      dispatcher.setReadiness(slot, readiness == .ready ? own ?? .ready : readiness)
    }
  }
}

extension HearthV1.NodeHello {
  /// Whether two processes are the same node with the same hardware.
  fileprivate func isLike(_ other: Self) -> Bool {
    var twin = other
    twin.incarnation = incarnation
    return twin == self
  }
}
