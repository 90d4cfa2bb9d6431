import Basics
import Fleet
import MallocCount
import Scheduling

/// Places turns on a fleet whose view and index are full, and says what a decision takes: the look-up
/// in the index, the cost of every replica, and the reservation.
///
/// The first quarter of each prompt is a system prompt that every replica holds; one replica holds the
/// rest of it up to some depth, and another up to a lesser one. A placement is released when its turn
/// would have been reported, 200 decisions later.
struct PlacementBench {
  private static let blockTokens = 16
  private static let conversations = 500
  private static let regions = ["us", "eu", "ap"]

  private let policy: any Policy
  private let promptBlocks: Int
  private var fleet: Fleet
  private var view = FleetView()
  private var reservations = Reservations(seed: 1)

  init(policy name: String, replicas: Int, promptTokens: Int, pairsEach: Int) {
    guard let policy = Policies.all.first(where: { $0.name == name }) else {
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
    // A first round lets buffers grow to their size.
    _ = decide(chains, index, &router, &random, rounds: 1)
    let (times, allocations) = decide(chains, index, &router, &random, rounds: 5)
    report([
      "replicas": Double(fleet.replicas),
      "prompt_tokens": Double(promptBlocks * Self.blockTokens),
      "decision_p50_us": times[times.count / 2],
      "decision_p99_us": times[times.count * 99 / 100],
      "allocations": Double(allocations),
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
      let running = Int(random.next() % 64)
      view.report(
        slot,
        ReplicaLoad(
          blocksUsed: running * 200,
          blocksCached: 4_000,
          running: running,
          waiting: Int(random.next() % 4),
          prefillTokensQueued: Int(random.next() % 20_000),
          decoding: running,
          contextTokens: running * 3_200
        )
      )
    }
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

  /// Decides for every conversation, in rounds.
  private mutating func decide(
    _ chains: [[BlockHash]],
    _ index: PrefixIndex,
    _ router: inout Router,
    _ random: inout PRNG,
    rounds: Int
  ) -> (times: [Double], allocations: UInt64) {
    var times: [Double] = []
    times.reserveCapacity(rounds * chains.count)
    var placed = Array(repeating: (id: UInt64(0), slot: Int32(0)), count: 200)
    let before = malloc_count()
    var now = Instant.zero
    for decision in 0..<rounds * chains.count {
      let chain = chains[decision % chains.count]
      let request = RoutingRequest(
        model: 0,
        origin: Int16(decision % Self.regions.count),
        promptTokens: promptBlocks * Self.blockTokens,
        blockTokens: Self.blockTokens
      )
      now = now.advanced(by: .milliseconds(1))
      let start = seconds()
      let verdict = router.route(
        request,
        hashes: chain.span,
        in: view,
        index: index,
        random: &random
      )
      guard case .placed(let placement) = verdict else { fail("decision \(decision) refused") }
      let id = reservations.make(placement, in: &view, at: now)
      times.append((seconds() - start) * 1e6)
      let old = placed[decision % placed.count]
      if old.id != 0 { _ = reservations.release(old.id, by: old.slot, in: &view) }
      placed[decision % placed.count] = (id, placement.slot)
    }
    let allocations = malloc_count() - before
    for old in placed where old.id != 0 {
      _ = reservations.release(old.id, by: old.slot, in: &view)
    }
    return (times.sorted(), allocations)
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
