import Basics
import FleetSpec

extension StopCause {
  /// The cause as an owner reads it: what follows "the job was".
  var words: String {
    switch self {
    case .preempted(let job, let isForShare):
      "preempted by \(job)" + (isForShare ? ", whose tenant had less of the fleet" : "")
    case .reclaimed(_, let who): "preempted by conversations: \(who)"
    case .grown(let from, let to): "started again with \(to) workers instead of \(from)"
    case .lostNode(let node): "stopped: node \(node) was lost"
    case .drained(let node): "moved: node \(node) is drained"
    case .finished: "finished: the first worker was done"
    case .failed(let rank, let exit): "stopped: worker \(rank) \(exit.words)"
    case .startTimedOut: "stopped: its workers did not all start in time"
    case .timeLimit: "stopped: it has run for as long as it may"
    case .cancelled: "cancelled by its owner"
    }
  }
}

extension WorkerExit {
  /// What became of a worker's program: what follows its name.
  var words: String {
    switch self {
    case .code(0): "ended"
    case .code(let code): "failed with exit code \(code)"
    case .signal(let signal): "was ended by signal \(signal)"
    case .notStarted(let why): "could not be started: \(why)"
    case .unknown: "was gone, and nobody knows why"
    }
  }
}

extension JobRefusal {
  /// Why a job is not taken on, in words for its owner.
  func words(for job: JobID) -> String {
    switch self {
    case .nameTaken:
      "a job named \(job) has not ended: cancel it, or take another name"
    case .full(let limit): "there are \(limit) jobs, the most that are kept: wait until some end"
    case .faulty(let faults): faults.map { "\($0.field): \($0.message)" }.joined(separator: "; ")
    case .notPossible(let why): why
    }
  }
}

extension WaitReason {
  /// The reason as an owner reads it, with its figures.
  func words(at now: Instant) -> String {
    func left(_ until: Instant) -> String { max(.zero, now.duration(to: until)).text }
    func list(_ jobs: [JobID]) -> String {
      jobs.prefix(3).map(\.text).joined(separator: ", ") + (jobs.count > 3 ? " and others" : "")
    }
    switch self {
    case .backoff(let until, let failures, let retries):
      return "it failed \(failures) of \(retries + 1) times at most, and is tried again in "
        + left(until)
    case .cutOff(let workers, let until):
      return "\(count(workers, "worker")) may still run on nodes that can't be reached, and end "
        + "by themselves within \(left(until))"
    case .ownWorkersLeave(let workers, let until):
      return "\(count(workers, "worker")) of its last attempt have \(left(until)) to leave"
    case .othersLeave(let jobs, let gpus, let until):
      return "\(list(jobs)) must give it \(count(gpus, "GPU")) within \(left(until))"
    case .collecting(let free, let of):
      return "\(of) GPUs are kept for it as they become free; \(free) are"
    case .tooFewFree(let needed, let free):
      return "it needs \(count(needed, "GPU")); \(free) are free"
    case .fragmented(let workers, let size, let places, let free):
      return "\(count(free, "GPU")) are free, but only \(places) of \(workers) workers find "
        + "\(size) of them on one node"
    case .noRegion(let workers, let most):
      return "no region has places for \(workers) workers; the best has \(most)"
    case .running(let jobs, let gpus): return "\(count(jobs, "job")) run on \(count(gpus, "GPU"))"
    case .serving(let gpus): return "conversations have \(count(gpus, "GPU"))"
    case .closed(let cordoned, let unreachable, let gpus):
      return "\(count(gpus, "GPU")) are on nodes that take no jobs: \(cordoned) cordoned, "
        + "\(unreachable) out of reach"
    case .promised(let gpus, let to, let serving):
      let who = [to.isEmpty ? nil : list(to), serving > 0 ? "conversations" : nil]
      return "\(count(gpus, "free GPU")) are promised to "
        + who.compactMap { $0 }.joined(separator: " and ")
    case .avoids(let nodes, let until):
      let names = nodes.prefix(3).map(\.text).joined(separator: ", ")
      return "it stays away from \(names), where it was lost, for \(left(until))"
    case .behind(let jobs, let gpus, let share):
      return
        "\(count(jobs, "job")) that want \(count(gpus, "GPU")) go first: by priority, or their "
        + "tenants have less than the \((share * 100).text(fraction: 0)) % of this one"
    case .protected(let jobs, let gpus, let until):
      return "\(count(jobs, "job")) on \(count(gpus, "GPU")) can't be preempted for another "
        + left(until)
    }
  }
}
