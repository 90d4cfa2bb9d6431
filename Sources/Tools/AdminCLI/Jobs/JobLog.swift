import Basics
import Client
import HearthMessages
import HearthProto
import RPC
import Wire

/// Reads the log of a worker where it is, and then where the job goes next.
struct JobLog {
  /// How far the log was read.
  private struct Progress {
    /// The attempt that is being read, and the next byte of it.
    var epoch: UInt64 = 0
    var offset: UInt64 = 0
    /// Attempts up to this one were read to their end.
    var done: UInt64 = 0
    /// The latest attempt that was looked for on all nodes.
    var searched: UInt64 = 0
  }

  let fleet: FleetClient
  let job: String
  let rank: UInt32
  let isError: Bool
  let follows: Bool
  /// From one question to the next, while there is nothing to read.
  var pause = Duration.milliseconds(300)
  /// How long places may be out of reach.
  var awayMax = Duration.seconds(60)

  /// Writes the log of an attempt, or of the latest and, where it `follows`, of those after it.
  func print(
    attempt: UInt64? = nil,
    to output: inout LogOutput,
    tell: (String) -> Void
  ) async throws {
    var progress = Progress()
    var end = ContinuousClock.now + awayMax
    var said = ""
    while true {
      do throws(Failure) {
        let status = try await fleet.ask(HearthV1.Jobs.getJob, .init(job: job))
        let last = max(1, status.spec?.workersMax ?? 1) - 1
        guard rank <= last else { throw Failure(.notFound, "\(job) has workers 0 to \(last)") }
        if let place = try await next(attempt, of: status, &progress, tell) {
          let wasRead = try await read(place, &progress, &output, tell)
          if wasRead { progress.done = progress.epoch }
          if !follows, !wasRead { throw notThere(status) }
        } else if progress.done == 0, status.isEnded || !follows {
          throw notThere(status)
        } else if said != status.state, !status.isEnded {
          said = status.state
          tell(status.sentence)
        }
        if !follows || (status.isEnded && progress.done >= status.epoch) { return output.flush() }
        if status.isEnded, progress.searched >= status.epoch { return output.flush() }
        end = ContinuousClock.now + awayMax
      } catch {
        guard follows, error.code == .unreachable, ContinuousClock.now < end else { throw error }
      }
      if let failure = Terminal.outputFailure { throw failure }
      try await Task.sleep(for: pause)
    }
  }

  /// Where the log is that comes next; nil for nowhere yet.
  private func next(
    _ attempt: UInt64?,
    of status: HearthV1.JobStatus,
    _ progress: inout Progress,
    _ tell: (String) -> Void
  ) async throws(Failure) -> LogPlace? {
    let worker = status.workers.first { $0.rank == rank }
    var found: (place: LogPlace, epoch: UInt64)?
    if let worker, !status.isEnded, worker.epoch > progress.done,
      worker.epoch == attempt ?? worker.epoch
    {
      found = (LogPlace(worker), worker.epoch)
    } else if let attempt {
      found = try await search([attempt])
    } else if worker == nil || status.isEnded,
      status.epoch > max(progress.done, progress.searched)
    {
      // Its workers are gone, and nobody says where they were.
      let first = max(progress.done + 1, status.epoch - min(status.epoch, Self.attemptsMax) + 1)
      found = try await search((first...status.epoch).reversed())
      progress.searched = status.epoch
    }
    guard let found else { return nil }
    if found.epoch != progress.epoch {
      if progress.epoch > 0 {
        tell("attempt \(found.epoch) of \(job) goes on, on \(found.place.node)")
      }
      (progress.epoch, progress.offset) = (found.epoch, 0)
    }
    return found.place
  }

  /// Attempts, from the latest on, that are looked for on all nodes.
  private static let attemptsMax: UInt64 = 8

  private func notThere(_ status: HearthV1.JobStatus) -> Failure {
    guard status.epoch > 0 else {
      return Failure(.notFound, "\(job) has not run, so there is no log: \(status.sentence)")
    }
    let words = "no node that can be reached has a log of worker \(rank) of \(job)"
    return Failure(.notFound, words)
  }

  // MARK: - Reading

  /// Reads an attempt's log from where that ended before; false when it is not there.
  private func read(
    _ place: LogPlace,
    _ progress: inout Progress,
    _ output: inout LogOutput,
    _ tell: (String) -> Void
  ) async throws(Failure) -> Bool {
    if follows, output.isHolding {
      // The last lines of what there is so far, then what comes.
      guard try await read(place, follows: false, &progress, &output, tell) else { return false }
      output.flush()
    }
    return try await read(place, follows: follows, &progress, &output, tell)
  }

  private func read(
    _ place: LogPlace,
    follows: Bool,
    _ progress: inout Progress,
    _ output: inout LogOutput,
    _ tell: (String) -> Void
  ) async throws(Failure) -> Bool {
    var reason = "nobody knows where it is"
    for address in place.addresses {
      let call = fleet.client(of: address).call(HearthV1.Workers.readLog)
      do throws(GRPCStatus) {
        await call.send(request(place, progress.epoch, from: progress.offset, follows: follows))
        call.end()
        while let piece = try await call.next(), Terminal.outputFailure == nil {
          take(piece, &progress, &output, tell)
        }
        return true
      } catch {
        switch error.code {
        case .notFound: return false
        case .unavailable, .deadlineExceeded: reason = error.message
        default: throw Failure(.failed, "\(address) answered \(error)")
        }
      }
    }
    throw Failure(.unreachable, "the log is on \(place.node), which can't be reached: \(reason)")
  }

  private func request(
    _ place: LogPlace,
    _ epoch: UInt64,
    from offset: UInt64 = 0,
    follows: Bool = false
  ) -> HearthV1.ReadLogRequest {
    .init(
      job: job,
      rank: rank,
      epoch: epoch,
      isError: isError,
      offset: offset,
      follows: follows,
      node: place.node
    )
  }

  private func take(
    _ piece: HearthV1.LogPiece,
    _ progress: inout Progress,
    _ output: inout LogOutput,
    _ tell: (String) -> Void
  ) {
    let (end, isTooFar) = piece.offset.addingReportingOverflow(UInt64(piece.text.count))
    guard !isTooFar, end > progress.offset else { return }
    if piece.offset > progress.offset, !output.isHolding {
      tell("\(count(piece.offset - progress.offset, "byte")) before that are no longer kept")
    }
    let known = progress.offset - min(progress.offset, piece.offset)
    output.add(Array(piece.text.dropFirst(Int(known))))
    progress.offset = end
  }

  // MARK: - Searching

  /// The first of some attempts that a node has a log of.
  private func search(
    _ epochs: [UInt64]
  ) async throws(Failure) -> (place: LogPlace, epoch: UInt64)? {
    let regions = try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions
    let agents = Dictionary(regions.map { ($0.region, $0.address) }) { first, _ in first }
    let nodes = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
    let places = nodes.map { LogPlace($0, agent: agents[$0.region] ?? "") }
    for epoch in epochs {
      for start in stride(from: 0, to: places.count, by: Self.askedTogether) {
        let asked = places[start..<min(places.count, start + Self.askedTogether)]
        let found = await withTaskGroup(of: LogPlace?.self) { group in
          for place in asked { group.addTask { await has(place, epoch) ? place : nil } }
          return await group.reduce(nil) { $0 ?? $1 }
        }
        if let found { return (found, epoch) }
      }
    }
    return nil
  }

  private static let askedTogether = 16

  /// Whether a node has the log of an attempt.
  private func has(_ place: LogPlace, _ epoch: UInt64) async -> Bool {
    var options = CallOptions()
    options.timeout = .seconds(5)
    for address in place.addresses {
      let call = fleet.client(of: address).call(HearthV1.Workers.readLog, options: options)
      do throws(GRPCStatus) {
        await call.send(request(place, epoch))
        call.end()
        _ = try await call.next()
        return true
      } catch {
        guard error.code == .unavailable || error.code == .deadlineExceeded else { return false }
      }
    }
    return false
  }
}

/// Where the log of a worker is, or may be.
struct LogPlace: Sendable {
  let node: String
  /// Where it can be asked for: at the node, and at its region's agent.
  let addresses: [String]

  init(_ worker: HearthV1.JobWorker) {
    node = worker.node
    addresses = [worker.address, worker.agentAddress].filter { !$0.isEmpty }
  }

  init(_ node: HearthV1.NodeStatus, agent: String) {
    self.node = node.node
    addresses = [node.address, agent].filter { !$0.isEmpty }
  }
}
