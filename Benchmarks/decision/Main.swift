import Basics
import FleetSpec
import Glibc
import KVIndex
import MallocCount
import Routing

/// What a decision takes, and what remembering it adds; one line of JSON for each size of fleet.
@main
struct Main {
  static func main() {
    let sizes = CommandLine.arguments.dropFirst().compactMap { Int($0) }.filter { $0 > 0 }
    guard !sizes.isEmpty else {
      _ = "usage: decision-bench <replicas> ...\n".withCString { write(2, $0, strlen($0)) }
      exit(1)
    }
    for size in sizes {
      var bench = DecisionBench(replicas: size)
      let plain = bench.run(remembering: false)
      let remembering = bench.run(remembering: true)
      let figures: [(String, Double)] = [
        ("replicas", Double(size)), ("decision_p50_us", plain.median),
        ("decision_p99_us", plain.p99),
        ("remembered_p50_us", remembering.median), ("remembered_p99_us", remembering.p99),
        ("allocations", plain.allocations), ("remembered_allocations", remembering.allocations),
      ]
      let fields = figures.map { "\"\($0.0)\": \($0.1)" }
      print("{\(fields.joined(separator: ", "))}")
    }
  }
}

/// Decisions on prompts of 512 blocks, of which one replica holds most and all hold some, in a
/// fleet of equal replicas that are half loaded.
struct DecisionBench {
  private static let rounds = 20_000
  private static let conversations = 500
  private static let blocks = 512

  private var view = RoutingView()
  private var index = PrefixIndex(seed: 1)
  private var router = Router()
  private var random = PRNG(seed: 1)
  private var chains: [[BlockHash]] = []
  private var loads: [ReplicaLoad] = []

  init(replicas: Int) {
    guard let node = NodeID("n"), let region = RegionID("eu"), let model = ModelID("m"),
      let gpu = GPUModel.named("h100"), let architecture = ModelArchitecture.named("llama-3.1-8b")
    else { fatalError("the catalogue has changed") }
    let roofline = Roofline(gpu: gpu, gpuCount: 1, model: architecture)
    for number in 0..<replicas {
      guard let id = ReplicaID("n/\(number)") else { continue }
      let spec = ReplicaSpec(
        id: id,
        node: node,
        region: region,
        model: model,
        roofline: roofline,
        blockTokens: 16
      )
      guard let slot = view.attach(spec) else { continue }
      index.attach(slot, blockLimit: spec.blockCount)
      view.setReadiness(slot, .ready)
      loads.append(
        .init(
          blocksUsed: 4_000,
          blocksCached: 8_000,
          running: Int(random.next() % 40),
          waiting: Int(random.next() % 3),
          prefillTokensQueued: Int(random.next() % 9_000),
          decoding: 20,
          contextTokens: 60_000
        )
      )
    }
    for conversation in 0..<Self.conversations {
      var hasher = BlockHasher(model: "m")
      let chain = (0..<Self.blocks).map { block in
        hasher.append(identity: UInt64(block < 64 ? block : conversation << 16 | block))
      }
      let start = Array(chain[..<64])
      for slot in 0..<Int32(replicas) where conversation == 0 { index.store(slot, start.span) }
      index.store(Int32(random.next() % UInt64(replicas)), chain.span)
      chains.append(chain)
    }
  }

  /// Microseconds a decision, and allocations each.
  mutating func run(
    remembering: Bool
  ) -> (median: Double, p99: Double, allocations: Double) {
    var audit = remembering ? PredictionAudit(seed: 1) : nil
    let requests = (0..<Self.rounds).map { "a request of some length/\($0)" }
    var times: [Double] = []
    times.reserveCapacity(2 * Self.rounds)
    var before: UInt64 = 0
    // In the first round all buffers grow; the second is measured.
    for round in 0..<2 {
      before = malloc_count()
      times.removeAll(keepingCapacity: true)
      for number in 0..<Self.rounds {
        let now = Instant(nanoseconds: Int64(round * Self.rounds + number) * 1_000_000)
        // Each replica reports at each step of its engine: in this time one in 32 of them.
        for slot in loads.indices where slot % 32 == number % 32 {
          view.report(Int32(slot), loads[slot], at: now)
        }
        let start = Self.seconds()
        decide(requests[number], number, with: &audit, at: now)
        times.append((Self.seconds() - start) * 1e6)
      }
    }
    let allocations = Double(malloc_count() - before) / Double(Self.rounds)
    times.sort()
    return (times[times.count / 2], times[times.count * 99 / 100], allocations)
  }

  @inline(never)
  private mutating func decide(
    _ id: String,
    _ number: Int,
    with audit: inout PredictionAudit?,
    at now: Instant
  ) {
    let request = RoutingRequest(
      model: 0,
      origin: 0,
      promptTokens: Self.blocks * 16 + 5,
      blockTokens: 16
    )
    let chain = chains[number % Self.conversations]
    view.advance(to: now)
    view.refresh(for: router.costs)
    let verdict = router.route(
      request,
      hashes: chain.span,
      in: view,
      index: index,
      random: &random
    )
    _ = audit?.log.record(
      DecisionSubject(request: id, tenant: "tenant", model: "m", origin: "eu"),
      request,
      verdict,
      policy: "warm",
      by: router,
      in: view,
      at: now
    )
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
