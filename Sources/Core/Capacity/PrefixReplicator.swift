import Basics
import FleetSpec
public import KVIndex
public import Routing

/// The prefix of a turn's prompt that is preferred on one more replica than the turn's.
public struct PrefixCopy: Sendable, Hashable {
  /// The prefix as a turn of its own, with an answer of one token.
  public let request: RoutingRequest
  /// Its chained hashes.
  public let hashes: [BlockHash]
  /// What it is to run it there.
  public let placement: Placement

  fileprivate let prefix: PrefixReplicator.Prefix

  /// The replica.
  public var slot: Int32 { placement.slot }
}

/// Has hot prefixes computed where they will be missed, as ``PrefixPlan`` says.
///
/// The scheduler never sees tokens. So a copy is made with a turn that begins with the prefix:
/// whoever sent that turn sends its prefix to one more replica, and need not wait for the
/// answer. Only replicas that could run a turn at once get one, and one at a time.
public struct PrefixReplicator: Sendable {
  /// How long a plan is followed: 5 s of the fleet's time.
  public static let interval = Duration.seconds(5)
  /// Targets of a prefix that are looked at for one turn.
  private static let scanLimit = 8

  fileprivate struct Prefix: Hashable, Sendable {
    let hash: BlockHash
    let origin: Int16
  }

  private struct Target {
    let slot: Int32
    let generation: UInt32
  }

  private struct Copy {
    let prefix: Prefix
    let slot: Int32
  }

  private var preferred: [Prefix: [Target]] = [:]
  private var planDue = Instant.zero
  /// The copies under way, by their reservations.
  private var inFlight: [UInt64: Copy] = [:]
  /// Copies that were asked for, since the start.
  public private(set) var count = 0

  /// Makes a replicator without a plan.
  public init() {}

  /// The prefix of a turn that has just been placed on `home`, if it is preferred on one more
  /// replica that has headroom for it; ``sent(_:as:)`` is to follow.
  ///
  /// To be called after the decision on the turn, before the next one. Makes a new plan when the
  /// last one is over: that takes milliseconds in a fleet of thousands.
  public mutating func copy(
    of turn: RoutingRequest,
    on home: Int32,
    hashes: [BlockHash],
    demand: FleetDemand,
    by router: Router,
    in view: RoutingView,
    index: PrefixIndex
  ) -> PrefixCopy? {
    if view.fleetNow >= planDue { plan(demand, view, index, at: view.fleetNow) }
    guard !preferred.isEmpty,
      let (prefix, request, placement) = find(turn, home, hashes.span, router, view)
    else { return nil }
    return PrefixCopy(
      request: request,
      hashes: Array(hashes.prefix(request.promptTokens / request.blockTokens)),
      placement: placement,
      prefix: prefix
    )
  }

  /// A copy has its place, under the name of a turn.
  public mutating func sent(_ copy: PrefixCopy, as id: UInt64) {
    inFlight[id] = Copy(prefix: copy.prefix, slot: copy.slot)
    count += 1
  }

  /// A copy ended, or nobody knows of it any more.
  public mutating func ended(_ id: UInt64) { inFlight[id] = nil }

  /// A replica is gone, or reports everything again: what became of its copies is never reported.
  public mutating func forget(_ slot: Int32) {
    inFlight = inFlight.filter { $0.value.slot != slot }
  }

  private mutating func plan(
    _ demand: FleetDemand,
    _ view: RoutingView,
    _ index: PrefixIndex,
    at now: Instant
  ) {
    planDue = now.advanced(by: Self.interval)
    preferred.removeAll(keepingCapacity: true)
    for prefix in PrefixPlan(demand, view: view, index: index, at: now).prefixes {
      guard let origin = view.region(prefix.region) else { continue }
      let key = Prefix(hash: prefix.hash, origin: origin)
      let busy = inFlight.values.filter { $0.prefix == key }.map(\.slot)
      let targets: [Target] = prefix.targets.compactMap { id in
        guard let slot = view.slot(of: id), let state = view.state(slot), !busy.contains(slot)
        else { return nil }
        return Target(slot: slot, generation: state.generation)
      }
      preferred[key] = Array(targets.prefix(max(0, prefix.targets.count - busy.count)))
    }
  }

  /// The prefix of a turn that is preferred on a replica with room for it.
  ///
  /// A turn that goes where its prefix is not held computes it there: that is one target less.
  private mutating func find(
    _ turn: RoutingRequest,
    _ home: Int32,
    _ hashes: Span<BlockHash>,
    _ router: Router,
    _ view: RoutingView
  ) -> (Prefix, RoutingRequest, Placement)? {
    var depth = 1
    while depth <= hashes.count {
      defer { depth *= 2 }
      let prefix = Prefix(hash: hashes[depth - 1], origin: turn.origin)
      guard let targets = preferred[prefix], !targets.isEmpty else { continue }
      if router.heldBlocks(home) < depth, view.state(home)?.region == turn.origin {
        let own = targets.firstIndex { $0.slot == home } ?? targets.count - 1
        preferred[prefix]?.remove(at: own)
        continue
      }
      var request = turn
      // Engines compute the last token of a prompt again, and so the block that it is in.
      let whole = depth * turn.blockTokens
      let all = turn.estimatedTokens > 0 ? turn.estimatedTokens : turn.promptTokens
      request.takeAsCounted(tokens: max(whole, min(all, whole + 1)))
      request.outputTokens = 1
      for (number, target) in targets.prefix(Self.scanLimit).enumerated() {
        guard view.state(target.slot)?.generation == target.generation,
          !inFlight.values.contains(where: { $0.slot == target.slot }),
          let placement = router.placement(ofPrefix: request, on: target.slot, in: view)
        else { continue }
        preferred[prefix]?.remove(at: number)
        return (prefix, request, placement)
      }
    }
    return nil
  }
}
