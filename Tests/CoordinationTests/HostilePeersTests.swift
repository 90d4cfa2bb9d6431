import Basics
import HearthMessages
import TestSupport
import Testing

@testable import Coordination

/// Peers that say what no peer of ours would.
@Suite(.timeLimit(.minutes(5)))
struct HostilePeersTests {
  @Test func `the largest sequence number is a number like any other`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.say(1, .nodeAttached(Fixture.node("n")))
    func update(_ sequence: UInt64, reset: Bool) -> HearthV1.RegionMessage.Message {
      .nodeUpdate(
        .init(
          node: "n",
          update: .init(sequence: sequence, reset: reset, synced: true, availability: .ready)
        )
      )
    }
    driver.say(1, update(.max, reset: true))
    #expect(driver.availability("n") == .ready)
    let actions = driver.say(1, update(1, reset: false))
    #expect(actions.nodeCommands == [.resynchronise(.init(reason: "a gap in the updates"))])
  }

  @Test func `what hardware can't have is refused, with the figure`() throws {
    let claims: [((inout HearthV1.Replica) -> Void, String)] = [
      ({ $0.gpu?.bf16Flops = 2e15 }, "gpu.bf16_flops"),
      ({ $0.gpu?.memoryBytes = 160_000_000_000 }, "gpu.memory_bytes"),
      ({ $0.gpu?.memoryBytesPerSecond = 5e12 }, "gpu.memory_bytes_per_second"),
      (
        {
          $0.gpu?.name = "dream"; $0.gpu?.fp8Flops = 1e17
        }, "gpu.fp8_flops"
      ),
      // 16 tokens of 131,072 bytes each, beside weights of 16 GB.
      ({ $0.blockCount = 36_000 }, "block_count"),
    ]
    for (claim, figure) in claims {
      var hello = Fixture.node("n")
      claim(&hello.replicas[0])
      let fault = try #require(hello.fault)
      #expect(fault.hasPrefix("replicas[0]: \(figure): "), "\(fault)")
    }
    var hello = Fixture.node("n")
    hello.replicas[0].blockCount = 30_000
    #expect(hello.fault == nil)
    // One that nobody knows, somewhat faster than all that are known.
    hello.replicas[0].gpu?.name = "next-year"
    hello.replicas[0].gpu?.bf16Flops = 5e15
    #expect(hello.fault == nil)
  }

  @Test func `a node that fails turns at once is shown as suspect, and gets few`() throws {
    var serving = try ServingDriver(nodes: ["bad", "good"])
    var counts: [String: Int] = [:]
    for number in 0..<60 {
      let request = HearthV1.RouteRequest(model: "llama", originRegion: "eu", promptTokens: 2_000)
      let now = serving.control.now
      let answer = try serving.control.core.route(request, at: now)
      let place = try #require(answer.placement, "turn \(number): \(answer)")
      counts[place.node, default: 0] += 1
      if place.node == "good" {
        _ = serving.run(place.reservation, on: "good", tokens: 2_000, output: 100)
      } else {
        let outcome = HearthV1.TurnOutcome(reservation: place.reservation, ending: .aborted)
        serving.control.update(
          1,
          "bad",
          .init(index: 0, load: .init(), ended: [place.reservation], outcomes: [outcome])
        )
      }
      serving.pass(0.05)
    }
    #expect(counts["bad", default: 0] <= 10, "\(counts)")
    let status = try serving.status("bad")
    #expect(status.availability == .suspect && status.reason.contains("turns in a row failed"))
    #expect(try serving.status("good").reason.isEmpty)
  }

  @Test func `regions that come in numbers are told of each other once, in one message`() {
    var driver = ControlDriver()
    let first = driver.attachRegion(1, "r1").peers
    #expect(first.map(\.sessions) == [[1]])
    for number in 2...100 {
      #expect(driver.attachRegion(SessionID(number), "r\(number)").peers.isEmpty)
    }
    driver.now = driver.now.advanced(by: .milliseconds(100))
    let told = driver.step(.timePassed).peers
    #expect(told.map { Set($0.sessions) } == [Set(1...100)])
    #expect(told.first?.regions == (1...100).map { "r\($0)" }.sorted())
    driver.now = driver.now.advanced(by: .seconds(1))
    #expect(driver.step(.timePassed).peers.isEmpty)
  }

  @Test func `a region that comes back where it was is told alone`() {
    var driver = ControlDriver()
    for number in 1...3 { driver.attachRegion(SessionID(number), "r\(number)") }
    driver.now = driver.now.advanced(by: .seconds(1))
    driver.step(.timePassed)
    driver.now = driver.now.advanced(by: .seconds(1))
    driver.step(.regionClosed(2, reason: "broken"))
    #expect(driver.attachRegion(7, "r2").peers.map(\.sessions) == [[7]])
  }

  @Test func `a resynchronising region drops no node that another has taken over`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachRegion(2, "us")
    driver.attachNode(1, "n")
    driver.step(.regionClosed(1, reason: "broken"))
    driver.attachRegion(3, "eu")
    driver.say(3, .nodeState(.init(node: "n", state: .lost)))
    driver.attachNode(2, "n", region: "us")
    driver.say(3, .synced(.init()))
    #expect(driver.core.nodeStatus("n", at: driver.now)?.region == "us")
  }

  @Test func `a node beyond the limit is told that it is not taken, and why`() {
    var driver = ControlDriver(nodesMax: 1)
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    let actions = driver.say(1, .nodeAttached(Fixture.node("late")))
    #expect(
      actions.nodeCommands == [
        .refused(.init(reason: "the limit of 1 attached nodes is reached"))
      ]
    )
    #expect(driver.availability("n") == .ready)
  }

  @Test func `a node that tells everything again gets no turns meanwhile`() throws {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n", blocks: [1])
    driver.update(1, "n", reset: true, .init(index: 0))
    #expect(driver.availability("n") == .starting)
    #expect(try driver.route([1, 2]).refusal?.reason == .noneReady)
    driver.update(1, "n", synced: true, .init(index: 0, stored: [1]))
    #expect(try driver.route([1, 2]).placement?.cachedTokens == 16)
  }

  @Test func `nodes that come cordoned and go are not remembered without bound`() throws {
    var driver = ControlDriver(nodesMax: 4)
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "kept", availability: .cordoned)
    for index in 0..<100 {
      driver.attachNode(1, "n\(index)", availability: .cordoned)
      driver.say(1, .nodeState(.init(node: "n\(index)", state: .lost)))
    }
    #expect(driver.core.orderCount <= 4)
    #expect(driver.availability("kept") == .cordoned)
  }

  @Test func `a node that moved is taken in once its old region gives it up`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachRegion(2, "us")
    driver.attachNode(1, "n")
    driver.attachNode(2, "n", region: "us", incarnation: 2)
    #expect(driver.core.nodeStatus("n", at: driver.now)?.region == "eu")
    let actions = driver.say(1, .nodeState(.init(node: "n", state: .lost)))
    #expect(actions.nodeCommands.contains { if case .resynchronise = $0 { true } else { false } })
    #expect(driver.core.nodeStatus("n", at: driver.now)?.region == "us")
    driver.update(2, "n", reset: true, synced: true, .init(index: 0))
    #expect(driver.availability("n") == .ready)
  }

  @Test func `a claim to a name ends with the node that claimed it`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachRegion(2, "us")
    driver.attachNode(1, "n")
    driver.attachNode(2, "n", region: "us", incarnation: 2)
    driver.say(2, .nodeState(.init(node: "n", state: .lost)))
    driver.say(1, .nodeState(.init(node: "n", state: .lost)))
    #expect(driver.availability("n") == .lost)
  }

  @Test func `a node that came back as something impossible is not taken for what it was`() {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n", blocks: [1])
    var hello = Fixture.node("n", incarnation: 2)
    hello.replicas[0].model?.activeParameters = 9_000_000_000
    driver.say(1, .nodeAttached(hello))
    #expect(driver.availability("n") == .lost)
  }

  @Test func `updates and hellos too large to pass on end their stream`() {
    var region = RegionDriver()
    region.connect()
    var hello = Fixture.node("big")
    hello.version = String(repeating: "v", count: 1_000_000)
    #expect(region.greet(1, hello).rejection?.code == .invalidArgument)
    hello = Fixture.node("big")
    hello.replicas[0].gpu?.name = String(repeating: "g", count: 1_000_000)
    #expect(region.greet(2, hello).rejection?.code == .invalidArgument)

    _ = region.greet(3, Fixture.node("a"))
    let long = HearthV1.NodeUpdate(sequence: 1, reason: String(repeating: "r", count: 2_000))
    #expect(region.update(3, long).rejection?.code == .invalidArgument)
    for replica in [
      HearthV1.ReplicaUpdate(stored: Array(repeating: 1, count: 300_000)),
      HearthV1.ReplicaUpdate(accepted: Array(repeating: 1, count: 300_000)),
      HearthV1.ReplicaUpdate(outcomes: Array(repeating: .init(reservation: 1), count: 33_000)),
      HearthV1.ReplicaUpdate(reason: String(repeating: "r", count: 2_000)),
      HearthV1.ReplicaUpdate(outcomes: [.init(reservation: 1, ttftNs: -1)]),
    ] {
      let update = HearthV1.NodeUpdate(sequence: 1, replicas: [replica])
      #expect(region.update(3, update).rejection?.code == .invalidArgument)
    }
    let many = HearthV1.NodeUpdate(sequence: 1, replicas: Array(repeating: .init(), count: 65))
    #expect(region.update(3, many).rejection?.code == .invalidArgument)
  }

  @Test func `a node's own updates stay within the bound, its requests included`() {
    var actions = Actions<NodeCore.Action>()
    var core = NodeCore(
      hello: Fixture.node("n", replicas: 2),
      settings: .init(updateBlocksMax: 4),
      at: .zero
    )
    for event in [
      NodeCore.Event.timePassed, .sessionOpened,
      .commandReceived(.init(command: .welcome(Fixture.welcome()))),
    ] { core.step(event, at: .zero, into: &actions) }
    for reservation in 1...9 as ClosedRange<UInt64> {
      core.step(.turnAccepted(replica: 1, reservation: reservation), at: .zero, into: &actions)
    }
    var told: [UInt64] = []
    for tick in 1...10 {
      let now = Fixture.instant(Double(tick) * 0.02)
      core.step(.timePassed, at: now, into: &actions)
    }
    for action in actions.take() {
      guard case .send(let message) = action, case .update(let update) = message.message else {
        continue
      }
      let accepted = update.replicas.flatMap(\.accepted)
      told += accepted
      #expect(accepted.count <= 4)
      #expect(update.synced == (told.count == 9))
    }
    #expect(told == Array(1...9))
  }
}
