import Basics
import Capacity
import FleetSpec
import KVIndex
import Routing
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(5)))
struct PrefixPlanTests {
  private static let model = "llama-3.1-8b"
  private static let mean = TurnLoad(promptTokens: 2_000, cachedTokens: 0, outputTokens: 300)

  private func at(_ seconds: Double) -> Instant { .zero.advanced(by: Duration(inSeconds: seconds)) }

  /// Four replicas in eu and two in us.
  private func fleet() throws -> TestFleet {
    var fleet = TestFleet()
    for number in 0..<4 { try fleet.add("eu-\(number)/0", region: "eu") }
    for number in 0..<2 { try fleet.add("us-\(number)/0", region: "us") }
    return fleet
  }

  private func record(
    _ sketch: inout PrefixSketch,
    _ fleet: TestFleet,
    _ hashes: [BlockHash],
    from region: String = "eu",
    at seconds: Double
  ) throws {
    sketch.record(
      hashes.span,
      blockTokens: TestFleet.blockTokens,
      model: BlockHasher(model: Self.model).hash,
      origin: try fleet.number(of: region),
      at: at(seconds)
    )
  }

  private func plan(
    _ sketch: PrefixSketch,
    _ fleet: TestFleet,
    at seconds: Double
  ) throws -> [PrefixPlacement] {
    PrefixPlan(
      sketch,
      view: fleet.view,
      index: fleet.index,
      means: [try #require(ModelID(Self.model)): Self.mean],
      at: at(seconds)
    ).prefixes
  }

  @Test func `a system prompt that gets hot is asked for on more replicas before they miss`() throws
  {
    var (fleet, sketch) = (try fleet(), PrefixSketch())
    let system = chain("system", blocks: 64)
    // Ten minutes of other turns, then one of the new prompt, faster and faster.
    for turn in 0..<600 {
      try record(&sketch, fleet, chain("\(turn)", blocks: 3), at: Double(turn))
    }
    #expect(try plan(sketch, fleet, at: 600).isEmpty)
    fleet.index.store(0, system.span)
    let each = ReplicaSupply(
      try TestFleet.replica("x"),
      of: Self.mean,
      sharing: 4
    ).turnsPerSecond
    var (seconds, desired) = (600.0, [Int]())
    for rate in [0.2, 0.6, 1.2] {
      let end = seconds + 60
      while seconds < end {
        try record(&sketch, fleet, system + chain("\(seconds)", blocks: 1), at: seconds)
        seconds += 1 / (rate * each)
      }
      let found = try plan(sketch, fleet, at: seconds)
      #expect(found.count <= 1)
      desired.append(found.first?.desired ?? 1)
      guard let prefix = found.first else { continue }
      #expect(prefix.hash == system[63] && prefix.depth == 64 && prefix.region.text == "eu")
      #expect(prefix.holders == 1 && prefix.gainSeconds > 0)
      #expect(prefix.targets.map(\.text) == (1..<prefix.desired).map { "eu-\($0)/0" })
    }
    #expect(desired[0] == 1 && desired[2] >= 2 && desired == desired.sorted(), "\(desired)")
    // Once they hold it, nothing is asked for any more.
    for slot in 1..<Int32(desired[2]) { fleet.index.store(slot, system.span) }
    #expect(try plan(sketch, fleet, at: seconds).isEmpty)
    #expect(try plan(sketch, fleet, at: seconds + 3_000).isEmpty)
  }

  @Test func `a prefix goes to the region that asks for it, as deep as most go`() throws {
    var (fleet, sketch) = (try fleet(), PrefixSketch())
    let system = chain("system", blocks: 8)
    fleet.index.store(0, system.span)
    for turn in 0..<300 {
      // Nine in ten go on to a second part of 8 blocks, which nobody holds.
      let deep = turn % 10 > 0 ? chain("system", blocks: 16) : system
      try record(&sketch, fleet, deep, from: "us", at: Double(turn))
    }
    let found = try plan(sketch, fleet, at: 300)
    #expect(found.map(\.depth) == [16] && found.map(\.region.text) == ["us"])
    #expect(found.map(\.holders) == [0] && found.map(\.desired) == [1])
    // 300 s of 0.9 turns a second, each of which saves the prefill of 256 tokens.
    let rates = try TestFleet.replica("x").roofline.rates
    let prefill = rates.prefillFLOPs(tokens: 256, context: 0) / rates.flopsPerSecond
    let gain = try #require(found.first?.gainSeconds)
    #expect(gain > 200 * prefill && gain < 300 * prefill)
  }

  @Test func `a prefix that is held in another region is worth the way there at most`() throws {
    // 16 tokens are computed sooner than the way to us takes, 4,096 are not.
    for (depth, saved) in [(1, nil), (256, 0.05)] as [(Int, Double?)] {
      var (fleet, sketch) = (try fleet(), PrefixSketch())
      try fleet.setRoundTrip("eu", "us", 0.05)
      fleet.index.store(4, chain("system", blocks: depth).span)
      for turn in 0..<300 {
        let prompt = chain("system", blocks: depth) + chain("\(turn)", blocks: 1)
        try record(&sketch, fleet, prompt, at: Double(turn))
      }
      let rates = try TestFleet.replica("x").roofline.rates
      let tokens = Double(16 * depth)
      let prefill = rates.prefillFLOPs(tokens: tokens, context: 0) / rates.flopsPerSecond
      let found = try #require(try plan(sketch, fleet, at: 300).first)
      #expect(found.depth == depth && found.holders == 0 && found.targets.count == 1)
      let hits = 300 * (saved ?? prefill)
      #expect(found.gainSeconds < hits && found.gainSeconds > 0.8 * hits - 3 * prefill)
    }
  }

  @Test func `hot prefixes are spread over the replicas of a region, with a turn that has each`()
    throws
  {
    var (fleet, sketch) = (try fleet(), PrefixSketch())
    for turn in 0..<800 {
      let number = turn % 8
      let prompt = chain("system \(number)", blocks: 16) + chain("\(turn)", blocks: 1)
      sketch.record(
        prompt.span,
        blockTokens: TestFleet.blockTokens,
        model: BlockHasher(model: Self.model).hash,
        origin: try fleet.number(of: "eu"),
        example: .init(tenant: "tenant \(number)", request: "turn/\(turn)"),
        at: at(Double(turn) / 2)
      )
    }
    let found = try plan(sketch, fleet, at: 400)
    #expect(found.count == 8 && found.allSatisfy { $0.tokens == 256 && $0.targets.count == 1 })
    let counts = Dictionary(grouping: found.flatMap(\.targets)) { $0 }.mapValues(\.count)
    #expect(counts.count == 4 && counts.values.allSatisfy { $0 == 2 }, "\(counts)")
    #expect(Set(found.map(\.example.tenant)).count == 8)
    #expect(found.allSatisfy { $0.example.request.hasPrefix("turn/") })
  }

  @Test func `what one conversation repeats is not asked for elsewhere`() throws {
    var (fleet, sketch) = (try fleet(), PrefixSketch())
    for turn in 0..<300 {
      let prompt = chain("alone", blocks: 40 + turn)
      try record(&sketch, fleet, prompt, at: Double(turn))
    }
    #expect(try plan(sketch, fleet, at: 300).isEmpty)
  }

  @Test func `what is not worth a prefill, or what nobody there could hold, is not asked for`()
    throws
  {
    var (fleet, sketch) = (try fleet(), PrefixSketch())
    for turn in 0..<5 {
      try record(&sketch, fleet, chain("rare", blocks: 4), at: Double(turn * 40))
    }
    #expect(try plan(sketch, fleet, at: 200).map(\.depth) == [4])
    #expect(try plan(sketch, fleet, at: 500).isEmpty, "less than once a minute")
    for slot in 0..<Int32(4) { fleet.view.setReadiness(slot, .draining) }
    for turn in 0..<300 {
      try record(&sketch, fleet, chain("hot", blocks: 4), at: 500 + Double(turn))
    }
    #expect(try plan(sketch, fleet, at: 800).isEmpty, "no replica of eu takes turns")
  }
}
