import Basics
import HearthMessages
import Routing
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
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

  private func reason(
    _ rows: [HearthV1.Candidate],
    _ reason: HearthV1.ChoiceReason = .cheapest,
    other: String = "",
    replicas: UInt32 = 3,
    promptTokens: Int = 1
  ) -> String {
    Reason(
      choice: .init(reason: reason, otherReplica: other, candidates: 2, replicas: replicas),
      policy: "nearest",
      rows: rows,
      promptTokens: promptTokens
    ).text
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
      reason(rows, promptTokens: 7_000)
        == "690ms cheaper than near/0, the next: 900ms less prefill (6144 of 7000 tokens cached, "
        + "not 0); but 200ms farther away, 10ms more for the rest"
    )
  }

  @Test(
    arguments: [
      (.cheapest, "as cheap as b/0, the next", "the cheapest of 2"),
      (
        .otherKept,
        "as cheap as b/0, the next (c/0 would have cost less, but is kept for turns that "
          + "wait and go first)",
        "the cheapest of what was left: c/0 would have cost less, but is "
          + "kept for turns that wait and go first"
      ),
      (
        .otherWithoutHeadroom,
        "500ms dearer than c/0, which had no headroom when the turn had waited "
          + "as long as it may: 500ms more prefill queued",
        "the cheapest with headroom: c/0, the "
          + "cheapest of all, had no headroom when the turn had waited as long as it may"
      ),
      (
        .otherRecomputes,
        "as cheap as b/0, the next (it had no headroom when the turn had waited as "
          + "long as it may; c/0 had, but would recompute much more of the prompt)",
        "the cheapest of 2: it had no headroom when the turn had waited as long as it may; c/0 "
          + "had, but would recompute much more of the prompt"
      ),
      (
        .notByCost, "as cheap as b/0 (policy nearest does not go by cost)",
        "policy nearest does not go by cost"
      ),
      (.unspecified, "as cheap as b/0, the next", "the cheapest of 2"),
    ] as [(HearthV1.ChoiceReason, String, String)]
  )
  func `what the control plane decided is put in words, with candidates and without`(
    _ told: HearthV1.ChoiceReason,
    _ words: String,
    _ wordsAlone: String
  ) {
    var rows = [
      candidate("a/0", chosen: true, [("queue", 0.6)]), candidate("b/0", [("queue", 0.6)]),
    ]
    let other = [.cheapest, .notByCost, .unspecified].contains(told) ? "" : "c/0"
    if told == .otherWithoutHeadroom { rows.append(candidate("c/0", [("queue", 0.1)])) }
    #expect(reason(rows, told, other: other) == words)
    #expect(reason([], told, other: other) == wordsAlone)
  }

  @Test(arguments: CostTerms.words)
  func `every term has words that say which way is better`(_ term: CostTermWords) {
    #expect(!term.less.isEmpty && !term.more.isEmpty && term.less != term.more)
    let rows = [
      candidate("a/0", [(term.name, 0.6)]), candidate("b/0", chosen: true, [(term.name, 0.1)]),
    ]
    #expect(reason(rows) == "500ms cheaper than a/0, the next: 500ms \(term.less)")
    let others = [
      candidate("a/0", chosen: true, [(term.name, 0.6)]), candidate("b/0", [(term.name, 0.1)]),
    ]
    let words = reason(others, .notByCost)
    #expect(
      words == "500ms dearer than b/0 (policy nearest does not go by cost): 500ms \(term.more)"
    )
  }

  @Test func `a term that is new has its name`() {
    let rows = [
      candidate("a/0", [("new", 0.6)]), candidate("b/0", chosen: true, [("new", 0.1)]),
    ]
    #expect(reason(rows).hasSuffix("a/0, the next: 500ms less new"))
  }

  @Test func `as they are written, the parts add up to the difference that is stated`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed)
    func number() -> Double { Double(random.next() % 1_000_003) / 1_000_003 }
    func row(_ name: String, chosen: Bool, _ scales: [Double]) -> HearthV1.Candidate {
      var row = candidate(name, chosen: chosen, CostTerms.words.map { ($0.name, 0) })
      for (index, scale) in scales.enumerated() {
        row.terms[index].seconds = scale * number()
        row.terms[index].weight = index.isMultiple(of: 2) ? 1 : 0.05 * number()
      }
      row.totalSeconds = row.terms.reduce(0) { $0 + $1.seconds * $1.weight }
      return row
    }
    for round in 0..<500 {
      let scales = CostTerms.words.map { _ in [0, 1e-5, 0.01, 1, 90][Int(random.next() % 5)] }
      let rows = [row("a", chosen: true, scales), row("b", chosen: false, scales)]
      let text = reason(rows, .notByCost)
      let colon = text.split(separator: ": ", maxSplits: 1)
      let sides = (colon.count > 1 ? colon[1] : "").split(separator: "; but ").map { side in
        side.split(separator: ", ").map { part in
          part.split(separator: " ").first.flatMap { Duration(text: String($0)) }?.nanoseconds ?? 0
        }.reduce(0, +)
      }
      let stated = colon[0].split(separator: " ").first.flatMap { Duration(text: String($0)) }
      let sum = (sides.first ?? 0) - (sides.count > 1 ? sides[1] : 0)
      #expect(
        stated == nil ? sum == 0 : abs(sum - (stated?.nanoseconds ?? 0)) < 10,
        "seed \(seed), round \(round): \(text)"
      )
      let gap = rows[1].totalSeconds - rows[0].totalSeconds
      let off = abs(abs(gap) - (stated?.inSeconds ?? 0))
      #expect(off <= max(abs(gap) * 0.006, 2e-3), "seed \(seed), round \(round): \(text)")
      #expect(stated == nil || text.contains(gap > 0 ? " cheaper than b" : " dearer than b"))
    }
  }

  @Test func `without a rival there is nothing to compare with`() {
    let only = candidate("a/0", chosen: true, [("queue", 1)])
    let out = candidate("b/0", excluded: "cordoned")
    #expect(reason([only], .onlyCandidate, replicas: 1) == "the only replica of the model")
    #expect(
      reason([only, out], .onlyCandidate, replicas: 2)
        == "the only one of 2 replicas that could have the turn"
    )
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
      outcome: .init(totalNs: 1, ending: .refused),
      choice: .init(reason: .cheapest, candidates: 2, replicas: 72)
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
    waiting.choice = .init(reason: .cheapest, candidates: 7, replicas: 9)
    let words = DecisionReport(.init(decisions: [waiting])).table(isWide: false)
    #expect(words.contains("on n/0 in :\nthe cheapest of 7\n"))
    #expect(words.contains("The candidates were not kept"))
    #expect(words.hasSuffix("Its node has not said that it has it.\n"))
  }

  @Test func `a turn that had to wait is not told as refused, nor as an attempt`() {
    var waited = HearthV1.Decision(requestId: "r", state: .waited)
    waited.verdict = .waits(.init(preferredReplica: "n/0", estimateNs: 402_000_000))
    var placed = HearthV1.Decision(requestId: "r", state: .placed)
    placed.verdict = .placed(.init(replica: "n/0", region: "eu"))
    placed.choice = .init(reason: .onlyCandidate, replicas: 1)
    let text = DecisionReport(.init(decisions: [waited, placed])).table(isWide: false)
    let words = "no headroom on n/0, where it would go, for about 402ms more"
    #expect(text.contains("\nIt had to wait 0ns ago: \(words)\n"), "\(text)")
    #expect(text.contains("\nPlaced 0ns ago by  on n/0 in eu:\nthe only replica of the model\n"))
    #expect(!text.contains("efused") && !text.contains("Attempt"))
    let json = DecisionReport.json(waited, isWhole: false).jsonText()
    #expect(json.contains("\"state\":\"waited\"") && json.contains("\"estimateSeconds\":0.402"))
  }

  @Test func `a turn that waits and was not looked at is told so, with its place`() {
    var waiting = HearthV1.Decision(requestId: "r", ageNs: 3_000_000_000, state: .waiting)
    (waiting.verdict, waiting.position) = (.waits(.init(estimateNs: 402_000_000)), 4)
    let text = DecisionReport(.init(decisions: [waiting])).table(isWide: false)
    #expect(
      text.contains("\nIt has waited for 3s, now as number 4 of those that wait for the model.")
    )
    #expect(text.contains("about 402ms more of the fleet's time\n"))
    let json = DecisionReport.json(waiting, isWhole: false).jsonText()
    #expect(json.contains("\"state\":\"waiting\"") && json.contains("\"position\":4"))
  }

  @Test func `a refusal names its own reason and no other`() {
    var refused = HearthV1.Decision(requestId: "r", state: .refused)
    refused.verdict = .refused(.init(reason: .quota, message: "tenant t has reached its limit"))
    let text = DecisionReport(.init(decisions: [refused])).table(isWide: false)
    #expect(text.hasSuffix("\n\nRefused 0ns ago: tenant t has reached its limit\n"), "\(text)")
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
