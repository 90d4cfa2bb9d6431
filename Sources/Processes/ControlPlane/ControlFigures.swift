import Basics
import Coordination
import Dispatching
import HearthMessages
import Telemetry

/// What the control plane counts, read at one moment.
struct ControlFigures {
  let core: ControlCore
  let now: Instant
  let timeScale: Double
  let status: HearthV1.FleetStatus
  let nodes: [HearthV1.NodeStatus]

  init(_ core: ControlCore, timeScale: Double, at now: Instant) {
    (self.core, self.timeScale, self.now) = (core, timeScale, now)
    status = core.status
    nodes = core.nodeStatuses(at: now)
  }

  static var metrics: [Metric<ControlFigures>] { turns + served + queue + fleet + replicas }

  private static let turns: [Metric<ControlFigures>] = [
    .init(
      "hearth_placements_total",
      .counter,
      ["policy", "reason"],
      "Turns that were placed, by what made the policy choose their replica."
    ) { figures, series in
      for (reason, count) in figures.core.figures.placements {
        series.add(count, figures.core.policyNames[reason.policy], reason.choice)
      }
    },
    .init(
      "hearth_refusals_total",
      .counter,
      ["reason"],
      "Answers that refused a turn: one that is asked for again may be refused again."
    ) { figures, series in
      for (reason, count) in figures.core.figures.refusals { series.add(count, reason) }
    },
    .init(
      "hearth_turns_total",
      .counter,
      ["outcome"],
      "Placed turns that have ended: completed, cut_short, or not_taken by their nodes."
    ) { figures, series in
      series.add(figures.status.completed, "completed")
      series.add(figures.status.cutShort, "cut_short")
      series.add(figures.status.notTaken, "not_taken")
    },
    .init("hearth_turns_running", .gauge, "Placed turns that have not ended.") {
      Double($0.status.running)
    },
    .init(
      "hearth_reservations",
      .gauge,
      "Places that were given and that their nodes have not reported yet."
    ) { Double($0.status.reservations) },
    .init("hearth_reservations_expired_total", .counter, "Places that nobody came for in time.") {
      Double($0.status.reservationsExpired)
    },
    .init("hearth_prefix_copies_total", .counter, "Copies of prefixes that were asked for.") {
      Double($0.status.prefixCopies)
    },
  ]

  private static let served: [Metric<ControlFigures>] = [
    .init(
      "hearth_ttft_seconds",
      .histogram,
      ["model", "region"],
      "From the question where a turn goes to its first token at the client, in the fleet's time, "
        + "by the region of the replica."
    ) { $0.addServed(to: &$1) { $0.add($1.ttft, $2, $3) } },
    .init(
      "hearth_tpot_seconds",
      .histogram,
      ["model", "region"],
      "Mean time for each later token of a turn, in the fleet's time, by the region of the replica."
    ) { $0.addServed(to: &$1) { $0.add($1.tpot, $2, $3) } },
    .init(
      "hearth_prompt_tokens_total",
      .counter,
      ["model", "region"],
      "Tokens of prompts whose first token came."
    ) { $0.addServed(to: &$1) { $0.add($1.promptTokens, $2, $3) } },
    .init(
      "hearth_cached_tokens_predicted_total",
      .counter,
      ["model", "region"],
      "Tokens of those prompts that were expected in caches."
    ) { $0.addServed(to: &$1) { $0.add($1.predictedTokens, $2, $3) } },
    .init(
      "hearth_cached_tokens_total",
      .counter,
      ["model", "region"],
      "Tokens of those prompts that engines found in caches."
    ) { $0.addServed(to: &$1) { $0.add($1.cachedTokens, $2, $3) } },
    .init(
      "hearth_output_tokens_total",
      .counter,
      ["model", "region"],
      "Tokens of the answers to those prompts."
    ) { $0.addServed(to: &$1) { $0.add($1.outputTokens, $2, $3) } },
    .init(
      "hearth_hit_rate_alarms",
      .gauge,
      "Replicas, and the fleet as one more, whose caches do not hold what is expected."
    ) {
      Double($0.status.predictions?.drifting.count ?? 0)
        + ($0.status.predictions?.hitRate?.drifting == true ? 1 : 0)
    },
  ]

  private static let queue: [Metric<ControlFigures>] = [
    .init(
      "hearth_queue_wait_seconds",
      .histogram,
      ["model"],
      "How long placed turns had waited for headroom, in the fleet's time."
    ) { figures, series in
      let waits = figures.core.figures.waits
      for (model, wait) in waits.values { series.add(wait, model?.text ?? "") }
      if let others = waits.others { series.add(others, "other") }
    },
    .init(
      "hearth_queue_turns",
      .gauge,
      ["model", "priority"],
      "Turns that wait for headroom."
    ) { figures, series in
      for row in figures.core.waiting(at: figures.now) {
        series.add(row.turns, row.model, "\(row.priority)")
      }
    },
    .init(
      "hearth_objective_ttft_seconds",
      .gauge,
      "Time to the first token that turns should meet unless their model or tenant has its own."
    ) { $0.core.ttftObjectiveSeconds },
    .init(
      "hearth_time_scale",
      .gauge,
      "How much faster than the clock the fleet's time runs: 1 for a fleet that is not simulated."
    ) { $0.timeScale },
  ]

  /// Adds what was served by model and region.
  private func addServed(
    to series: inout MetricSeries,
    _ add: (inout MetricSeries, ServingFigures.Served, String, String) -> Void
  ) {
    let served = core.figures.served
    for (place, figures) in served.values {
      add(&series, figures, place.model?.text ?? "", place.region?.text ?? "")
    }
    if let others = served.others { add(&series, others, "other", "other") }
  }
}
