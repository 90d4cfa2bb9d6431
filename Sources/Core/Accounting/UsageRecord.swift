/// Whose usage something is: what reports may have a row for each of.
public struct UsageSubject: Sendable, Hashable {
  /// Who asked for it; empty for nobody in particular.
  public var tenant: String
  /// The model.
  public var model: String
  /// The LoRA adapter; empty for the model itself.
  public var adapter: String
  /// Where it ran.
  public var region: String
  /// The job that it was a part of; empty for turns.
  public var job: String

  /// Makes a subject.
  public init(tenant: String, model: String, adapter: String, region: String, job: String = "") {
    self.tenant = tenant
    self.model = model
    self.adapter = adapter
    self.region = region
    self.job = job
  }
}

/// An entry of the ledger: one turn, as often as it was attempted.
public struct UsageRecord: Sendable, Hashable {
  /// The process that told of it; with ``ordinal`` the entry's name, under which it counts once.
  public var source: UInt64
  /// Which of the source's entries it is.
  public var ordinal: UInt64
  /// The placement that it was; 0 for a turn that nobody placed.
  public var reservation: UInt64
  /// When it ended, in nanoseconds since 1970.
  public var ended: Int64
  /// Whose it is.
  public var subject: UsageSubject
  /// Where it ran.
  public var replica: String
  /// What kind of GPUs that has.
  public var gpu: String
  /// How many.
  public var gpuCount: Int
  /// What it took.
  public var usage: ComputeUsage

  /// Makes an entry.
  public init(
    source: UInt64,
    ordinal: UInt64,
    reservation: UInt64,
    ended: Int64,
    subject: UsageSubject,
    replica: String,
    gpu: String,
    gpuCount: Int,
    usage: ComputeUsage
  ) {
    self.source = source
    self.ordinal = ordinal
    self.reservation = reservation
    self.ended = ended
    self.subject = subject
    self.replica = replica
    self.gpu = gpu
    self.gpuCount = gpuCount
    self.usage = usage
  }
}
