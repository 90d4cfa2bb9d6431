import Basics
import HearthMessages

/// Which GPUs of a node its engines have, and which engines have left theirs to jobs.
///
/// No engine loads where a worker is, and no worker starts where an engine is or is to load.
struct EnginePlaces {
  /// The GPUs of each replica, a bit each: where it is, was, or is to load.
  private(set) var gpus: [UInt64]
  /// Replicas that have left theirs.
  private(set) var parked: Set<Int> = []
  /// Those of them that are told to come back.
  private(set) var returning: Set<Int> = []

  /// The engines of replicas with so many GPUs each, which have the first ones of the node, in
  /// their order; those where workers are have left.
  init(gpuCounts: [Int], workers: UInt64 = 0) {
    var first = 0
    gpus = gpuCounts.map { count in
      defer { first += count }
      return count >= 64 ? .max : (1 << UInt64(count) - 1) << UInt64(first)
    }
    yield(to: workers)
  }

  /// Engines that have not started yet leave GPUs to workers that are there.
  mutating func yield(to workers: UInt64) {
    for (index, mask) in gpus.enumerated() where mask & workers != 0 { parked.insert(index) }
  }

  /// What engines have, a bit each.
  var serving: UInt64 {
    gpus.indices.reduce(0) { parked.contains($1) ? $0 : $0 | gpus[$1] }
  }

  /// What no worker may have: what engines have, and what they are to have again.
  var closed: UInt64 { returning.reduce(serving) { $0 | gpus[$1] } }

  mutating func left(_ replica: Int) { parked.insert(replica) }

  /// A replica is to come back, on these GPUs.
  mutating func recall(_ replica: Int, on mask: UInt64) {
    guard parked.contains(replica) else { return }
    gpus[replica] = mask
    returning.insert(replica)
  }

  /// The replicas that can load now, given the GPUs of workers of which something is left.
  mutating func takeLoadable(beside workers: UInt64) -> [Int] {
    let ready = returning.filter { gpus[$0] & (workers | serving) == 0 }.sorted()
    for replica in ready {
      returning.remove(replica)
      parked.remove(replica)
    }
    return ready
  }

  /// What the control plane is told.
  func tell(in report: inout HearthV1.NodeJobs) {
    report.serving = serving
    report.parked = parked.reduce(0) { $0 | 1 << UInt64($1) }
    report.replicaGpus = gpus
  }
}
