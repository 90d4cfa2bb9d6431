import Basics
import Coordination
import HearthMessages
import TestSupport
import Testing

private typealias Driver = ControlDriver

@Suite(.timeLimit(.minutes(5)))
struct ControlCoreTests {
  @Test func `a turn goes where its blocks are`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "cold")
    driver.attachNode(1, "warm", blocks: Array(1...100))
    let placement = try driver.route(Array(1...101)).placement
    #expect(placement?.node == "warm")
    #expect(placement?.cachedTokens == 1_600)
    #expect(placement?.regionAddress == "127.0.0.1:9")
    #expect(placement?.nodeAddress == "127.0.0.1:7000")
    #expect(driver.core.status.placed == 1)
  }

  @Test func `a node gets no turns before it is synced`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.say(1, .nodeAttached(Fixture.node("n")))
    #expect(try driver.route().refusal?.reason == .noneReady)
    #expect(driver.availability("n") == .starting)
    driver.update(1, "n", reset: true, .init(index: 0))
    #expect(try driver.route().refusal?.reason == .noneReady)
    driver.update(1, "n", synced: true, .init(index: 0))
    #expect(try driver.route().placement?.node == "n")
  }

  @Test func `after a gap nothing is believed until the node has told everything again`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n", blocks: [1, 2, 3])
    driver.skipSequence("n")
    let actions = driver.update(1, "n", .init(index: 0, stored: [4]))
    #expect(actions.nodeCommands == [.resynchronise(.init(reason: "a gap in the updates"))])
    #expect(try driver.route([1, 2, 3, 4, 5]).refusal?.reason == .noneReady)
    driver.update(1, "n", reset: true, synced: true, .init(index: 0, stored: [1]))
    #expect(try driver.route([1, 2, 3, 4, 5]).placement?.cachedTokens == 16)
  }

  @Test func `a resynchronisation of which nothing comes is asked for again`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n", blocks: [1, 2, 3])
    driver.skipSequence("n")
    #expect(driver.update(1, "n", .init(index: 0)).nodeCommands.count == 1)
    driver.now = driver.now.advanced(by: .milliseconds(4_999))
    #expect(driver.update(1, "n", .init(index: 0)).nodeCommands.isEmpty)
    driver.now = driver.now.advanced(by: .milliseconds(1))
    #expect(driver.update(1, "n", .init(index: 0)).nodeCommands.count == 1)
    #expect(driver.update(1, "n", .init(index: 0)).nodeCommands.isEmpty)
    driver.update(1, "n", reset: true, synced: true, .init(index: 0, stored: [1]))
    #expect(try driver.route([1, 2]).placement?.cachedTokens == 16)
  }

  @Test func `reservations count at once and end with the node's report`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "a")
    driver.attachNode(1, "b")
    let (one, two) = (try driver.route().placement, try driver.route().placement)
    #expect(Set([one?.node, two?.node]) == ["a", "b"])
    #expect(driver.core.status.reservations == 2)
    let id = try #require(one?.reservation)
    driver.update(1, try #require(one?.node), .init(index: 0, accepted: [id]))
    #expect(driver.core.status.reservations == 1)
    driver.now = driver.now.advanced(by: .seconds(60))
    driver.step(.timePassed)
    #expect(driver.core.status.reservations == 0)
    #expect(driver.core.status.reservationsExpired == 1)
  }

  @Test func `what became of turns is counted, and a refusal frees its place at once`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    let ids = try (0..<3).map { _ in try driver.route().placement?.reservation ?? 0 }
    #expect(driver.core.status.reservations == 3)
    driver.update(1, "n", .init(index: 0, accepted: [ids[0], ids[1]]))
    #expect(driver.core.status.reservations == 1)
    driver.update(
      1,
      "n",
      .init(
        index: 0,
        ended: [ids[0], ids[1]],
        outcomes: [
          .init(reservation: ids[0], ending: .completed),
          .init(reservation: ids[1], ending: .cancelled),
          .init(reservation: ids[2], ending: .refused),
        ]
      )
    )
    let status = driver.core.status
    #expect((status.completed, status.cutShort, status.reservations) == (1, 1, 0))
    #expect((status.placed, status.notTaken, status.running) == (3, 1, 0))
  }

  @Test func `what became of a turn counts also when there was no room for it with its end`() throws
  {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    let id = try #require(try driver.route().placement?.reservation)
    driver.update(1, "n", .init(index: 0, accepted: [id], ended: [id]))
    #expect(driver.core.queue(.init(), at: driver.now).running == 0)
    driver.update(1, "n", .init(index: 0, outcomes: [.init(reservation: id, ending: .completed)]))
    #expect((driver.core.status.completed, driver.core.status.cutShort) == (1, 0))
  }

  @Test func `outcomes that an agent kept count, those of another region's nodes do not`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    driver.attachRegion(2, "us")
    let ids = try (0..<2).map { _ in try #require(try driver.route().placement?.reservation) }
    for (session, node, index) in [(2, "n", 0), (1, "m", 0), (1, "n", 1), (1, "n", 0)] {
      #expect(driver.core.status.completed == 0)
      let outcome = HearthV1.TurnOutcome(reservation: ids[0], ending: .completed)
      let kept = HearthV1.RegionOutcomes(node: node, index: UInt32(index), outcomes: [outcome])
      driver.say(SessionID(session), .outcomes(kept))
    }
    #expect((driver.core.status.completed, driver.core.status.running) == (1, 1))
    let bad = HearthV1.RegionOutcomes(node: "n", outcomes: [.init(totalNs: -1)])
    #expect(driver.say(1, .outcomes(bad)).rejections.first?.code == .invalidArgument)
  }

  @Test func `a node that claims another region's name is not taken in`() {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachRegion(2, "us")
    driver.attachNode(1, "n")
    driver.say(2, .nodeAttached(Fixture.node("n", region: "us")))
    #expect(driver.core.nodeStatus("n", at: driver.now)?.region == "eu")
    driver.say(2, .nodeAttached(Fixture.node("m", region: "eu")))
    #expect(driver.core.nodeStatus("m", at: driver.now) == nil)
  }

  @Test func `a region cannot speak for another region's nodes`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachRegion(2, "us")
    driver.attachNode(1, "n", blocks: [1])
    driver.update(2, "n", reset: true, synced: true, .init(index: 0))
    driver.say(2, .nodeState(.init(node: "n", state: .lost)))
    #expect(try driver.route([1, 2]).placement?.cachedTokens == 16)
  }

  @Test func `a second live agent of a region is refused, a restarted one replaces it`() {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    let refused = driver.attachRegion(2, "eu", incarnation: 2)
    #expect(refused.rejections.map(\.code) == [.alreadyExists])
    driver.step(.regionClosed(2, reason: "refused"))
    driver.step(.regionClosed(1, reason: "killed"))
    let accepted = driver.attachRegion(3, "eu", incarnation: 2)
    #expect(accepted.rejections.isEmpty)
  }

  @Test func `a lost region's turns go elsewhere, and its nodes come back when it lists them`()
    throws
  {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachRegion(2, "us")
    driver.attachNode(1, "e")
    driver.attachNode(2, "u", region: "us")
    driver.step(.regionClosed(1, reason: "killed"))
    #expect(driver.availability("e") == .suspect)
    #expect(try driver.route().placement?.node == "u")
    driver.now = driver.now.advanced(by: .seconds(9))
    driver.say(2, .heartbeat(.init(sequence: 1)))
    driver.now = driver.now.advanced(by: .seconds(2))
    driver.step(.timePassed)
    #expect(driver.availability("e") == .lost)
    #expect(driver.core.status.regions == 2)
    driver.attachRegion(3, "eu", incarnation: 2)
    driver.attachNode(3, "e")
    #expect(driver.availability("e") == .ready)
  }

  @Test func `nodes that a resynchronising region does not list are dropped`() {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "stays")
    driver.attachNode(1, "goes")
    driver.step(.regionClosed(1, reason: "restart"))
    driver.attachRegion(2, "eu", incarnation: 2)
    driver.say(2, .nodeAttached(Fixture.node("stays")))
    driver.say(2, .synced(.init()))
    #expect(driver.availability("goes") == .lost)
    #expect(driver.availability("stays") == .starting)
  }

  @Test func `an order holds at once, is told, and outlives the node's process`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    let told = try driver.order("n", .draining, deadline: 5_000_000_000, message: "disk")
    #expect(
      told.nodeCommands == [
        .setAvailability(
          .init(availability: .draining, deadlineNs: 5_000_000_000, message: "disk")
        )
      ]
    )
    #expect(try driver.route().refusal?.reason == .noneReady)
    #expect(driver.core.nodeStatus("n", at: driver.now)?.reason == "disk")
    #expect(driver.core.nodeStatus("n", at: driver.now)?.drainLeftNs == 5_000_000_000)
    driver.update(1, "n", availability: .drained, .init(index: 0))
    #expect(driver.availability("n") == .drained)
    driver.now = driver.now.advanced(by: .seconds(4))
    let again = driver.say(1, .nodeAttached(Fixture.node("n", incarnation: 2)))
    #expect(
      again.nodeCommands == [
        .setAvailability(
          .init(availability: .draining, deadlineNs: 1_000_000_000, message: "disk")
        )
      ]
    )
    _ = try driver.order("n", .ready)
    driver.attachNode(1, "n")
    #expect(driver.availability("n") == .ready)
  }

  @Test func `a drain that only the node remembers is kept`() {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.say(1, .nodeAttached(Fixture.node("n")))
    driver.update(1, "n", reset: true, synced: true, availability: .cordoned, .init(index: 0))
    #expect(driver.availability("n") == .cordoned)
  }

  @Test(arguments: [
    ("nobody", HearthV1.Availability.cordoned, Int64(0), Rejection.Code.notFound),
    ("n", .lost, 0, .invalidArgument), ("n", .draining, -1, .invalidArgument),
  ])
  func `orders that make no sense change nothing`(
    _ node: String,
    _ availability: HearthV1.Availability,
    _ deadline: Int64,
    _ code: Rejection.Code
  ) {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    let error = #expect(throws: Rejection.self) {
      try driver.order(node, availability, deadline: deadline)
    }
    #expect(error?.code == code)
    #expect(driver.availability("n") == .ready)
  }

  @Test func `explaining names every replica of the model and reserves nothing`() throws {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "a", blocks: [1])
    driver.attachNode(1, "b")
    _ = try driver.order("b", .cordoned, message: "no")
    let response = try driver.route([1, 2], explain: true)
    #expect(response.candidates.map(\.replica) == ["a/0", "b/0"])
    #expect(response.candidates.map(\.excluded) == ["", "cordoned"])
    #expect(response.candidates.map(\.chosen) == [true, false])
    let terms = response.candidates[0].terms
    let sum = terms.reduce(0) { $0 + $1.seconds * $1.weight }
    let later = terms.filter { $0.weight != 1 }
    #expect(later.map(\.name) == ["stall"])
    #expect(later.map(\.weight) == [0], "nothing decodes that could be held up")
    #expect(abs(sum - response.candidates[0].totalSeconds) < 1e-9)
    #expect(driver.core.status.reservations == 0)
    #expect(driver.core.status.placed == 0)
  }

  @Test func `malformed requests are errors that say what to do`() {
    var driver = Driver()
    let error = #expect(throws: Rejection.self) { try driver.route(policy: "wam") }
    #expect(
      error == Rejection(.invalidArgument, "no policy is named \"wam\" (did you mean warm?)")
    )
    let core = driver.core
    for request in [
      HearthV1.RouteRequest(model: "llama"),
      HearthV1.RouteRequest(
        model: "llama",
        promptTokens: 16,
        blockHashes: [1, 2],
        blockTokens: 16
      ),
      HearthV1.RouteRequest(model: "llama", promptTokens: 16, blockHashes: [1]),
      HearthV1.RouteRequest(requestId: "a b", model: "llama", promptTokens: 1),
    ] {
      var twin = core
      #expect(throws: Rejection.self) { try twin.route(request, at: driver.now) }
    }
  }

  @Test func `dropping all caches tells every node`() {
    var driver = Driver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "a")
    driver.attachNode(1, "b")
    let commands = driver.step(.cacheResetOrdered).nodeCommands
    #expect(commands == [.resetCache(.init()), .resetCache(.init())])
  }

  @Test func `a placement is priced by what its engine reaches`() throws {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "fast")
    var slow = Fixture.node("slow")
    slow.replicas[0].computeEfficiency = 0.05
    driver.say(1, .nodeAttached(slow))
    driver.update(1, "slow", reset: true, synced: true, .init(index: 0))
    let candidates = try driver.route(Array(1...900), explain: true).candidates
    let prefill = candidates.map { $0.terms.first { $0.name == "prefill" }?.seconds ?? 0 }
    #expect(candidates.map(\.replica) == ["fast/0", "slow/0"])
    #expect(prefill[1] > 5 * prefill[0])
  }

  @Test(arguments: [0, 1.5, -1, .nan]) func `a share that can't be is refused`(_ share: Double) {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    var node = Fixture.node("n")
    node.replicas[0].memoryEfficiency = share
    driver.say(1, .nodeAttached(node))
    #expect(driver.core.nodeStatus("n", at: driver.now) == nil)
  }
}
