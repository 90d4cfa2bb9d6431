import Basics
import FleetSpec
import Simulator
import Traces

/// Simulations of one fleet and one trace, under several policies and loads.
struct SimulationRuns {
  /// One of them.
  struct Run {
    let load: Double
    let result: SimulationResult
    /// The time in which turns arrive.
    let arrivals: Duration

    var policy: String { result.policy }
    /// Whether it is none that a fleet could have.
    var isBound: Bool { Bound(rawValue: policy) != nil }
    /// The policy as people read it.
    var name: String {
      (isBound ? "\(policy) (bound)" : policy) + (result.training == nil ? "" : " + jobs")
    }
    /// Turns that met their objectives, a second; nil where all arrived at once.
    var goodput: Double? { arrivals > .zero ? result.report.goodput(over: arrivals) : nil }
  }

  let specs: [ReplicaSpec]
  let settings: SimulatorSettings
  let trace: [TraceRequest]
  let model: ModelID
  let origins: [RegionID]
  /// Tokens in the blocks of every replica of the model.
  var blockTokens = TraceReader.blockTokens
  /// How many users do the same as each of the trace, with prompts of their own.
  var copies = 1
  /// What the trace does not say of its turns.
  var options: TurnOptions?

  /// Runs every policy at every load, policy after policy at the same load.
  func all(
    policies: [String],
    loads: [Double],
    showsProgress: Bool = true
  ) throws(Failure) -> [Run] {
    var runs: [Run] = []
    for load in loads {
      let turns = turns(load: load)
      for policy in policies {
        var settings = settings
        settings.policy = policy
        // First as it is without them.
        for jobs in settings.jobs.map({ [nil, $0] }) ?? [nil] {
          settings.jobs = jobs
          let title = policy + (jobs == nil ? "" : " + jobs")
          let bar = ProgressBar(
            title: loads.count > 1 ? "\(title), load \(load.text())" : title,
            total: turns.count,
            sendingTime: .zero
          )
          let result = try run(turns, settings, showing: showsProgress ? bar : nil)
          runs.append(Run(load: load, result: result, arrivals: turns.last?.arrival ?? .zero))
        }
      }
    }
    return runs
  }

  private func run(
    _ turns: [SimulatedTurn],
    _ settings: SimulatorSettings,
    showing bar: ProgressBar?
  ) throws(Failure) -> SimulationResult {
    defer { bar?.finish() }
    do throws(SimulationError) {
      var simulator = try FleetSimulator(replicas: specs, turns: turns, settings: settings)
      var shown = ContinuousClock.now
      return simulator.run { report in
        guard let bar, ContinuousClock.now - shown > .milliseconds(100) else { return }
        bar.show(report)
        shown = ContinuousClock.now
      }
    } catch {
      throw Failure(.failed, error.description)
    }
  }

  /// The turns of the trace, whose arrivals are `load` times denser.
  func turns(load: Double) -> [SimulatedTurn] {
    var turns: [SimulatedTurn] = []
    turns.reserveCapacity(trace.count * copies)
    for request in trace {
      for copy in 0..<copies {
        var copied = request
        if copy > 0 { copied.session = PRNG.mix(request.session ^ PRNG.mix(UInt64(copy))) }
        let origin = TraceOrigin.region(of: copied, regions: origins)
        var turn = SimulatedTurn(
          copied,
          origin: origin,
          model: model,
          blockTokens: blockTokens,
          load: load,
          copy: copy
        )
        options?.apply(to: &turn)
        turns.append(turn)
      }
    }
    return turns
  }
}
