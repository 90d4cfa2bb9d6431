import Basics
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct SyntheticTraceTests {
  @Test func `the same seed gives the same trace, another seed another`() throws {
    let trace = SyntheticTrace()
    #expect(trace.requests(seed: 3) == trace.requests(seed: 3))
    #expect(trace.requests(seed: 3) != trace.requests(seed: 4))
  }

  @Test func `means are as they were set, and prompts grow from a shared start`() throws {
    let trace = try SyntheticTrace(
      text: "rate=5,duration=2000s,turns=3,think=10s,systems=2,system=1024,prompt=300,output=200"
    )
    let requests = trace.requests(seed: 7)
    let sessions = Dictionary(grouping: requests, by: \.session)
    #expect(abs(Double(sessions.count) / 10_000 - 1) < 0.05, "\(sessions.count)")
    let turns = Double(requests.count) / Double(sessions.count)
    #expect(abs(turns - 3) < 0.15)
    let output = Double(requests.reduce(0) { $0 + $1.outputTokens }) / Double(requests.count)
    #expect(abs(output / 200 - 1) < 0.05, "\(output)")
    #expect(requests.map(\.arrival) == requests.map(\.arrival).sorted())
    #expect(requests.allSatisfy { $0.blocks.count == ($0.promptTokens + 511) / 512 })
    var starts: [UInt64: Int] = [:]
    for turns in sessions.values {
      starts[turns[0].blocks[1], default: 0] += 1
      for (one, next) in zip(turns, turns.dropFirst()) {
        let said = one.promptTokens + one.outputTokens
        #expect(next.promptTokens > said)
        let shared = Array(next.blocks.prefix(one.blocks.count))
        #expect(shared == one.blocks)
      }
    }
    let counts = starts.values.sorted().map { Double($0) }
    let ratio = try #require(counts.last) / counts[0]
    #expect(counts.count == 2 && abs(ratio - 2) < 0.2)
    let thinking = sessions.values.flatMap { turns in
      zip(turns, turns.dropFirst()).map { ($1.arrival - $0.arrival).inSeconds }
    }
    let think = thinking.reduce(0, +) / Double(thinking.count)
    #expect(abs(think - 10) < 0.5)
  }

  @Test(arguments: [(1.0, "1"), (3.0, "3"), (0.5, "0.5")])
  func `arrivals are as bursty as was set`(burst: Double, text: String) throws {
    let trace = try SyntheticTrace(text: "rate=10,duration=1000s,turns=1,burst=\(text)")
    let arrivals = trace.requests(seed: 5).map(\.arrival.inSeconds)
    #expect(abs(Double(arrivals.count) / 10_000 - 1) < 0.1, "\(arrivals.count)")
    let gaps = zip(arrivals, arrivals.dropFirst()).map { $1 - $0 }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
    let measured = variance.squareRoot() / mean
    #expect(abs(measured / burst - 1) < 0.1)
  }

  @Test func `the rate swings by day and night about its mean`() throws {
    let trace = try SyntheticTrace(text: "rate=10,duration=4000s,turns=1,day=2000s,swing=0.8")
    let arrivals = trace.requests(seed: 5).map(\.arrival.inSeconds)
    #expect(abs(Double(arrivals.count) / 40_000 - 1) < 0.03, "\(arrivals.count)")
    // Over a tenth of a day the sine is 0.98 of its highest on average.
    for (middle, share) in [(2000.0, 1 - 0.8 * 0.98), (1000, 1 + 0.8 * 0.98), (3000, 1.79)] {
      let count = Double(arrivals.count { abs($0 - middle) < 100 })
      #expect(abs(count / (2000 * share) - 1) < 0.08, "\(middle): \(count)")
    }
  }

  @Test(arguments: [
    (
      "speed=3",
      "\"speed\" is none of rate, burst, swing, day, duration, turns, think, systems, "
        + "system, prompt, output, longest"
    ),
    ("rate", "rate is from 0.001 to 100000.0"), ("rate=nan", "rate is from 0.001 to 100000.0"),
    ("think=5", "think is from 0.001 to 86400.0 seconds, such as 30s"),
    ("rate=100000,duration=1h", "rate x duration is more than 4000000 conversations"),
    (
      "=",
      "\"\" is none of rate, burst, swing, day, duration, turns, think, systems, "
        + "system, prompt, output, longest"
    ),
  ])
  func `what is wrong with settings is told`(text: String, message: String) {
    #expect {
      try SyntheticTrace(text: text)
    } throws: {
      "\($0)" == message
    }
  }
}
