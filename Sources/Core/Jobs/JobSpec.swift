public import Basics

extension Named {
  /// A job: a program that trains on GPUs which nobody's conversations need.
  public enum Job {}
}

/// The name of a job, unique in the fleet.
public typealias JobID = Identifier<Named.Job>

/// What a job is, as its owner describes it in a job.yaml.
public struct JobSpec: Sendable, Hashable {
  /// Its name, unique in the fleet.
  public var name: JobID
  /// Who is accounted for it, and shares the fleet with others.
  public var tenant: TenantID
  /// The program and its arguments, which no shell reads.
  public var command: [String]
  /// Variables beside those that tell workers of each other.
  public var environment: [String: String] = [:]
  /// Where the program starts, on the node; nil for a folder of its own.
  public var workingDirectory: String?
  /// The base model that it trains, if it says so.
  public var model: ModelID?
  /// The LoRA adapter that it trains, if it says so.
  public var adapter: AdapterID?
  /// GPUs of one worker, all of one node.
  public var gpusPerWorker = 1
  /// How many workers it has.
  public var workers = WorkerCount(min: 1, max: 1)
  /// What a worker is.
  public var launch = LaunchMode.worker
  /// Jobs of a higher priority go first, and may preempt those of a lower one.
  public var priority = 4
  /// Regions in the order in which they are preferred; others are as good as each other.
  public var regions: [RegionID] = []
  /// Whether its workers may be in several regions.
  public var spansRegions = false
  /// How its work is kept.
  public var checkpoint = CheckpointPolicy()
  /// The longest time from the notice that it must go to its end.
  public var notice: Duration = .seconds(30)
  /// How long it runs before another job may preempt it.
  public var minimumRun: Duration = .seconds(300)
  /// How often it is tried again after it failed.
  public var retries = 3
  /// What it may use.
  public var limits = JobLimits()

  /// The least priority and the highest.
  public static let priorities = 0...7

  /// Makes a job of one worker with one GPU.
  public init(name: JobID, tenant: TenantID, command: [String]) {
    self.name = name
    self.tenant = tenant
    self.command = command
  }
}

/// How many workers a job has: a gang has a fixed number, an elastic job as many as are idle
/// between two bounds.
public struct WorkerCount: Sendable, Hashable {
  /// The fewest with which it runs.
  public var min: Int
  /// The most that it can use.
  public var max: Int

  /// Makes a count; a gang where both are equal.
  public init(min: Int, max: Int) {
    self.min = min
    self.max = max
  }

  /// Whether the number may change while it runs.
  public var isElastic: Bool { min < max }
}

/// What one worker of a job is, and so which variables it is given.
public enum LaunchMode: String, Sendable, CaseIterable {
  /// One process of the job, with a rank of its own.
  case worker
  /// A launcher such as torchrun, which starts a process for each of its GPUs.
  case launcher
}

/// How the work of a job is kept.
public struct CheckpointPolicy: Sendable, Hashable {
  /// Who makes checkpoints.
  public enum Driver: String, Sendable, CaseIterable {
    /// Nobody: what is not finished is lost.
    case none
    /// The program, from time to time; Hearth watches the directory for complete ones.
    case periodic
    /// The program, when it is told by a signal that it must go.
    case signal
    /// Hearth, without the program's help.
    case transparent
  }

  /// Who makes checkpoints.
  public var driver = Driver.none
  /// Where the program puts them.
  public var directory: String?
  /// How often one is made, where Hearth makes them; elsewhere how often one is expected.
  public var interval: Duration = .seconds(600)
  /// How many of the last are kept.
  public var keep = 3
  /// Where copies go: names of regions, or `s3://bucket/prefix`.
  public var copies: [String] = []

  /// Makes the policy without checkpoints.
  public init() {}
}

/// What each worker of a job may use; nil for what the node has.
public struct JobLimits: Sendable, Hashable {
  /// CPU cores of a worker.
  public var cpus: Double?
  /// Memory of a worker, in bytes.
  public var memoryBytes: UInt64?
  /// How long the job may run in all, over all attempts.
  public var time: Duration?

  /// Makes limits that limit nothing.
  public init() {}
}

/// What the placing of a job depends on; jobs of one shape fit in the same places.
struct GangShape: Sendable, Hashable {
  var gpusPerWorker: Int
  var workers: WorkerCount
  var regions: [RegionID] = []
  var spansRegions = false
  var driver = CheckpointPolicy.Driver.none

  init(gpusPerWorker: Int, workers: Int) {
    self.gpusPerWorker = gpusPerWorker
    self.workers = WorkerCount(min: workers, max: workers)
  }

  init(_ spec: JobSpec) {
    gpusPerWorker = spec.gpusPerWorker
    workers = spec.workers
    regions = spec.regions
    spansRegions = spec.spansRegions
    driver = spec.checkpoint.driver
  }
}
