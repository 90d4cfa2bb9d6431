import Basics
import EventLoop
import HearthMessages
import HearthProto
import RPC
import Testing
import Wire

@testable import RegionAgent

/// The servers of the three processes with real sockets between them.
@Suite(.timeLimit(.minutes(5)))
struct AgentTests {
  @Test(arguments: ["us", "eu", nil])
  func `an engine stops when the client is gone`(relayedFrom origin: String?) throws {
    let fleet = try OneLoopFleet()
    let host = try fleet.addNode("n")
    fleet.turn("attached", until: { fleet.region?.hasNode("n") == true })
    let address = origin == nil ? host.address : fleet.regionAddress
    var channel: Channel? = try Channel(to: address, loop: fleet.loop)
    var answers: [Answer] = []
    for _ in 0..<3 {
      let request = OneLoopFleet.longTurn("n", from: origin ?? "eu")
      answers.append(Answer(request, on: try #require(channel)))
    }
    fleet.turn("tokens come", until: { answers.allSatisfy { $0.pieces > 2 } })
    #expect(host.running == 3)
    #expect(fleet.region?.relayCount == (origin == nil ? 0 : 3))
    answers[0].call.cancel()
    fleet.turn("one less", until: { host.running == 2 })
    channel?.close()
    channel = nil
    fleet.turn("nothing runs", until: { host.running == 0 && fleet.region?.relayCount == 0 })
  }

  @Test func `the control plane hears what became of each turn`() throws {
    let fleet = try OneLoopFleet(timeScale: 100)
    let host = try fleet.addNode("n")
    let control = try Channel(to: fleet.controlAddress, loop: fleet.loop)
    var placement: HearthV1.Placement?
    func place() {
      placement = nil
      let turn = HearthV1.RouteRequest(model: "llama-3.1-8b", promptTokens: 100)
      fleet.turn("placed") {
        var answer: Result<HearthV1.RouteResponse, GRPCStatus>?
        control.call(HearthV1.Router.route, turn) { answer = $0 }
        fleet.turn("answered", until: { answer != nil })
        if case .placed(let place) = try? answer?.get().verdict { placement = place }
        return placement != nil
      }
    }
    func status() -> HearthV1.FleetStatus? {
      var answer: HearthV1.FleetStatus?
      control.call(HearthV1.Admin.getStatus, .init()) { answer = try? $0.get() }
      fleet.turn("answered", until: { answer != nil })
      return answer
    }
    let channel = try Channel(to: host.address, loop: fleet.loop)
    place()
    var request = OneLoopFleet.longTurn("n")
    request.reservation = try #require(placement?.reservation)
    request.outputTokensMax = 5
    let short = Answer(request, on: channel)
    fleet.turn("one is complete", until: { status()?.completed == 1 })
    #expect(short.status?.code == .ok)
    place()
    request = OneLoopFleet.longTurn("n")
    request.reservation = try #require(placement?.reservation)
    let long = Answer(request, on: channel)
    fleet.turn("tokens come", until: { long.pieces > 2 })
    long.call.cancel()
    fleet.turn("one is cut short", until: { status()?.cutShort == 1 })
  }

  @Test func `a client that leaves between its place and its turn gives the place back`() throws {
    let fleet = try OneLoopFleet()
    _ = try fleet.addNode("n")
    let client = try Channel(to: fleet.controlAddress, loop: fleet.loop)
    let turn = HearthV1.RouteRequest(model: "llama-3.1-8b", promptTokens: 100)
    var place: HearthV1.Placement?
    fleet.turn("placed") {
      var answer: Result<HearthV1.RouteResponse, GRPCStatus>?
      client.call(HearthV1.Router.route, turn) { answer = $0 }
      fleet.turn("answered", until: { answer != nil })
      if case .placed(let placement) = try? answer?.get().verdict { place = placement }
      return place != nil
    }
    client.close()
    let other = try Channel(to: fleet.controlAddress, loop: fleet.loop)
    var status = HearthV1.FleetStatus()
    fleet.turn("given back") {
      var answer: HearthV1.FleetStatus?
      other.call(HearthV1.Admin.getStatus, .init()) { answer = try? $0.get() }
      fleet.turn("answered", until: { answer != nil })
      status = answer ?? status
      return status.notTaken == 1
    }
    #expect(status.reservations == 0 && status.reservationsExpired == 0)
  }

  @Test func `a tenant finds and is served what its trust group sent, and nobody else does`() throws
  {
    let fleet = try OneLoopFleet(timeScale: 100)
    let host = try fleet.addNode("n")
    let control = try Channel(to: fleet.controlAddress, loop: fleet.loop)
    let channel = try Channel(to: host.address, loop: fleet.loop)
    var asked = HearthV1.RouteRequest(model: "llama-3.1-8b", promptTokens: 33)
    (asked.blockHashes, asked.blockTokens) = ([7, 8], 16)
    func route(as tenant: String, explain: Bool) -> HearthV1.Placement? {
      (asked.tenant, asked.explain) = (tenant, explain)
      var answer: Result<HearthV1.RouteResponse, GRPCStatus>?
      control.call(HearthV1.Router.route, asked) { answer = $0 }
      fleet.turn("answered", until: { answer != nil })
      guard case .placed(let place) = try? answer?.get().verdict else { return nil }
      return place
    }
    func generate(as tenant: String, _ change: (inout HearthV1.GenerateRequest) -> Void = { _ in })
      throws -> Answer
    {
      var request = OneLoopFleet.longTurn("n")
      request.reservation = try #require(route(as: tenant, explain: false)).reservation
      (request.tenant, request.promptTokens, request.outputTokensMax) = (tenant, 33, 1)
      (request.blockHashes, request.blockTokens) = (asked.blockHashes, asked.blockTokens)
      change(&request)
      let answer = Answer(request, on: channel)
      fleet.turn("it ends", until: { answer.status != nil })
      return answer
    }
    fleet.turn("placed", until: { route(as: "acme/a", explain: true) != nil })
    #expect(try generate(as: "acme/a").cachedTokens == 0)
    fleet.turn("it is known", until: { route(as: "acme/a", explain: true)?.cachedTokens == 32 })
    #expect(route(as: "acme/b", explain: true)?.cachedTokens == 32)
    #expect(try generate(as: "acme/b").cachedTokens == 32)
    for stranger in ["", "other"] {
      #expect(route(as: stranger, explain: true)?.cachedTokens == 0)
      let intruder = try generate(as: stranger) { $0.tenant = "acme/a" }
      #expect(intruder.status?.code == .permissionDenied && intruder.pieces == 0)
      #expect(try generate(as: stranger).cachedTokens == 0)
    }
    let long = try generate(as: "acme/a") { ($0.promptTokens, $0.blockHashes) = (8_000, []) }
    #expect(long.status?.code == .permissionDenied && long.pieces == 0)
    #expect(long.status?.message.contains("prompt_tokens") == true)
  }

  @Test func `an engine that gets nowhere is found out, and its node refuses turns for it`() throws
  {
    // The engine's clock all but stands still: its first step takes minutes.
    let fleet = try OneLoopFleet(timeScale: 0.0001, stallTime: .milliseconds(100))
    let host = try fleet.addNode("n")
    fleet.turn("attached", until: { fleet.region?.hasNode("n") == true })
    let channel = try Channel(to: host.address, loop: fleet.loop)
    let hanging = Answer(OneLoopFleet.longTurn("n"), on: channel)
    let control = try Channel(to: fleet.controlAddress, loop: fleet.loop)
    fleet.turn("the replica has failed") {
      var replicas: [HearthV1.ReplicaStatus]?
      control.call(HearthV1.Admin.listReplicas, .init()) { replicas = try? $0.get().replicas }
      fleet.turn("answered", until: { replicas != nil })
      return replicas?.first?.availability == .failed
    }
    let refused = Answer(OneLoopFleet.longTurn("n"), on: channel)
    fleet.turn("refused", until: { refused.status != nil })
    #expect(refused.status?.code == .unavailable)
    #expect(refused.status?.message.contains("no progress for 100ms") == true)
    #expect(hanging.status == nil)
  }

  @Test func `agents with turns in full flight can be dropped`() throws {
    let fleet = try OneLoopFleet()
    weak let region = fleet.region
    let host = try fleet.addNode("n")
    weak let agent = host.agent
    fleet.turn("attached", until: { fleet.region?.hasNode("n") == true })
    let channel = try Channel(to: fleet.regionAddress, loop: fleet.loop)
    let answers = (0..<3).map { _ in Answer(OneLoopFleet.longTurn("n", from: "us"), on: channel) }
    fleet.turn("tokens come", until: { answers.allSatisfy { $0.pieces > 2 } })
    fleet.drop(host)
    #expect(agent == nil)
    fleet.turn("the turns are cut off", until: { answers.allSatisfy { $0.status != nil } })
    #expect(region?.relayCount == 0)
    fleet.dropRegion()
    #expect(region == nil)
  }

  @Test func `an agent that is dropped ends what it passes on`() throws {
    let fleet = try OneLoopFleet()
    let host = try fleet.addNode("n")
    fleet.turn("attached", until: { fleet.region?.hasNode("n") == true })
    let channel = try Channel(to: fleet.regionAddress, loop: fleet.loop)
    let answers = (0..<3).map { _ in Answer(OneLoopFleet.longTurn("n", from: "us"), on: channel) }
    fleet.turn("tokens come", until: { answers.allSatisfy { $0.pieces > 2 } })
    weak let region = fleet.region
    fleet.dropRegion()
    #expect(region == nil)
    fleet.turn("cut off", until: { answers.allSatisfy { $0.status?.code == .unavailable } })
    fleet.turn("turns end", until: { host.running == 0 })
  }

  @Test func `an agent that stops takes no nodes`() throws {
    let fleet = try OneLoopFleet()
    let host = try fleet.addNode("n")
    fleet.turn("attached", until: { fleet.region?.hasNode("n") == true })
    let channel = try Channel(to: fleet.regionAddress, loop: fleet.loop)
    let answer = Answer(OneLoopFleet.longTurn("n", from: "us"), on: channel)
    fleet.turn("tokens come", until: { answer.pieces > 2 })
    var isDone = false
    let before = fleet.regionServer?.counts.calls ?? 0
    fleet.region?.stop(within: .seconds(3)) { isDone = true }
    fleet.turn(
      "the node tries again",
      until: { fleet.regionServer?.counts.calls ?? 0 > before + 1 }
    )
    #expect(fleet.region?.sessionCount == 0)
    #expect(answer.status == nil)
    fleet.turn("stopped", until: { isDone })
    #expect(fleet.region?.sessionCount == 0)
    fleet.turn("the turn is cut off", until: { answer.status?.code == .unavailable })
    fleet.turn("nothing runs", until: { host.running == 0 })
  }

  @Test func `channels to nodes that are gone are closed`() throws {
    let fleet = try OneLoopFleet()
    let channel = try Channel(to: fleet.regionAddress, loop: fleet.loop)
    for index in 0..<3 {
      let host = try fleet.addNode("n\(index)")
      fleet.turn("attached", until: { fleet.region?.hasNode(host.name) == true })
      let answer = Answer(OneLoopFleet.longTurn(host.name, from: "us"), on: channel)
      fleet.turn("tokens come", until: { answer.pieces > 2 })
      answer.call.cancel()
      fleet.turn("nothing runs", until: { host.running == 0 })
      fleet.drop(host)
    }
    let host = try fleet.addNode("last")
    fleet.turn("the others are lost", until: { fleet.region?.nodeCount == 1 })
    let answer = Answer(OneLoopFleet.longTurn(host.name, from: "us"), on: channel)
    fleet.turn("tokens come", until: { answer.pieces > 2 })
    #expect(fleet.region?.channelCount == 1)
  }
}
