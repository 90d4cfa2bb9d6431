import Basics
import Coordination
import EngineModel
import FleetSpec
package import HearthMessages

/// Simulated engines on the nodes of a simulated fleet, one a replica, and the turns that they run.
package final class SimulatedServing {
  /// What a node answers who had it run a turn.
  package enum Answer {
    case piece(HearthV1.GenerateResponse)
    case ended(code: Int, message: String)
  }

  private struct Turn {
    let caller: UInt64
    let replica: Int
    var record: TurnRecord
  }

  private struct Host {
    var engines: [SimulatedEngine]
    var turns: [UInt64: Turn] = [:]
  }

  /// Called with the caller's number of a turn.
  package var answer: (UInt64, Answer) -> Void = { _, _ in }

  private let fleet: SimulatedFleet
  private var hosts: [String: Host] = [:]
  private static let (resourceExhausted, unavailable) = (8, 14)

  package init(fleet: SimulatedFleet) { self.fleet = fleet }

  /// Has a node run a turn, as `Inference.Generate` does.
  package func generate(_ asked: HearthV1.GenerateRequest, on node: SimulatedNode, for id: UInt64) {
    guard node.isAwake(at: fleet.now) else {
      return answer(id, .ended(code: Self.unavailable, message: "connection refused"))
    }
    let replicas = node.hello.replicas
    guard let replica = replicas.firstIndex(where: { $0.id == asked.replica }) else { return }
    let request: HearthV1.GenerateRequest
    do throws(Rejection) {
      request = try node.core.checked(asked)
    } catch {
      return answer(id, .ended(code: error.code.rawValue, message: error.message))
    }
    var host = hosts[node.name] ?? Host(engines: Self.engines(of: node))
    var record = TurnRecord(reservation: request.reservation, at: fleet.now)
    let number = fleet.nextID()
    var outputs = Actions<EngineOutput>()
    var fault: (code: Int, message: String)?
    if node.core.availability != .ready {
      let why = "this node takes no new turns: \(node.core.reason)"
      fault = (Self.unavailable, why)
    } else if let refusal = host.engines[replica].submit(
      EngineRequest(
        id: number,
        blockHashes: request.blockHashes,
        blockTokens: Int(request.blockTokens),
        promptTokens: Int(request.promptTokens),
        length: .exactly(Int(request.outputTokensMax))
      ),
      at: fleet.now,
      into: &outputs
    ) {
      fault = (Self.resourceExhausted, "\(refusal)")
    } else {
      host.turns[number] = Turn(caller: id, replica: replica, record: record)
    }
    hosts[node.name] = host
    if let fault {
      record.ending = .refused
      fleet.step(node, .turnEnded(replica: replica, record.outcome(at: fleet.now)))
      answer(id, .ended(code: fault.code, message: fault.message))
    } else {
      fleet.step(node, .turnAccepted(replica: replica, reservation: request.reservation))
    }
    report(outputs.take(), of: replica, on: node)
  }

  /// Runs the engines' steps that are due.
  package func advance() {
    for node in fleet.nodes {
      for replica in hosts[node.name]?.engines.indices ?? 0..<0 {
        var outputs = Actions<EngineOutput>()
        hosts[node.name]?.engines[replica].advance(to: fleet.now, into: &outputs)
        report(outputs.take(), of: replica, on: node)
      }
    }
  }

  /// Ends a node's turns; their callers get UNAVAILABLE.
  package func cancelTurns(on node: SimulatedNode, because reason: String) {
    for (number, turn) in (hosts[node.name]?.turns ?? [:]).sorted(by: { $0.key < $1.key }) {
      answer(turn.caller, .ended(code: Self.unavailable, message: reason))
      var outputs = Actions<EngineOutput>()
      hosts[node.name]?.engines[turn.replica].cancel(number, at: fleet.now, into: &outputs)
      report(outputs.take(), of: turn.replica, on: node)
    }
  }

  package func resetCaches(of node: SimulatedNode) {
    for replica in hosts[node.name]?.engines.indices ?? 0..<0 {
      var outputs = Actions<EngineOutput>()
      hosts[node.name]?.engines[replica].clearCache(at: fleet.now, into: &outputs)
      report(outputs.take(), of: replica, on: node)
    }
  }

  /// A node's process is gone, with what it held and ran; their callers get UNAVAILABLE.
  package func forget(_ node: SimulatedNode) {
    let turns = hosts.removeValue(forKey: node.name)?.turns ?? [:]
    for (_, turn) in turns.sorted(by: { $0.key < $1.key }) {
      answer(turn.caller, .ended(code: Self.unavailable, message: "the connection was lost"))
    }
  }

  private func report(_ outputs: [EngineOutput], of replica: Int, on node: SimulatedNode) {
    for output in outputs {
      switch output {
      case .started(let id, let cached, let queued):
        let started = HearthV1.Started(
          cachedTokens: UInt32(cached),
          queuedNs: queued.nanoseconds
        )
        pass(.init(event: .started(started)), of: id, on: node)
      case .tokens(let id, _, let count):
        pass(.init(event: .tokens(.init(count: UInt32(count)))), of: id, on: node)
        fleet.step(node, .engineAnswered(replica: replica))
      case .cache(.stored(let hashes)):
        fleet.step(node, .cacheChanged(replica: replica, removed: [], stored: hashes))
      case .cache(.removed(let hashes)):
        fleet.step(node, .cacheChanged(replica: replica, removed: hashes, stored: []))
      case .cache(.cleared): fleet.step(node, .cacheCleared(replica: replica))
      case .finished(let id, let finish): end(id, finish, on: node)
      }
    }
    guard let load = hosts[node.name]?.engines[replica].load else { return }
    fleet.step(
      node,
      .loadChanged(
        replica: replica,
        .init(
          blocksUsed: UInt32(load.blocksUsed),
          blocksCached: UInt32(load.blocksCached),
          running: UInt32(load.running),
          waiting: UInt32(load.waiting),
          prefillTokensQueued: UInt64(load.prefillTokensQueued),
          decoding: UInt32(load.decoding),
          contextTokens: UInt64(load.contextTokens)
        )
      )
    )
  }

  private func pass(_ piece: HearthV1.GenerateResponse, of id: UInt64, on node: SimulatedNode) {
    hosts[node.name]?.turns[id]?.record.answered(piece, at: fleet.now)
    guard let turn = hosts[node.name]?.turns[id] else { return }
    answer(turn.caller, .piece(piece))
  }

  private func end(_ id: UInt64, _ finish: EngineFinish, on node: SimulatedNode) {
    if finish.reason != .cancelled {
      let usage = HearthV1.Finished(
        promptTokens: UInt32(finish.usage.promptTokens),
        cachedTokens: UInt32(finish.usage.cachedTokens),
        outputTokens: UInt32(finish.usage.outputTokens),
        ttftNs: finish.ttft?.nanoseconds ?? 0
      )
      pass(.init(event: .finished(usage)), of: id, on: node)
    }
    guard let turn = hosts[node.name]?.turns.removeValue(forKey: id) else { return }
    if finish.reason != .cancelled { answer(turn.caller, .ended(code: 0, message: "")) }
    let outcome = turn.record.outcome(at: fleet.now)
    fleet.step(node, .turnEnded(replica: turn.replica, outcome))
  }

  private static func engines(of node: SimulatedNode) -> [SimulatedEngine] {
    node.hello.replicas.compactMap { replica in
      guard let spec = ReplicaSpec(replica, of: node.hello),
        var settings = EngineSettings(
          roofline: spec.roofline,
          blockTokens: spec.blockTokens,
          blockCount: spec.blockCount
        )
      else { return nil }
      settings.stepTokensMax = spec.stepTokensMax
      settings.runningMax = spec.runningMax
      settings.waitingMax = spec.waitingMax
      return SimulatedEngine(settings: settings)
    }
  }
}
