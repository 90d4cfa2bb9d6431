import Accounting
import Basics
import FleetSpec
import Simulator

/// Simulations as text.
struct SimulationTables {
  let runs: [SimulationRuns.Run]

  /// The simulations as text, ended by a newline.
  func text(as format: ReportFormat) -> String {
    switch format {
    case .table: table
    case .json: json.jsonText(isPretty: true) + "\n"
    case .jsonl: json.map { $0.jsonText() + "\n" }.joined()
    }
  }

  /// A table a load, with a column a policy.
  var table: String {
    let loads = Self.distinct(runs.map(\.load))
    return loads.map { load in
      let runs = runs.filter { $0.load == load }
      let heading = loads.count > 1 ? "load \(load.text())\n" : ""
      return heading + table(runs).text(as: .table)
    }.joined(separator: "\n")
  }

  /// The places of each simulation, a table a load and policy.
  func places(by split: ReportSplit) -> String {
    runs.map { run in
      let load = Self.distinct(runs.map(\.load)).count > 1 ? ", load \(run.load.text())" : ""
      return PlaceTables.text(
        run.result.report,
        by: split,
        heading: runs.count > 1 ? run.policy + load : nil
      )
    }.joined()
  }

  /// An object a simulation; durations in seconds.
  private var json: [JSONObject] {
    runs.map { run in
      var fields = ReplayTable.fields(
        of: run.result.report,
        goodput: run.goodput
      )
      fields.add([
        "policy": run.policy, "isBound": run.isBound, "load": run.load,
        "lostStreams": run.result.lostStreamCount, "prefixCopies": run.result.copyCount,
        "preemptions": run.result.preemptionCount, "engineSteps": run.result.stepCount,
        "decisions": run.result.decisionCount, "seconds": run.result.duration.inSeconds,
        "kvUse": run.result.use.kv, "batchUse": run.result.use.batch,
        "petaflopDays": run.result.operations / PetaflopDay.operations,
        "jobs": run.result.training.map(TrainingTable.fields),
      ])
      return fields
    }
  }

  private func table(_ runs: [SimulationRuns.Run]) -> ReplayTable {
    var table = ReplayTable(
      columns: runs.map { ($0.name, $0.result.report) },
      sendingTime: runs.first?.arrivals ?? .zero
    )
    if runs.contains(where: { $0.result.lostStreamCount > 0 }) {
      table.more.append(("streams lost", runs.map { "\($0.result.lostStreamCount)" }))
    }
    if runs.contains(where: { $0.result.training != nil }) {
      table.more += TrainingTable.rows(of: runs)
    }
    return table
  }

  /// The values in the order in which they come first.
  static func distinct<Value: Equatable>(_ values: [Value]) -> [Value] {
    values.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
