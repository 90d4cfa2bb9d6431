public import Basics

/// Who may wait, how long it will be, and who has waited in vain.
extension AdmissionQueue {
  /// How many of a model's turns that find no room are looked at when there may be some: one behind
  /// them may well find it where they don't want to go.
  public static let scanLimit = 16

  /// The least time between two looks at turns that wait, unless none waited before: 20 us a
  /// replica, and 0.1 ms.
  ///
  /// A look costs as much as the fleet is large, and reports come the faster the larger it is: so
  /// looks take the same share of one core in every fleet, 2 % or so, and in one of 1,000 replicas
  /// a turn waits for 20 ms at most while there is room for it.
  public static func scanInterval(replicas: Int) -> Duration {
    .microseconds(max(100, 20 * replicas))
  }

  /// What a turn that asks to wait is told.
  public enum Answer: Sendable, Hashable {
    /// It waits, so long by the estimate; another turn may have given way to it.
    case waits(estimateSeconds: Double, displaced: DroppedTurn?)
    /// It may not; its ticket is over.
    case refused(AdmissionRefusal)
  }

  /// When ``popOverdue(at:)`` is wanted; nil while it is not.
  public var deadline: Instant? { overdue.first?.key }

  /// Lets a turn wait that was offered and does not fit, or says why not.
  ///
  /// Traps when the turn was not just offered. `rank` and `firstTokenSeconds` are the turn's when
  /// they are known better than before. Where it `mayFit`, since nobody has looked yet, and no
  /// other waits, no wait is expected that could make it late.
  public mutating func wait(
    _ ticket: AdmissionTicket,
    rank: Double? = nil,
    firstTokenSeconds: Double? = nil,
    mayFit: Bool = false,
    at now: Instant
  ) -> Answer {
    guard var entry = entry(ticket, ranked: rank, at: advance(to: now)), entry.stage == .offered
    else { preconditionFailure("\(ticket) was not just offered") }
    let now = advance(to: now)
    if let firstTokenSeconds { entry.turn.firstTokenSeconds = firstTokenSeconds }
    entry.stage = .waiting
    let line = Int(entry.line)
    lines[line].pace.advance(to: now, isBusy: lines[line].waiting > 0)
    let estimate = estimateSeconds(entry, at: now)
    let latest = latestStart(entry)
    if let deadline = entry.turn.deadline {
      let left = now.seconds(to: deadline)
      let wait = mayFit && lines[line].waiting == 0 ? 0 : estimate
      let needed = wait + max(0, entry.turn.firstTokenSeconds)
      if needed > left {
        let reason = AdmissionRefusal.Reason.deadline(estimateSeconds: needed, leftSeconds: left)
        return refused(ticket, entry, reason, needed - max(0, left))
      }
    }
    var displaced: DroppedTurn?
    let (bytes, tenant) = (entry.turn.bytes, tenants[entry.tenant])
    let isShareHeavy = tenant.waitingBytes + bytes > settings.tenantWaitingBytesMax
    let isHeavy = isShareHeavy || waitingBytes + bytes > settings.waitingBytesMax
    let isShareFull = tenant.waiting >= settings.tenantWaitingMax || isShareHeavy
    if isShareFull || isHeavy || waitingCount >= settings.waitingMax {
      let victim =
        isHeavy
        ? heaviest(for: entry, onlyOwn: isShareFull) : victim(for: entry, onlyOwn: isShareFull)
      guard let victim else {
        let waiting = isShareFull ? tenants[entry.tenant].waiting : waitingCount
        let reason: AdmissionRefusal.Reason =
          isShareFull ? .tenantShare(waiting: waiting) : .queueFull(waiting: waiting)
        return refused(ticket, entry, reason, estimate)
      }
      displaced = dropped(victim, .displaced(waiting: waitingCount), estimate, at: now)
    }
    lines[line].lanes[entry.priority].join(
      ticket.index,
      of: entry.tenant,
      weight: tenants[entry.tenant].limits.weight,
      rank: entry.rank,
      work: entry.work
    )
    lines[line].waiting += 1
    tenants.wait(entry.tenant, 1, bytes: entry.turn.bytes)
    overdue.set(ticket.index, latest)
    if let due = rerankDue(entry) { timely.set(ticket.index, due) }
    waitingCount += 1
    waitingBytes += entry.turn.bytes
    replace(ticket.index, entry)
    return .waits(estimateSeconds: estimate, displaced: displaced)
  }

  /// Refuses a turn that has room, if its first token would still come after its deadline; nil
  /// leaves it as it is.
  ///
  /// For a turn that was offered or waits, whose caller knows more of it now than when it came.
  public mutating func refuseIfLate(
    _ ticket: AdmissionTicket,
    firstTokenSeconds: Double,
    at now: Instant
  ) -> AdmissionRefusal? {
    guard let entry = entry(ticket), entry.stage != .running, let deadline = entry.turn.deadline
    else { return nil }
    let left = advance(to: now).seconds(to: deadline)
    guard firstTokenSeconds > left else { return nil }
    drop(ticket.index)
    let late = AdmissionRefusal.Reason.deadline(
      estimateSeconds: firstTokenSeconds,
      leftSeconds: left
    )
    return refuse(late, entry.turn, firstTokenSeconds - max(0, left))
  }

  /// When the model of a turn will have room for another, as far as its router can tell: what
  /// estimates start from until there is a measurement.
  public mutating func hintHeadroom(of ticket: AdmissionTicket, seconds: Double) {
    guard let entry = entry(ticket) else { return }
    lines[Int(entry.line)].pace.hint(seconds)
  }

  /// The turns of a model that are next if each of them is started, `limit` at most, in order.
  ///
  /// For a caller that may find no place for one and a place for another behind it: what the first
  /// wants must then be kept for it, or it would never get it. O(limit x (tenants + limit)).
  public mutating func next(
    of model: ModelID,
    limit: Int,
    at now: Instant
  ) -> [AdmissionTicket] {
    demoteLate(at: advance(to: now))
    guard limit > 0, let line = lineNumber(of: model) else { return [] }
    // The usual case: there is nothing to weigh.
    if lines[Int(line)].waiting <= 1 { return lines[Int(line)].first.map { [ticket($0)] } ?? [] }
    var turns: [Int32] = []
    for priority in lines[Int(line)].lanes.indices.reversed() where turns.count < limit {
      turns += lines[Int(line)].lanes[priority].next(limit - turns.count) { index in
        entries[Int(index)]?.work ?? 0
      }
    }
    return turns.map(ticket)
  }

  /// Puts turns that can't meet the objective any more, or may well not, behind those that can.
  private mutating func demoteLate(at now: Instant) {
    while let first = timely.first, first.key <= now, var entry = entries[Int(first.id)] {
      timely.remove(first.id)
      entry.rank = rank(
        of: entry.turn,
        arrival: entry.arrival,
        sequence: entry.generation,
        at: now
      )
      replace(first.id, entry)
      lines[Int(entry.line)].lanes[entry.priority].move(first.id, of: entry.tenant, to: entry.rank)
      if let due = rerankDue(entry) {
        timely.set(first.id, due)
      } else {
        lines[Int(entry.line)].noteTimeliness(isLate: true)
      }
    }
  }

  /// The next turn that ``popOverdue(at:)`` takes out, if that is only for having waited too long
  /// and no other of its model waits: it may still go where it would rather not, before it is
  /// refused.
  ///
  /// While others wait it may not: at overload the longest prompts wait longest, and computing
  /// those in full where there is room would take it from many.
  public mutating func nextTimedOut(at now: Instant) -> AdmissionTicket? {
    let now = advance(to: now)
    guard let first = overdue.first, first.key <= now, let entry = entries[Int(first.id)],
      first.key >= entry.arrival.advanced(by: settings.waitMax), lines[Int(entry.line)].waiting == 1
    else { return nil }
    return ticket(first.id)
  }

  /// Takes out the next turn that has waited in vain, or nil when there is none.
  ///
  /// Its first token can't be in time even if it began now, or it waited as long as a turn may.
  public mutating func popOverdue(at now: Instant) -> DroppedTurn? {
    let now = advance(to: now)
    guard let first = overdue.first, first.key <= now, let entry = entries[Int(first.id)] else {
      return nil
    }
    let waited = waitedSeconds(ticket(first.id), at: now)
    let isLate = first.key < entry.arrival.advanced(by: settings.waitMax)
    let reason: AdmissionRefusal.Reason =
      isLate ? .deadlinePassed(waitedSeconds: waited) : .waitedTooLong(waitedSeconds: waited)
    return dropped(first.id, reason, estimateSeconds(entry, at: now), at: now)
  }

  /// The turns that wait: model by model, of each the first to go by the estimate first.
  ///
  /// O(turns x (tenants + turns of a tenant)): for people, not for each decision.
  public func waiting(at now: Instant) -> [WaitingTurn] {
    var rows: [(line: Int32, sequence: UInt64, row: WaitingTurn)] = []
    for entry in entries.lazy.compactMap({ $0 }) where entry.stage == .waiting {
      let row = WaitingTurn(
        turn: entry.turn,
        priority: entry.priority,
        waitedSeconds: max(0, entry.arrival.seconds(to: now)),
        estimateSeconds: estimateSeconds(entry, at: now)
      )
      rows.append((entry.line, entry.generation, row))
    }
    rows.sort { left, right in
      (left.line, right.row.priority, left.row.estimateSeconds, left.sequence)
        < (right.line, left.row.priority, right.row.estimateSeconds, right.sequence)
    }
    return rows.map(\.row)
  }

  private func estimateSeconds(_ entry: Entry, at now: Instant) -> Double {
    lines[Int(entry.line)].waitSeconds(
      of: entry.tenant,
      weight: tenants[entry.tenant].limits.weight,
      priority: entry.priority,
      rank: entry.rank,
      work: entry.work,
      at: now
    )
  }

  /// After this the turn waits in vain.
  private func latestStart(_ entry: Entry) -> Instant {
    let end = entry.arrival.advanced(by: settings.waitMax)
    guard let deadline = entry.turn.deadline else { return end }
    let firstToken = Duration(inSeconds: max(0, entry.turn.firstTokenSeconds))
    return min(end, deadline.advanced(by: .zero - firstToken))
  }

  /// The turn that gives way to a new one, or nil when none should.
  ///
  /// The last of the tenant with most turns in the lowest priority. O(tenants that wait).
  private func victim(for entry: Entry, onlyOwn: Bool) -> Int32? {
    var best: (priority: Int, count: Int, turns: IndexedHeap<FairQueue.Rank>)?
    for line in lines where line.waiting > 0 {
      for priority in 0...entry.priority {
        for item in line.lanes[priority].active.items where !onlyOwn || item.id == entry.tenant {
          guard let turns = line.lanes[priority].accounts[item.id]?.turns else { continue }
          if let best, (best.priority, -best.count) <= (priority, -turns.count) { continue }
          best = (priority, turns.count, turns)
        }
      }
    }
    guard let best else { return nil }
    let own = lines[Int(entry.line)].lanes[entry.priority].waiting(of: entry.tenant)
    guard best.priority < entry.priority || !onlyOwn && best.count > own + 1 else {
      return newer(than: entry)
    }
    return best.turns.items.max { $0.key < $1.key }?.id
  }

  /// The turn that gives way to one that comes back and was first asked for before it, or nil.
  ///
  /// The newest of the same tenant, model and priority. O(turns of the tenant).
  private func newer(than entry: Entry) -> Int32? {
    func arrival(_ id: Int32) -> Instant {
      entries[Int(id)].map { $0.turn.firstArrival ?? $0.arrival } ?? .zero
    }
    let turns = lines[Int(entry.line)].lanes[entry.priority].accounts[entry.tenant]?.turns
    guard let first = entry.turn.firstArrival,
      let newest = turns?.items.max(by: { arrival($0.id) < arrival($1.id) }),
      first < arrival(newest.id)
    else { return nil }
    return newest.id
  }

  /// The turn that gives way to a new one where memory is short.
  ///
  /// Of those of no higher priority it is the one that takes most, if that is more than the new one
  /// takes. O(turns that wait).
  private func heaviest(for entry: Entry, onlyOwn: Bool) -> Int32? {
    var best: (index: Int32, bytes: Int)?
    for index in entries.indices {
      guard let other = entries[index], other.stage == .waiting, other.priority <= entry.priority,
        !onlyOwn || other.tenant == entry.tenant,
        other.turn.bytes > max(entry.turn.bytes, best?.bytes ?? 0)
      else { continue }
      best = (Int32(index), other.turn.bytes)
    }
    return best?.index
  }

  private mutating func refused(
    _ ticket: AdmissionTicket,
    _ entry: Entry,
    _ reason: AdmissionRefusal.Reason,
    _ seconds: Double
  ) -> Answer {
    drop(ticket.index)
    return .refused(refuse(reason, entry.turn, seconds))
  }

  private mutating func dropped(
    _ index: Int32,
    _ reason: AdmissionRefusal.Reason,
    _ seconds: Double,
    at now: Instant
  ) -> DroppedTurn? {
    guard let entry = entries[Int(index)] else { return nil }
    let ticket = ticket(index)
    let waited = waitedSeconds(ticket, at: now)
    drop(index)
    return DroppedTurn(
      ticket: ticket,
      turn: entry.turn,
      waitedSeconds: waited,
      refusal: refuse(reason, entry.turn, seconds)
    )
  }
}
