import Basics
import Jobs
import YAML

extension JobSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] { shareFields + boundFields + failureFields }

  private static var shareFields: [SettingsField<Self>] {
    [
      .init(
        "jobs.weights",
        \.weights,
        .named(.number(in: 0.001...1_000)),
        "Shares of the GPUs that jobs of tenants have against others of their priority, such as "
          + "{acme: 2}; 1 for the others."
      ),
      .init(
        "jobs.shareMemory",
        \.shareMemory,
        .duration(in: .seconds(1) ... .seconds(30 * 86_400)),
        "For how long what a tenant has had counts beside what it has; half of it is forgotten in "
          + "about that time."
      ),
      .init(
        "jobs.max",
        \.jobsMax,
        .integer(in: 1...1 << 20),
        "How many jobs there may be, those that ended included; more are refused."
      ),
      .init(
        "jobs.endedMax",
        \.endedMax,
        .integer(in: 0...1 << 20),
        "How many jobs that ended are kept."
      ),
    ]
  }

  private static var boundFields: [SettingsField<Self>] {
    [
      .init(
        "jobs.noticeMax",
        \.noticeMax,
        .duration(in: .seconds(1) ... .seconds(3600)),
        "The longest notice that a job may have; one that asks for a longer one is refused."
      ),
      .init(
        "jobs.minimumRunMax",
        \.minimumRunMax,
        .duration(in: .zero ... .seconds(86_400)),
        "The longest that a job may ask to run before others may preempt it; one that asks for "
          + "more is refused."
      ),
      .init(
        "jobs.checkpointShare",
        \.checkpointShare,
        .number(in: 0.1...1),
        "The share of a notice in which a transparent checkpoint must be done; the rest is for "
          + "the job's own end."
      ),
      .init(
        "jobs.growInterval",
        \.growInterval,
        .duration(in: .seconds(1) ... .seconds(86_400)),
        "How long an elastic job keeps its size before it grows."
      ),
    ]
  }

  private static var failureFields: [SettingsField<Self>] {
    let time = SettingsKind.duration(in: .seconds(1) ... .seconds(86_400))
    return [
      .init(
        "jobs.lease",
        \.cutOffMax,
        .duration(in: .seconds(5) ... .seconds(86_400)),
        "How long workers go on while their node can't reach the control plane. Then they end "
          + "themselves, and the job goes on elsewhere; a longer one outlasts longer cuts, and "
          + "lets jobs of lost nodes wait."
      ),
      .init(
        "jobs.clockMargin",
        \.clockMargin,
        .duration(in: .zero ... .seconds(60)),
        "What clocks of nodes may be apart over that time; jobs of a lost node wait for it too."
      ),
      .init("jobs.startMax", \.startMax, time, "How long the workers of a job may take to start."),
      .init(
        "jobs.backoff",
        \.backoff,
        time,
        "The pause after a job's first failure; it doubles with each."
      ),
      .init("jobs.backoffMax", \.backoffMax, time, "The longest pause after a failure."),
      .init(
        "jobs.avoidFor",
        \.avoidFor,
        .duration(in: .zero ... .seconds(86_400)),
        "How long a job stays away from a node where it was lost, if it has a place elsewhere."
      ),
      .init(
        "jobs.brokenGrace",
        \.brokenGrace,
        .duration(in: .zero ... .seconds(3600)),
        "How long the other workers of a job have to end after one of them failed or was lost."
      ),
      .init(
        "jobs.killInterval",
        \.killInterval,
        time,
        "How often a worker that should be gone is killed again."
      ),
    ]
  }

  func finish(_ scope: SettingsScope) {
    scope.check(
      backoff <= backoffMax,
      "jobs.backoffMax",
      "jobs.backoff",
      message: "must be jobs.backoff at least"
    )
  }
}
