import Basics
import HeapModule

/// The jobs that wait: by priority, then fairly between tenants, then by when they came.
///
/// Of tenants with jobs of one priority, the one whose share of the GPUs is the least goes next
/// (dominant resource fairness, with GPUs as the one resource that dominates).
///
/// Source: Ghodsi et al., "Dominant Resource Fairness", NSDI 2011.
struct JobQueue: Sendable {
  struct Entry: Sendable, Hashable {
    let order: UInt64
    let slot: Int
  }

  private struct Turn: Comparable {
    let share: Double
    let order: UInt64
    let tenant: TenantID
    let index: Int

    static func < (left: Turn, right: Turn) -> Bool {
      (left.share, left.order) < (right.share, right.order)
    }
  }

  private var levels: [Int: [TenantID: [Entry]]] = [:]
  private(set) var count = 0

  mutating func insert(_ slot: Int, _ job: Job) {
    var lane = levels[job.spec.priority]?[job.spec.tenant] ?? []
    levels[job.spec.priority, default: [:]][job.spec.tenant] = nil
    lane.insert(Entry(order: job.order, slot: slot), at: Self.place(of: job.order, in: lane))
    levels[job.spec.priority, default: [:]][job.spec.tenant] = lane
    count += 1
  }

  mutating func remove(_ job: Job) {
    guard var lane = levels[job.spec.priority]?[job.spec.tenant] else { return }
    let place = Self.place(of: job.order, in: lane)
    guard place < lane.count, lane[place].order == job.order else { return }
    levels[job.spec.priority]?[job.spec.tenant] = nil
    lane.remove(at: place)
    if !lane.isEmpty { levels[job.spec.priority]?[job.spec.tenant] = lane }
    if levels[job.spec.priority]?.isEmpty ?? false { levels[job.spec.priority] = nil }
    count -= 1
  }

  /// Visits every job as it is now, in the order in which they are to have a place, until `visit`
  /// returns false; `share` is asked again after each.
  func walk(share: (TenantID) -> Double, visit: (Int) -> Bool) {
    for priority in levels.keys.sorted(by: >) {
      let lanes = levels[priority] ?? [:]
      var turns = Heap(
        lanes.compactMap { tenant, lane in
          lane.first.map { Turn(share: share(tenant), order: $0.order, tenant: tenant, index: 0) }
        }
      )
      while let turn = turns.popMin() {
        guard let lane = lanes[turn.tenant] else { continue }
        guard visit(lane[turn.index].slot) else { return }
        let next = turn.index + 1
        guard next < lane.count else { continue }
        turns.insert(
          Turn(
            share: share(turn.tenant),
            order: lane[next].order,
            tenant: turn.tenant,
            index: next
          )
        )
      }
    }
  }

  private static func place(of order: UInt64, in lane: [Entry]) -> Int {
    // Most are the last.
    guard let last = lane.last, last.order >= order else { return lane.count }
    var (low, high) = (0, lane.count)
    while low < high {
      let middle = (low + high) / 2
      if lane[middle].order < order { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
