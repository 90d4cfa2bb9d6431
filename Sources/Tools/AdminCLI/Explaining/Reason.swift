import Basics
import HearthMessages
import Routing

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

/// What one replica is better and worse at than another, for one turn: weighted seconds that add
/// up to the difference of their costs.
private struct Contrast {
  private(set) var better: [String] = []
  private(set) var worse: [String] = []

  /// Parts below this share of all differences are gathered.
  private static let shareMin = 0.05

  init(_ winner: HearthV1.Candidate, _ rival: HearthV1.Candidate, promptTokens: Int) {
    var differences: [(name: String, seconds: Double)] = winner.terms.map { term in
      let other = rival.terms.first { $0.name == term.name }?.weighted ?? 0
      return (term.name, other - term.weighted)
    }
    differences.sort { abs($0.seconds) > abs($1.seconds) }
    let sum = differences.reduce(0) { $0 + abs($1.seconds) }
    var rest = rival.totalSeconds - winner.totalSeconds
    for (name, seconds) in differences
    where abs(seconds) >= sum * Self.shareMin && abs(seconds) >= 1e-6 {
      rest -= seconds
      var words = Self.words(name, seconds)
      if name == "prefill", winner.cachedTokens != rival.cachedTokens {
        words =
          "\(winner.cachedTokens) of \(promptTokens) tokens cached, not \(rival.cachedTokens): "
          + words
      }
      add(words, seconds)
    }
    guard abs(rest) >= 1e-6, abs(rest) >= sum * 0.001 else { return }
    add("\(Duration(inSeconds: abs(rest)).text) \(rest > 0 ? "less" : "more") for the rest", rest)
  }

  private mutating func add(_ words: String, _ seconds: Double) {
    if seconds > 0 { better.append(words) } else { worse.append(words) }
  }

  var words: String {
    let (good, bad) = (better.joined(separator: ", "), worse.joined(separator: ", "))
    if better.isEmpty { return bad }
    return worse.isEmpty ? good : "\(good); but \(bad)"
  }

  private static func words(_ term: String, _ seconds: Double) -> String {
    let known = CostTerms.words.first { $0.name == term }
    let words =
      seconds > 0 ? known?.less ?? "less \(term)" : known?.more ?? "more \(term)"
    return "\(Duration(inSeconds: abs(seconds)).text) \(words)"
  }
}

extension HearthV1.CostTerm {
  /// The seconds that count in the total.
  var weighted: Double { seconds * weight }
}
