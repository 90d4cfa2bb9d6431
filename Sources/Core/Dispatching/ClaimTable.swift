import Basics
import FleetSpec

import func Glibc.exp

/// Who comes for the places that it asks for: what is placed for tenants and peers that often don't
/// counts for as much as they do come, and none has more places open than a bound.
///
/// What came of a place counts 1/e as much after a minute.
struct ClaimTable: Sendable {
  /// Whoever asked for a place.
  enum Key: Hashable, Sendable {
    case tenant(TenantID?)
    /// A hash of an address.
    case peer(UInt64)
  }

  private struct Record {
    /// Places that nobody has claimed yet.
    var open = 0
    var claimed = 0.0
    var lapsed = 0.0
    var updated = Instant.zero

    mutating func advance(to now: Instant) {
      let seconds = updated.seconds(to: now)
      guard seconds > 0 else { return }
      let left = exp(-seconds / ClaimTable.decaySeconds)
      (claimed, lapsed, updated) = (claimed * left, lapsed * left, now)
    }
  }

  /// What becomes of a place.
  enum Change { case opened, claimed, lapsed, givenBack }

  /// Places that a tenant or a peer may have open at once, or as many as it claimed in the last
  /// minute if those are more.
  static let (tenantMax, peerMax) = (256, 1_024)
  private static let decaySeconds = 60.0
  /// As if so many had been claimed before the first.
  private static let prior = 4.0
  /// Beyond it those are forgotten that have nothing open.
  private static let countMax = 8_192

  private var records: [Key: Record] = [:]

  /// A place of a turn changed.
  mutating func note(_ change: Change, of turn: Turn, at now: Instant) {
    if change == .opened, records.count >= Self.countMax { sweep(at: now) }
    for key in turn.claimKeys {
      guard var record = records[key] ?? (change == .opened ? Record() : nil) else { continue }
      record.advance(to: now)
      switch change {
      case .opened: record.open += 1
      case .claimed: record.claimed += 1
      case .lapsed: record.lapsed += 1
      case .givenBack: break
      }
      if change != .opened { record.open = max(0, record.open - 1) }
      records[key] = record
    }
  }

  /// The chance that a turn's place is claimed, by what became of others: 1 where none lapsed.
  func chance(of turn: Turn, at now: Instant) -> Double {
    turn.claimKeys.reduce(1) { least, key in
      guard var record = records[key], record.lapsed > 0 else { return least }
      record.advance(to: now)
      guard record.lapsed >= 0.5 else { return least }
      let claimed = record.claimed + Self.prior
      return min(least, claimed / (claimed + record.lapsed))
    }
  }

  /// How many places are open of whoever has as many as it may, and asks for another; nil when none
  /// has.
  func excess(of turn: Turn, at now: Instant) -> (key: Key, open: Int)? {
    for key in turn.claimKeys {
      guard var record = records[key] else { continue }
      let floor = if case .peer = key { Self.peerMax } else { Self.tenantMax }
      guard record.open >= floor else { continue }
      record.advance(to: now)
      if Double(record.open) >= record.claimed { return (key, record.open) }
    }
    return nil
  }

  private mutating func sweep(at now: Instant) {
    records = records.filter { $0.value.open > 0 }
  }
}

extension Turn {
  fileprivate var claimKeys: ClaimKeys { ClaimKeys(tenant: tenant, peer: peer) }
}

/// The tenant of a turn and, where it is known, the peer; a list would take memory for each turn.
private struct ClaimKeys: Sequence, IteratorProtocol {
  let tenant: TenantID?
  let peer: UInt64
  private var count = 0

  init(tenant: TenantID?, peer: UInt64) { (self.tenant, self.peer) = (tenant, peer) }

  mutating func next() -> ClaimTable.Key? {
    count += 1
    if count == 1 { return .tenant(tenant) }
    return count == 2 && peer != 0 ? .peer(peer) : nil
  }
}
