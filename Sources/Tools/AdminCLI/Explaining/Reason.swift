import Basics
import HearthMessages

extension [HearthV1.Candidate] {
  /// Why the chosen one won, in words: what it is better at than the best of the others, and what
  /// it is worse at, as far as that matters.
  func reason(promptTokens: Int) -> String {
    guard let winner = first(where: \.chosen) else { return "no replica could have the turn" }
    let rivals = filter { !$0.chosen && $0.excluded.isEmpty }
    guard let rival = rivals.min(by: { $0.totalSeconds < $1.totalSeconds }) else {
      let out = count - 1
      return out == 0 ? "the only replica" : "the only one of \(count) that could have the turn"
    }
    let gap = rival.totalSeconds - winner.totalSeconds
    let contrast = Contrast(winner, rival, promptTokens: promptTokens)
    let size = Duration(inSeconds: Swift.abs(gap)).text
    if Swift.abs(gap) < 1e-6 {
      let same = contrast.better.isEmpty && contrast.worse.isEmpty
      return "as cheap as \(rival.replica)" + (same ? "" : ": \(contrast.words)")
    }
    guard gap > 0 else {
      return "not the cheapest: \(rival.replica) would have cost \(size) less, but the policy does "
        + "not go by cost (\(contrast.words))"
    }
    return "\(size) cheaper than \(rival.replica), the next: \(contrast.words)"
  }
}

/// What one replica is better and worse at than another, for one turn.
private struct Contrast {
  private(set) var better: [String] = []
  private(set) var worse: [String] = []

  /// Parts below this share of all differences say nothing.
  private static let shareMin = 0.05

  init(_ winner: HearthV1.Candidate, _ rival: HearthV1.Candidate, promptTokens: Int) {
    let cached = (winner.cachedTokens, rival.cachedTokens)
    var differences: [(name: String, seconds: Double, cost: Double)] = []
    for term in winner.terms {
      guard let other = rival.terms.first(where: { $0.name == term.name }) else { continue }
      let seconds = other.seconds - term.seconds
      differences.append((term.name, seconds, abs(seconds * term.weight)))
    }
    let sum = differences.reduce(0) { $0 + $1.cost }
    for (name, seconds, cost) in differences.sorted(by: { $0.cost > $1.cost })
    where cost >= sum * Self.shareMin && cost >= 1e-6 {
      let time = Duration(inSeconds: abs(seconds)).text
      let words = Self.words(name, time, isBetter: seconds > 0, cached, promptTokens)
      if seconds > 0 { better.append(words) } else { worse.append(words) }
    }
  }

  var words: String {
    let (good, bad) = (better.joined(separator: ", "), worse.joined(separator: ", "))
    if better.isEmpty { return bad }
    return worse.isEmpty ? good : "\(good); but \(bad)"
  }

  private static func words(
    _ term: String,
    _ time: String,
    isBetter: Bool,
    _ cached: (UInt32, UInt32),
    _ promptTokens: Int
  ) -> String {
    let much = isBetter ? "less" : "more"
    return switch term {
    case "network": "\(time) \(isBetter ? "nearer" : "further away")"
    case "queue": "\(time) \(much) prefill waiting there"
    case "batchSlot": "a place in the batch \(time) \(isBetter ? "sooner" : "later")"
    case "prefill" where cached.0 != cached.1:
      "\(cached.0) of \(promptTokens) tokens cached, not \(cached.1): \(time) \(much) prefill"
    case "prefill": "\(time) \(much) prefill"
    case "decode": "the answer \(time) \(isBetter ? "faster" : "slower")"
    case "stall": "\(time) \(much) that others wait for its prefill"
    case "slowdown": "\(time) \(much) that others decode slower"
    case "eviction": "\(time) \(much) to compute again for others"
    default: "\(time) \(much) \(term)"
    }
  }
}
