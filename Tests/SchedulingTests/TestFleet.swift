import Basics
import Fleet
import Scheduling
import Testing

/// A fleet of equal replicas of Llama 3.1 8B, one H100 each, with all that routing reads.
struct TestFleet {
  static let blockTokens = 16

  var view = FleetView()
  var index = PrefixIndex(seed: 1)
  var router = Router()
  var reservations = Reservations(seed: 1)
  var random: PRNG

  init(seed: UInt64 = 1) { random = PRNG(seed: seed) }

  /// Adds a ready replica.
  @discardableResult
  mutating func add(
    _ name: String,
    region: String = "eu",
    load: ReplicaLoad = .init(),
    blockCount: Int? = nil,
    runningMax: Int = 256,
    waitingMax: Int = 1024
  ) throws -> Int32 {
    let spec = try Self.replica(
      name,
      region: region,
      blockCount: blockCount,
      runningMax: runningMax,
      waitingMax: waitingMax
    )
    let attached = view.attach(spec)
    let slot = try #require(attached)
    index.attach(slot, blockLimit: spec.blockCount)
    view.setReadiness(slot, .ready)
    view.report(slot, load)
    return slot
  }

  static func replica(
    _ name: String,
    region: String = "eu",
    blockTokens: Int = blockTokens,
    blockCount: Int? = nil,
    runningMax: Int = 256,
    waitingMax: Int = 1024
  ) throws -> ReplicaSpec {
    ReplicaSpec(
      id: try #require(ReplicaID(name)),
      node: try #require(NodeID("node")),
      region: try #require(RegionID(region)),
      model: try #require(ModelID("llama-3.1-8b")),
      roofline: Roofline(
        gpu: try #require(GPUModel.named("h100")),
        gpuCount: 1,
        model: try #require(ModelArchitecture.named("llama-3.1-8b"))
      ),
      blockTokens: blockTokens,
      blockCount: blockCount,
      runningMax: runningMax,
      waitingMax: waitingMax
    )
  }

  mutating func setRoundTrip(_ one: String, _ other: String, _ seconds: Double) throws {
    let (one, other) = (try #require(RegionID(one)), try #require(RegionID(other)))
    view.setRoundTrip(one, other, seconds: seconds)
  }

  func number(of region: String) throws -> Int16 {
    try #require(RegionID(region).flatMap(view.region))
  }

  /// A turn from `region`.
  func request(
    _ promptTokens: Int,
    from region: String = "eu",
    output: Int = 0,
    session: UInt64 = 0
  ) throws -> RoutingRequest {
    RoutingRequest(
      model: 0,
      origin: try number(of: region),
      promptTokens: promptTokens,
      outputTokens: output,
      blockTokens: Self.blockTokens,
      session: session
    )
  }

  mutating func route(
    _ request: RoutingRequest,
    _ hashes: [BlockHash] = [],
    excluding: [Int32] = [],
    policy: String = "warm",
    takesAnyHeadroom: Bool = false
  ) throws -> Verdict {
    let number = try #require(router.policy(named: policy))
    return router.route(
      request,
      hashes: hashes.span,
      in: view,
      index: index,
      excluding: excluding,
      policy: number,
      takesAnyHeadroom: takesAnyHeadroom,
      random: &random
    )
  }

  /// Routes and fails when the turn is refused.
  mutating func place(
    _ request: RoutingRequest,
    _ hashes: [BlockHash] = [],
    excluding: [Int32] = [],
    policy: String = "warm"
  ) throws -> Placement {
    let verdict = try route(request, hashes, excluding: excluding, policy: policy)
    guard case .placed(let placement) = verdict else {
      throw Unplaced(verdict: verdict)
    }
    return placement
  }

  func explain(
    _ request: RoutingRequest,
    _ hashes: [BlockHash] = [],
    excluding: [Int32] = [],
    policy: String = "warm"
  ) throws -> Explanation {
    let number = try #require(router.policy(named: policy))
    return router.explain(
      request,
      hashes: hashes.span,
      in: view,
      index: index,
      excluding: excluding,
      policy: number,
      random: random
    )
  }

  mutating func reserve(_ placement: Placement, at seconds: Int64 = 0) -> UInt64 {
    reservations.make(placement, in: &view, at: Instant(nanoseconds: seconds * 1_000_000_000))
  }

  struct Unplaced: Error {
    let verdict: Verdict
  }
}

/// The hashes of a prompt of `blocks` blocks that no other name has.
func chain(_ name: String, blocks: Int) -> [BlockHash] {
  var hasher = BlockHasher(model: name)
  return (0..<blocks).map { hasher.append(identity: UInt64($0)) }
}
