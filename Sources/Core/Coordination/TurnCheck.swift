import Basics
import FleetSpec
import HearthMessages
import KVIndex

/// What a node checks of the turns that it is sent: that each is the one that was placed, and comes
/// once.
///
/// It keeps no turn for that, only the names of those that it took last.
struct TurnCheck: Sendable {
  private static let takenMax = 65_536
  /// The control plane's key, and the one of before its last start, whose turns may still come.
  private var keys: [ReservationKey] = []
  private var trust = TrustGroups()
  /// Whether other rules may be on their way, as after a start of the control plane.
  private var isDue = true
  private var taken: Set<UInt64> = []
  /// The same, from `oldest` on in the order in which they came.
  private var takenInOrder: [UInt64] = []
  private var oldest = 0

  mutating func rulesAreDue() { isDue = true }

  /// A turn began, whose reservation holds for no other.
  mutating func began(_ reservation: UInt64) {
    guard reservation != 0, taken.insert(reservation).inserted else { return }
    guard takenInOrder.count == Self.takenMax else { return takenInOrder.append(reservation) }
    taken.remove(takenInOrder[oldest])
    takenInOrder[oldest] = reservation
    oldest = (oldest + 1) % Self.takenMax
  }

  mutating func take(_ rules: HearthV1.TurnRules) {
    guard rules.keyHigh != 0 || rules.keyLow != 0 else { return rulesAreDue() }
    let key = ReservationKey(rules.keyHigh, rules.keyLow)
    if keys.first != key { keys = [key] + keys.prefix(1) }
    isDue = false
    trust = TrustGroups(others: TenantID(rules.groupOfOthers))
    for group in rules.groups {
      guard let tenant = TenantID(group.tenant) else { continue }
      trust.tenants[tenant] = TenantID(group.group)
    }
  }

  func trustGroup(of tenant: String) -> String { trust.group(of: TenantID(tenant)) }

  /// The turn with the hashes that its blocks are kept under, unless it is not the one that was
  /// placed.
  func checked(
    _ request: HearthV1.GenerateRequest,
    requiresReservation: Bool
  ) throws(Rejection) -> HearthV1.GenerateRequest {
    var own = request
    own.blockHashes = request.blockHashes.under(
      adapter: request.adapter,
      trustGroup: trustGroup(of: request.tenant)
    )
    guard request.reservation != 0 else {
      guard requiresReservation else { return own }
      throw Rejection(
        .failedPrecondition,
        "this node takes only turns that the control plane placed: ask Router.Route first"
      )
    }
    let isPlaced = keys.contains {
      $0.digest(of: $0.bound(request.reservation, to: request.replica))
        == $0.digest(
          model: ModelID(canonical: request.model)?.text ?? "",
          adapter: AdapterID(request.adapter)?.text ?? "",
          promptTokens: Int(request.promptTokens),
          hashes: own.blockHashes.span,
          blockTokens: Int(request.blockTokens)
        )
    }
    guard isPlaced || isDue else {
      throw Rejection(
        .permissionDenied,
        "the reservation was not given to this turn: model, adapter, prompt_tokens, block_hashes, "
          + "block_tokens and tenant must be those that Router.Route was asked with, and the "
          + "replica the one that it named"
      )
    }
    guard isPlaced || !requiresReservation else {
      throw Rejection(
        .unavailable,
        "this node has not heard from the control plane yet which turns are placed on it"
      )
    }
    guard !taken.contains(request.reservation) else {
      throw Rejection(.permissionDenied, "the reservation's turn runs, or has run")
    }
    return own
  }
}
