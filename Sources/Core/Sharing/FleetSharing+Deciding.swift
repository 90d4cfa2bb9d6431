import Basics
import FleetSpec
import Jobs

extension FleetSharing {
  /// Parks what is not needed and jobs want, and takes back what is needed.
  mutating func decide(
    _ use: FleetUse,
    at now: Instant,
    into actions: inout Actions<SharingAction>
  ) {
    let uses = Dictionary(uniqueKeysWithValues: use.replicas.map { ($0.id, $0) })
    for place in places {
      let need = need(of: place, use, uses, at: now)
      let there = count(place, .serving) + coming(to: place)
      if let wait = use.waits[place.model], wait >= settings.waitMax {
        wake(place, Int.max, "turns of \(place.model) wait", use, at: now, into: &actions)
      } else if need.now > settings.wakeAbove * Double(there) {
        let wanted = max(there + 1, Int((need.now / settings.parkBelow).rounded(.up)))
        wake(
          place,
          wanted - there,
          "\(place.model) needs \(wanted) replicas",
          use,
          at: now,
          into: &actions
        )
      } else if isUnwanted(place, use, at: now) {
        giveUp(place, use, at: now, into: &actions)
      } else {
        park(place, need.peak, use, uses, at: now, into: &actions)
      }
      unload(place, uses, into: &actions)
    }
  }

  /// How many replicas a model needs in a region that would do nothing else: now, and at the most
  /// of late.
  private mutating func need(
    of place: FleetUse.Place,
    _ use: FleetUse,
    _ uses: [ReplicaID: FleetUse.Replica],
    at now: Instant
  ) -> (now: Double, peak: Double) {
    guard var pool = pools[place] else { return (0, 0) }
    let replicas = pool.members.compactMap { uses[$0] }
    let share = pool.smoothed.record(replicas.reduce(0) { $0 + $1.share }, at: now)
    let known = replicas.filter { $0.sustained > 0 }
    let sustained = known.reduce(0) { $0 + $1.sustained } / Double(max(1, known.count))
    let offered = offered(place, use)
    let need = max(share, sustained > 0 ? offered / sustained : 0)
    let peak = pool.needed.record(need, over: settings.quiet, at: now)
    pools[place] = pool
    return (need, peak)
  }

  /// Turns a second that are asked for in a region, and its part of those from elsewhere.
  private func offered(_ place: FleetUse.Place, _ use: FleetUse) -> Double {
    let regions = places.filter { $0.model == place.model }
    let strays = use.offered.filter { $0.key.model == place.model && !regions.contains($0.key) }
    return (use.offered[place] ?? 0) + strays.values.reduce(0, +) / Double(max(1, regions.count))
  }

  private func count(_ place: FleetUse.Place, _ phase: Phase) -> Int {
    (pools[place]?.members ?? []).count { members[$0]?.phase == phase }
  }

  /// Replicas that take turns soon.
  private func coming(to place: FleetUse.Place) -> Int {
    recalls.filter { $0.place == place }.reduce(count(place, .loading)) { $0 + $1.replicas }
  }

  /// Whether jobs would have GPUs there.
  private func wants(_ place: FleetUse.Place, _ use: FleetUse) -> Bool {
    place.region.map { use.wantedGPUs[$0] ?? 0 > 0 } ?? false
  }

  // MARK: - Taking back

  /// Takes replicas back: first those that are still there, then those that are parked.
  private mutating func wake(
    _ place: FleetUse.Place,
    _ wanted: Int,
    _ why: String,
    _ use: FleetUse,
    at now: Instant,
    into actions: inout Actions<SharingAction>
  ) {
    pools[place]?.calmSince = now
    var wanted = wanted
    for id in pools[place]?.members ?? [] where wanted > 0 && members[id]?.phase == .draining {
      members[id]?.phase = .serving
      actions.append(.uncordon(id))
      wanted -= 1
    }
    recall(place, wanted, why, into: &actions) { _, _ in Int.max }
  }

  /// Has the jobs' scheduler take GPUs back for replicas that are parked, `limit` of those of each
  /// size on each node at most.
  private mutating func recall(
    _ place: FleetUse.Place,
    _ wanted: Int,
    _ why: String,
    into actions: inout Actions<SharingAction>,
    limit: (NodeID, Int) -> Int
  ) {
    var wanted = wanted
    let parked = (pools[place]?.members ?? []).compactMap { members[$0] }.filter {
      $0.phase == .parked
    }
    for size in Set(parked.map(\.gpuCount)).sorted() where wanted > 0 {
      var here: [NodeID: Int] = [:]
      for member in parked where member.gpuCount == size {
        here[member.spec.node, default: 0] += 1
      }
      here = here.reduce(into: [:]) { $0[$1.key] = min($1.value, limit($1.key, size)) }
        .filter { $0.value > 0 }
      let old = recalls.first { $0.place == place && $0.gpuCount == size }
      let promised = old?.replicas ?? 0
      let more = min(wanted, here.values.reduce(0, +) - promised)
      guard more > 0 else { continue }
      // One reclaim for all, so that no node is asked for more replicas than are parked there.
      if let old {
        actions.append(.endReclaim(old.id))
        recalls.removeAll { $0.id == old.id }
      }
      let recall = Recall(
        id: nextReclaim(),
        place: place,
        gpuCount: size,
        replicas: promised + more
      )
      recalls.append(recall)
      wanted -= more
      actions.append(
        .reclaim(
          Reclaim(
            id: recall.id,
            replicas: recall.replicas,
            gpusPerReplica: size,
            places: here,
            within: settings.notice,
            by: why
          )
        )
      )
    }
  }

  /// Whether nobody has wanted the GPUs of a place for a while.
  private mutating func isUnwanted(
    _ place: FleetUse.Place,
    _ use: FleetUse,
    at now: Instant
  ) -> Bool {
    guard !wants(place, use), count(place, .parked) + count(place, .draining) > 0 else {
      pools[place]?.unwantedSince = nil
      return false
    }
    let since = pools[place]?.unwantedSince ?? now
    pools[place]?.unwantedSince = since
    return since.duration(to: now) >= settings.quiet
  }

  /// Takes back what no job has: to serve is better than to be idle.
  private mutating func giveUp(
    _ place: FleetUse.Place,
    _ use: FleetUse,
    at now: Instant,
    into actions: inout Actions<SharingAction>
  ) {
    pools[place]?.unwantedSince = nil
    for id in pools[place]?.members ?? [] where members[id]?.phase == .draining {
      members[id]?.phase = .serving
      actions.append(.uncordon(id))
    }
    recall(place, Int.max, "no job wants GPUs", into: &actions) { node, size in
      (use.idleGPUs[node] ?? 0) / size
    }
  }

  // MARK: - Parking

  private mutating func park(
    _ place: FleetUse.Place,
    _ peak: Double,
    _ use: FleetUse,
    _ uses: [ReplicaID: FleetUse.Replica],
    at now: Instant,
    into actions: inout Actions<SharingAction>
  ) {
    let serving = count(place, .serving)
    guard wants(place, use), count(place, .draining) == 0, coming(to: place) == 0,
      serving > settings.keep, peak <= settings.parkBelow * Double(serving - 1),
      let since = pools[place]?.calmSince, since.duration(to: now) >= settings.quiet
    else { return }
    let candidates = (pools[place]?.members ?? []).filter { members[$0]?.phase == .serving }
    // Where jobs have or could have most already, so that gangs find whole nodes; there the one
    // that loses the least.
    let chosen = candidates.min { one, other in
      let (left, right) = (uses[one], uses[other])
      return (-lent(near: one, use), left?.warmBlocks ?? 0, left?.requests ?? 0, one)
        < (-lent(near: other, use), right?.warmBlocks ?? 0, right?.requests ?? 0, other)
    }
    guard let chosen else { return }
    members[chosen]?.phase = .draining
    actions.append(.cordon(chosen))
  }

  /// GPUs of a replica's node that jobs have or could have.
  private func lent(near id: ReplicaID, _ use: FleetUse) -> Int {
    guard let node = members[id]?.spec.node else { return 0 }
    return members.values.reduce(use.idleGPUs[node] ?? 0) { sum, member in
      member.spec.node == node && (member.phase == .parked || member.phase == .unloading)
        ? sum + member.gpuCount : sum
    }
  }

  /// Takes engines off their GPUs that have ended their last turns.
  private mutating func unload(
    _ place: FleetUse.Place,
    _ uses: [ReplicaID: FleetUse.Replica],
    into actions: inout Actions<SharingAction>
  ) {
    for id in pools[place]?.members ?? []
    where members[id]?.phase == .draining && uses[id]?.requests == 0 {
      members[id]?.phase = .unloading
      actions.append(.unload(id))
    }
  }
}
