package import Basics
package import FleetSpec
package import KVIndex
import RivalPolicies
package import Routing

/// A fleet of equal replicas of Llama 3.1 8B, one H100 each, with all that routing reads.
package struct TestFleet {
  package static let blockTokens = 16

  package var view = RoutingView()
  package var index = PrefixIndex(seed: 1)
  package var router = Router(policies: Policies.own + RivalPolicies.all)
  package var random: PRNG
  /// What was placed and not reported yet, each under a number of its own.
  private var placed: [UInt64: (slot: Int32, generation: UInt32, demand: Demand)] = [:]
  private var placedCount: UInt64 = 0

  package init(seed: UInt64 = 1) { random = PRNG(seed: seed) }

  /// Adds a ready replica.
  @discardableResult
  package mutating func add(
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
    let slot = try unwrap(attached)
    index.attach(slot, blockLimit: spec.blockCount)
    view.setReadiness(slot, .ready)
    view.report(slot, load)
    return slot
  }

  package static func replica(
    _ name: String,
    model: String = "llama-3.1-8b",
    region: String = "eu",
    blockTokens: Int = blockTokens,
    blockCount: Int? = nil,
    runningMax: Int = 256,
    waitingMax: Int = 1024,
    publishesEvents: Bool = true
  ) throws -> ReplicaSpec {
    ReplicaSpec(
      id: try unwrap(ReplicaID(name)),
      node: try unwrap(NodeID("node")),
      region: try unwrap(RegionID(region)),
      model: try unwrap(ModelID(model)),
      roofline: Roofline(
        gpu: try unwrap(GPUModel.named("h100")),
        gpuCount: 1,
        model: try unwrap(ModelArchitecture.named(model))
      ),
      blockTokens: blockTokens,
      blockCount: blockCount,
      runningMax: runningMax,
      waitingMax: waitingMax,
      publishesEvents: publishesEvents
    )
  }

  package mutating func setRoundTrip(_ one: String, _ other: String, _ seconds: Double) throws {
    let (one, other) = (try unwrap(RegionID(one)), try unwrap(RegionID(other)))
    view.setRoundTrip(one, other, seconds: seconds)
  }

  package func number(of region: String) throws -> Int16 {
    try unwrap(RegionID(region).flatMap(view.region))
  }

  /// A turn from `region`.
  package func request(
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

  package mutating func route(
    _ request: RoutingRequest,
    _ hashes: [BlockHash] = [],
    excluding: [Int32] = [],
    policy: String = "warm",
    takesAnyHeadroom: Bool = false
  ) throws -> Verdict {
    let number = try unwrap(router.policy(named: policy))
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
  package mutating func place(
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

  package func explain(
    _ request: RoutingRequest,
    _ hashes: [BlockHash] = [],
    excluding: [Int32] = [],
    policy: String = "warm"
  ) throws -> Explanation {
    let number = try unwrap(router.policy(named: policy))
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

  /// Counts a placement on its replica until that reports it.
  package mutating func reserve(_ placement: Placement, at seconds: Int64 = 0) -> UInt64 {
    placedCount += 1
    let generation = view.state(placement.slot)?.generation ?? 0
    placed[placedCount] = (placement.slot, generation, placement.demand)
    view.advance(to: Instant(nanoseconds: seconds * 1_000_000_000))
    view.add(placement.demand, to: placement.slot)
    view.addPrefill(placement.demand, to: placement.slot)
    return placedCount
  }

  /// A replica reported a reservation's turn.
  package mutating func release(_ reservation: UInt64) {
    guard let place = placed.removeValue(forKey: reservation) else { return }
    view.take(place.demand, from: place.slot, generation: place.generation)
  }

  package struct Unplaced: Error {
    let verdict: Verdict

    package init(verdict: Verdict) { self.verdict = verdict }
  }
}

/// The hashes of a prompt of `blocks` blocks that no other name has.
package func chain(_ name: String, blocks: Int) -> [BlockHash] {
  var hasher = BlockHasher(model: name)
  return (0..<blocks).map { hasher.append(identity: UInt64($0)) }
}
