import Basics
import FleetSpec
import TestSupport
import Testing

@testable import Dispatching
@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct TurnLedgerTests {
  /// A ledger whose places live for 30 s, and replicas that nobody else places turns on.
  private struct Bench {
    var view = RoutingView()
    var ledger = TurnLedger(lifetime: .seconds(30), secret: 3)

    init(replicas: Int = 1) throws {
      for number in 0..<replicas { try attach("n/\(number)") }
    }

    @discardableResult
    mutating func attach(_ name: String) throws -> Int32 {
      let slot = view.attach(try TestFleet.replica(name))
      return try #require(slot)
    }

    mutating func open(_ name: String = "", isCopy: Bool = false) -> TurnID {
      ledger.open(.sample(name), isCopy: isCopy, at: .zero)
    }

    mutating func place(
      _ name: String = "",
      on slot: Int32 = 0,
      isCopy: Bool = false,
      demand: Demand = Demand(requests: 1, prefillTokens: 10, blocks: 1),
      at seconds: Double = 0
    ) -> TurnID {
      let id = open(name, isCopy: isCopy)
      let placement = Placement(
        slot: slot,
        cachedTokens: 0,
        ttftSeconds: 0,
        prefillSeconds: 0,
        demand: demand,
        candidateCount: 1,
        servingCount: 1,
        choice: .onlyCandidate
      )
      ledger.place(id, on: placement, in: &view, at: instant(seconds))
      return id
    }

    mutating func accept(_ id: TurnID, by slot: Int32 = 0) -> Bool {
      ledger.accept(id, by: slot, in: &view)
    }

    mutating func close(_ id: TurnID) -> TurnRecord? { ledger.close(id, in: &view) }

    /// Takes out what has expired.
    mutating func expire(at seconds: Double) -> [TurnID] {
      var expired: [TurnID] = []
      while let id = ledger.popExpired(at: instant(seconds)) {
        expired.append(id)
        ledger.release(id, in: &view)
      }
      return expired
    }

    func pending(_ slot: Int32 = 0) -> Demand? { view.state(slot)?.pending }
  }

  @Test func `a place counts from the moment it is given until its replica has the turn`() throws {
    var bench = try Bench()
    let one = Demand(
      requests: 1,
      prefillTokens: 100,
      prefillFLOPs: 5,
      blocks: 7,
      contextTokens: 110
    )
    let two = Demand(requests: 1, prefillTokens: 20, prefillFLOPs: 3, blocks: 2, contextTokens: 21)
    let first = bench.place(demand: one)
    #expect(bench.pending() == one)
    let second = bench.place(demand: two)
    #expect(
      bench.pending()
        == Demand(requests: 2, prefillTokens: 120, prefillFLOPs: 8, blocks: 9, contextTokens: 131)
    )
    #expect(bench.accept(first) == true)
    #expect(bench.pending() == two)
    #expect(bench.close(second)?.demand == two)
    #expect(bench.pending() == Demand())
    #expect((bench.ledger.count, bench.ledger.placedCount) == (1, 0))
    #expect(bench.ledger.deadline == nil)
  }

  @Test func `only the replica's own turn is accepted, and once`() throws {
    var bench = try Bench(replicas: 2)
    let waiting = bench.open()
    let id = bench.place()
    for (wrong, slot) in [
      (id, 1), (id, -1), (id, 99), (id &+ 1 << 24, 0), (0, 0), (.max, 0), (id ^ 77, 0),
    ] {
      #expect(bench.accept(wrong, by: Int32(slot)) == false, "\(wrong) by \(slot)")
    }
    for slot: Int32 in [-1, 1, 99] { #expect(bench.accept(waiting, by: slot) == false) }
    #expect(bench.pending()?.requests == 1)
    let accepted = [bench.accept(id), bench.accept(id)]
    #expect(accepted == [true, false])
    #expect(bench.pending() == Demand())
    #expect(bench.ledger[id]?.stage == .accepted)
  }

  @Test func `a turn ends once, and its name is never used again`() throws {
    var bench = try Bench()
    var ids: Set<TurnID> = []
    for number in 0..<100 {
      let id = bench.place()
      #expect(ids.insert(id).inserted && id != 0)
      if number % 3 == 0 { bench.ledger.release(id, in: &bench.view) }
      if number % 3 == 1 { _ = bench.accept(id) }
      let ends = [bench.close(id)?.id, bench.close(id)?.id]
      #expect(ends == [id, nil])
      #expect(bench.accept(id) == false)
    }
    #expect(bench.ledger.count == 0 && bench.pending() == Demand())
  }

  @Test func `a turn of an earlier start is not taken for one of this`() throws {
    var (before, bench) = (try Bench(), try Bench())
    before.ledger = TurnLedger(lifetime: .seconds(30), secret: 4)
    let old = before.place()
    let new = bench.place()
    #expect(old != new && bench.accept(old) == false)
  }

  @Test func `places expire in their order, others stay`() throws {
    var bench = try Bench()
    let ids = (0..<4).map { bench.place(at: Double($0 * 5)) }
    #expect(bench.ledger.deadline == instant(30))
    #expect(bench.accept(ids[1]) == true)
    #expect(bench.expire(at: 29) == [])
    #expect(bench.expire(at: 40) == [ids[0], ids[2]])
    #expect(bench.pending()?.requests == 1)
    #expect(bench.ledger.deadline == instant(45))
    #expect((bench.ledger.expiredCount, bench.ledger.unaccountedCount) == (2, 2))
    #expect(
      ids.map { bench.ledger[$0]?.stage } == [.unaccounted, .accepted, .unaccounted, .placed]
    )
  }

  @Test func `a clock that goes back does not upset the order`() throws {
    var bench = try Bench()
    let first = bench.place(at: 100)
    let others = [5, 101].map { bench.place(at: $0) }
    _ = bench.close(first)
    #expect(bench.ledger.deadline == instant(130))
    #expect(bench.expire(at: 129) == [])
    #expect(bench.expire(at: 130) == [others[0]])
  }

  @Test func `what counts nowhere takes nothing from the replica that has the slot now`() throws {
    var bench = try Bench()
    let old = bench.place()
    bench.ledger.release(old, in: &bench.view)
    #expect(bench.pending() == Demand() && bench.ledger.turns(on: 0).isEmpty)
    bench.view.detach(0)
    #expect(try bench.attach("n/1") == 0)
    let new = bench.place()
    #expect(bench.accept(old) == false)
    #expect(bench.close(old)?.id == old)
    #expect(bench.pending()?.requests == 1 && bench.ledger.turns(on: 0) == [new])
  }

  @Test func `a replica that attached again still has its turns, in whatever slot`() throws {
    var bench = try Bench(replicas: 2)
    let id = bench.place(on: 0)
    bench.ledger.release(id, in: &bench.view)
    bench.view.detach(0)
    #expect(!bench.ledger.isOn(id, 0, bench.view))
    let slots = [try bench.attach("n/2"), try bench.attach("n/0")]
    #expect(slots == [0, 2])
    #expect([0, 1, 2].map { bench.ledger.isOn(id, $0, bench.view) } == [false, false, true])
    // It has the turn, which counts nowhere all the same.
    #expect(bench.accept(id, by: 2) == true)
    #expect(bench.ledger[id]?.stage == .unaccounted)
  }

  @Test func `the turns of a replica are listed in the order in which they were placed`() throws {
    var bench = try Bench(replicas: 2)
    let ids = (0..<6).map { bench.place(on: $0 == 3 ? 1 : 0) }
    #expect(bench.ledger.turns(on: 0) == [ids[0], ids[1], ids[2], ids[4], ids[5]])
    #expect(bench.ledger.turns(on: 1) == [ids[3]])
    #expect(bench.accept(ids[1]) == true)
    _ = bench.close(ids[2])
    _ = bench.close(ids[5])
    bench.ledger.release(ids[0], in: &bench.view)
    #expect(bench.ledger.turns(on: 0) == [ids[1], ids[4]])
    #expect(bench.ledger.turns(on: 7).isEmpty && bench.ledger.turns(on: -1).isEmpty)
  }

  @Test func `a name finds the turn that has a place, and once`() throws {
    var bench = try Bench(replicas: 2)
    func find(_ slots: [Int32], in bench: Bench) throws -> TurnID? {
      var bench = bench
      return try take(slots, from: &bench)
    }
    func take(_ slots: [Int32], from bench: inout Bench) throws -> TurnID? {
      bench.ledger.takeNamed(try #require(Turn.sample("r").name), on: slots)
    }
    let copy = bench.place("r", on: 1, isCopy: true)
    #expect(try find([0, 1], in: bench) == nil, "a copy is nobody's turn")
    let first = bench.place("r", on: 0)
    #expect(try find([0, 1], in: bench) == first && find([1], in: bench) == nil)
    let second = bench.place("r", on: 1)
    #expect(try find([0, 1], in: bench) == second)
    _ = bench.close(copy)
    _ = bench.close(first)
    #expect(try find([1], in: bench) == second)
    #expect(bench.accept(second, by: 1) == true)
    #expect(try take([0], from: &bench) == nil && take([0, 1], from: &bench) == second)
    #expect(try find([0, 1], in: bench) == nil)
    for isReleased in [true, false] {
      let over = bench.place("r", on: 1)
      #expect(try find([1], in: bench) == over)
      if isReleased { bench.ledger.release(over, in: &bench.view) } else { _ = bench.close(over) }
      #expect(try find([1], in: bench) == nil)
    }
    #expect(Turn.sample().name == nil)
  }

  @Test func `of too many turns that count nowhere the first is given up`() throws {
    var bench = try Bench()
    let ids = (0...TurnLedger.unaccountedMax).map { _ in bench.place() }
    for id in ids.dropLast() { bench.ledger.release(id, in: &bench.view) }
    #expect(bench.ledger.surplus == nil)
    bench.ledger.release(ids[TurnLedger.unaccountedMax], in: &bench.view)
    #expect(bench.ledger.surplus == ids[0])
    _ = bench.close(ids[0])
    #expect(bench.ledger.surplus == nil)
  }

  @Test func `whatever happens in whatever order, what is pending is what is placed`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("TurnLedgerTests: seed \(seed)")
    var random = PRNG(seed: seed)
    var bench = try Bench(replicas: 2)
    var placed: [TurnID: (slot: Int32, tokens: Int, expiry: Double)] = [:]
    for step in 0..<4_000 {
      let now = Double(step) / 4
      let id = placed.keys.sorted().randomElement(using: &random) ?? 0
      switch random.next() % 8 {
      case 0...2:
        let (slot, tokens) = (Int32(random.next() % 2), Int(random.next() % 9_000))
        let demand = Demand(requests: 1, prefillTokens: tokens, prefillFLOPs: Double(tokens) / 7)
        placed[bench.place(on: slot, demand: demand, at: now)] = (slot, tokens, now + 30)
      case 3:
        #expect(bench.accept(id, by: placed[id]?.slot ?? 0) == (placed[id] != nil), "seed \(seed)")
        placed[id] = nil
      case 4:
        #expect((bench.close(id) == nil) == (placed[id] == nil), "seed \(seed)")
        placed[id] = nil
      case 5:
        bench.ledger.release(id, in: &bench.view)
        placed[id] = nil
      default:
        let due = placed.filter { $0.value.expiry <= now }
        #expect(Set(bench.expire(at: now)) == Set(due.keys), "seed \(seed)")
        for id in due.keys { placed[id] = nil }
      }
      for slot: Int32 in [0, 1] {
        let own = placed.values.filter { $0.slot == slot }
        let pending = try #require(bench.pending(slot))
        #expect(pending.requests == own.count, "seed \(seed)")
        #expect(pending.prefillTokens == own.reduce(0) { $0 + $1.tokens }, "seed \(seed)")
        if own.isEmpty { #expect(pending == Demand(), "seed \(seed)") }
      }
      #expect(bench.ledger.placedCount == placed.count, "seed \(seed)")
      #expect(bench.ledger.deadline == placed.values.map(\.expiry).min().map(instant))
    }
    #expect(bench.ledger.expiredCount > 0)
  }
}
