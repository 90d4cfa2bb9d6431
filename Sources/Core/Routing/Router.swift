public import Basics
import FleetSpec
public import KVIndex

/// Decides where turns run: asks the index who holds what, leaves out who can't, lets a policy
/// choose among the rest.
///
/// A decision is synchronous and allocates nothing once the buffers have grown to the size of the
/// fleet. It reads the view and changes nothing there: the caller makes a reservation of the
/// placement in its ledger, so that the next decision sees it.
public struct Router: Sendable {
  /// What placements cost.
  public var costs = CostModel()

  /// Whether turns can wait for room at the caller's; if not, they wait in engines.
  public var hasQueue = false

  /// What replicas were sent; see ``sent(_:_:to:at:)`` for what is added to it.
  public var inFlight = InFlightPrefixes()

  private var policies: [any Policy]
  private var match = PrefixMatch()
  /// For each slot, blocks of the prompt that count as held.
  private var held: [Int32] = []
  /// The most of them.
  private var heldMax = 0
  /// A buffer of slots.
  private var slots: [Int32] = []
  private var rejections = RejectionTally()

  /// Makes a router; the first policy is the default.
  public init(policies: [any Policy] = Policies.own) {
    precondition(!policies.isEmpty, "a router needs a policy")
    self.policies = policies
  }

  /// Names of the policies, the default first.
  public var policyNames: [String] { policies.map(\.name) }

  /// The name of a policy by its number.
  public func policyName(_ policy: Int) -> String { policies[policy].name }

  /// Whether turns of a policy wait for headroom at the caller's, by its number.
  public func waitsForHeadroom(_ policy: Int) -> Bool {
    hasQueue && policies[policy].waitsForHeadroom
  }

  /// Whether a policy has hot prefixes computed on more replicas, by its number.
  public func copiesPrefixes(_ policy: Int) -> Bool { policies[policy].copiesPrefixes }

  /// The number of a policy, for ``route(_:hashes:in:index:excluding:policy:random:)``.
  public func policy(named name: String) -> Int? { policies.firstIndex { $0.name == name } }

  /// Decides where a turn runs.
  ///
  /// - Parameters:
  ///   - request: the turn.
  ///   - hashes: chained hashes of the prompt's full blocks.
  ///   - view: the fleet.
  ///   - index: who holds what, by the same slots.
  ///   - excluding: slots that must not be chosen.
  ///   - policy: number of the policy.
  ///   - takesAnyHeadroom: whether a turn that would wait goes to the cheapest replica with room
  ///     instead; if it would compute much more there (see ``CostModel/recomputeRatioMax``), to the
  ///     one it waits for.
  ///   - random: breaks ties.
  /// - Returns: a placement, what it waits for, or a refusal with its numbers.
  public mutating func route(
    _ request: RoutingRequest,
    hashes: Span<BlockHash>,
    in view: RoutingView,
    index: PrefixIndex,
    excluding: [Int32] = [],
    policy: Int = 0,
    takesAnyHeadroom: Bool = false,
    random: inout PRNG
  ) -> Verdict {
    precondition(policies.indices.contains(policy), "no policy \(policy)")
    index.match(hashes, into: &match)
    hold(hashes, policies[policy].countsInFlightPrefixes, at: view.fleetNow)
    let candidates = collect(request, view, excluding)
    let request = withMostCached(request)
    guard !candidates.isEmpty else {
      if rejections.full > 0 {
        let seconds = secondsToPlace(request, view, excluding)
        return .waits(Wait(preferred: nil, seconds: seconds))
      }
      return .refused(refusal(of: request, in: view))
    }
    let choice = policies[policy].choose(
      request,
      among: candidates,
      view: view,
      costs: costs,
      random: &random
    )
    let count = candidates.count
    var (preferred, wait) = placement(of: request, on: candidates[choice], among: count, view)
    if count > 1, !policies[policy].goesByCost { preferred.choice = .notByCost }
    guard waitsForHeadroom(policy), wait > 0 else { return .placed(preferred) }
    guard takesAnyHeadroom, var withHeadroom = cheapestWithHeadroom(request, candidates, view)
    else { return .waits(Wait(preferred: preferred, seconds: wait)) }
    let most = costs.recomputeRatioMax * preferred.demand.prefillFLOPs
    if withHeadroom.demand.prefillFLOPs > most {
      preferred.choice = .otherRecomputes(withHeadroom.slot)
      return .placed(preferred)
    }
    withHeadroom.choice = .otherWithoutHeadroom(preferred.slot)
    return .placed(withHeadroom)
  }

  /// The replica where the turn decided on last would cost less than at its place, were it not kept
  /// for turns that wait; nil when there is none, and for a policy that does not go by cost.
  public func keptReplica(
    from request: RoutingRequest,
    placedOn placement: Placement,
    by shadows: ShadowReservations,
    in view: RoutingView,
    excluding: [Int32],
    policy: Int
  ) -> Int32? {
    guard !shadows.isEmpty, policies[policy].goesByCost else { return nil }
    let request = withMostCached(request)
    func seconds(on slot: Int32) -> Double {
      guard var state = view.expected(slot), state.model == request.model else { return .infinity }
      state.pending -= shadows.demand(on: slot)
      guard Exclusion(of: state, slot: slot, for: request, excluding: excluding) == nil else {
        return .infinity
      }
      let cached = request.cachedTokens(blocks: heldBlocks(slot))
      return costs.cost(of: request, on: state, cachedTokens: cached, in: view).totalSeconds
    }
    var (best, least): (Int32?, Double) = (nil, seconds(on: placement.slot))
    for slot in shadows.slots where slot != placement.slot {
      let seconds = seconds(on: slot)
      if seconds < least { (best, least) = (slot, seconds) }
    }
    return best
  }

  /// The turn that was decided on last is sent to a replica, under a reservation.
  public mutating func sent(
    _ reservation: UInt64,
    _ hashes: [BlockHash],
    to slot: Int32,
    at now: Instant
  ) {
    let held = match.blocks.indices.contains(Int(slot)) ? Int(match.blocks[Int(slot)]) : 0
    inFlight.sent(reservation, hashes, to: slot, held: held, at: now)
  }

  /// Seconds of a turn's prefill on the replica that holds most of its prompt, if it had nothing
  /// else to do; 0 when no replica is there for it.
  public mutating func prefillSeconds(
    of request: RoutingRequest,
    hashes: Span<BlockHash>,
    in view: RoutingView,
    index: PrefixIndex
  ) -> Double {
    index.match(hashes, into: &match)
    var (best, held): (Int32, Int32) = (-1, -1)
    for slot in match.blocks.indices where match.blocks[slot] > held {
      guard view.state(Int32(slot))?.model == request.model,
        view.state(Int32(slot))?.readiness == .ready
      else { continue }
      (best, held) = (Int32(slot), match.blocks[slot])
    }
    guard let state = view.state(best) else { return 0 }
    let cached = request.cachedTokens(blocks: Int(held))
    let demand = costs.turn(request, on: state, cachedTokens: cached, in: view).demand
    return state.rates.prefillSeconds(flops: demand.prefillFLOPs, steps: demand.prefillSteps)
  }

  /// What it is to run a turn on a replica, and the seconds until there is headroom for it.
  private func placement(
    of request: RoutingRequest,
    on candidate: Candidate,
    among count: Int,
    _ view: RoutingView
  ) -> (Placement, waitSeconds: Double) {
    guard let state = view.expected(candidate.slot) else {
      preconditionFailure("the slot \(candidate.slot) was chosen, which is free")
    }
    let turn = costs.turn(request, on: state, cachedTokens: candidate.cachedTokens, in: view)
    let placement = Placement(
      slot: candidate.slot,
      cachedTokens: candidate.cachedTokens,
      ttftSeconds: turn.cost.ttftSeconds,
      prefillSeconds: turn.prefillSeconds,
      demand: turn.demand,
      candidateCount: count,
      servingCount: rejections.serving,
      choice: count == 1 ? .onlyCandidate : .cheapest
    )
    return (placement, turn.secondsToHeadroom)
  }

  private func cheapestWithHeadroom(
    _ request: RoutingRequest,
    _ candidates: Candidates,
    _ view: RoutingView
  ) -> Placement? {
    var best: (index: Int, seconds: Double)?
    for index in candidates.indices {
      let candidate = candidates[index]
      guard let state = view.expected(candidate.slot) else { continue }
      let turn = costs.turn(request, on: state, cachedTokens: candidate.cachedTokens, in: view)
      let seconds = turn.cost.totalSeconds
      guard seconds < best?.seconds ?? .infinity, turn.secondsToHeadroom <= 0 else { continue }
      best = (index, seconds)
    }
    return best.map {
      placement(of: request, on: candidates[$0.index], among: candidates.count, view).0
    }
  }

  /// What it is to run a prefix of the turn decided on last on a replica; nil if that has it,
  /// or no room for it now.
  public func placement(
    ofPrefix request: RoutingRequest,
    on slot: Int32,
    in view: RoutingView
  ) -> Placement? {
    let held = heldBlocks(slot)
    guard let state = view.expected(slot), state.model == request.model,
      held < request.promptTokens / request.blockTokens,
      Exclusion(of: state, slot: slot, for: request, excluding: []) == nil
    else { return nil }
    let place = Candidate(slot: slot, cachedTokens: request.cachedTokens(blocks: held))
    let (placement, wait) = placement(of: request, on: place, among: 1, view)
    return wait > 0 ? nil : placement
  }

  /// Decides as routing would and tells what every replica of the model would have cost, or why it
  /// was out of the question.
  ///
  /// Changes nothing, not even the turn of a policy.
  public func explain(
    _ request: RoutingRequest,
    hashes: Span<BlockHash>,
    in view: RoutingView,
    index: PrefixIndex,
    excluding: [Int32] = [],
    policy: Int = 0,
    random: PRNG
  ) -> Explanation {
    var (twin, random) = (self, random)
    let verdict = twin.route(
      request,
      hashes: hashes,
      in: view,
      index: index,
      excluding: excluding,
      policy: policy,
      random: &random
    )
    var rows: [Explanation.Row] = []
    twin.forEachReplica(of: request, in: view, excluding: excluding) { slot, _, row in
      rows.append(
        .init(
          slot: slot,
          cachedTokens: Int(row.cachedTokens),
          exclusion: row.exclusion,
          cost: row.exclusion == nil ? row.cost : nil
        )
      )
    }
    return Explanation(verdict: verdict, policy: policies[policy].name, rows: rows)
  }

  private mutating func collect(
    _ request: RoutingRequest,
    _ view: RoutingView,
    _ excluding: [Int32]
  ) -> Candidates {
    if excluding.isEmpty, let candidateList = view.candidateList(for: request) {
      rejections = candidateList.rejections
      return Candidates(
        slots: candidateList.slots,
        blocks: candidateList.blocks,
        held: held,
        of: request
      )
    }
    slots.removeAll(keepingCapacity: true)
    rejections = RejectionTally()
    for slot in 0..<Int32(view.slotCount) {
      guard let state = view.expected(slot), state.model == request.model else { continue }
      rejections.serving += 1
      rejections.promptTokensMax = max(rejections.promptTokensMax, state.promptTokensMax)
      switch Exclusion(of: state, slot: slot, for: request, excluding: excluding) {
      case .notReady: rejections.notReady += 1
      case .byCaller: rejections.excluded += 1
      case .tooSmall: rejections.tooSmall += 1
      case .otherBlocks: rejections.otherBlocks += 1
      case .noAdapter: rejections.noAdapter += 1
      case .full: rejections.full += 1
      case nil: slots.append(slot)
      }
    }
    return Candidates(slots: slots, blocks: nil, held: held, of: request)
  }

  /// Blocks of the prompt decided on last that count as held by a replica.
  public func heldBlocks(_ slot: Int32) -> Int { Int(slot) < held.count ? Int(held[Int(slot)]) : 0 }

  /// The turn decided on last, with what the replica holds of it that holds most.
  func withMostCached(_ request: RoutingRequest) -> RoutingRequest {
    var request = request
    request.cachedTokensMax = request.cachedTokens(blocks: heldMax)
    return request
  }

  private mutating func hold(_ hashes: Span<BlockHash>, _ countsInFlight: Bool, at now: Instant) {
    held.removeAll(keepingCapacity: true)
    held.append(contentsOf: match.blocks)
    if countsInFlight { inFlight.raise(&held, of: hashes, at: now) }
    heldMax = Int(held.max() ?? 0)
  }

  /// Seconds until one of the replicas that are full has a place, by the estimate.
  private func secondsToPlace(
    _ request: RoutingRequest,
    _ view: RoutingView,
    _ excluding: [Int32]
  ) -> Double {
    var seconds = Double.infinity
    for slot in 0..<Int32(view.slotCount) {
      guard let state = view.expected(slot), state.model == request.model,
        case .full = Exclusion(of: state, slot: slot, for: request, excluding: excluding)
      else { continue }
      seconds = min(seconds, PricedReplica(state, costs).retrySeconds)
    }
    return seconds
  }

  /// The reason that gives most hope goes first.
  private func refusal(of request: RoutingRequest, in view: RoutingView) -> Refusal {
    var reason = Refusal.Reason.noneReady
    if rejections.serving == rejections.otherBlocks + rejections.noAdapter {
      reason = .noReplica
    } else if rejections.excluded > 0 {
      reason = .allExcluded
    } else if rejections.tooSmall == rejections.serving {
      reason = .tooLong
    }
    let refusal = Refusal(
      reason: reason,
      promptTokens: request.promptTokens,
      rejections: rejections
    )
    return reason == .noneReady ? refusal.untilReady(in: view) : refusal
  }
}
