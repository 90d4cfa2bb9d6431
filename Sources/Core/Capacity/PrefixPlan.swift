public import Basics
import FleetSpec
public import KVIndex
public import Routing

/// A prefix that should be held by more replicas of a region than hold it.
public struct PrefixPlacement: Sendable, Hashable {
  /// The chained hash of its last block.
  public let hash: BlockHash
  /// Blocks that it has.
  public let depth: Int
  /// Tokens that it has.
  public let tokens: Int
  /// The tenant and the name of a turn that began with it, for people.
  public let example: PrefixDemand.Example
  /// The model.
  public let model: ModelID
  /// The region.
  public let region: RegionID
  /// Turns a second that are expected to begin with it there.
  public let turns: Double
  /// Replicas there that hold it.
  public let holders: Int
  /// Replicas there that should.
  public let desired: Int
  /// Where to compute it, the least busy first; as many as are missing.
  public let targets: [ReplicaID]
  /// Seconds of prefill that are saved over the horizon, less what it costs.
  public let gainSeconds: Double
}

/// Which hot prefixes, such as system prompts, should be computed where before they are missed.
///
/// What is expected is the rate of the last two minutes and the rise on that of the last ten, so
/// that a prompt that gets hot counts before it is. In a region as many replicas should hold it as
/// its turns would fill to two thirds, and one at least. A further one gains its share of the hits
/// over the horizon times the prefill that a hit saves, or the way to another region where it is
/// held if none does here and that is shorter. Only turns that go on otherwise than the one before
/// count: a conversation finds what it said before where it ran. A holder costs one prefill, and
/// for each block that it holds the chance that what it evicts is used again times computing that.
/// Of a chain the deepest prefix stands for all that begin like it, as long as 8 in 10 turns go so
/// deep.
///
/// ``PrefixReplicator`` carries it out.
public struct PrefixPlan: Sendable, Hashable {
  /// For how long demand is taken to stay, in seconds.
  public static let horizonSeconds = 300.0
  /// Turns a second below which a prefix is not looked at: one a minute.
  public static let turnsMin = 1.0 / 60
  /// Most prefixes of a plan.
  public static let countMax = 64
  /// Most prefixes that are looked at for one, the hottest first: so that it takes milliseconds.
  public static let scanLimit = 512

  private static let coveredShare = 0.8
  /// How far its turns fill a holder at most: others come there too, and those that find it busy
  /// miss the prefix elsewhere.
  fileprivate static let filledShare = 2.0 / 3
  /// Where a region has a holder, another saves at least this multiple of its cost: many of its
  /// hits would find the first one free.
  fileprivate static let margin = 4.0

  /// The prefixes, the greatest gain first.
  public let prefixes: [PrefixPlacement]

  /// Plans: `means` is the load of one turn of each model.
  public init(
    _ sketch: PrefixSketch,
    view: RoutingView,
    index: PrefixIndex,
    means: [ModelID: TurnLoad],
    reuseChance: Double = ModelEstimates().reuseChance,
    at now: Instant
  ) {
    let found = sketch.prefixes(atLeast: Self.turnsMin, at: now).prefix(Self.scanLimit)
    var deeper: [Local: Double] = [:]
    for prefix in found where prefix.parent != 0 {
      let parent = Local(key: prefix.parent, region: prefix.origin)
      deeper[parent] = max(deeper[parent] ?? 0, prefix.turns)
    }
    var planner = Planner(view: view, index: index, means: means, reuseChance: reuseChance)
    var plan: [PrefixPlacement] = []
    for prefix in found where prefix.shared > 0 {
      let deepest = deeper[Local(key: prefix.hash, region: prefix.origin)] ?? 0
      guard prefix.turns * Self.coveredShare > deepest, let region = view.regionID(prefix.origin),
        let placement = planner.placement(of: prefix, in: region)
      else { continue }
      plan.append(placement)
    }
    plan.sort { ($1.gainSeconds, $0.hash) < ($0.gainSeconds, $1.hash) }
    prefixes = Array(plan.prefix(Self.countMax))
  }

  /// Plans for what a fleet is asked for, with the mean turns of that.
  public init(_ demand: FleetDemand, view: RoutingView, index: PrefixIndex, at now: Instant) {
    self.init(demand.prefixes, view: view, index: index, means: demand.means(at: now), at: now)
  }

  /// A prefix or a model, in a region.
  fileprivate struct Local: Hashable {
    let key: UInt64
    let region: Int16
  }
}

/// Where prefixes should be, one after another.
private struct Planner {
  let view: RoutingView
  let index: PrefixIndex
  let means: [ModelID: TurnLoad]
  let reuseChance: Double
  /// The replicas that take turns, those of a model in a region together, the least busy first.
  private var groups: [PrefixPlan.Local: [Int32]] = [:]
  /// Regions that have some, by model.
  private var regions: [UInt64: [Int16]] = [:]
  /// Turns a second that one of a group sustains.
  private var supplies: [PrefixPlan.Local: Double] = [:]
  /// Turns a second that prefixes before bring to slots which don't have them yet.
  private var assigned: [Int32: Double] = [:]
  private var match = PrefixMatch()

  init(view: RoutingView, index: PrefixIndex, means: [ModelID: TurnLoad], reuseChance: Double) {
    (self.view, self.index, self.means) = (view, index, means)
    self.reuseChance = reuseChance
    var keys: [Int16: UInt64] = [:]
    var members: [PrefixPlan.Local: [(requests: Int, slot: Int32)]] = [:]
    for slot in 0..<Int32(view.slotCount) {
      guard let state = view.state(slot), let spec = view.spec(slot), state.readiness == .ready
      else { continue }
      let key = keys[state.model] ?? BlockHasher(model: spec.model.text).hash
      keys[state.model] = key
      let local = PrefixPlan.Local(key: key, region: state.region)
      if members[local] == nil { regions[key, default: []].append(state.region) }
      members[local, default: []].append((state.requestCount, slot))
    }
    groups = members.mapValues { $0.sorted { $0 < $1 }.map(\.slot) }
  }

  mutating func placement(of prefix: PrefixDemand, in region: RegionID) -> PrefixPlacement? {
    let local = PrefixPlan.Local(key: prefix.model, region: prefix.origin)
    guard let slots = groups[local], let spec = view.spec(slots[0]) else { return nil }
    index.match([prefix.hash].span, into: &match)
    let holders = slots.count { holds($0) }
    let mean = means[spec.model] ?? .nominal
    let filled = PrefixPlan.filledShare * supply(of: local, spec, mean, sharing: slots.count)
    let rise = max(1, 2 - prefix.turnsBefore / prefix.turns)
    let turns = prefix.turns * rise
    let needed = filled > 0 ? Int(min(1e6, (turns / filled).rounded(.up))) : slots.count
    let desired = min(slots.count, max(1, needed))
    guard holders < desired else { return nil }
    let rates = spec.roofline.rates
    let tokens = Double(prefix.depth * prefix.blockTokens)
    let prefill = rates.prefillFLOPs(tokens: tokens, context: 0) / rates.flopsPerSecond
    let block =
      rates.prefillFLOPs(tokens: Double(spec.blockTokens), context: mean.promptTokens / 2)
      / rates.flopsPerSecond
    let cost = prefill + tokens / Double(spec.blockTokens) * reuseChance * block
    let hits = prefix.shared * rise * PrefixPlan.horizonSeconds / Double(desired)
    let saved = holders > 0 ? prefill : min(prefill, secondsToHolder(from: prefix))
    guard hits * saved > (holders > 0 ? PrefixPlan.margin * cost : cost) else { return nil }
    let targets = assign(turns / Double(desired), to: desired - holders, of: slots)
    return PrefixPlacement(
      hash: prefix.hash,
      depth: prefix.depth,
      tokens: prefix.depth * prefix.blockTokens,
      example: prefix.example,
      model: spec.model,
      region: region,
      turns: turns,
      holders: holders,
      desired: desired,
      targets: targets,
      gainSeconds: (hits * saved - cost) * Double(targets.count)
    )
  }

  /// Chooses the replicas to which least was assigned before, of equals the least busy.
  private mutating func assign(_ turns: Double, to count: Int, of slots: [Int32]) -> [ReplicaID] {
    var missing = slots.filter { !holds($0) }
    if missing.count > count {
      let order = missing.enumerated().sorted { one, other in
        (assigned[one.element] ?? 0, one.offset) < (assigned[other.element] ?? 0, other.offset)
      }
      missing = order.prefix(count).map(\.element)
    }
    for slot in missing { assigned[slot, default: 0] += turns }
    return missing.compactMap { view.spec($0)?.id }
  }

  private func holds(_ slot: Int32) -> Bool {
    Int(slot) < match.blocks.count && match.blocks[Int(slot)] > 0
  }

  /// What a turn takes to the nearest region where the prefix is held and back.
  private func secondsToHolder(from prefix: PrefixDemand) -> Double {
    var nearest = Double.infinity
    for region in regions[prefix.model] ?? [] {
      let seconds = view.roundTripSeconds(prefix.origin, region)
      guard seconds < nearest,
        groups[.init(key: prefix.model, region: region)]?.contains(where: holds) == true
      else { continue }
      nearest = seconds
    }
    return nearest
  }

  private mutating func supply(
    of local: PrefixPlan.Local,
    _ spec: ReplicaSpec,
    _ mean: TurnLoad,
    sharing: Int
  ) -> Double {
    if let supply = supplies[local] { return supply }
    let supply = ReplicaSupply(spec, of: mean, sharing: sharing).turnsPerSecond
    supplies[local] = supply
    return supply
  }
}
