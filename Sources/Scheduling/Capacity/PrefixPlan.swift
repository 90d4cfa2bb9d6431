public import Basics
import Fleet

/// A prefix that should be held by more replicas of a region than hold it.
public struct PrefixPlacement: Sendable, Hashable {
  /// The chained hash of its last block.
  public let hash: BlockHash
  /// Blocks that it has.
  public let depth: Int
  /// The model.
  public let model: ModelID
  /// The region.
  public let region: RegionID
  /// Turns a second that are expected to begin with it there.
  public let turns: Double
  /// Replicas there that hold it.
  public let holders: Int
  /// Replicas there that should.
  public let wanted: Int
  /// Where to compute it, the least busy first; as many as are missing.
  public let targets: [ReplicaID]
  /// Seconds of prefill that are saved over the horizon, less what it costs.
  public let gainSeconds: Double
}

/// Which hot prefixes, such as system prompts, should be computed where before they are missed.
///
/// What is expected is the rate of the last two minutes and the rise on that of the last ten, so
/// that a prompt that gets hot counts before it is. In a region as many replicas should hold it as
/// its turns would fill, and one at least. A further one gains its share of hits over the horizon
/// times the prefill that a hit saves; it costs one prefill, and for each block that it holds the
/// chance that what it evicts is used again times computing that. Of a chain the deepest prefix
/// stands for all that begin like it, as long as 8 in 10 turns go so deep.
///
/// Carrying it out is to send each target a turn with that prompt and no answer.
public struct PrefixPlan: Sendable, Hashable {
  /// For how long demand is taken to stay, in seconds.
  public static let horizonSeconds = 300.0
  /// Turns a second below which a prefix is not looked at: one a minute.
  public static let turnsMin = 1.0 / 60
  /// Most prefixes of a plan.
  public static let countMax = 64

  private static let coveredShare = 0.8

  /// The prefixes, the greatest gain first.
  public let prefixes: [PrefixPlacement]

  /// Plans: `means` is the load of one turn of each model.
  public init(
    _ sketch: PrefixSketch,
    view: FleetView,
    index: PrefixIndex,
    means: [ModelID: TurnLoad],
    reuseChance: Double = ModelEstimates().reuseChance,
    at now: Instant
  ) {
    let found = sketch.prefixes(atLeast: Self.turnsMin, at: now)
    var deeper: [Local: Double] = [:]
    for prefix in found where prefix.parent != 0 {
      let parent = Local(key: prefix.parent, region: prefix.origin)
      deeper[parent] = max(deeper[parent] ?? 0, prefix.turns)
    }
    let replicas = Self.replicas(view)
    var match = PrefixMatch()
    var plan: [PrefixPlacement] = []
    for prefix in found {
      let deepest = deeper[Local(key: prefix.hash, region: prefix.origin)] ?? 0
      guard prefix.turns * Self.coveredShare > deepest,
        let region = view.regionID(prefix.origin),
        let slots = replicas[Local(key: prefix.model, region: prefix.origin)]
      else { continue }
      let placement = Self.placement(
        prefix,
        region,
        slots,
        view,
        index,
        means,
        reuseChance,
        &match
      )
      if let placement { plan.append(placement) }
    }
    plan.sort { ($1.gainSeconds, $0.hash) < ($0.gainSeconds, $1.hash) }
    prefixes = Array(plan.prefix(Self.countMax))
  }

  /// A prefix or a model, in a region.
  private struct Local: Hashable {
    let key: UInt64
    let region: Int16
  }

  /// Replicas that take turns, by model and region.
  private static func replicas(_ view: FleetView) -> [Local: [Int32]] {
    var replicas: [Local: [Int32]] = [:]
    for slot in 0..<Int32(view.slotCount) {
      guard let state = view.state(slot), let spec = view.spec(slot), state.readiness == .ready
      else { continue }
      let model = BlockHasher(model: spec.model.text).hash
      replicas[Local(key: model, region: state.region), default: []].append(slot)
    }
    return replicas
  }

  private static func placement(
    _ prefix: PrefixDemand,
    _ region: RegionID,
    _ slots: [Int32],
    _ view: FleetView,
    _ index: PrefixIndex,
    _ means: [ModelID: TurnLoad],
    _ reuseChance: Double,
    _ match: inout PrefixMatch
  ) -> PrefixPlacement? {
    index.match([prefix.hash].span, into: &match)
    guard let first = slots.first, let spec = view.spec(first) else { return nil }
    let mean = means[spec.model] ?? .nominal
    let supply = ReplicaSupply(spec, of: mean, sharing: slots.count).turnsPerSecond
    let turns = prefix.turns + max(0, prefix.turns - prefix.turnsBefore)
    let needed = supply > 0 ? Int(min(1e6, (turns / supply).rounded(.up))) : slots.count
    let wanted = min(slots.count, max(1, needed))
    let missing = slots.filter { !($0 < match.blocks.count && match.blocks[Int($0)] > 0) }
    let holders = slots.count - missing.count
    guard holders < wanted else { return nil }
    let rates = spec.roofline.rates
    let tokens = Double(prefix.depth * prefix.blockTokens)
    let prefill = rates.prefillFLOPs(tokens: tokens, context: 0) / rates.flopsPerSecond
    let block =
      rates.prefillFLOPs(tokens: Double(spec.blockTokens), context: mean.promptTokens / 2)
      / rates.flopsPerSecond
    let cost = prefill + tokens / Double(spec.blockTokens) * reuseChance * block
    let hits = turns * horizonSeconds / Double(wanted)
    let gain = hits * prefill - cost
    guard gain > 0 else { return nil }
    let order = missing.sorted {
      (view.state($0)?.requestCount ?? 0, $0) < (view.state($1)?.requestCount ?? 0, $1)
    }
    let targets = order.prefix(wanted - holders).compactMap { view.spec($0)?.id }
    return PrefixPlacement(
      hash: prefix.hash,
      depth: prefix.depth,
      model: spec.model,
      region: region,
      turns: turns,
      holders: holders,
      wanted: wanted,
      targets: targets,
      gainSeconds: gain * Double(targets.count)
    )
  }
}
