import Basics
import FleetSpec
import Routing
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(5)))
struct RoutingViewTests {
  @Test func `a replica comes without load and not ready, and its slot is used again`() throws {
    var view = RoutingView()
    let specs = try (0..<3).map { try TestFleet.replica("n/\($0)") }
    #expect(specs.map { view.attach($0) } == [0, 1, 2])
    #expect(view.state(1)?.readiness == .starting)
    let generation = try #require(view.state(1)?.generation)
    view.setReadiness(1, .ready)
    view.report(1, .init(running: 3))
    #expect(view.readyCount == 1)
    #expect(view.attach(specs[1]) == 1, "one of the same name is replaced in its slot")
    #expect(view.state(1)?.load == ReplicaLoad())
    #expect(view.state(1)?.readiness == .starting)
    #expect(view.state(1)?.generation != generation)
    view.detach(1)
    #expect((view.slotCount, view.replicaCount) == (3, 2))
    #expect(view.slot(of: specs[1].id) == nil)
    #expect(view.state(1) == nil)
    view.detach(1)
    #expect(view.attach(try TestFleet.replica("n/9")) == 1)
    #expect(view.attach(specs[1]) == 3, "a slot is given away once")
  }

  @Test func `slots that are not there change nothing`() throws {
    var view = RoutingView()
    for slot: Int32 in [-1, 0, .max] {
      view.setReadiness(slot, .ready)
      view.report(slot, .init(running: 1))
      view.detach(slot)
      #expect(view.state(slot) == nil)
      #expect(view.spec(slot) == nil)
    }
    #expect(view.slotCount == 0)
  }

  @Test func `figures that could not be are taken as the nearest that could`() throws {
    var fleet = TestFleet()
    let most = ReplicaLoad(
      blocksUsed: .max,
      blocksCached: .max,
      running: .max,
      waiting: .max,
      prefillTokensQueued: .max,
      decoding: .max,
      contextTokens: .max
    )
    try fleet.add("n/0", load: most, blockCount: 1000, runningMax: 8, waitingMax: 5)
    let load = try #require(fleet.view.state(0)?.load)
    #expect((load.blocksUsed, load.blocksCached, load.running) == (1000, 0, 8))
    #expect((load.waiting, load.decoding) == (5, 8))
    let verdict = try fleet.route(fleet.request(100))
    guard case .waits(let wait) = verdict else { throw TestFleet.Unplaced(verdict: verdict) }
    #expect(wait.seconds.isFinite)
    let least = ReplicaLoad(
      blocksUsed: .min,
      blocksCached: -1,
      running: .min,
      waiting: -1,
      prefillTokensQueued: .min,
      decoding: .min,
      contextTokens: -1
    )
    fleet.view.report(0, least)
    #expect(fleet.view.state(0)?.load == ReplicaLoad())
  }

  @Test func `faulty replicas, and more than there may be, are refused`() throws {
    var view = RoutingView()
    #expect(view.attach(try TestFleet.replica("n/0", blockCount: 0)) == nil)
    #expect(view.slotCount == 0)
    for number in 0..<RoutingView.numbersMax {
      #expect(view.attach(try TestFleet.replica("n/\(number)")) != nil)
    }
    #expect(view.attach(try TestFleet.replica("one/more")) == nil)
    #expect(view.attach(try TestFleet.replica("n/0")) == 0, "one that is there comes back")
  }

  @Test func `round trips go both ways, and those that could not be are ignored`() throws {
    var fleet = TestFleet()
    try fleet.add("n/0", region: "eu")
    try fleet.setRoundTrip("eu", "us", 0.09)
    for seconds in [-1, 61, .nan, .infinity] { try fleet.setRoundTrip("us", "eu", seconds) }
    let (eu, us) = (try fleet.number(of: "eu"), try fleet.number(of: "us"))
    #expect(fleet.view.roundTripSeconds(eu, us) == 0.09)
    #expect(fleet.view.roundTripSeconds(us, eu) == 0.09)
    #expect(fleet.view.roundTripSeconds(us, us) == RegionTopology.localSeconds)
    #expect(fleet.view.regionID(us)?.text == "us")
    #expect(fleet.view.regionID(-1) == nil)
  }

  @Test func `names that come and go use up no numbers`() throws {
    var fleet = TestFleet()
    for index in 0..<2 * RoutingView.numbersMax {
      var spec = try TestFleet.replica("n/0", region: "region-\(index)")
      spec.model = try #require(ModelID("model-\(index)"))
      let slot = fleet.view.attach(spec)
      try fleet.setRoundTrip("region-\(index)", "eu", 0.1)
      #expect(slot == 0)
      fleet.view.detach(0)
      fleet.view.forget(spec.region)
      #expect(fleet.view.region(spec.region) == nil && fleet.view.model(spec.model) == nil)
    }
  }

  @Test func `a region keeps its number and distances while it has replicas`() throws {
    var fleet = TestFleet()
    try fleet.add("n/0", region: "us")
    try fleet.setRoundTrip("us", "eu", 0.1)
    let (us, eu) = (try #require(RegionID("us")), try #require(RegionID("eu")))
    fleet.view.forget(us)
    let number = try fleet.number(of: "us")
    #expect(fleet.view.roundTripSeconds(number, try fleet.number(of: "eu")) == 0.1)
    fleet.view.detach(0)
    fleet.view.forget(us)
    fleet.view.forget(eu)
    try fleet.add("n/0", region: "asia")
    try fleet.add("n/1", region: "africa")
    let (asia, africa) = (try fleet.number(of: "asia"), try fleet.number(of: "africa"))
    #expect(fleet.view.roundTripSeconds(asia, africa) == RegionTopology.unknownSeconds)
  }
}
