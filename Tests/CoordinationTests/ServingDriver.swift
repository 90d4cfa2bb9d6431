import Basics
import Coordination
import FleetSpec
import HearthMessages
import Routing
import TestSupport
import Testing

/// A control plane whose nodes serve one turn at a time, some of them faster or slower than their
/// figures say.
struct ServingDriver {
  var control: ControlDriver
  /// By node; 1 where none is given.
  var speeds: [String: Double]
  private let nodes: [String]
  private let scale: Double
  private let rates: StepRates

  init(nodes: [String], speeds: [String: Double] = [:], timeScale: Double = 1) throws {
    control = ControlDriver(timeScale: timeScale)
    (self.nodes, self.speeds, scale) = (nodes, speeds, timeScale)
    let hello = Fixture.node("n")
    rates = try #require(ReplicaSpec(hello.replicas[0], of: hello)).roofline.rates
    control.attachRegion(1, "eu")
    for node in nodes { control.attachNode(1, node) }
  }

  /// Lets some of the fleet's time pass, as the region agent stays in touch.
  mutating func pass(_ seconds: Double) {
    control.now = control.now.advanced(by: Duration(inSeconds: seconds / scale))
    control.say(1, .heartbeat(.init(sequence: 1)))
  }

  func status(_ node: String) throws -> HearthV1.ReplicaStatus {
    try #require(control.core.replicaStatuses(at: control.now).first { $0.node == node })
  }

  /// Places a turn on a node.
  mutating func place(
    on node: String,
    tokens: Int,
    origin: String = "eu",
    _ change: (inout HearthV1.RouteRequest) -> Void = { _ in }
  ) throws -> HearthV1.Placement {
    var request = HearthV1.RouteRequest(
      model: "llama",
      originRegion: origin,
      promptTokens: UInt32(tokens),
      excludedReplicas: nodes.filter { $0 != node }.map { "\($0)/0" }
    )
    change(&request)
    return try #require(try control.core.route(request, at: control.now).placement)
  }

  mutating func accept(_ reservation: UInt64, on node: String, tokens: Int) {
    let load = HearthV1.ReplicaLoad(running: 1, prefillTokensQueued: UInt64(tokens))
    control.update(1, node, .init(index: 0, load: load, accepted: [reservation]))
  }

  /// Runs a placed turn to its end, as the true replica would; returns what it takes to the first
  /// token.
  mutating func run(
    _ reservation: UInt64,
    on node: String,
    tokens: Int,
    output: Int
  ) -> Double {
    let speed = speeds[node] ?? 1
    let own = rates.scaled(arithmetic: speed, memory: speed)
    accept(reservation, on: node, tokens: tokens)
    let flops = own.prefillFLOPs(tokens: Double(tokens), context: 0)
    let prefill = own.prefillSeconds(flops: flops, steps: 1)
    pass(prefill)
    let load = HearthV1.ReplicaLoad(
      blocksUsed: UInt32((tokens + output) / 16),
      running: 1,
      decoding: 1,
      contextTokens: UInt64(tokens)
    )
    control.update(1, node, .init(index: 0, load: load))
    let step = own.decodeStepSeconds(batch: 1, contextTokens: Double(tokens))
    let decode = step * Double(output - 1)
    pass(decode)
    let outcome = HearthV1.TurnOutcome(
      reservation: reservation,
      outputTokens: UInt32(output),
      ttftNs: Duration(inSeconds: prefill).nanoseconds,
      totalNs: Duration(inSeconds: prefill + decode).nanoseconds,
      ending: .completed
    )
    control.update(
      1,
      node,
      .init(index: 0, load: .init(), ended: [reservation], outcomes: [outcome])
    )
    return prefill
  }

  /// A whole turn; returns what it was predicted to take to the first token, and what it took.
  @discardableResult
  mutating func turn(
    on node: String,
    tokens: Int = 6_000,
    output: Int = 100,
    origin: String = "eu"
  ) throws -> (predicted: Double, actual: Double) {
    let placement = try place(on: node, tokens: tokens, origin: origin)
    let actual = run(placement.reservation, on: node, tokens: tokens, output: output)
    pass(1)
    return (Double(placement.predictedTtftNs) / 1e9, actual)
  }
}
