import Admission
import Basics
import Capacity
import FleetSpec
import KVIndex
import MallocCount
import RivalPolicies
import Routing

/// Places turns on a fleet whose view and index are full, and says what one takes.
///
/// That is from a turn's arrival to its reservation: the queue, the look-up in the index, the cost
/// of every replica, and whether its beginning is wanted elsewhere. And it says what it takes to
/// plan which prefixes are wanted where.
///
/// The first quarter of each prompt is a system prompt that every replica holds; one replica holds
/// the rest of it up to some depth, and another up to a lesser one. Turns come as fast as the fleet
/// can compute them, and replicas report at each step in between, as they do: so of some of them
/// news has come since the turn before.
struct PlacementBench {
  private static let blockTokens = 16
  private static let conversations = 500
  private static let regions = ["us", "eu", "ap"]

  /// What a step of an engine takes, and what share of its time it has to spend on prompts.
  private static let stepSeconds = 0.032
  private static let prefillShare = 0.3

  private let policy: any Policy
  private let promptBlocks: Int
  private var fleet: Fleet
  private var view = RoutingView()
  private var queue = AdmissionQueue()
  private var reservations = Reservations(seed: 1)
  private var demand = FleetDemand()
  private var replicator = PrefixReplicator()
  private var now = Instant.zero
  /// The slot that reported last.
  private var reporter: Int32 = 0
  private let model = ModelID("llama-3.1-70b")
  private let tenants = ["a", "b", "c", "d"].compactMap { TenantID($0) }

  init(policy name: String, replicas: Int, promptTokens: Int, pairsEach: Int) {
    guard let policy = (Policies.own + RivalPolicies.all).first(where: { $0.name == name }) else {
      fail("no policy is named \(name)")
    }
    self.policy = policy
    promptBlocks = promptTokens / Self.blockTokens
    fleet = Fleet(replicas: replicas, pairs: replicas * pairsEach, holders: 1)
  }

  mutating func run() {
    var random = PRNG(seed: 4)
    fill(&random)
    var index = fleet.makeIndex()
    for run in 0..<fleet.runs { fleet.store(0, of: run, in: &index) }
    let chains = (0..<Self.conversations).map { chain($0) }
    hold(chains, in: &index, &random)
    var router = Router(policies: [policy])
    router.hasQueue = true
    // A first round lets buffers grow to their size.
    _ = place(chains, index, &router, &random, rounds: 2)
    let times = place(chains, index, &router, &random, rounds: 6)
    let plans = planSeconds(index)
    report([
      "replicas": Double(fleet.replicas),
      "plan_p50_ms": plans[plans.count / 2] * 1e3,
      "plan_prefixes": Double(
        demand.prefixes.prefixes(atLeast: PrefixPlan.turnsMin, at: now).count
      ),
      "prompt_tokens": Double(promptBlocks * Self.blockTokens),
      "placement_p50_us": times.whole[times.whole.count / 2],
      "placement_p99_us": times.whole[times.whole.count * 99 / 100],
      "ranking_p50_us": times.ranking[times.ranking.count / 2],
      "waited": Double(times.waited) / Double(times.whole.count),
      "allocations": Double(times.allocations),
    ])
  }

  /// Replicas in three regions, each with some load.
  private mutating func fill(_ random: inout PRNG) {
    guard let gpu = GPUModel.named("h100-sxm"), let model = ModelArchitecture.named("llama-3.1-70b")
    else { fail("the catalogue lacks what the benchmark needs") }
    let roofline = Roofline(gpu: gpu, gpuCount: 4, model: model)
    let rounds = [("us", "eu", 0.08), ("eu", "ap", 0.13), ("us", "ap", 0.2)]
    for (one, other, seconds) in rounds {
      guard let one = RegionID(one), let other = RegionID(other) else { fail("a region's name") }
      view.setRoundTrip(one, other, seconds: seconds)
    }
    for number in 0..<fleet.replicas {
      guard let id = ReplicaID("r\(number)"), let node = NodeID("n\(number / 2)"),
        let region = RegionID(Self.regions[number % 3]), let model = ModelID(model.name),
        let slot = view.attach(
          ReplicaSpec(id: id, node: node, region: region, model: model, roofline: roofline)
        )
      else { fail("replica \(number) can't be attached") }
      view.setReadiness(slot, .ready)
      view.report(slot, load(&random))
    }
  }

  private func load(_ random: inout PRNG) -> ReplicaLoad {
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

  private func hold(
    _ chains: [[BlockHash]],
    in index: inout PrefixIndex,
    _ random: inout PRNG
  ) {
    let system = promptBlocks / 4
    for slot in 0..<Int32(fleet.replicas) {
      let known = Array(chains[0][..<system])
      index.store(slot, known.span)
    }
    for chain in chains {
      let slot = Int32(random.next() % UInt64(fleet.replicas))
      let depth = system + 1 + Int(random.next() % UInt64(promptBlocks - system))
      let lesser = system + Int(random.next() % UInt64(depth - system))
      let (more, less) = (Array(chain[system..<depth]), Array(chain[system..<lesser]))
      index.store(slot, more.span)
      index.store((slot + 1) % Int32(fleet.replicas), less.span)
    }
  }

  private struct Times {
    var whole: [Double] = []
    var ranking: [Double] = []
    /// How many found no room at once.
    var waited = 0
    /// Of look-ups and rankings.
    var allocations: UInt64 = 0
  }

  /// A turn that was placed.
  private struct Placed {
    let reservation: UInt64
    let slot: Int32
    let ticket: AdmissionTicket
  }

  /// Places a turn of every conversation, in rounds.
  private mutating func place(
    _ chains: [[BlockHash]],
    _ index: PrefixIndex,
    _ router: inout Router,
    _ random: inout PRNG,
    rounds: Int
  ) -> Times {
    var times = Times()
    times.whole.reserveCapacity(rounds * chains.count)
    times.ranking.reserveCapacity(rounds * chains.count)
    var placed: [Placed] = []
    var heard = 0.0
    let pause = pauseSeconds
    for number in 0..<rounds * chains.count {
      now = now.advanced(by: Duration(inSeconds: pause))
      heard += min(1, pause / Self.stepSeconds) * Double(fleet.replicas)
      while heard >= 1 {
        heard -= 1
        reporter = (reporter + 1) % Int32(fleet.replicas)
        view.report(reporter, load(&random), at: now)
      }
      let start = seconds()
      let turn = place(number, chains[number % chains.count], index, &router, &random, &times)
      times.whole.append((seconds() - start) * 1e6)
      if let turn { placed.append(turn) }
      // Its replica reports it with its next step, and it ends.
      guard placed.count > max(1, Int(Self.stepSeconds / pause)) else { continue }
      end(placed.removeFirst(), &router)
    }
    for turn in placed { end(turn, &router) }
    times.whole.sort()
    times.ranking.sort()
    return times
  }

  /// What plans of hot prefixes take, the shortest first.
  private func planSeconds(_ index: PrefixIndex) -> [Double] {
    (0..<5).map { _ in
      let start = seconds()
      let plan = PrefixPlan(demand, view: view, index: index, at: now)
      guard plan.prefixes.count <= PrefixPlan.countMax else { fail("a plan of everything") }
      return seconds() - start
    }.sorted()
  }

  private mutating func end(_ turn: Placed, _ router: inout Router) {
    _ = reservations.release(turn.reservation, by: turn.slot, in: &view)
    router.inFlight.ended(turn.reservation, on: turn.slot)
    queue.end(turn.ticket, at: now)
  }

  /// Seconds between two turns, so that the fleet computes what they lack in its share of time.
  private var pauseSeconds: Double {
    guard let rates = view.state(0)?.rates else { fail("no replica") }
    let tokens = Double(promptBlocks * Self.blockTokens) * 3 / 4
    let flops = rates.prefillFLOPs(tokens: tokens, context: tokens / 3)
    return flops / rates.flopsPerSecond / (Self.prefillShare * Double(fleet.replicas))
  }

  /// Places one turn as the control plane does; nil, and it is withdrawn, when there is no room.
  @inline(never)
  private mutating func place(
    _ number: Int,
    _ chain: [BlockHash],
    _ index: PrefixIndex,
    _ router: inout Router,
    _ random: inout PRNG,
    _ times: inout Times
  ) -> Placed? {
    guard let model else { fail("the name of a model") }
    let request = RoutingRequest(
      model: 0,
      origin: Int16(number % Self.regions.count),
      promptTokens: promptBlocks * Self.blockTokens,
      blockTokens: Self.blockTokens
    )
    let turn = AdmissionTurn(
      number: UInt64(number),
      model: model,
      tenant: tenants[number % tenants.count],
      promptTokens: request.promptTokens,
      outputTokens: 300
    )
    guard case .first(let ticket) = queue.offer(turn, at: now) else { fail("turn \(number) waits") }
    let rank = router.prefillSeconds(of: request, hashes: chain.span, in: view, index: index)
    guard case .waits = queue.wait(ticket, rank: rank, firstTokenSeconds: rank, at: now),
      queue.next(of: model, limit: AdmissionQueue.scanLimit, at: now) == [ticket]
    else { fail("turn \(number) may not wait") }
    _ = reservations.expire(at: now, in: &view)

    let (before, start) = (malloc_count(), seconds())
    view.refresh(for: router.costs)
    let verdict = router.route(
      request,
      hashes: chain.span,
      in: view,
      index: index,
      random: &random
    )
    times.ranking.append((seconds() - start) * 1e6)
    times.allocations += malloc_count() - before

    guard case .placed(let placement) = verdict else {
      queue.withdraw(ticket, at: now)
      times.waited += 1
      return nil
    }
    queue.start(ticket, cachedTokens: placement.cachedTokens, at: now)
    let reservation = reservations.make(placement, in: &view, at: now)
    router.sent(reservation, chain, to: placement.slot, at: now)
    demand.record(
      request,
      of: DemandKey(model: model, origin: view.regionID(request.origin)),
      hashes: chain.span,
      cachedTokens: placement.cachedTokens,
      outputTokens: 300,
      at: now
    )
    let copy = replicator.copy(
      of: request,
      on: placement.slot,
      hashes: chain,
      demand: demand,
      by: &router,
      in: &view,
      index: index,
      reservations: &reservations,
      at: now
    )
    if let copy {
      _ = reservations.release(copy.reservation, by: copy.slot, in: &view)
      router.inFlight.ended(copy.reservation, on: copy.slot)
      _ = replicator.ended(copy.reservation, by: copy.slot)
    }
    return Placed(reservation: reservation, slot: placement.slot, ticket: ticket)
  }

  /// A conversation's prompt, which starts with the system prompt.
  private func chain(_ conversation: Int) -> [BlockHash] {
    var hasher = BlockHasher(model: "m")
    return (0..<promptBlocks).map { block in
      let own = block < promptBlocks / 4 ? block : (conversation + 1) << 16 | block
      return hasher.append(identity: UInt64(own))
    }
  }
}
