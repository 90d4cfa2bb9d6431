import Accounting
import Basics
import Simulator
import Traces

/// What jobs did beside conversations, as rows under the simulations' reports.
enum TrainingTable {
  /// Rows with a cell a simulation.
  static func rows(of runs: [SimulationRuns.Run]) -> [(title: String, cells: [String])] {
    func row(_ title: String, _ cell: (TrainingReport) -> String) -> (String, [String]) {
      (title, runs.map { $0.result.training.map(cell) ?? "" })
    }
    func hours(
      _ title: String,
      _ seconds: @escaping (TrainingReport) -> Double
    ) -> (String, [String]) {
      row(title) { "\((seconds($0) / 3600).text())" }
    }
    func days(_ title: String, _ operations: (SimulationResult) -> Double) -> (String, [String]) {
      (title, runs.map { (operations($0.result) / PetaflopDay.operations).text() })
    }
    return [
      ("worst hour's TTFT p99 / that without jobs", runs.indices.map { worstHour($0, of: runs) }),
      ("KV blocks in use, where replicas serve", runs.map { $0.result.use.kv.percentToTenths }),
      ("batch in use", runs.map { $0.result.use.batch.percentToTenths }),
      days("conversations, petaflop/s-days counted") { $0.operations },
      days("jobs, petaflop/s-days by GPU time") { $0.training?.operations ?? 0 },
      row("jobs") { "\($0.submitted)" }, row("  refused") { "\($0.refused)" },
      row("  completed") { "\($0.completed)" }, row("  failed") { "\($0.failed)" },
      hours("GPU-hours of the fleet") { $0.fleetGPUSeconds },
      hours("  of parked replicas") { $0.parkedGPUSeconds },
      hours("  that jobs had") { $0.heldGPUSeconds },
      hours("    useful work") { $0.usefulGPUSeconds },
      hours("    lost to preemption") { $0.preemptionGPUSeconds },
      hours("    lost to failure") { $0.failureGPUSeconds },
      hours("    starts, checkpoints, ends") { $0.overheadGPUSeconds },
      row("checkpoints") { "\($0.checkpoints)" },
      row("attempts ended by preemption") { "\($0.preemptions)" },
      row("attempts ended by failure") { "\($0.failures)" },
      row("replicas parked, times") { "\($0.parkings)" },
      row("GPUs back after, p50") { $0.handovers.percentile(50)?.text ?? "-" },
      row("GPUs back after, at the most") { $0.handovers.percentile(100)?.text ?? "-" },
    ]
  }

  /// The report as fields of a JSON object.
  static func fields(of report: TrainingReport) -> JSONObject {
    [
      "submitted": report.submitted, "refused": report.refused, "completed": report.completed,
      "failed": report.failed, "fleetGPUSeconds": report.fleetGPUSeconds,
      "parkedGPUSeconds": report.parkedGPUSeconds, "heldGPUSeconds": report.heldGPUSeconds,
      "usefulGPUSeconds": report.usefulGPUSeconds,
      "preemptionGPUSeconds": report.preemptionGPUSeconds,
      "failureGPUSeconds": report.failureGPUSeconds,
      "overheadGPUSeconds": report.overheadGPUSeconds,
      "petaflopDays": report.operations / PetaflopDay.operations,
      "checkpoints": report.checkpoints, "preemptions": report.preemptions,
      "failures": report.failures, "parkings": report.parkings,
      "handoverP50Seconds": report.handovers.percentile(50)?.inSeconds,
      "handoverMaxSeconds": report.handovers.percentile(100)?.inSeconds,
    ]
  }

  /// The most by which the tail of an hour is longer than that of the same hour without jobs; of
  /// hours with enough turns for a percentile that is no accident.
  private static func worstHour(_ index: Int, of runs: [SimulationRuns.Run]) -> String {
    guard index > 0, runs[index].result.training != nil else { return "" }
    let hours = zip(runs[index - 1].result.hours, runs[index].result.hours)
    let ratios = hours.compactMap { without, with -> Double? in
      guard without.count >= 1000, with.count >= 1000, let one = without.percentile(99),
        let other = with.percentile(99), one > .zero
      else { return nil }
      return other / one
    }
    return ratios.max().map { "\($0.text()) x" } ?? "-"
  }
}
