import Basics

import func Glibc.cos

/// A trace of made-up conversations.
///
/// Conversations begin as a Poisson or Gamma process. Each starts with one of a few system prompts,
/// the first the most popular, which they share; each turn's prompt is all that was said before and
/// what the user adds. Lengths are log-normal, numbers of turns geometric, times to think
/// exponential. The same settings and seed give the same trace.
public struct SyntheticTrace: Sendable, Hashable {
  /// Conversations that begin each second.
  public var rate = 1.0
  /// How bursty they begin: the coefficient of variation of the time between two; 1 is Poisson.
  public var burst = 1.0
  /// How far the rate swings about its mean, as a share of it, in a sine that begins at its lowest:
  /// 0 for the same rate always, 1 for none at night and twice as many at noon.
  public var swing = 0.0
  /// How long a day of that is, in seconds.
  public var day = 86_400.0
  /// For how long conversations begin, in seconds; those that began by then go on.
  public var seconds = 600.0
  /// Mean number of turns.
  public var turns = 4.0
  /// Mean time from a turn to the next, in seconds.
  public var think = 30.0
  /// How many system prompts there are; the n-th is used 1/n times as often as the first.
  public var systems = 4.0
  /// Tokens of each.
  public var system = 1_024.0
  /// Mean tokens that a user adds.
  public var prompt = 600.0
  /// Mean tokens of an answer.
  public var output = 346.0
  /// A conversation ends before its prompt is longer, in tokens.
  public var longest = 100_000.0

  /// The most conversations that are made.
  static let conversationsMax = 4_000_000

  /// Makes the defaults.
  public init() {}

  private static var keys:
    [(name: String, path: WritableKeyPath<Self, Double>, bounds: ClosedRange<Double>)]
  {
    [
      ("rate", \.rate, 0.001...100_000), ("burst", \.burst, 0.1...20),
      ("swing", \.swing, 0...1), ("day", \.day, 60...31_536_000),
      ("duration", \.seconds, 1...31_536_000), ("turns", \.turns, 1...1000),
      ("think", \.think, 0.001...86_400), ("systems", \.systems, 1...10_000),
      ("system", \.system, 0...100_000), ("prompt", \.prompt, 1...100_000),
      ("output", \.output, 1...100_000), ("longest", \.longest, 1...2_000_000),
    ]
  }

  /// Reads settings as people write them: `rate=2,duration=30m,think=20s,turns=5`.
  public init(text: String) throws(SyntheticTraceError) {
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = Self.keys.first(where: { sides[0] == $0.name }) else {
        let known = Self.keys.map(\.name).joined(separator: ", ")
        throw SyntheticTraceError("\(String(sides[0]).quoted(limit: 40)) is none of \(known)")
      }
      let value = sides.count == 2 ? String(sides[1]) : ""
      let isTime = ["duration", "think", "day"].contains(key.name)
      let number = isTime ? Duration(text: value)?.inSeconds : Double(value)
      guard let number, key.bounds.contains(number) else {
        let unit = isTime ? " seconds, such as 30s" : ""
        throw SyntheticTraceError(
          "\(key.name) is from \(key.bounds.lowerBound) to \(key.bounds.upperBound)\(unit)"
        )
      }
      self[keyPath: key.path] = number
    }
    guard rate * seconds <= Double(Self.conversationsMax) else {
      throw SyntheticTraceError(
        "rate x duration is more than \(Self.conversationsMax) conversations"
      )
    }
  }

  /// Makes the requests, in the order of their arrival.
  public func requests(seed: UInt64) -> [TraceRequest] {
    var random = PRNG(seed: seed, stream: "synthetic trace")
    var requests: [TraceRequest] = []
    var (number, start): (UInt64, Double) = (0, 0)
    let shares = (1...Int(systems)).map { 1 / Double($0) }
    while number < Self.conversationsMax {
      start += random.gamma(mean: 1 / (rate * (1 + swing)), variation: burst)
      guard start < seconds else { break }
      number += 1
      // Thinning: of those at the highest rate as many as there are now.
      if swing > 0 {
        let now = 1 - swing * cos(2 * .pi * start / day)
        guard random.nextUnit() * (1 + swing) < now else { continue }
      }
      converse(PRNG.mix(seed ^ PRNG.mix(number)), from: start, shares, &random, &requests)
    }
    // Sorting is not stable; of two at the same instant the one of the earlier conversation is
    // first.
    let order = requests.indices.sorted { (requests[$0].arrival, $0) < (requests[$1].arrival, $1) }
    return order.map { requests[$0] }
  }

  private func converse(
    _ session: UInt64,
    from start: Double,
    _ shares: [Double],
    _ random: inout PRNG,
    _ requests: inout [TraceRequest]
  ) {
    var left = random.nextUnit() * shares.reduce(0, +)
    let system = shares.firstIndex { share in
      left -= share
      return left < 0
    }
    let shared = (0..<UInt64(Int(self.system) / TraceReader.blockTokens)).map {
      PRNG.mix(UInt64(system ?? 0) << 32 | $0)
    }
    var (now, context) = (start, Int(self.system))
    for _ in 0..<random.geometric(mean: turns) {
      context += Self.tokens(random.logNormal(mean: prompt, sigma: 1))
      guard context <= Int(longest) else { return }
      let answer = Self.tokens(random.logNormal(mean: output, sigma: 1))
      let count = (context + TraceReader.blockTokens - 1) / TraceReader.blockTokens
      let own = (UInt64(shared.count)..<UInt64(max(shared.count, count))).map { session &+ $0 }
      requests.append(
        TraceRequest(
          arrival: .nanoseconds(Duration(inSeconds: now).nanoseconds),
          promptTokens: context,
          outputTokens: answer,
          blocks: shared + own,
          session: session
        )
      )
      context += answer
      now += random.exponential(mean: think)
    }
  }

  private static func tokens(_ value: Double) -> Int { max(1, min(100_000, Int(value))) }
}

/// What is wrong with the settings of a made-up trace, in words.
public struct SyntheticTraceError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}
