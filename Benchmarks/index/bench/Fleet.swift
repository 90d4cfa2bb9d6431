import Basics
import KVIndex

/// Replicas that hold blocks in runs of 16, each run on as many of them.
struct Fleet {
  static let runLength = 16

  let replicas: Int
  let holders: Int
  let runs: Int
  private var run: [BlockHash] = Array(repeating: 0, count: runLength)

  init(replicas: Int, pairs: Int, holders: Int) {
    (self.replicas, self.holders) = (replicas, min(holders, replicas))
    runs = max(1, pairs / (Self.runLength * self.holders))
  }

  var pairs: Int { runs * holders * Self.runLength }

  func makeIndex() -> PrefixIndex {
    var index = PrefixIndex(seed: 1)
    for slot in 0..<replicas { index.attach(Int32(slot), blockLimit: .max) }
    return index
  }

  /// Who holds a run: replicas a constant apart, from one that the run's number chooses.
  func holder(_ number: Int, of run: Int) -> Int32 {
    let first = Int(PRNG.mix(UInt64(run)) % UInt64(replicas))
    return Int32((first + number * (replicas / holders)) % replicas)
  }

  /// A replica stores a run.
  mutating func store(_ number: Int, of run: Int, in index: inout PrefixIndex) {
    fill(run)
    index.store(holder(number, of: run), self.run.span)
  }

  /// A replica removes a run.
  mutating func remove(_ number: Int, of run: Int, in index: inout PrefixIndex) {
    fill(run)
    index.remove(holder(number, of: run), self.run.span)
  }

  /// The blocks of a run.
  mutating func hashes(of run: Int) -> [BlockHash] {
    fill(run)
    return self.run
  }

  private mutating func fill(_ run: Int) {
    let first = UInt64(run) << 8
    for place in self.run.indices { self.run[place] = PRNG.mix(first + UInt64(place)) }
  }
}
