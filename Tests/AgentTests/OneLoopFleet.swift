import Basics
import ControlPlane
import Coordination
import Engines
import EventLoop
import FleetSpec
import HearthMessages
import HearthProto
import Logging
import NodeAgent
import RPC
import Testing
import Wire

@testable import RegionAgent

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A control plane, a region agent and a node, on one loop that the test itself turns.
final class OneLoopFleet {
  let loop: Loop
  let controlServer: Server
  private(set) var regionServer: Server?
  private(set) var control: ControlPlaneServer?
  private(set) var region: RegionAgentServer?
  private(set) var nodes: [Host] = []
  let controlAddress: String
  let regionAddress: String
  private let clock: LoopClock
  private let stallTime: Duration

  /// A node with the server that it is reached by.
  final class Host {
    let name: String
    private(set) var server: Server?
    let address: String
    private(set) var agent: NodeAgentServer?
    let engine: SimulatedEngineHost
    /// Turns that the engine has, by its own word.
    private(set) var running = 0

    init(
      _ name: String,
      of fleet: OneLoopFleet,
      engine other: (any Engine)?,
      jobs: NodeJobs?
    ) throws {
      self.name = name
      let server = try Server(loop: fleet.loop, logger: silent)
      self.server = server
      address = try server.listen(on: "127.0.0.1:0")
      let spec = try OneLoopFleet.spec(name)
      engine = try #require(try SimulatedEngineHost(spec, loop: fleet.loop, clock: fleet.clock))
      agent = try NodeAgentServer(
        hello: .init(
          node: name,
          region: "eu",
          incarnation: .random(in: 1 ... .max),
          address: address,
          version: "test",
          replicas: [spec.message]
        ),
        engines: [other ?? engine],
        jobs: jobs,
        channel: try Channel(to: fleet.regionAddress, loop: fleet.loop),
        fleetClock: fleet.clock,
        settings: .init(stallTime: fleet.stallTime),
        loop: fleet.loop,
        logger: silent
      )
      agent?.register(on: server)
      let listener = engine.onEvents
      engine.onEvents = { [weak self] event in
        if case .loadChanged(let load) = event { self?.running = load.running + load.waiting }
        listener?(event)
      }
    }

    func drop() {
      server = nil
      agent = nil
    }
  }

  /// Ends a node as its process would: the server first.
  func drop(_ host: Host) {
    host.drop()
    nodes.removeAll { $0 === host }
  }

  /// Ends the agent as its process would: the server first.
  func dropRegion() {
    regionServer = nil
    region = nil
  }

  init(timeScale: Double = 1, stallTime: Duration = .seconds(30)) throws {
    self.stallTime = stallTime
    clock = LoopClock(rate: timeScale)
    loop = try Loop()
    controlServer = try Server(loop: loop, logger: silent)
    controlAddress = try controlServer.listen(on: "127.0.0.1:0")
    let control = try ControlPlaneServer(
      settings: .init(seed: 1),
      identity: .init(version: "test", timeScale: timeScale),
      loop: loop,
      logger: silent
    )
    control.register(on: controlServer)
    self.control = control
    let regionServer = try Server(loop: loop, logger: silent)
    regionAddress = try regionServer.listen(on: "127.0.0.1:0")
    self.regionServer = regionServer
    let region = try RegionAgentServer(
      settings: .init(
        hello: .init(region: "eu", incarnation: 1, address: regionAddress, version: "test")
      ),
      distances: .init(roundTrips: ["us": .milliseconds(4)]),
      control: try Channel(to: controlAddress, loop: loop),
      channelSettings: .init(),
      loop: loop,
      logger: silent
    )
    region.register(on: regionServer)
    self.region = region
  }

  /// Adds a node with an engine that is simulated, or another one, and perhaps workers of jobs.
  func addNode(
    _ name: String,
    engine: (any Engine)? = nil,
    jobs: NodeJobs? = nil
  ) throws -> Host {
    let host = try Host(name, of: self, engine: engine, jobs: jobs)
    nodes.append(host)
    return host
  }

  /// Turns the loop until `condition` holds, which it must within 20 s.
  func turn(
    _ words: Comment,
    until condition: () -> Bool,
    at place: SourceLocation = #_sourceLocation
  ) {
    let came = loop.run(until: condition, within: .seconds(20))
    #expect(came, words, sourceLocation: place)
  }

  static func spec(_ node: String) throws -> ReplicaSpec {
    ReplicaSpec(
      id: try #require(ReplicaID("\(node)/0")),
      node: try #require(NodeID(node)),
      region: try #require(RegionID("eu")),
      model: try #require(ModelID("llama-3.1-8b")),
      roofline: Roofline(
        gpu: try #require(GPUModel.named("h100-sxm")),
        gpuCount: 1,
        model: try #require(ModelArchitecture.named("llama-3.1-8b"))
      )
    )
  }

  /// A turn that takes minutes, straight to its node or, from another region, through the agent.
  static func longTurn(_ node: String, from origin: String = "eu") -> HearthV1.GenerateRequest {
    HearthV1.GenerateRequest(
      node: node,
      replica: "\(node)/0",
      model: "llama-3.1-8b",
      originRegion: origin,
      promptTokens: 100,
      blockTokens: 16,
      outputTokensMax: 100_000,
      ignoreEnd: true
    )
  }
}

/// One turn's answer as its client sees it.
final class Answer {
  let call: ClientStream<HearthV1.GenerateRequest, HearthV1.GenerateResponse>
  private(set) var pieces = 0
  private(set) var status: GRPCStatus?
  /// Of the prompt's, once the answer is complete.
  private(set) var cachedTokens: UInt32?

  init(_ request: HearthV1.GenerateRequest, on channel: Channel) {
    call = channel.stream(HearthV1.Inference.generate)
    call.onMessage = { [weak self] piece in
      self?.pieces += 1
      if case .finished(let usage) = piece.event { self?.cachedTokens = usage.cachedTokens }
    }
    call.onClose = { [weak self] in self?.status = $0 }
    call.send(request)
    call.end()
  }
}
