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
      return .init(timeliness: .late, value: value, sequence: sequence)
    }
    let isDoubtful = doubtful(turn, arrival: arrival) <= now
    return .init(
      timeliness: isDoubtful ? .doubtful : .inTime,
      value: seconds(late),
      sequence: sequence
    )
  }

  func seconds(_ instant: Instant) -> Double { Instant.zero.seconds(to: instant) }
}
