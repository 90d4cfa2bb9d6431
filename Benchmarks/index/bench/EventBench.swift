import Basics
import Scheduling

/// Stores as many pairs, then removes and stores some anew, and says what that took.
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
    let turns = min(fleet.runs, 250_000)
    let churnStart = processorSeconds()
    for _ in 0..<turns {
      let run = Int(random.next() % UInt64(fleet.runs))
      let number = Int(random.next() % UInt64(fleet.holders))
      fleet.remove(number, of: run, in: &index)
      fleet.store(number, of: run, in: &index)
    }
    let churned = processorSeconds() - churnStart
    guard index.blockCount == fleet.pairs else { fail("pairs were lost") }

    let clearStart = processorSeconds()
    for slot in 0..<Int32(fleet.replicas / 2) { index.clear(slot) }
    let cleared = processorSeconds() - clearStart
    let sweepStart = processorSeconds()
    index.sweep()
    let swept = processorSeconds() - sweepStart
    report([
      "pairs": Double(fleet.pairs),
      "bytes_a_pair": Double(full) / Double(fleet.pairs),
      "stores_a_second": Double(fleet.pairs) / stored,
      "churn_events_a_second": Double(turns * 2 * Fleet.runLength) / churned,
      "longest_store_us": longest * 1e6,
      "clear_us": cleared * 1e6 / Double(max(1, fleet.replicas / 2)),
      "sweep_ms": swept * 1e3,
      "bytes_after_clearing_half": Double(residentBytes() - before),
    ])
  }
}
