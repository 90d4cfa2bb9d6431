import Basics
public import FleetSpec

extension JobSpec {
  /// What is wrong with the job by itself, or on a fleet of these nodes: the key of job.yaml and
  /// words that say what to do; empty when nothing is.
  public func faults(on fleet: FleetTopology? = nil) -> [Fault] {
    var faults = ownFaults()
    if let fleet, faults.isEmpty, let fault = fit(on: fleet) { faults.append(fault) }
    return faults
  }

  private func ownFaults() -> [Fault] {
    var faults: [Fault] = []
    func check(_ condition: Bool, _ field: String, _ message: String) {
      if !condition { faults.append(Fault(field: field, message: message)) }
    }
    check(
      name.text.wholeMatch(of: /[a-z0-9-]{1,63}/) != nil,
      "name",
      Self.nameRule(name.text)
    )
    check(
      !(command.first ?? "").isEmpty,
      "command",
      "has no program (try [python3, train.py])"
    )
    check(
      (1...JobNode.gpuCountMax).contains(gpusPerWorker),
      "gpus",
      "\(gpusPerWorker) is not between 1 and \(JobNode.gpuCountMax)"
    )
    check(
      1 <= workers.min && workers.min <= workers.max && workers.max <= Self.workersMax,
      "workers",
      "\(workers.min) to \(workers.max) is not a range within 1 to \(Self.workersMax)"
    )
    check(
      Self.priorities.contains(priority),
      "priority",
      "\(priority) is not between \(Self.priorities.lowerBound) and \(Self.priorities.upperBound)"
    )
    check(
      checkpoint.directory != nil || checkpoint.driver == .none
        || checkpoint.driver == .transparent,
      "checkpoint.directory",
      "is missing: say where the program of driver \(checkpoint.driver) puts its checkpoints"
    )
    check(
      checkpoint.driver != .none || (checkpoint.copies.isEmpty && checkpoint.directory == nil),
      "checkpoint.driver",
      "is none, so there is nothing to keep or copy (try periodic)"
    )
    return faults
  }

  /// The most workers of one job.
  public static let workersMax = 16_384

  /// Why the job can never have a place there, however idle the fleet is.
  private func fit(on fleet: FleetTopology) -> Fault? {
    let placer = GangPlacer(topology: fleet)
    let shape = GangShape(self)
    let all = placer.usable(fleet.nodes.map(\.gpuCount), shape)
    guard let most = all.max() else {
      return Fault(field: "gpus", message: "can't be had: the fleet has no nodes with GPUs")
    }
    let driver = checkpoint.driver
    guard (fleet.lacking[driver] ?? []).count < all.count else {
      return Fault(
        field: "checkpoint.driver",
        message: "no node offers \(driver) (have nodes offer it, which they tell when they start, "
          + "or take another driver)"
      )
    }
    guard gpusPerWorker <= most else {
      let node = fleet.lacking[driver] == nil ? "no node" : "no node that offers \(driver)"
      return Fault(
        field: "gpus",
        message: "\(gpusPerWorker) a worker, and \(node) has more than \(most) (use more workers "
          + "with fewer GPUs each)"
      )
    }
    guard placer.place(workers.min, shape, free: all) == nil else { return nil }
    var slots: [Int: Int] = [:]
    for (node, count) in all.enumerated() {
      slots[fleet.domains[fleet.domainOf[node]].region, default: 0] += count / gpusPerWorker
    }
    let total = slots.values.reduce(0, +)
    if total >= workers.min {
      let best = slots.values.max() ?? 0
      return Fault(
        field: "workers",
        message: "\(workers.min) of \(gpusPerWorker) GPUs never fit in one region, which has "
          + "places for \(best) at most (ask for fewer, or set spanRegions: true)"
      )
    }
    return Fault(
      field: "workers",
      message: "\(workers.min) of \(gpusPerWorker) GPUs never fit: the fleet has places for "
        + "\(total) (ask for fewer workers or fewer GPUs each)"
    )
  }
}

extension JobSettings {
  /// What a job asks for beyond what the fleet gives.
  func faults(of job: JobSpec) -> [Fault] {
    let bounds = [
      ("notice", job.notice, noticeMax), ("minimumRun", job.minimumRun, minimumRunMax),
    ]
    return bounds.filter { $1 > $2 }.map { field, time, most in
      Fault(
        field: field,
        message: "is \(time.text), and this fleet gives \(most.text) at most "
          + "(its setting jobs.\(field)Max)"
      )
    }
  }
}
