import Basics
import FleetSpec

import func Glibc.log

/// Until the answers that decode there would be as fast as the objective's with the turn's prompt
/// among them, in seconds beyond ``QueueTerm``: a turn that can wait does so until then.
///
/// Answers take step / (1 - share of prefill) to a token. What share there is decays with
/// ``ReplicaState/answerSeconds``, so that decay x ln(share / the most that leaves the objective)
/// passes first. What its own answer may take to a token counts where that is less than the
/// objective of those that decode there; where it is more it does not, since its prompt holds up
/// theirs.
enum DecodeInterferenceTerm: CostTerm {
  static let words = CostTermWords(
    name: "decodeInterference",
    meaning: "until the answers there have time for its prompt",
    less: "less wait until answers there have time for its prompt",
    more: "more wait until answers there have time for its prompt"
  )

  /// It takes a division.
  static var isBoundLast: Bool { true }

  @inline(__always)
  static func seconds(_ turn: PricedTurn) -> Double {
    let state = turn.replica.state
    guard state.requestCount > 0 else { return 0 }
    let decay = state.answerSeconds
    let share = state.prefillShare.share(over: decay, at: turn.now) + turn.prefillSeconds / decay
    let shareMax = turn.replica.prefillShareMax(tpotSeconds: turn.request.tpotSeconds)
    guard share > shareMax else { return 0 }
    let wait = decay * log(share / shareMax)
    return max(0, wait - turn.secondsBeyondBacklog(turn.queueSeconds))
  }

  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {
    let state = replica.state
    let shareMax = state.requestCount > 0 ? replica.prefillShareMax() : .infinity
    columns.add(state.prefillShare.shareMin(over: state.answerSeconds, at: columns.end), slack: -1)
    columns.add(state.answerSeconds)
    columns.add(min(shareMax, CostColumns.figureMax), slack: 1)
  }

  /// Less than there is, also where the turn has a shorter TPOT of its own.
  @inline(__always)
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
  {
    let (past, decay) = (columns.next(), columns.next())
    let (share, shareMax) = (past + turn.prefill / decay, columns.next())
    // The logarithm of x is at least 2 (x - 1) / (x + 1) where x is above 1.
    let wait = 2 * decay * (share - shareMax) / (share + shareMax)
    var backlog = turn.queue - turn.network - turn.backlogSecondsMax
    backlog.replace(with: 0, where: backlog .< 0)
    var seconds = wait - backlog
    seconds.replace(with: 0, where: seconds .< 0)
    return seconds
  }
}
