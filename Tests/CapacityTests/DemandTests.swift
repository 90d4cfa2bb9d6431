import Basics
import KVIndex
import Testing
import TestSupport

@testable import Capacity

@Suite(.timeLimit(.minutes(5)))
struct DemandTests {
  private func at(_ seconds: Double) -> Instant {
    Instant.zero.advanced(by: .seconds(1_000) + Duration(inSeconds: seconds))
  }

  private func key(_ model: String, _ region: String? = "eu") throws -> DemandKey {
    DemandKey(model: try #require(ModelID(model)), origin: region.flatMap { RegionID($0) })
  }

  private func ask(
    _ table: inout DemandTable,
    _ key: DemandKey,
    cached: Int? = 0,
    request: UInt64 = 0,
    at seconds: Double
  ) {
    table.record(
      key,
      promptTokens: 1_000,
      cachedTokens: cached,
      outputTokens: 100,
      request: request,
      at: at(seconds)
    )
  }

  @Test func `a steady rate is told from the first seconds on, and decays at both paces`() throws {
    var table = DemandTable()
    let key = try key("a")
    for turn in 0..<1_200 {
      ask(&table, key, at: Double(turn) / 2)
      guard turn == 60 || turn == 1_199 else { continue }
      let row = try #require(table.rows(at: at(Double(turn) / 2)).first)
      #expect(abs(row.minutes.turns - 2) < 0.07 && abs(row.hour.turns - 2) < 0.07)
      #expect(abs(row.minutes.uncachedTokens - 2_000) < 70)
    }
    let before = try #require(table.rows(at: at(600)).first)
    let after = try #require(table.rows(at: at(900)).first)
    // 300 s later: weights are 1/e of what they were, and 900 s of time are behind, not 600.
    let (short, long) = (after.minutes.turns / before.minutes.turns, 0.8647 / 0.9502 / 2.71828)
    #expect(abs(short - long) < 1e-3)
    #expect(after.hour.turns > 0.6 * before.hour.turns)
  }

  @Test func `what an idle fleet was offered fades to nothing`() throws {
    var table = DemandTable()
    let key = try key("a")
    for turn in 0..<600 { ask(&table, key, at: Double(turn) / 10) }
    func offered(_ seconds: Double) throws -> Double {
      try #require(table.rows(at: at(seconds)).first).minutes.turns
    }
    #expect(try abs(offered(60) - 10) < 0.2)
    #expect(try offered(360) < 2 && offered(960) < 0.13 && offered(3_600) < 1e-4)
  }

  @Test func `the share of long prompts is told to a few per cent`() {
    var load = TurnLoad()
    #expect(load.share(computingMoreThan: 0) == 0)
    for tokens in stride(from: 100.0, through: 100_000, by: 100) {
      load += TurnLoad(promptTokens: tokens, cachedTokens: 0, outputTokens: 1)
    }
    load += TurnLoad(promptTokens: 900_000, cachedTokens: 899_999, outputTokens: 1)
    for tokens in [500.0, 2_000, 20_000, 60_000, 90_000] {
      let share = (load * 0.5).share(computingMoreThan: tokens)
      #expect(abs(share - (1 - tokens / 100_000)) < 0.02, "\(tokens): \(share)")
    }
    #expect(load.share(computingMoreThan: 0) == 1 && load.share(computingMoreThan: 3e6) == 0)
  }

  @Test func `refused turns count once, with what is cached of their like`() throws {
    var table = DemandTable()
    let key = try key("a")
    for turn in 0..<100 { ask(&table, key, cached: 400, at: Double(turn)) }
    for _ in 0..<5 { ask(&table, key, cached: nil, request: 77, at: 100) }
    ask(&table, key, cached: 0, request: 77, at: 101)
    let row = try #require(table.rows(at: at(101)).first)
    #expect(abs(row.hour.turns * 101 - 101) < 2)
    #expect(abs(row.hour.unmetTurns / row.hour.turns - 1 / 101.0) < 5e-4)
    #expect(abs(row.hour.uncachedTokens / row.hour.promptTokens - 0.6) < 1e-9)
    ask(&table, key, cached: nil, request: 77, at: 102)
    #expect(table.rows(at: at(102))[0].hour.unmetTurns > 1.9 / 102)
  }

  @Test func `keys are bounded, and those with least demand go`() throws {
    var settings = DemandTable.Settings()
    settings.entriesMax = 16
    var table = DemandTable(settings: settings)
    let real = try (0..<8).map { try key("real-\($0)") }
    for turn in 0..<4_000 {
      ask(&table, real[turn % 8], at: Double(turn) / 100)
      if turn % 4 == 0 { ask(&table, try key("junk-\(turn)"), at: Double(turn) / 100) }
      #expect(table.count <= 16)
    }
    let kept = Set(table.rows(at: at(40)).map(\.key))
    for key in real { #expect(kept.contains(key)) }
  }

  @Test func `years of silence, and clocks that go back, leave rates that are numbers`() throws {
    var table = DemandTable()
    let key = try key("a", nil)
    for seconds in [0, 1, -500, 1e4, 1.3e4, 3e8, 3e8 + 1] { ask(&table, key, at: seconds) }
    let rows = table.rows(at: at(3e8 + 2))
    #expect(rows.count == 1)
    for load in rows.flatMap({ [$0.minutes, $0.hour] }) {
      #expect(load.turns.isFinite && load.turns > 0 && load.turns < 1)
    }
    #expect(DemandTable().rows(at: at(0)).isEmpty)
  }

  @Test func `what is asked for most is found among a hundred thousand prompts`() {
    var sketch = PrefixSketch()
    var random = PRNG(seed: 5)
    let hot = chain("hot", blocks: 4)
    for turn in 0..<20_000 {
      let seconds = Double(turn) / 20
      if turn % 10 == 0 {
        record(&sketch, hot, at: seconds)
      } else {
        record(&sketch, (0..<5).map { _ in random.next() }, at: seconds)
      }
    }
    let found = sketch.prefixes(atLeast: 0.5, at: at(1_000))
    #expect(found.map(\.depth).sorted() == [1, 2, 4])
    for prefix in found {
      #expect(prefix.hash == hot[prefix.depth - 1])
      #expect(prefix.parent == (prefix.depth == 1 ? 0 : hot[prefix.depth / 2 - 1]))
      #expect(abs(prefix.turns - 2) < 0.1)
    }
    #expect(sketch.prefixes(atLeast: 0.5, at: at(1_600)).isEmpty)
  }

  @Test func `a prompt that gets hot rises above what it was`() throws {
    var sketch = PrefixSketch()
    for turn in 0..<600 { record(&sketch, [1], at: Double(turn)) }
    for turn in 0..<240 { record(&sketch, [2], at: 600 + Double(turn) / 4) }
    let found = sketch.prefixes(atLeast: 0.1, at: at(660))
    let (old, new) = (try #require(found.first { $0.hash == 1 }), try #require(found.first))
    #expect(new.hash == 2 && new.turns > 2 * new.turnsBefore && old.turns < old.turnsBefore)
  }

  @Test func `what conversations share is told from what one of them repeats`() throws {
    var sketch = PrefixSketch()
    let system = chain("system", blocks: 5)
    // A conversation that grows by a block each turn, beside ten that share the first five.
    for turn in 0..<100 {
      let seconds = Double(turn)
      record(&sketch, chain("alone", blocks: 20 + turn), at: seconds)
      record(&sketch, system + chain("\(turn % 10)", blocks: 10 + turn / 10), at: seconds)
    }
    let found = sketch.prefixes(atLeast: 0.5, at: at(100))
    let shared = try #require(found.first { $0.hash == system[3] })
    let alone = try #require(found.first { $0.hash == chain("alone", blocks: 16)[15] })
    #expect(shared.depth == 4 && shared.shared > 0.98 * shared.turns)
    #expect(alone.turns > 0.9 * shared.turns && alone.shared == 0)
    // Prompts that have nothing beyond the prefix are not one that goes on.
    for turn in 0..<10 { record(&sketch, chain("whole", blocks: 8), at: 100 + Double(turn)) }
    let whole = sketch.prefixes(atLeast: 0.01, at: at(110)).filter { $0.shared > 0 }
    #expect(whole.contains { $0.hash == chain("whole", blocks: 8)[7] })
    #expect(!whole.contains { $0.hash == chain("whole", blocks: 8)[3] })
  }

  private func record(_ sketch: inout PrefixSketch, _ hashes: [BlockHash], at seconds: Double) {
    sketch.record(hashes.span, blockTokens: 16, model: 9, origin: 0, at: at(seconds))
  }
}
