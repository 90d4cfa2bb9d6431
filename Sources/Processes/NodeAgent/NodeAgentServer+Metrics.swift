import Basics
import Coordination
import FleetSpec
import HearthMessages
import Telemetry

extension NodeAgentServer {
  /// What a node counts.
  static var metrics: [Metric<NodeAgentServer>] {
    [
      .init(
        "hearth_node_availability",
        .gauge,
        ["state"],
        "1 for the state that the node says it is in, 0 for others."
      ) { node, series in
        for state in [HearthV1.Availability.ready, .cordoned, .draining, .drained] {
          series.add(node.core?.availability == state ? 1 : 0, "\(state)")
        }
      },
      engine("hearth_engine_up", .gauge, "1 for an engine that takes turns, 0 for another.") {
        $0.core?.trouble(of: $1) == nil ? 1 : 0
      },
      engine("hearth_engine_failures_total", .counter, "How often the engine failed.") {
        Double($0.figures[$1].failures)
      },
      engine("hearth_engine_running", .gauge, "Turns in the engine's batch.") {
        Double($0.figures[$1].load.running)
      },
      engine("hearth_engine_waiting", .gauge, "Turns that wait in the engine for its batch.") {
        Double($0.figures[$1].load.waiting)
      },
      engine("hearth_engine_kv_blocks", .gauge, "KV blocks that the engine can hold.") {
        Double($0.figures[$1].replica.blockCount)
      },
      engine("hearth_engine_kv_blocks_used", .gauge, "KV blocks that running turns hold.") {
        Double($0.figures[$1].load.blocksUsed)
      },
      engine(
        "hearth_engine_busy_seconds_total",
        .counter,
        "Time with turns, the fleet's; as of the latest change of their number."
      ) {
        $0.shares[$1].busySeconds
      },
      engine(
        "hearth_engine_prompt_tokens_total",
        .counter,
        "Tokens of prompts whose first token came."
      ) {
        Double($0.figures[$1].promptTokens)
      },
      engine(
        "hearth_engine_cached_tokens_total",
        .counter,
        "Tokens of those prompts that were in the cache."
      ) {
        Double($0.figures[$1].cachedTokens)
      },
      engine("hearth_engine_output_tokens_total", .counter, "Tokens of answers.") {
        Double($0.figures[$1].outputTokens)
      },
      .init(
        "hearth_node_outcomes_dropped_total",
        .counter,
        "Ended turns of which no control plane kept what they took before there were too many."
      ) { Double($0.core?.droppedOutcomes ?? 0) },
      .init(
        "hearth_engine_turns_total",
        .counter,
        ["replica", "outcome"],
        "Turns that ended: completed, cancelled, aborted, or refused by the node or the engine."
      ) { node, series in
        for figures in node.figures {
          for (ending, count) in figures.endings {
            series.add(count, figures.replica.id.text, "\(ending)")
          }
        }
      },
      .init(
        "hearth_engine_ttft_seconds",
        .histogram,
        ["replica", "model"],
        "From submission to the first token at the engine, in the fleet's time."
      ) { node, series in
        for figures in node.figures {
          series.add(figures.ttft, figures.replica.id.text, figures.replica.model.text)
        }
      },
    ]
  }

  /// A metric with a series an engine.
  private static func engine(
    _ name: String,
    _ kind: MetricFamily.Kind,
    _ help: String,
    _ figure: @escaping @Sendable (NodeAgentServer, Int) -> Double
  ) -> Metric<NodeAgentServer> {
    .init(name, kind, ["replica", "model"], help) { node, series in
      for (index, figures) in node.figures.enumerated() {
        let replica = figures.replica
        series.add(figure(node, index), replica.id.text, replica.model.text)
      }
    }
  }
}
