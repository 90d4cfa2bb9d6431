import Basics
import FleetSpec
import Routing
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(1)))
struct ReservationTests {
  private func seconds(_ seconds: Int64) -> Instant {
    Instant(nanoseconds: seconds * 1_000_000_000)
  }

  private func fleet(limit: Int = 100) throws -> TestFleet {
    var fleet = TestFleet()
    fleet.reservations = Reservations(limit: limit, lifetime: .seconds(30), seed: 3)
    try fleet.add("n/0")
    return fleet
  }

  private func pending(_ fleet: TestFleet, _ slot: Int32 = 0) -> Demand? {
    fleet.view.state(slot)?.pending
  }

  @Test func `a placement counts from the moment it is made until it is reported`() throws {
    var fleet = try fleet()
    let first = try fleet.place(fleet.request(1000))
    let id = fleet.reserve(first)
    #expect(pending(fleet) == first.demand)
    #expect(first.demand.requests == 1)
    #expect(first.demand.blocks == 63)
    let second = try fleet.place(fleet.request(1000))
    #expect(second.ttftSeconds > first.ttftSeconds)
    let other = fleet.reserve(second)
    #expect(pending(fleet)?.requests == 2)
    #expect(fleet.reservations.release(id, by: 0, in: &fleet.view) == true)
    #expect(pending(fleet)?.requests == 1)
    #expect(fleet.reservations.release(other, by: 0, in: &fleet.view) == true)
    #expect(pending(fleet) == Demand())
    #expect(fleet.reservations.count == 0)
    #expect(fleet.reservations.deadline == nil)
  }

  @Test func `only the replica's own reservation is released, and once`() throws {
    var fleet = try fleet()
    try fleet.add("n/1")
    fleet.view.setReadiness(1, .cordoned)
    let id = fleet.reserve(try fleet.place(fleet.request(1000)))
    for (wrong, slot) in [(id, 1), (id &+ 1 << 20, 0), (0, 0), (.max, 0), (id | 77, 0)] {
      let released = fleet.reservations.release(wrong, by: Int32(slot), in: &fleet.view)
      #expect(!released, "\(wrong) of \(slot)")
    }
    #expect(pending(fleet)?.requests == 1)
    let released = [0, 1].map { _ in fleet.reservations.release(id, by: 0, in: &fleet.view) }
    #expect(released == [true, false])
    let again = fleet.reserve(try fleet.place(fleet.request(1000)))
    #expect(again != id, "a place that is used again has another id")
    #expect(fleet.reservations.release(id, by: 0, in: &fleet.view) == false)
  }

  @Test func `reservations expire in their order, others stay`() throws {
    var fleet = try fleet()
    let ids = try (0..<4).map { second in
      fleet.reserve(try fleet.place(fleet.request(1000)), at: Int64(second * 5))
    }
    #expect(fleet.reservations.deadline == seconds(30))
    _ = fleet.reservations.release(ids[1], by: 0, in: &fleet.view)
    #expect(fleet.reservations.expire(at: seconds(29), in: &fleet.view) == 0)
    #expect(fleet.reservations.expire(at: seconds(40), in: &fleet.view) == 2)
    #expect(pending(fleet)?.requests == 1)
    #expect(fleet.reservations.deadline == seconds(45))
    #expect(fleet.reservations.release(ids[0], by: 0, in: &fleet.view) == false)
    #expect(fleet.reservations.release(ids[3], by: 0, in: &fleet.view) == true)
    #expect((fleet.reservations.count, fleet.reservations.expiredCount) == (0, 2))
  }

  @Test func `a clock that goes back does not upset the order`() throws {
    var fleet = try fleet()
    let first = fleet.reserve(try fleet.place(fleet.request(1000)), at: 100)
    for time: Int64 in [5, 101] {
      _ = fleet.reserve(try fleet.place(fleet.request(1000)), at: time)
    }
    _ = fleet.reservations.release(first, by: 0, in: &fleet.view)
    #expect(fleet.reservations.deadline == seconds(130))
    #expect(fleet.reservations.expire(at: seconds(129), in: &fleet.view) == 0)
    #expect(fleet.reservations.expire(at: seconds(130), in: &fleet.view) == 1)
  }

  @Test func `a reservation of a replica that was replaced takes nothing from its heir`() throws {
    var fleet = try fleet()
    let old = fleet.reserve(try fleet.place(fleet.request(1000)))
    let slot = try fleet.add("n/0")
    #expect(slot == 0)
    #expect(pending(fleet) == Demand())
    let placement = try fleet.place(fleet.request(500))
    _ = fleet.reserve(placement, at: 10)
    #expect(fleet.reservations.release(old, by: 0, in: &fleet.view) == true)
    #expect(pending(fleet) == placement.demand)
    fleet.view.detach(0)
    #expect(fleet.reserve(placement) == 0, "no reservation on a free slot")
    #expect(fleet.reservations.expire(at: seconds(40), in: &fleet.view) == 1)
    #expect(fleet.reservations.count == 0)
  }

  @Test func `over the limit nothing is counted but the refusals`() throws {
    var fleet = try fleet(limit: 2)
    let ids = try (0..<3).map { _ in fleet.reserve(try fleet.place(fleet.request(1000))) }
    #expect(ids.map { $0 != 0 } == [true, true, false])
    #expect((fleet.reservations.count, fleet.reservations.overLimitCount) == (2, 1))
    #expect(pending(fleet)?.requests == 2)
  }

  @Test func `whatever happens in whatever order, what is pending is what lives`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("Reservations: seed \(seed)")
    var random = PRNG(seed: seed)
    var fleet = try fleet(limit: 40)
    try fleet.add("n/1")
    var live: [UInt64: (slot: Int32, expiry: Int64)] = [:]
    for now in 0..<Int64(2000) {
      switch random.next() % 4 {
      case 0, 1:
        let placement = try fleet.place(fleet.request(1 + Int(random.next() % 9000)))
        let id = fleet.reserve(placement, at: now)
        #expect((id == 0) == (live.count >= 40), "seed \(seed)")
        if id != 0 { live[id] = (placement.slot, now + 30) }
      case 2:
        guard let id = live.keys.sorted().randomElement(using: &random) else { continue }
        guard let slot = live.removeValue(forKey: id)?.slot else { continue }
        let released = fleet.reservations.release(id, by: slot, in: &fleet.view)
        #expect(released, "seed \(seed)")
      default:
        let over = live.filter { $0.value.expiry <= now }
        for id in over.keys { live[id] = nil }
        let expired = fleet.reservations.expire(at: seconds(now), in: &fleet.view)
        #expect(expired == over.count, "seed \(seed)")
      }
      for slot: Int32 in [0, 1] {
        let count = live.values.count { $0.slot == slot }
        #expect(pending(fleet, slot)?.requests == count, "seed \(seed)")
        if count == 0 { #expect(pending(fleet, slot) == Demand(), "seed \(seed)") }
      }
      #expect(fleet.reservations.deadline == live.values.map(\.expiry).min().map(seconds))
    }
    #expect(fleet.reservations.expiredCount > 0)
  }
}
