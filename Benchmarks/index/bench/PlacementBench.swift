import Basics
import Capacity
import Dispatching
import FleetSpec
import Glibc
import KVIndex
import MallocCount
import RivalPolicies
import Routing

/// Places turns on a fleet whose view and index are full, and says what one takes, from its offer
/// to its answer; and what it takes to plan which prefixes are wanted where.
///
/// The first quarter of each prompt is a system prompt that every replica holds; one replica holds
/// the rest of it up to some depth, and another up to a lesser one. Turns come as fast as the fleet
/// can compute them, and replicas report at each step in between, as they do.
struct PlacementBench {
  private static let blockTokens = 16
  private static let conversations = 500
  private static let regions = ["us", "eu", "ap"].compactMap { RegionID($0) }
  private static let tenants = ["a", "b", "c", "d"].compactMap { TenantID($0) }
  private static let architecture = "llama-3.1-70b"

  /// What a step of an engine takes, and what share of its time it has to spend on prompts.
  private static let stepSeconds = 0.032
  private static let prefillShare = 0.3

  private struct Times {
    /// Microseconds from offer to answer.
    var placement: [Double] = []
    /// How many found no headroom at once.
    var waited = 0
    var allocations: UInt64 = 0
  }

  /// Blocks of each prompt, and of its system prompt.
  private let (promptBlocks, systemBlocks): (Int, Int)
  /// A turn of every conversation.
  private let turns: [Turn]
  private var fleet: Fleet
  private var dispatcher: Dispatcher
  private var answers: [Dispatcher.Answer] = []
  private var random = PRNG(seed: 4)
  private var now = Instant.zero
  /// The slot that reported last.
  private var reporter: Int32 = 0
  let names = getenv("NAMES") != nil

  init(policy name: String, replicas: Int, promptTokens: Int, pairsEach: Int) {
    guard let policy = (Policies.own + RivalPolicies.all).first(where: { $0.name == name }) else {
      fail("no policy is named \(name)")
    }
    var settings = Dispatcher.Settings(seed: 1)
    settings.policies = [policy]
    settings.observes = getenv("OBS") != nil
    settings.calibrates = getenv("CAL") != nil
    dispatcher = Dispatcher(settings: settings)
    let blocks = promptTokens / Self.blockTokens
    (promptBlocks, systemBlocks) = (blocks, blocks / 4)
    turns = (0..<Self.conversations).map { Self.turn(of: $0, blocks: blocks) }
    fleet = Fleet(replicas: replicas, pairs: replicas * pairsEach, holders: 1)
  }

  mutating func run() {
    attach()
    for run in 0..<fleet.runs {
      dispatcher.stored(fleet.hashes(of: run).span, by: fleet.holder(0, of: run))
    }
    holdPrompts()
    // A first round lets buffers grow to their size.
    _ = place(rounds: 2)
    let times = place(rounds: 6)
    let (placement, plans) = (times.placement.sorted(), planSeconds())
    let hot = dispatcher.demand.prefixes.prefixes(atLeast: PrefixPlan.turnsMin, at: now)
    report([
      "replicas": Double(fleet.replicas),
      "plan_p50_ms": plans[plans.count / 2] * 1e3,
      "plan_prefixes": Double(hot.count),
      "prompt_tokens": Double(promptBlocks * Self.blockTokens),
      "placement_p50_us": placement[placement.count / 2],
      "placement_p99_us": placement[placement.count * 99 / 100],
      "waited": Double(times.waited) / Double(placement.count),
      "allocations": Double(times.allocations) / Double(placement.count),
    ])
  }

  /// A turn whose prompt starts with the system prompt.
  private static func turn(of conversation: Int, blocks: Int) -> Turn {
    var hasher = BlockHasher(model: "m")
    let (tenant, origin) = (tenants[conversation % tenants.count], regions[conversation % 3])
    var turn = Turn(
      subject: .init(
        request: "",
        tenant: tenant.text,
        model: architecture,
        origin: origin.text
      ),
      tenant: tenant,
      model: ModelID(architecture),
      origin: origin,
      promptTokens: blocks * blockTokens
    )
    (turn.outputTokens, turn.blockTokens, turn.makesCopies) = (300, blockTokens, true)
    turn.blockHashes = (0..<blocks).map { block in
      hasher.append(identity: UInt64(block < blocks / 4 ? block : (conversation + 1) << 16 | block))
    }
    return turn
  }

  /// Replicas in three regions, each with some load.
  private mutating func attach() {
    guard let gpu = GPUModel.named("h100-sxm"), let model = ModelID(Self.architecture),
      let architecture = ModelArchitecture.named(model.text)
    else { fail("the catalogue lacks what the benchmark needs") }
    let regions = Self.regions
    for (one, other, time) in [(0, 1, 80), (1, 2, 130), (0, 2, 200)] {
      dispatcher.setRoundTrip(regions[one], regions[other], .milliseconds(time))
    }
    for number in 0..<fleet.replicas {
      guard let id = ReplicaID("r\(number)"), let node = NodeID("n\(number / 2)"),
        let slot = dispatcher.attach(
          ReplicaSpec(
            id: id,
            node: node,
            region: regions[number % regions.count],
            model: model,
            roofline: Roofline(gpu: gpu, gpuCount: 4, model: architecture)
          ),
          blockLimit: .max
        )
      else { fail("replica \(number) can't be attached") }
      dispatcher.setReadiness(slot, .ready)
      dispatcher.reported(load(), by: slot, at: now)
    }
  }

  private mutating func load() -> ReplicaLoad {
    let running = Int(random.next() % 64)
    return ReplicaLoad(
      blocksUsed: running * 200,
      blocksCached: 4_000,
      running: running,
      prefillTokensQueued: Int(random.next() % 2_000),
      decoding: running,
      contextTokens: running * 3_200
    )
  }

  private mutating func holdPrompts() {
    let (count, system) = (Int32(fleet.replicas), Array(turns[0].blockHashes[..<systemBlocks]))
    for slot in 0..<count { dispatcher.stored(system.span, by: slot) }
    for turn in turns {
      let slot = Int32(random.next() % UInt64(count))
      let depth = 1 + Int(random.next() % UInt64(promptBlocks - systemBlocks))
      let lesser = Int(random.next() % UInt64(depth))
      let rest = turn.blockHashes.span.extracting(droppingFirst: systemBlocks)
      dispatcher.stored(rest.extracting(first: depth), by: slot)
      dispatcher.stored(rest.extracting(first: lesser), by: (slot + 1) % count)
    }
  }

  /// Offers a turn of every conversation, in rounds.
  private mutating func place(rounds: Int) -> Times {
    var times = Times()
    times.placement.reserveCapacity(rounds * turns.count)
    var placed: [Dispatcher.Answer] = []
    var reports = 0.0
    let pause = pauseSeconds
    for number in 0..<rounds * turns.count {
      now = now.advanced(by: Duration(inSeconds: pause))
      reports += min(1, pause / Self.stepSeconds) * Double(fleet.replicas)
      while reports >= 1 {
        reports -= 1
        reporter = (reporter + 1) % Int32(fleet.replicas)
        dispatcher.reported(load(), by: reporter, at: now)
      }
      var turn = turns[number % turns.count]
      turn.origin = Self.regions[number % Self.regions.count]
      if names { turn.subject.request = "a request of some length/\(number)" }
      let (before, start) = (malloc_count(), seconds())
      place(turn)
      times.placement.append((seconds() - start) * 1e6)
      times.allocations += malloc_count() - before
      placed += answers
      if answers.isEmpty { times.waited += 1 }
      // Its replica reports it with its next step, and it ends.
      if placed.count > max(1, Int(Self.stepSeconds / pause)) { end(placed.removeFirst()) }
    }
    for answer in placed { end(answer) }
    return times
  }

  /// Places one turn; it is withdrawn when there is no headroom.
  @inline(never)
  private mutating func place(_ turn: Turn) {
    answers.removeAll(keepingCapacity: true)
    guard case .waits(let id) = dispatcher.offer(turn, at: now, into: &answers) else {
      fail("turn \(turn.subject.request) may not wait")
    }
    dispatcher.advance(at: now, into: &answers)
    if answers.isEmpty { dispatcher.withdraw(id, at: now) }
  }

  /// A turn that was placed ends, as was predicted.
  private mutating func end(_ answer: Dispatcher.Answer) {
    guard case .placed(let placement) = answer.verdict else { fail("a turn was refused") }
    end(answer.id, placement)
    if let copy = answer.copy { end(copy.id, copy.prefix.placement) }
  }

  private mutating func end(_ id: TurnID, _ placement: Placement) {
    let outcome = TurnOutcome(
      cachedTokens: placement.cachedTokens,
      outputTokens: 300,
      queueSeconds: 0,
      ttftSeconds: placement.ttftSeconds,
      totalSeconds: placement.ttftSeconds,
      isComplete: true
    )
    dispatcher.accepted(id, by: placement.slot, at: now)
    dispatcher.ended(id, outcome, .completed, by: placement.slot, at: now)
  }

  /// What plans of hot prefixes take, the shortest first.
  private func planSeconds() -> [Double] {
    let (demand, view, index) = (dispatcher.demand, dispatcher.view, dispatcher.index)
    return (0..<5).map { _ in
      let start = seconds()
      let plan = PrefixPlan(demand, view: view, index: index, at: now)
      guard plan.prefixes.count <= PrefixPlan.countMax else { fail("a plan of everything") }
      return seconds() - start
    }.sorted()
  }

  /// Seconds between two turns, so that the fleet computes what they lack in its share of time.
  private var pauseSeconds: Double {
    guard let rates = dispatcher.view.state(0)?.rates else { fail("no replica") }
    let tokens = Double(promptBlocks * Self.blockTokens) * 3 / 4
    let flops = rates.prefillFLOPs(tokens: tokens, context: tokens / 3)
    return flops / rates.flopsPerSecond / (Self.prefillShare * Double(fleet.replicas))
  }
}
