import Basics

/// When a job is expected to start.
public struct JobForecast: Sendable, Hashable {
  /// What an expected start rests on.
  public enum Basis: Sendable, Hashable {
    /// There is room.
    case free
    /// Those who have the GPUs were told to go, and have until then.
    case leaving
    /// Time limits of jobs that run.
    case limits
    /// What is usual: a job without a time limit is taken to run for as long again as it has run,
    /// one that has not started for as long as those that ended did on average.
    case estimate
  }

  let at: Instant
  let basis: Basis
}

extension JobScheduler {
  /// The mean run of a job that nobody knows anything of, until one has ended.
  private static let runStandIn: Duration = .seconds(3600)
  /// The least that a job is taken to run on.
  private static let runMin: Duration = .seconds(60)

  /// When a job that runs is expected to end.
  private func expectedEnd(of job: Job, at now: Instant) -> JobForecast {
    if let stop = job.stop { return JobForecast(at: stop.deadline, basis: .leaving) }
    if let limit = job.spec.limits.time {
      let left = max(.zero, limit - job.ran(at: now))
      return JobForecast(at: now.advanced(by: left), basis: .limits)
    }
    let run = max(Self.runMin, job.runningSince?.duration(to: now) ?? .zero)
    return JobForecast(at: now.advanced(by: run), basis: .estimate)
  }

  /// How long a job that has not started is expected to run.
  private func expectedRun(of job: Job) -> Duration {
    if let limit = job.spec.limits.time { return max(.zero, limit - job.ranBefore) }
    guard endedRun.count > 0 else { return Self.runStandIn }
    return max(Self.runMin, Duration(inSeconds: endedRun.seconds / Double(endedRun.count)))
  }

  /// GPUs that are expected to be free at some time, and what that rests on.
  private struct Release {
    let forecast: JobForecast
    let gpus: [(node: Int, count: Int)]
  }

  /// What jobs with workers will free, the first first.
  private func releases(at now: Instant) -> [Release] {
    active.map { slot in
      let gpus = jobs[slot].workers.compactMap { worker in
        worker.nodeNumber >= 0 && self.gpus[worker.nodeNumber].isOpen
          ? (node: worker.nodeNumber, count: worker.gpuCount) : nil
      }
      return Release(forecast: expectedEnd(of: jobs[slot], at: now), gpus: gpus)
    }.sorted { $0.forecast.at < $1.forecast.at }
  }

  /// Where and when a gang has a place the soonest, if nobody else comes; nil when it has none
  /// until the fleet changes.
  func soonest(
    _ shape: GangShape,
    _ avoided: [Int],
    _ supply: Supply,
    at now: Instant
  ) -> (shares: [NodeShare], forecast: JobForecast)? {
    var free = supply.now(.overHead)
    let releases = releases(at: now)
    func place(_ count: Int) -> [NodeShare]? {
      var free = free
      for release in releases[..<count] {
        for (node, count) in release.gpus { free[node] += count }
      }
      for node in avoided { free[node] = 0 }
      return placer.place(shape.workers.min, shape, free: free)
    }
    for node in free.indices where !gpus[node].isOpen { free[node] = 0 }
    guard var shares = place(releases.count) else { return nil }
    var (low, high) = (0, releases.count)
    while low < high {
      let middle = (low + high) / 2
      if let found = place(middle) { (shares, high) = (found, middle) } else { low = middle + 1 }
    }
    guard high > 0 else { return (shares, JobForecast(at: now, basis: .free)) }
    let used = releases[..<high].map(\.forecast.basis)
    let basis: JobForecast.Basis =
      used.contains(.estimate) ? .estimate : used.contains(.limits) ? .limits : .leaving
    return (shares, JobForecast(at: max(now, releases[high - 1].forecast.at), basis: basis))
  }

  /// When a job that waits is expected to start, if those in front of it go first; nil when it has
  /// no place until the fleet changes, or too many are in front.
  func forecast(of id: JobID, at now: Instant) -> JobForecast? {
    guard let slot = slots[id], jobs[slot].isWaiting else { return nil }
    if let hold = holds.first(where: { $0.owner == .job(slot) }) {
      if case .head(let start) = hold.kind {
        return JobForecast(at: max(now, start.at), basis: start.basis)
      }
      let nodes = Set(hold.shares.map(\.node))
      let ends = active.flatMap { jobs[$0].leaves(nodes) }
      let end = max(ends.max() ?? now, jobs[slot].notBefore)
      return JobForecast(at: max(now, end), basis: .leaving)
    }
    var free = supply(at: now).free
    var releases = releases(at: now)
    var (time, basis) = (max(now, jobs[slot].notBefore), JobForecast.Basis.free)
    guard let ahead = ahead(of: slot, at: now), ahead.count <= settings.forecastDepth else {
      return nil
    }
    for waiting in ahead + [slot] {
      let shape = GangShape(jobs[waiting].spec)
      var found = placer.place(shape.workers.min, shape, free: free)
      while found == nil, !releases.isEmpty {
        let release = releases.removeFirst()
        for (node, count) in release.gpus { free[node] += count }
        time = max(time, release.forecast.at)
        if basis != .estimate, release.forecast.basis != .free { basis = release.forecast.basis }
        found = placer.place(shape.workers.min, shape, free: free)
      }
      // One in front that has no place until the fleet changes holds nobody up.
      guard let found else {
        if waiting == slot { return nil }
        continue
      }
      for share in found { free[share.node] -= share.workers * shape.gpusPerWorker }
      let limit = jobs[waiting].spec.limits.time
      let end = JobForecast(
        at: time.advanced(by: expectedRun(of: jobs[waiting])),
        basis: limit == nil ? .estimate : .limits
      )
      let gpus = found.map { (node: $0.node, count: $0.workers * shape.gpusPerWorker) }
      let place = releases.firstIndex { $0.forecast.at > end.at } ?? releases.count
      releases.insert(Release(forecast: end, gpus: gpus), at: place)
    }
    return JobForecast(at: time, basis: basis)
  }

  /// The jobs that go before one, in the order of the queue as it is now; nil if it doesn't wait.
  func ahead(of slot: Int, at now: Instant) -> [Int]? {
    guard jobs[slot].isWaiting else { return nil }
    var ahead: [Int] = []
    let supply = supply(at: now)
    queue.walk(share: { supply.turn(of: $0, settings) }) { other in
      guard other != slot else { return false }
      ahead.append(other)
      return true
    }
    return ahead
  }
}

extension Job {
  /// When its workers that were told to leave some nodes have gone at the latest.
  fileprivate func leaves(_ nodes: Set<Int>) -> [Instant] {
    workers.compactMap { worker in
      guard nodes.contains(worker.nodeNumber) else { return nil }
      if case .leaving(let until, _) = worker.state { return until }
      return stop?.deadline
    }
  }
}
