public import Basics
public import KVIndex
public import Routing

/// Has hot prefixes computed where they will be missed, as ``PrefixPlan`` says.
///
/// The scheduler never sees tokens. So a copy is made with a turn that begins with the prefix:
/// whoever sent that turn sends its beginning to one more replica, and need not wait for the
/// answer. Only replicas that could run a turn at once get one, and one at a time.
public struct PrefixReplicator: Sendable {
  /// How long a plan is followed: 5 s of the fleet's time.
  public static let interval = Duration.seconds(5)
  /// Targets of a prefix that are looked at for one turn.
  private static let scanLimit = 8

  private struct Prefix: Hashable {
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
    var isAccepted = false
  }

  private var wanted: [Prefix: [Target]] = [:]
  private var planDue = Instant.zero
  /// The copies under way, by their reservations.
  private var inFlight: [UInt64: Copy] = [:]
  /// Copies that were asked for, since the start.
  public private(set) var count = 0

  /// Makes a replicator without a plan.
  public init() {}

  /// Asks for a copy of the beginning of a turn that has just been placed on `home`, if one is
  /// wanted and its place is free: reserves that place.
  ///
  /// To be called after the decision on the turn, before the next one. Makes a new plan when the
  /// last one is over: that takes milliseconds in a fleet of thousands.
  public mutating func copy(
    of turn: RoutingRequest,
    on home: Int32,
    hashes: [BlockHash],
    demand: FleetDemand,
    by router: inout Router,
    in view: inout RoutingView,
    index: PrefixIndex,
    reservations: inout Reservations,
    at now: Instant
  ) -> PrefixCopy? {
    let fleetNow = view.fleetNow
    if fleetNow >= planDue {
      // What nobody sent has no reservation any more, and no replica knows of it.
      inFlight = inFlight.filter { $0.value.isAccepted || reservations.isLive($0.key) }
      plan(demand, view, index, at: fleetNow)
    }
    guard !wanted.isEmpty,
      let (prefix, request, placement) = find(turn, home, hashes.span, router, view)
    else { return nil }
    let beginning = Array(hashes.prefix(request.promptTokens / request.blockTokens))
    let reservation = reservations.make(placement, in: &view, at: now)
    guard reservation != 0 else { return nil }
    router.sent(reservation, beginning, to: placement.slot, at: fleetNow)
    inFlight[reservation] = Copy(prefix: prefix, slot: placement.slot)
    count += 1
    return PrefixCopy(
      reservation: reservation,
      request: request,
      hashes: beginning,
      placement: placement
    )
  }

  /// A replica has a turn, which may be a copy.
  public mutating func accepted(_ reservation: UInt64, by slot: Int32) {
    if inFlight[reservation]?.slot == slot { inFlight[reservation]?.isAccepted = true }
  }

  /// A replica's turn ended; true if it was a copy.
  public mutating func ended(_ reservation: UInt64, by slot: Int32) -> Bool {
    guard inFlight[reservation]?.slot == slot else { return false }
    inFlight[reservation] = nil
    return true
  }

  /// A replica is gone, or tells everything again: what became of its copies is never told.
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
    wanted.removeAll(keepingCapacity: true)
    for prefix in PrefixPlan(demand, view: view, index: index, at: now).prefixes {
      guard let origin = view.region(prefix.region) else { continue }
      let key = Prefix(hash: prefix.hash, origin: origin)
      let busy = inFlight.values.filter { $0.prefix == key }.map(\.slot)
      let targets: [Target] = prefix.targets.compactMap { id in
        guard let slot = view.slot(of: id), let state = view.state(slot), !busy.contains(slot)
        else { return nil }
        return Target(slot: slot, generation: state.generation)
      }
      wanted[key] = Array(targets.prefix(max(0, prefix.targets.count - busy.count)))
    }
  }

  /// The beginning of a turn that is wanted on a replica with room for it.
  ///
  /// A turn that goes where its beginning is not held computes it there: that is one target less.
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
      guard let targets = wanted[prefix], !targets.isEmpty else { continue }
      if router.heldBlocks(home) < depth, view.state(home)?.region == turn.origin {
        let own = targets.firstIndex { $0.slot == home } ?? targets.count - 1
        wanted[prefix]?.remove(at: own)
        continue
      }
      var request = turn
      // Engines compute the last token of a prompt again, and so the block that it is in.
      let whole = depth * turn.blockTokens
      request.promptTokens = max(whole, min(turn.promptTokens, whole + 1))
      (request.estimatedTokens, request.outputTokens) = (0, 1)
      for (number, target) in targets.prefix(Self.scanLimit).enumerated() {
        guard view.state(target.slot)?.generation == target.generation,
          !inFlight.values.contains(where: { $0.slot == target.slot }),
          let placement = router.placement(ofBeginning: request, on: target.slot, in: view)
        else { continue }
        wanted[prefix]?.remove(at: number)
        return (prefix, request, placement)
      }
    }
    return nil
  }
}
