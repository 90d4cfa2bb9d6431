import Basics
import HearthMessages
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(1)))
struct ExplainTests {
  private func candidate(
    _ replica: String,
    cached: UInt32 = 0,
    chosen: Bool = false,
    excluded: String = "",
    _ terms: [(String, Double)] = []
  ) -> HearthV1.Candidate {
    HearthV1.Candidate(
      replica: replica,
      region: "eu",
      excluded: excluded,
      cachedTokens: cached,
      terms: terms.map { .init(name: $0.0, seconds: $0.1, weight: 1) },
      totalSeconds: terms.reduce(0) { $0 + $1.1 },
      chosen: chosen
    )
  }

  @Test func `the winner is told by the terms that decided, for and against it`() {
    let rows = [
      candidate("far/0", cached: 0, [("network", 0), ("prefill", 9), ("decode", 1)]),
      candidate("near/0", cached: 0, [("network", 0), ("prefill", 1), ("decode", 1)]),
      candidate(
        "warm/0",
        cached: 6_144,
        chosen: true,
        [("network", 0.2), ("prefill", 0.1), ("decode", 1.01)]
      ),
    ]
    #expect(
      rows.reason(promptTokens: 7_000)
        == "690ms cheaper than near/0, the next: 6144 of 7000 tokens cached, not 0: 900ms less "
        + "prefill; but 200ms farther away, 10ms more for the rest"
    )
  }

  @Test func `a policy that does not go by cost is not said to`() {
    let rows = [
      candidate("a/0", [("queue", 0.1)]), candidate("b/0", chosen: true, [("queue", 0.6)]),
    ]
    #expect(
      rows.reason(promptTokens: 100)
        == "not the cheapest: a/0 would have cost 500ms less, but the policy does not go by cost "
        + "(500ms more prefill queued)"
    )
  }

  @Test(arguments: [
    ("queue", "500ms less prefill queued"),
    ("prefill", "500ms less prefill"),
    ("stall", "500ms less delay of other answers by its prefill"),
    ("eviction", "500ms less to recompute of evicted blocks"), ("new", "500ms less new"),
  ])
  func `every term has its words, and one that is new has its name`(
    _ term: String,
    _ words: String
  ) {
    let rows = [
      candidate("a/0", [(term, 0.6)]), candidate("b/0", chosen: true, [(term, 0.1)]),
    ]
    #expect(rows.reason(promptTokens: 1).hasSuffix("a/0, the next: " + words))
  }

  @Test func `the parts of the sentence add up to the difference that it states`() throws {
    let weights = ["network": 1, "prefill": 1, "decode": 0.05, "stall": 0.2, "eviction": 1]
    func row(_ name: String, _ terms: [(String, Double)], chosen: Bool = false)
      -> HearthV1.Candidate
    {
      var row = candidate(name, chosen: chosen, terms)
      for index in row.terms.indices {
        row.terms[index].weight = weights[row.terms[index].name] ?? 0
      }
      row.totalSeconds = row.terms.reduce(0) { $0 + $1.weighted }
      return row
    }
    let rows = [
      row(
        "a/0",
        [("network", 0.2), ("prefill", 2), ("decode", 9), ("stall", 3), ("eviction", 0.03)]
      ),
      row(
        "b/0",
        [("network", 0.1), ("prefill", 1), ("decode", 14), ("stall", 1), ("eviction", 0.01)],
        chosen: true
      ),
    ]
    // 100 + 1000 - 250 + 400 + 20 ms.
    let text = rows.reason(promptTokens: 9)
    #expect(text.hasPrefix("1.27s cheaper than a/0, the next: "))
    let parts = text.split(separator: ": ", maxSplits: 1).last?.split(separator: "; but ") ?? []
    let sums = parts.map { part in
      part.split(separator: ", ").compactMap { words in
        words.split(separator: " ").first.flatMap { Duration(text: String($0)) }?.inSeconds
      }.reduce(0, +)
    }
    #expect(sums.count == 2 && abs(sums[0] - sums[1] - 1.27) < 0.005, "\(text)")
  }

  @Test func `without a rival there is nothing to compare with`() {
    let only = candidate("a/0", chosen: true, [("queue", 1)])
    let out = candidate("b/0", excluded: "cordoned")
    #expect([only].reason(promptTokens: 1) == "the only replica")
    #expect([only, out].reason(promptTokens: 1) == "the only one of 2 that could have the turn")
    #expect([out].reason(promptTokens: 1) == "no replica could have the turn")
    let twin = candidate("b/0", [("queue", 1)])
    #expect([only, twin].reason(promptTokens: 1) == "as cheap as b/0")
  }

  private var refusedThenCompleted: DecisionReport {
    let rows = [
      candidate("n/0", cached: 16, chosen: true, [("queue", 0.1)]),
      candidate("n/1", [("queue", 0.2)]),
    ]
    var first = HearthV1.Decision(
      requestId: "chat/1",
      tenant: "t",
      model: "llama",
      originRegion: "eu",
      promptTokens: 100,
      ageNs: 5_000_000_000,
      policy: "warm",
      networkNs: 20_000_000,
      candidates: rows,
      others: [.init(what: "not ready", count: 70)],
      state: .ended,
      outcome: .init(totalNs: 1, ending: .refused)
    )
    first.verdict = .placed(
      .init(replica: "n/0", region: "eu", cachedTokens: 16, predictedTtftNs: 120_000_000)
    )
    var second = first
    second.outcome = .init(
      cachedTokens: 0,
      outputTokens: 9,
      ttftNs: 300_000_000,
      totalNs: 2_000_000_000,
      ending: .completed
    )
    return DecisionReport(.init(decisions: [first, second], reach: .init(latest: 2)))
  }

  @Test func `each attempt has its candidates, what was predicted and what happened`() {
    let text = refusedThenCompleted.table(isWide: false)
    #expect(text.hasPrefix("chat/1: 100 prompt tokens for llama, from eu, of t\n"))
    #expect(text.contains("Attempt 1 of 2. Placed 5s ago by warm on n/0 in eu:\n100ms cheaper"))
    #expect(text.contains("and others without a line: 70 not ready\n"))
    #expect(text.contains("It was not taken by its node.\n"))
    #expect(text.contains("first token at the engine      100ms     300ms\n"), "\(text)")
    #expect(text.contains("cached tokens                     16         0\n"), "\(text)")
    #expect(text.hasSuffix("It was completed.\n"))
  }

  @Test func `scripts get numbers in seconds, and null for what did not happen`() {
    let text = refusedThenCompleted.json.jsonText()
    #expect(
      text.contains(
        #""predicted":{"cachedTokens":16,"engineTtftSeconds":0.1,"networkSeconds":0.02}"#
      ),
      "\(text)"
    )
    #expect(text.contains("\"engineTtftSeconds\":null"))
    #expect(text.contains("\"engineTtftSeconds\":0.3"))
    #expect(text.contains("\"others\":{\"not ready\":70}"))
  }

  @Test func `a refusal shows every reason, and a turn without a word says so`() {
    var refused = HearthV1.Decision(
      requestId: "r",
      candidates: [candidate("n/0", excluded: "full: 9 requests wait, of at most 9")],
      state: .refused
    )
    refused.verdict = .refused(.init(message: "We are at capacity"))
    let text = DecisionReport(.init(decisions: [refused])).table(isWide: false)
    #expect(text.contains("Refused 0ns ago: We are at capacity\n"))
    #expect(text.contains("full: 9 requests wait, of at most 9"))
    var waiting = HearthV1.Decision(requestId: "r", undetailed: true, state: .placed)
    waiting.verdict = .placed(.init(replica: "n/0"))
    let words = DecisionReport(.init(decisions: [waiting])).table(isWide: false)
    #expect(words.contains("The candidates were not kept"))
    #expect(words.hasSuffix("Its node has not said that it has it.\n"))
  }

  @Test func `an alarm names who drifts, and figures come in a line`() {
    let rate = HearthV1.HitRate(predicted: 0.8, actual: 0.62, samples: 60, drifting: false)
    var replica = rate
    (replica.replica, replica.drifting) = ("n/0", true)
    let status = HearthV1.PredictionStatus(
      hitRate: rate,
      drifting: [replica],
      ttftSamples: 60,
      ttftRatioMedian: 1.25,
      ttftFactorP90: 2
    )
    #expect(
      status.words
        == "80% of prompt tokens expected in caches, 62% found; first token after 1.25 x the "
        + "time expected, 9 of 10 within a factor of 2"
    )
    #expect(
      status.alarms == [
        "cache hit rate of n/0 drifts: 80% expected, 62% found in the latest turns"
      ]
    )
    #expect(HearthV1.PredictionStatus().words == "none checked yet")
  }
}
