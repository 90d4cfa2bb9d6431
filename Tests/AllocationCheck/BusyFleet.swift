import Admission
import Basics
import Dispatching
import FleetSpec
import KVIndex
import MallocCount
import Routing

/// A fleet of replicas that report what a dispatcher sends them.
///
/// Turns end as fast as they come and what is stored is removed again, so that nothing grows.
struct BusyFleet {
  /// How often each kind of call asked for memory, on average.
  struct Counts {
    /// A turn from its offer to its place.
    var placement = 0.0
    /// A report that a turn was accepted, with the load.
    var acceptance = 0.0
    /// A report that a turn ended, with the load.
    var ending = 0.0
    /// An event that 16 blocks are stored.
    var storing = 0.0
    /// An event that 16 blocks were evicted.
    var removal = 0.0
  }

  private static let replicas = 64
  private static let conversations = 256
  private static let blocks = 256
  private static let blockTokens = 16
  private static let runningMax = 128

  private var dispatcher: Dispatcher
  private var turns: [Turn] = []
  private var answers: [Dispatcher.Answer] = []
  private var running: [(id: TurnID, slot: Int32)] = []
  private var now = Instant.zero

  /// A fleet whose dispatcher keeps decisions for people, or does not.
  init?(observes: Bool) {
    var settings = Dispatcher.Settings(seed: 1)
    settings.observes = observes
    dispatcher = Dispatcher(settings: settings)
    guard let gpu = GPUModel.named("h100"),
      let architecture = ModelArchitecture.named("llama-3.1-8b"),
      let region = RegionID("eu"), let model = ModelID("m"), let tenant = TenantID("t")
    else { return nil }
    let roofline = Roofline(gpu: gpu, gpuCount: 1, model: architecture)
    for number in 0..<Self.replicas {
      guard let id = ReplicaID("n/\(number)"), let node = NodeID("n"),
        let slot = dispatcher.attach(
          ReplicaSpec(id: id, node: node, region: region, model: model, roofline: roofline)
        )
      else { return nil }
      dispatcher.setReadiness(slot, .ready)
    }
    for number in 0..<Self.conversations {
      let name = "r\(number)"
      var turn = Turn(
        subject: .init(request: name, tenant: "t", model: "m", origin: "eu"),
        tenant: tenant,
        model: model,
        origin: region,
        promptTokens: Self.blocks * Self.blockTokens
      )
      var hasher = BlockHasher(model: name)
      turn.blockHashes = (0..<Self.blocks).map { hasher.append(identity: UInt64($0)) }
      turn.blockTokens = Self.blockTokens
      turns.append(turn)
    }
    answers.reserveCapacity(16)
    running.reserveCapacity(2 * Self.runningMax)
  }

  /// Places turns, and lets as many end.
  mutating func run(turns count: Int) -> Counts {
    var counts = Counts()
    for number in 0..<count {
      now = now.advanced(by: .milliseconds(20))
      counts.placement += place(turns[number % turns.count]) / Double(count)
      for answer in answers {
        guard case .placed(let placement) = answer.verdict else { continue }
        running.append((answer.id, placement.slot))
        counts.acceptance += accept(answer.id, placement.slot) / Double(count)
        counts.storing += store(answer.turn.blockHashes, placement.slot) / Double(count)
        counts.removal += remove(answer.turn.blockHashes, placement.slot) / Double(count)
      }
      guard running.count > Self.runningMax else { continue }
      let turn = running.removeFirst()
      counts.ending += end(turn.id, turn.slot) / Double(count)
    }
    return counts
  }

  private mutating func place(_ turn: Turn) -> Double {
    answers.removeAll(keepingCapacity: true)
    let before = malloc_count()
    _ = dispatcher.offer(turn, at: now, into: &answers)
    dispatcher.advance(at: now, into: &answers)
    return Double(malloc_count() - before)
  }

  private mutating func accept(_ id: TurnID, _ slot: Int32) -> Double {
    let before = malloc_count()
    dispatcher.reported(load, by: slot, at: now)
    dispatcher.accepted(id, by: slot, at: now)
    return Double(malloc_count() - before)
  }

  private mutating func end(_ id: TurnID, _ slot: Int32) -> Double {
    let outcome = TurnOutcome(
      cachedTokens: 0,
      outputTokens: 100,
      queueSeconds: 0,
      ttftSeconds: 0.2,
      totalSeconds: 2,
      isComplete: true
    )
    let before = malloc_count()
    dispatcher.reported(load, by: slot, at: now)
    dispatcher.ended(id, outcome, .completed, by: slot, at: now)
    return Double(malloc_count() - before)
  }

  private mutating func store(_ hashes: [BlockHash], _ slot: Int32) -> Double {
    let run = hashes.span.extracting(0..<16)
    let before = malloc_count()
    dispatcher.stored(run, by: slot)
    return Double(malloc_count() - before)
  }

  private mutating func remove(_ hashes: [BlockHash], _ slot: Int32) -> Double {
    let run = hashes.span.extracting(0..<16)
    let before = malloc_count()
    dispatcher.removed(run, by: slot, at: now)
    return Double(malloc_count() - before)
  }

  private var load: ReplicaLoad {
    ReplicaLoad(blocksUsed: 500, running: 2, decoding: 2, contextTokens: 8_000)
  }
}
