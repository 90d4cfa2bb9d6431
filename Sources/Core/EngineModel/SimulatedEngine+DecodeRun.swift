import Basics
import FleetSpec

/// Steps in which nothing happens but that every sequence of the batch gets a token: each costs
/// O(1), whatever the batch.
///
/// What such a step takes follows from the batch and the context, which grows by the batch; so the
/// sequences themselves are brought up to date only when something else happens.
struct DecodeRun: Sendable {
  /// What the step that was started last computes.
  fileprivate(set) var work: Roofline.Step
  /// Steps that may still end before a sequence ends or needs a block.
  fileprivate var left: Int
  /// Steps that ended and that the sequences don't show yet.
  fileprivate(set) var ended = 0
  /// What the engine carries, but for the context.
  fileprivate let load: ReplicaLoad
}

extension SimulatedEngine {
  /// The load while a run is on.
  var runLoad: ReplicaLoad? {
    mutating get {
      guard let decodeRun else { return nil }
      var load = decodeRun.load
      load.contextTokens = Int(decodeRun.work.contextTokens)
      return load
    }
  }

  /// Begins a run when the step that was just decided can begin one.
  mutating func beginRun(_ work: Roofline.Step) {
    let cannotAdmit =
      waiting.isEmpty || running.count >= settings.runningMax
      || blocked.map { $0.slot == waiting.last && cache.availableCount <= $0.available } == true
    guard !stepsSingly, cannotAdmit, Int(work.decoding) == running.count, work.prefillTokens == 0
    else { return }
    var left = Int.max
    for slot in running {
      let sequence = sequences[Int(slot)]
      let tokens = sequence.outputTokens - sequence.produced
      left = min(left, min(tokens, sequence.room - sequence.computed) - 1)
    }
    if left > 0 { decodeRun = DecodeRun(work: work, left: left, load: load) }
  }

  /// Ends a step of the run; false when it is the one that the run does not cover.
  mutating func finishRunStep(into outputs: inout Actions<EngineOutput>) -> Bool {
    guard let run = decodeRun, run.left > 0 else {
      endRun()
      return false
    }
    if reportsTokens {
      for slot in running {
        let sequence = sequences[Int(slot)]
        outputs.append(.tokens(id: sequence.id, first: sequence.produced + run.ended, count: 1))
      }
    }
    decodeRun?.left -= 1
    decodeRun?.ended += 1
    decodeRun?.work.contextTokens += run.work.decoding
    return true
  }

  /// Brings the sequences up to date: from now on steps go through all of them again.
  mutating func endRun() {
    guard let run = decodeRun else { return }
    decodeRun = nil
    guard run.ended > 0 else { return }
    for slot in running {
      sequences[Int(slot)].computed += run.ended
      sequences[Int(slot)].produced += run.ended
    }
  }
}
