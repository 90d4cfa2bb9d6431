import Basics
import FleetSpec
import KVIndex
import TestSupport
import Testing

import func Glibc.log

@testable import Routing

/// Whether answers have time for a prompt, and what becomes of turns where they have not.
@Suite(.timeLimit(.minutes(5)))
struct HeadroomTests {
  private func busy(_ sequences: Int, context: Int) -> ReplicaLoad {
    .init(running: sequences, decoding: sequences, contextTokens: context)
  }

  private func fleet(_ loads: [ReplicaLoad]) throws -> TestFleet {
    var fleet = TestFleet()
    fleet.router.hasQueue = true
    for (number, load) in loads.enumerated() { try fleet.add("n/\(number)", load: load) }
    fleet.view.refresh(for: fleet.router.costs)
    return fleet
  }

  private func isPlaced(_ verdict: Verdict) -> Bool {
    if case .placed = verdict { true } else { false }
  }

  @Test func `a prompt that would make answers late waits`() throws {
    var fleet = try fleet([busy(30, context: 300_000)])
    let request = try fleet.request(130_000, output: 100)
    let verdict = try fleet.route(request)
    guard case .waits(let wait) = verdict else { throw TestFleet.Unplaced(verdict: verdict) }
    #expect(wait.preferred?.slot == 0)
    let room = try #require(fleet.explain(request).rows[0].cost?[DecodeInterferenceTerm.self])
    #expect(abs(wait.seconds - room) < 1e-9 && room > 0)
    #expect(isPlaced(try fleet.route(fleet.request(20_000, output: 100))), "a short one has room")
  }

  @Test func `a turn keeps to its own TPOT where that is shorter than its model's`() throws {
    var fleet = try fleet([busy(30, context: 300_000)])
    func wait(within tpotSeconds: Double) throws -> Double {
      var request = try fleet.request(100_000, output: 100)
      request.tpotSeconds = tpotSeconds
      return try #require(fleet.explain(request).rows[0].cost?[DecodeInterferenceTerm.self])
    }
    let step = try #require(fleet.view.state(0).map { PricedReplica($0, .init()).stepSeconds })
    #expect(try wait(within: .infinity) == 0 && wait(within: 1) == 0)
    let decay = try #require(fleet.view.state(0)).answerSeconds
    // What a step leaves of the time to a token is for prefill: a sixth, and a ninth.
    let (sixth, ninth) = (try wait(within: 1.2 * step), try wait(within: 1.125 * step))
    #expect(sixth > 0 && abs(ninth - sixth - decay * log(1.5)) < 1e-6)
    var request = try fleet.request(100_000, output: 100)
    #expect(isPlaced(try fleet.route(request)))
    request.tpotSeconds = step
    #expect(!isPlaced(try fleet.route(request)))
  }

  @Test func `a prompt takes more of short answers than of long ones`() throws {
    // Answers of 346 tokens may take 21 s, those of 28 only 1.7 s: less than the prompt.
    var waits: [Bool] = []
    for output in [346, 28] {
      var fleet = try fleet([busy(30, context: 300_000)])
      fleet.view.learn(of: 0) { for _ in 0..<5_000 { $0.observe(outputTokens: output) } }
      fleet.view.refresh(for: fleet.router.costs)
      let request = try fleet.request(40_000)
      waits.append(try !isPlaced(fleet.route(request)))
    }
    #expect(waits == [false, true])
  }

  @Test func `a replica whose batch is full has no headroom until a request ends`() throws {
    func waits(_ running: Int) throws -> Bool {
      var fleet = TestFleet()
      fleet.router.hasQueue = true
      try fleet.add("n/0", load: busy(running, context: 800 * running), runningMax: 8)
      return try !isPlaced(fleet.route(fleet.request(1_000)))
    }
    #expect(try [waits(7), waits(8)] == [false, true])
  }

  @Test func `who has waited enough goes where there is room, unless that means to recompute all`()
    throws
  {
    let queued = ReplicaLoad(running: 1, prefillTokensQueued: 20_000)
    for (held, slot) in [(4_000, 0), (3_000, 1)] as [(Int, Int32)] {
      var fleet = try fleet([queued, busy(40, context: 60_000)])
      let hashes = chain("a conversation", blocks: 4_100)
      fleet.index.store(0, Array(hashes[..<held]).span)
      let request = try fleet.request(4_100 * TestFleet.blockTokens, output: 100)
      let verdict = try fleet.route(request, hashes)
      guard case .waits(let wait) = verdict else { throw TestFleet.Unplaced(verdict: verdict) }
      #expect(wait.preferred?.slot == 0)
      let late = try fleet.route(request, hashes, takesAnyHeadroom: true)
      guard case .placed(let placement) = late else {
        throw TestFleet.Unplaced(verdict: late)
      }
      #expect(placement.slot == slot, "\(held) blocks held")
      #expect(placement.choice == (slot == 0 ? .otherRecomputes(1) : .otherWithoutHeadroom(0)))
    }
  }

  @Test func `an idle replica has room for any prompt`() throws {
    var fleet = try fleet([.init()])
    #expect(isPlaced(try fleet.route(fleet.request(130_000, output: 100))))
  }

  @Test func `a replica that has spent its time on prompts is passed over for one that has not`()
    throws
  {
    var fleet = try fleet([busy(10, context: 300_000), busy(14, context: 420_000)])
    let request = try fleet.request(20_000, output: 100)
    #expect(try fleet.place(request).slot == 0)
    // It has prefilled until now, and nothing is left of it but the share.
    for _ in 0..<14 {
      let placement = try fleet.place(fleet.request(20_000), excluding: [1], policy: "round-robin")
      fleet.release(fleet.reserve(placement))
    }
    let rows = try fleet.explain(request).rows
    let rooms = try rows.map { try #require($0.cost?[DecodeInterferenceTerm.self]) }
    #expect(rooms[0] > 0 && rooms[1] == 0, "\(rooms)")
    #expect(try fleet.place(request).slot == 1)
  }
}
