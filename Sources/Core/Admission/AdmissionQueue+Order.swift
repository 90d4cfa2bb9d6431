import Basics
import FleetSpec

/// Which turns of a tenant go first.
extension AdmissionQueue {
  /// When a turn begins to be late: it can't meet the objective, or its own deadline, any more.
  func late(_ turn: AdmissionTurn, arrival: Instant) -> Instant {
    let due = turn.deadline ?? arrival.advanced(by: turn.objective.ttft)
    return due.advanced(by: Duration(inSeconds: -turn.workSeconds))
  }

  /// When a turn begins to be doubtful.
  private func doubtful(_ turn: AdmissionTurn, arrival: Instant) -> Instant {
    late(turn, arrival: arrival).advanced(by: Duration(inSeconds: -max(0, turn.marginSeconds)))
  }

  /// When a turn that is ranked so is to be ranked again; nil for never.
  func rerankDue(_ entry: Entry) -> Instant? {
    switch entry.rank.timeliness {
    case .inTime: doubtful(entry.turn, arrival: entry.arrival)
    case .doubtful: late(entry.turn, arrival: entry.arrival)
    case .late: nil
    }
  }

  /// A turn's place in the order now.
  func rank(
    of turn: AdmissionTurn,
    arrival: Instant,
    sequence: UInt64,
    at now: Instant
  ) -> FairQueue.Rank {
    let late = late(turn, arrival: arrival)
    guard now < late else {
      let value = turn.workSeconds + settings.ageing * seconds(arrival)
      let start = headStart(of: turn, arrival: arrival, .late)
      return .init(timeliness: .late, value: value - start, sequence: sequence)
    }
    let isDoubtful = doubtful(turn, arrival: arrival) <= now
    return .init(
      timeliness: isDoubtful ? .doubtful : .inTime,
      value: seconds(late) - headStart(of: turn, arrival: arrival, .inTime),
      sequence: sequence
    )
  }

  /// What a turn's rank is less by since it has been asked for before.
  private func headStart(
    of turn: AdmissionTurn,
    arrival: Instant,
    _ timeliness: FairQueue.Timeliness
  ) -> Double {
    let earlier = turn.firstArrival.map { max(0, $0.seconds(to: arrival)) } ?? 0
    return timeliness == .late ? settings.ageing * earlier : earlier
  }

  /// Turns that wait, the highest priority first, and of equals the one with least time to lose.
  ///
  /// That a turn has been asked for before counts only among its tenant's: those of one tenant,
  /// model and priority have the same places together as if none had been.
  public func inOrder(_ tickets: [AdmissionTicket]) -> [AdmissionTicket] {
    guard tickets.count > 1 else { return tickets }
    let ranked = tickets.compactMap { ticket in
      entry(ticket).map { entry in
        var rank = entry.rank
        rank.value += headStart(of: entry.turn, arrival: entry.arrival, rank.timeliness)
        return (ticket: ticket, priority: entry.priority, rank: rank)
      }
    }
    let order = ranked.sorted { left, right in
      left.priority == right.priority ? left.rank < right.rank : left.priority > right.priority
    }.map(\.ticket)
    guard order.contains(where: { entry($0)?.turn.firstArrival != nil }) else { return order }
    func line(_ ticket: AdmissionTicket) -> [Int] {
      entry(ticket).map { [Int($0.tenant), Int($0.line), $0.priority] } ?? []
    }
    func goesFirst(_ left: AdmissionTicket, _ right: AdmissionTicket) -> Bool {
      guard let left = entry(left), let right = entry(right) else { return false }
      return left.rank < right.rank
    }
    var own = Dictionary(grouping: order, by: line).mapValues { $0.sorted(by: goesFirst)[...] }
    return order.compactMap { own[line($0)]?.popFirst() }
  }

  func seconds(_ instant: Instant) -> Double { Instant.zero.seconds(to: instant) }
}
