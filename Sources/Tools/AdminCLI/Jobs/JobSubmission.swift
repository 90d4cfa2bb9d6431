import Basics
import Client
import HearthMessages
import HearthProto

/// Submits a job, and follows it for as long as it is told to.
struct JobSubmission {
  let file: JobFile
  let wait: JobWait
  let fleet: FleetClient
  /// From one question to the next.
  var pause = Duration.milliseconds(300)
  /// How long the control plane may be away.
  var awayMax = Duration.seconds(60)

  /// Returns the last word; `tell` is given what happens until then.
  func run(tell: (String) -> Void) async throws -> String {
    let known = try await fleet.same(as: file.job)
    if known == nil, wait == .noWait {
      let plan = try await JobPlanReport(of: file, on: fleet).plan
      guard plan.start?.isPlace == true else { throw noPlace(plan.startWords, plan.reasons) }
    }
    let accepted: HearthV1.JobStatus
    if let known { accepted = known } else { accepted = try await submit() }
    guard wait != .detach else {
      return "\(accepted.name) is accepted: `hearth job get \(accepted.name)` shows it"
    }
    var isTold = false
    let placed = try await follow { job in
      if job.wasPlaced || (job.hasNoPlace && wait == .noWait) { return true }
      // Only once, as the figures of reasons change all the time.
      if !isTold, !job.reasons.isEmpty {
        tell(job.sentence)
        for reason in job.reasons { tell("  " + reason) }
        isTold = true
      }
      return false
    }
    guard placed.wasPlaced else {
      // Another job took the place since the plan was made.
      if known == nil { _ = try await change(.cancel) }
      throw noPlace(placed.start?.words ?? "nobody knows when it starts", placed.reasons)
    }
    guard wait == .wait else {
      guard placed.state != "failed" else { throw failed(placed) }
      return placed.sentence
    }
    var sentence = ""
    let ended = try await follow { job in
      if !job.isEnded, job.place != sentence { tell(job.sentence) }
      sentence = job.place
      return job.isEnded
    }
    guard ended.state == "succeeded" else { throw failed(ended) }
    return ended.sentence
  }

  /// Submits the job; again while nodes have not reported to a control plane that has just
  /// started.
  private func submit() async throws -> HearthV1.JobStatus {
    let end = ContinuousClock.now + awayMax
    while true {
      do throws(Failure) {
        return try await fleet.ask(HearthV1.Jobs.runJob, file.job, isConnected: true)
      } catch {
        guard error.code == .unreachable, ContinuousClock.now < end else {
          let message = "\(file.name): \(error.message)"
          throw Failure(error.code, error.code == .unreachable ? error.message : message)
        }
      }
      try await Task.sleep(for: pause)
      // An answer may have been lost on its way.
      if let known = try? await fleet.same(as: file.job) { return known }
    }
  }

  /// Asks for the job until what it is like is enough.
  private func follow(
    until isEnough: (HearthV1.JobStatus) -> Bool
  ) async throws -> HearthV1.JobStatus {
    var end = ContinuousClock.now + awayMax
    while true {
      do throws(Failure) {
        let request = HearthV1.GetJobRequest(job: file.job.name)
        let job = try await fleet.ask(HearthV1.Jobs.getJob, request)
        end = ContinuousClock.now + awayMax
        if isEnough(job) { return job }
      } catch {
        guard error.code == .unreachable, ContinuousClock.now < end else { throw error }
      }
      try await Task.sleep(for: pause)
    }
  }

  private func change(_ change: HearthV1.JobChange) async throws -> HearthV1.JobStatus {
    try await fleet.ask(HearthV1.Jobs.changeJob, .init(job: file.job.name, change: change))
  }

  private func noPlace(_ start: String, _ reasons: [String]) -> Failure {
    let lines = ["\(file.job.name) has no place now: \(start)"] + reasons.map { "  " + $0 }
    return Failure(.refused, lines.joined(separator: "\n"))
  }

  private func failed(_ job: HearthV1.JobStatus) -> Failure {
    let hint = " (`hearth job logs \(job.name) --stderr` shows its last words)"
    return Failure(.failed, job.sentence + (job.state == "failed" ? hint : ""))
  }
}

extension HearthV1.JobStatus {
  /// Whether it waits for something other than those that were told to go.
  fileprivate var hasNoPlace: Bool {
    state == "waiting" && !reasons.isEmpty && start?.isPlace != true
  }

  /// What of its state is worth a line when it changes.
  fileprivate var place: String { "\(state) \(epoch) \(nodes) \(cause)" }
}
