import Basics
import HearthMessages
import Routing

/// Why a turn was placed where it was, in a sentence: what the control plane says of it, and what
/// the difference to the cost of another replica is made of.
struct Reason {
  let choice: HearthV1.Choice
  let policy: String
  /// The replicas that were weighed; none where they were not kept.
  let rows: [HearthV1.Candidate]
  let promptTokens: Int

  /// The sentence, without a full stop.
  var text: String {
    let other = choice.otherReplica
    switch choice.reason {
    case .onlyCandidate:
      return choice.replicas <= 1
        ? "the only replica of the model"
        : "the only one of \(choice.replicas) replicas that could have the turn"
    case .otherKept:
      let kept = "\(other) would have cost less, but is kept for turns that wait and go first"
      return comparison(", the next (\(kept))") ?? "the cheapest of what was left: \(kept)"
    case .otherWithoutHeadroom:
      let why = "had no headroom when the turn had waited as long as it may"
      return comparison(", which \(why)", with: other)
        ?? "the cheapest with headroom: \(other), the cheapest of all, \(why)"
    case .otherRecomputes:
      let why =
        "it had no headroom when the turn had waited as long as it may; \(other) had, but would "
        + "recompute much more of the prompt"
      return comparison(", the next (\(why))") ?? "the cheapest of \(choice.candidates): \(why)"
    case .notByCost:
      let why = "policy \(policy) does not go by cost"
      return comparison(" (\(why))") ?? why
    default: return comparison(", the next") ?? "the cheapest of \(choice.candidates)"
    }
  }

  /// The same for scripts.
  var json: JSONObject {
    ["reason": choice.reason.word, "otherReplica": choice.otherReplica.orNull, "why": text]
  }

  /// How the cost differs from that of a replica, or else of the cheapest of the others, and what
  /// the difference is made of; nil where those were not kept.
  private func comparison(_ clause: String, with name: String? = nil) -> String? {
    let others = rows.filter { !$0.chosen && $0.excluded.isEmpty }
    let cheapest = others.min { $0.totalSeconds < $1.totalSeconds }
    guard let winner = rows.first(where: \.chosen),
      let rival = others.first(where: { $0.replica == name }) ?? cheapest
    else { return nil }
    let contrast = Contrast(winner, rival, promptTokens: promptTokens)
    let parts = contrast.words.isEmpty ? "" : ": \(contrast.words)"
    return "\(contrast.gap) \(rival.replica)\(clause)\(parts)"
  }
}

/// What one replica is better and worse at than another, for one turn: weighted seconds that, as
/// they are written, add up to the difference of their costs.
private struct Contrast {
  /// How much cheaper or dearer it is than the other.
  let gap: String
  /// What it is better at, but what it is worse at; first what decides.
  let words: String

  /// Parts below this share of all differences are gathered.
  private static let shareMin = 0.05

  init(_ winner: HearthV1.Candidate, _ rival: HearthV1.Candidate, promptTokens: Int) {
    let differences = winner.terms.map { term in
      let other = rival.terms.first { $0.name == term.name }?.weighted ?? 0
      return (name: term.name, seconds: other - term.weighted)
    }.sorted { abs($0.seconds) > abs($1.seconds) }
    let sum = differences.reduce(0) { $0 + abs($1.seconds) }
    let difference = rival.totalSeconds - winner.totalSeconds
    let scale = Scale(of: difference, withParts: differences.first?.seconds ?? 0)
    let named = differences.filter { abs($0.seconds) >= sum * Self.shareMin }
    var steps = named.map { scale.steps($0.seconds) }
    var rest = scale.steps(difference - named.reduce(0) { $0 + $1.seconds })
    // What rounding leaves goes where it is least.
    let left = scale.steps(difference) - steps.reduce(0, +) - rest
    if steps.isEmpty { rest += left } else { steps[0] += left }
    var (better, worse): ([String], [String]) = ([], [])
    func add(_ words: String, _ count: Int) {
      if count > 0 { better.append(words) } else if count < 0 { worse.append(words) }
    }
    for (term, count) in zip(named, steps) {
      var words = "\(scale.text(count)) \(Self.words(term.name, isLess: count > 0))"
      if term.name == "prefill", winner.cachedTokens != rival.cachedTokens {
        words +=
          " (\(winner.cachedTokens) of \(promptTokens) tokens cached, not \(rival.cachedTokens))"
      }
      add(words, count)
    }
    add("\(scale.text(rest)) \(rest > 0 ? "less" : "more") for the rest", rest)
    let count = scale.steps(difference)
    gap =
      count == 0 ? "as cheap as" : "\(scale.text(count)) \(count > 0 ? "cheaper" : "dearer") than"
    words = (count < 0 ? [worse, better] : [better, worse]).filter { !$0.isEmpty }
      .map { $0.joined(separator: ", ") }.joined(separator: "; but ")
  }

  private static func words(_ term: String, isLess: Bool) -> String {
    let known = CostTerms.words.first { $0.name == term }
    return isLess ? known?.less ?? "less \(term)" : known?.more ?? "more \(term)"
  }
}

/// Writes seconds as multiples of one step, so that what is written adds up.
private struct Scale {
  /// The step is 10 to the power of minus this, in seconds.
  private let digits: Int

  /// Three digits of a sum, but no more than six of its greatest part, and at least nanoseconds.
  init(of sum: Double, withParts greatest: Double) {
    func magnitude(_ seconds: Double) -> Int {
      var (power, value) = (0, abs(seconds))
      guard value > 1e-9, value < 1e12 else { return -9 }
      while value >= 10 { (power, value) = (power + 1, value / 10) }
      while value < 1 { (power, value) = (power - 1, value * 10) }
      return power
    }
    digits = min(9, max(0, min(2 - magnitude(sum), 5 - magnitude(greatest))))
  }

  private func power(_ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { result, _ in result * 10 }
  }

  func steps(_ seconds: Double) -> Int {
    Int(max(-1e15, min(1e15, (seconds * Double(power(digits))).rounded())))
  }

  /// So many steps, without their sign: whole steps in the unit that suits them.
  func text(_ steps: Int) -> String {
    let count = abs(steps)
    let units = [("s", 0), ("ms", 3), ("us", 6), ("ns", 9)]
    let unit = units.first { count >= power(max(0, digits - $0.1)) } ?? units[3]
    let decimals = max(0, digits - unit.1)
    let (whole, part) = count.quotientAndRemainder(dividingBy: power(decimals))
    let zeros = String(repeating: "0", count: max(0, unit.1 - digits))
    guard part > 0 else { return "\(whole)\(whole > 0 ? zeros : "")\(unit.0)" }
    var fraction = String(part)
    fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(whole).\(fraction)\(unit.0)"
  }
}

extension HearthV1.CostTerm {
  /// The seconds that count in the total.
  var weighted: Double { seconds * weight }
}

extension HearthV1.ChoiceReason {
  /// The reason in few words.
  var word: String {
    switch self {
    case .onlyCandidate: "only candidate"
    case .cheapest: "cheapest"
    case .otherKept: "other kept"
    case .otherWithoutHeadroom: "other without headroom"
    case .otherRecomputes: "other recomputes"
    case .notByCost: "not by cost"
    default: "unknown"
    }
  }
}

extension HearthV1.Wait {
  /// What a turn waits for, in words.
  var words: String {
    let estimate = "for about \(Duration.nanoseconds(estimateNs).text) more"
    return preferredReplica.isEmpty
      ? "no place on any replica that could run it, \(estimate)"
      : "no headroom on \(preferredReplica), where it would go, \(estimate)"
  }

  /// The same for scripts.
  var json: JSONObject {
    ["preferredReplica": preferredReplica.orNull, "estimateSeconds": seconds(estimateNs)]
  }
}
