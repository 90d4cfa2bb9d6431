/// How a program is asked by signal to write its checkpoint, and what its exit means then.
///
/// A signal is best effort: what the program does with it is its own business. SIGTERM goes to the
/// whole group, which launchers pass on. SIGUSR1 and SIGUSR2 go only to workers by their rank: a
/// launcher such as torchrun that gets one dies, and leaves its workers behind.
package struct SignalPlan: Hashable, Sendable {
  /// What can be sent.
  package enum Signal: String, CaseIterable, Sendable {
    case term = "TERM"
    case usr1 = "USR1"
    case usr2 = "USR2"
    /// What can't be caught, once the time is up.
    case kill = "KILL"
  }

  /// Who gets it.
  package enum Target: Hashable, Sendable {
    /// Every process of the job.
    case group
    /// The processes of the workers of these ranks, and no others.
    case workers([Int])
  }

  /// What it is for.
  package enum Purpose: Hashable, Sendable {
    /// The job goes on after it.
    case checkpoint
    /// The job ends after it.
    case end
  }

  /// A signal at its time.
  package struct Step: Hashable, Sendable {
    /// The time from the begin.
    package var after: Duration
    /// What is sent.
    package var signal: Signal
    /// Who gets it.
    package var target: Target
  }

  /// Why a plan can't be.
  package struct Fault: Error, Hashable, CustomStringConvertible {
    /// What is wrong and what to do.
    package var description: String
  }

  private let signal: Signal
  private let target: Target
  private let grace: Duration

  /// The default: SIGTERM to the group.
  ///
  /// - Parameter grace: how long the program has to write its checkpoint and leave.
  package init(grace: Duration) {
    (signal, target, self.grace) = (.term, .group, grace)
  }

  /// SIGUSR1 or SIGUSR2 to the workers of some ranks, which the job asked for.
  package init(_ signal: Signal, toWorkers ranks: [Int], of workers: Int, grace: Duration)
    throws(Fault)
  {
    guard signal == .usr1 || signal == .usr2 else {
      throw Fault(description: "SIG\(signal.rawValue) goes to the whole group: name no workers")
    }
    guard !ranks.isEmpty else {
      throw Fault(
        description: "SIG\(signal.rawValue) ends a launcher and orphans its workers: "
          + "name the workers that handle it"
      )
    }
    if let rank = ranks.first(where: { !(0..<workers ~= $0) }) {
      throw Fault(description: "worker \(rank) is none of the job's \(workers), from 0")
    }
    (self.signal, target, self.grace) = (signal, .workers(ranks), grace)
  }

  /// What to send when; nothing more once all processes have ended.
  ///
  /// SIGTERM makes a program leave, so it is nothing for a job that is to go on: then there are no
  /// steps, and its own periodic checkpoints are what there is.
  package func steps(for purpose: Purpose) -> [Step] {
    switch (purpose, signal) {
    case (.checkpoint, .term): []
    case (.checkpoint, _): [Step(after: .zero, signal: signal, target: target)]
    case (.end, .term):
      [
        Step(after: .zero, signal: .term, target: .group),
        Step(after: grace, signal: .kill, target: .group),
      ]
    case (.end, _):
      // A program that saves on SIGUSR1 need not leave by itself.
      [
        Step(after: .zero, signal: signal, target: target),
        Step(after: grace, signal: .term, target: .group),
        Step(after: grace * 2, signal: .kill, target: .group),
      ]
    }
  }

  /// How a process ended.
  package enum Exit: Hashable, Sendable {
    /// By itself, with this status.
    case status(Int)
    /// By the signal of this number.
    case signal(Int)
  }

  /// What the end of a job's process means.
  package enum Ending: Hashable, Sendable {
    /// The work is done.
    case finished
    /// It left because we asked; whatever its status, it is resumed.
    case stopped
    /// It ended by itself, and not well.
    case failed(Exit)
  }

  /// What an exit means. After a signal of ours it is never a failure: launchers exit 1 after the
  /// SIGTERM that they pass on. Nor is it an end then, unless the status says so and there was no
  /// signal: programs leave with 0 after they have saved, with work left.
  package static func ending(of exit: Exit, wasSignalled: Bool) -> Ending {
    if wasSignalled { return .stopped }
    return exit == .status(0) ? .finished : .failed(exit)
  }
}
