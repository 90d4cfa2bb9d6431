import Admission
public import Basics
public import Dispatching
import FleetSpec
import Routing

/// What is counted of the fleet, for metrics.
extension ControlCore {
  /// What became of turns since the start.
  public var figures: ServingFigures { dispatcher.figures }

  /// Names of the policies, by their numbers in ``figures``.
  public var policyNames: [String] { dispatcher.policyNames }

  /// The turns that wait, by model and priority.
  public func waiting(at now: Instant) -> [(model: String, priority: Int, turns: Int)] {
    var counts: [String: [Int: Int]] = [:]
    for row in dispatcher.admission.waiting(at: dispatcher.view.fleetTime(now)) {
      counts[row.turn.model.text, default: [:]][row.priority, default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.flatMap { model, priorities in
      priorities.sorted { $0.key < $1.key }.map { (model, $0.key, $0.value) }
    }
  }

  /// The time to the first token that turns should meet, unless a model or tenant has its own.
  public var ttftObjectiveSeconds: Double { settings.objectives.fleet.ttft.inSeconds }
}
