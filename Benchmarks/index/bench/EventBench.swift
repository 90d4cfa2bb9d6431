import Basics
import KVIndex

/// Stores as many pairs, then removes and stores some again, and once more after half the replicas
/// were cleared, and says what that took.
struct EventBench {
  private var fleet: Fleet

  init(replicas: Int, pairs: Int, holders: Int) {
    fleet = Fleet(replicas: replicas, pairs: pairs, holders: holders)
  }

  func run() {
    var fleet = fleet
    let before = residentBytes()
    var index = fleet.makeIndex()
    var longest = 0.0
    let start = processorSeconds()
    var last = seconds()
    for number in 0..<fleet.holders {
      for run in 0..<fleet.runs {
        fleet.store(number, of: run, in: &index)
        let now = seconds()
        longest = max(longest, now - last)
        last = now
      }
    }
    let stored = processorSeconds() - start
    let full = residentBytes() - before

    var random = PRNG(seed: 2)
    let churned = churn(&fleet, &index, &random)
    guard index.blockCount == fleet.pairs else { fail("pairs were lost") }
    let settled = residentBytes() - before

    let clearStart = processorSeconds()
    for slot in 0..<Int32(fleet.replicas / 2) { index.clear(slot) }
    let cleared = processorSeconds() - clearStart
    let sweeping = churn(&fleet, &index, &random)
    report([
      "pairs": Double(fleet.pairs),
      "bytes_a_pair": Double(full) / Double(fleet.pairs),
      "bytes_a_pair_after_churn": Double(settled) / Double(fleet.pairs),
      "stores_a_second": Double(fleet.pairs) / stored,
      "churn_events_a_second": churned,
      "sweeping_events_a_second": sweeping,
      "longest_store_us": longest * 1e6,
      "clear_us": cleared * 1e6 / Double(max(1, fleet.replicas / 2)),
    ])
  }

  /// Removes and stores runs at random; how many events a second of processor time it makes.
  private func churn(
    _ fleet: inout Fleet,
    _ index: inout PrefixIndex,
    _ random: inout PRNG
  ) -> Double {
    let turns = 250_000
    let start = processorSeconds()
    for _ in 0..<turns {
      let run = Int(random.next() % UInt64(fleet.runs))
      let number = Int(random.next() % UInt64(fleet.holders))
      fleet.remove(number, of: run, in: &index)
      fleet.store(number, of: run, in: &index)
    }
    return Double(turns * 2 * Fleet.runLength) / (processorSeconds() - start)
  }
}
