// Generated from proto/hearth/v1/jobs.proto by generate-proto.

extension HearthV1 {
  /// What an owner wants of a job.
  public enum JobChange: ProtoEnum {
    /// The value `JOB_CHANGE_UNSPECIFIED`.
    case unspecified
    /// The value `JOB_CHANGE_CANCEL`.
    case cancel
    /// The value `JOB_CHANGE_CHECKPOINT`.
    case checkpoint
    /// The value `JOB_CHANGE_RESUME`.
    case resume
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .cancel
      case 2: self = .checkpoint
      case 3: self = .resume
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .cancel: 1
      case .checkpoint: 2
      case .resume: 3
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// How far a worker is.
  public enum WorkerPhase: ProtoEnum {
    /// The value `WORKER_PHASE_UNSPECIFIED`.
    case unspecified
    /// Being started.
    case starting
    /// The value `WORKER_PHASE_RUNNING`.
    case running
    /// Its program ended; something of it may be left.
    case exited
    /// Nothing is left.
    case gone
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .starting
      case 2: self = .running
      case 3: self = .exited
      case 4: self = .gone
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .starting: 1
      case .running: 2
      case .exited: 3
      case .gone: 4
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ListJobsRequest`.
  public struct ListJobsRequest: Equatable, Sendable {
    /// Also those that ended.
    public var all: Bool

    /// Makes a message; fields that are left out have their defaults.
    public init(
      all: Bool = false
    ) {
      self.all = all
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.JobList`.
  public struct JobList: Equatable, Sendable {
    /// The field `jobs`.
    public var jobs: [HearthV1.JobStatus]
    /// GPUs that jobs have, that nobody has, and that conversations have, on nodes that take jobs.
    public var gpusRunning: UInt32
    /// The field `gpus_idle`.
    public var gpusIdle: UInt32
    /// The field `gpus_serving`.
    public var gpusServing: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      jobs: [HearthV1.JobStatus] = [],
      gpusRunning: UInt32 = 0,
      gpusIdle: UInt32 = 0,
      gpusServing: UInt32 = 0
    ) {
      self.jobs = jobs
      self.gpusRunning = gpusRunning
      self.gpusIdle = gpusIdle
      self.gpusServing = gpusServing
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.GetJobRequest`.
  public struct GetJobRequest: Equatable, Sendable {
    /// The field `job`.
    public var job: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      job: String = ""
    ) {
      self.job = job
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ChangeJobRequest`.
  public struct ChangeJobRequest: Equatable, Sendable {
    /// The field `job`.
    public var job: String
    /// The field `change`.
    public var change: HearthV1.JobChange

    /// Makes a message; fields that are left out have their defaults.
    public init(
      job: String = "",
      change: HearthV1.JobChange = .init(rawValue: 0)
    ) {
      self.job = job
      self.change = change
    }
  }
}

extension HearthV1 {
  /// A job as its owner describes it.
  public struct JobSpec: Equatable, Sendable {
    /// The field `name`.
    public var name: String
    /// The field `tenant`.
    public var tenant: String
    /// The field `command`.
    public var command: [String]
    /// The field `environment`.
    public var environment: [HearthV1.JobVariable]
    /// Empty for a folder of its own.
    public var workingDirectory: String
    /// Base model and adapter that it trains; empty where it names none.
    public var model: String
    /// The field `adapter`.
    public var adapter: String
    /// The field `gpus_per_worker`.
    public var gpusPerWorker: UInt32
    /// The field `workers_min`.
    public var workersMin: UInt32
    /// The field `workers_max`.
    public var workersMax: UInt32
    /// worker or launcher.
    public var launch: String
    /// The field `priority`.
    public var priority: UInt32
    /// The field `regions`.
    public var regions: [String]
    /// The field `spans_regions`.
    public var spansRegions: Bool
    /// The field `checkpoint`.
    public var checkpoint: HearthV1.JobCheckpointPolicy?
    /// The field `notice_ns`.
    public var noticeNs: Int64
    /// The field `minimum_run_ns`.
    public var minimumRunNs: Int64
    /// The field `retries`.
    public var retries: UInt32
    /// 0 for no limit.
    public var cpusMax: Double
    /// The field `memory_bytes_max`.
    public var memoryBytesMax: UInt64
    /// The field `time_max_ns`.
    public var timeMaxNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: String = "",
      tenant: String = "",
      command: [String] = [],
      environment: [HearthV1.JobVariable] = [],
      workingDirectory: String = "",
      model: String = "",
      adapter: String = "",
      gpusPerWorker: UInt32 = 0,
      workersMin: UInt32 = 0,
      workersMax: UInt32 = 0,
      launch: String = "",
      priority: UInt32 = 0,
      regions: [String] = [],
      spansRegions: Bool = false,
      checkpoint: HearthV1.JobCheckpointPolicy? = nil,
      noticeNs: Int64 = 0,
      minimumRunNs: Int64 = 0,
      retries: UInt32 = 0,
      cpusMax: Double = 0,
      memoryBytesMax: UInt64 = 0,
      timeMaxNs: Int64 = 0
    ) {
      self.name = name
      self.tenant = tenant
      self.command = command
      self.environment = environment
      self.workingDirectory = workingDirectory
      self.model = model
      self.adapter = adapter
      self.gpusPerWorker = gpusPerWorker
      self.workersMin = workersMin
      self.workersMax = workersMax
      self.launch = launch
      self.priority = priority
      self.regions = regions
      self.spansRegions = spansRegions
      self.checkpoint = checkpoint
      self.noticeNs = noticeNs
      self.minimumRunNs = minimumRunNs
      self.retries = retries
      self.cpusMax = cpusMax
      self.memoryBytesMax = memoryBytesMax
      self.timeMaxNs = timeMaxNs
    }
  }
}

extension HearthV1 {
  /// A variable of a job's environment.
  public struct JobVariable: Equatable, Sendable {
    /// The field `name`.
    public var name: String
    /// The field `value`.
    public var value: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: String = "",
      value: String = ""
    ) {
      self.name = name
      self.value = value
    }
  }
}

extension HearthV1 {
  /// How the work of a job is kept.
  public struct JobCheckpointPolicy: Equatable, Sendable {
    /// none, periodic, signal or transparent.
    public var driver: String
    /// Where the program puts checkpoints; empty where it makes none.
    public var directory: String
    /// The field `interval_ns`.
    public var intervalNs: Int64
    /// The field `keep`.
    public var keep: UInt32
    /// Where copies go: names of regions, or s3://bucket/prefix.
    public var copies: [String]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      driver: String = "",
      directory: String = "",
      intervalNs: Int64 = 0,
      keep: UInt32 = 0,
      copies: [String] = []
    ) {
      self.driver = driver
      self.directory = directory
      self.intervalNs = intervalNs
      self.keep = keep
      self.copies = copies
    }
  }
}

extension HearthV1 {
  /// One job, now.
  public struct JobStatus: Equatable, Sendable {
    /// The field `spec`.
    public var spec: HearthV1.JobSpec?
    /// waiting, starting, running, stopping, succeeded, failed or cancelled.
    public var state: String
    /// Attempts so far.
    public var epoch: UInt64
    /// The field `workers`.
    public var workers: [HearthV1.JobWorker]
    /// Since it was submitted, and how long it has run in all its attempts.
    public var ageNs: Int64
    /// The field `ran_ns`.
    public var ranNs: Int64
    /// The newest complete checkpoint; absent where there is none.
    public var checkpoint: HearthV1.JobCheckpoint?
    /// Why it waits: every reason, with its figures.
    public var reasons: [String]
    /// When it is expected to start.
    public var start: HearthV1.JobForecast?
    /// What happened to it, the latest last; at most 32.
    public var incidents: [HearthV1.JobIncident]
    /// Why it ended, or is being stopped; empty where it is not.
    public var cause: String
    /// The field `failures`.
    public var failures: UInt32
    /// Work that was lost, in GPU seconds.
    public var lostGpuSeconds: Double
    /// GPU seconds that it had in all.
    public var gpuSeconds: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      spec: HearthV1.JobSpec? = nil,
      state: String = "",
      epoch: UInt64 = 0,
      workers: [HearthV1.JobWorker] = [],
      ageNs: Int64 = 0,
      ranNs: Int64 = 0,
      checkpoint: HearthV1.JobCheckpoint? = nil,
      reasons: [String] = [],
      start: HearthV1.JobForecast? = nil,
      incidents: [HearthV1.JobIncident] = [],
      cause: String = "",
      failures: UInt32 = 0,
      lostGpuSeconds: Double = 0,
      gpuSeconds: Double = 0
    ) {
      self.spec = spec
      self.state = state
      self.epoch = epoch
      self.workers = workers
      self.ageNs = ageNs
      self.ranNs = ranNs
      self.checkpoint = checkpoint
      self.reasons = reasons
      self.start = start
      self.incidents = incidents
      self.cause = cause
      self.failures = failures
      self.lostGpuSeconds = lostGpuSeconds
      self.gpuSeconds = gpuSeconds
    }
  }
}

extension HearthV1 {
  /// One worker of a job.
  public struct JobWorker: Equatable, Sendable {
    /// The field `rank`.
    public var rank: UInt32
    /// The field `node`.
    public var node: String
    /// The field `region`.
    public var region: String
    /// GPUs of the node, a bit each.
    public var gpus: UInt64
    /// ordered, running, leaving, exited, or cut off.
    public var state: String
    /// Where its log is read: "host:port" of its node, and of the agent of its region.
    public var address: String
    /// The field `agent_address`.
    public var agentAddress: String
    /// The field `epoch`.
    public var epoch: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      rank: UInt32 = 0,
      node: String = "",
      region: String = "",
      gpus: UInt64 = 0,
      state: String = "",
      address: String = "",
      agentAddress: String = "",
      epoch: UInt64 = 0
    ) {
      self.rank = rank
      self.node = node
      self.region = region
      self.gpus = gpus
      self.state = state
      self.address = address
      self.agentAddress = agentAddress
      self.epoch = epoch
    }
  }
}

extension HearthV1 {
  /// A complete checkpoint.
  public struct JobCheckpoint: Equatable, Sendable {
    /// The field `number`.
    public var number: UInt64
    /// 0 where the program does not tell.
    public var step: UInt64
    /// The field `age_ns`.
    public var ageNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      number: UInt64 = 0,
      step: UInt64 = 0,
      ageNs: Int64 = 0
    ) {
      self.number = number
      self.step = step
      self.ageNs = ageNs
    }
  }
}

extension HearthV1 {
  /// When a job is expected to start.
  public struct JobForecast: Equatable, Sendable {
    /// From now, in nanoseconds.
    public var inNs: Int64
    /// What that rests on: free, leaving, limits or estimate.
    public var basis: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      inNs: Int64 = 0,
      basis: String = ""
    ) {
      self.inNs = inNs
      self.basis = basis
    }
  }
}

extension HearthV1 {
  /// Something that happened to a job.
  public struct JobIncident: Equatable, Sendable {
    /// The field `age_ns`.
    public var ageNs: Int64
    /// The field `epoch`.
    public var epoch: UInt64
    /// In words: "preempted by tune-b".
    public var cause: String
    /// GPUs that it had to give up.
    public var gpus: UInt32
    /// The field `lost_gpu_seconds`.
    public var lostGpuSeconds: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      ageNs: Int64 = 0,
      epoch: UInt64 = 0,
      cause: String = "",
      gpus: UInt32 = 0,
      lostGpuSeconds: Double = 0
    ) {
      self.ageNs = ageNs
      self.epoch = epoch
      self.cause = cause
      self.gpus = gpus
      self.lostGpuSeconds = lostGpuSeconds
    }
  }
}

extension HearthV1 {
  /// What would become of a job.
  public struct JobPlan: Equatable, Sendable {
    /// Why it would not be taken on; empty if it would.
    public var faults: [String]
    /// The field `places`.
    public var places: [HearthV1.JobPlace]
    /// The field `evictions`.
    public var evictions: [HearthV1.JobEviction]
    /// Absent when nobody knows when.
    public var start: HearthV1.JobForecast?
    /// The field `reasons`.
    public var reasons: [String]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      faults: [String] = [],
      places: [HearthV1.JobPlace] = [],
      evictions: [HearthV1.JobEviction] = [],
      start: HearthV1.JobForecast? = nil,
      reasons: [String] = []
    ) {
      self.faults = faults
      self.places = places
      self.evictions = evictions
      self.start = start
      self.reasons = reasons
    }
  }
}

extension HearthV1 {
  /// Workers on a node.
  public struct JobPlace: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// The field `region`.
    public var region: String
    /// The field `workers`.
    public var workers: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      region: String = "",
      workers: UInt32 = 0
    ) {
      self.node = node
      self.region = region
      self.workers = workers
    }
  }
}

extension HearthV1 {
  /// A job that would have to go, or to shrink.
  public struct JobEviction: Equatable, Sendable {
    /// The field `job`.
    public var job: String
    /// The field `gpus`.
    public var gpus: UInt32
    /// The field `lost_gpu_seconds`.
    public var lostGpuSeconds: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      job: String = "",
      gpus: UInt32 = 0,
      lostGpuSeconds: Double = 0
    ) {
      self.job = job
      self.gpus = gpus
      self.lostGpuSeconds = lostGpuSeconds
    }
  }
}

extension HearthV1 {
  /// The message `hearth.v1.ReadLogRequest`.
  public struct ReadLogRequest: Equatable, Sendable {
    /// The field `job`.
    public var job: String
    /// The field `rank`.
    public var rank: UInt32
    /// 0 for the latest attempt there.
    public var epoch: UInt64
    /// Else standard output.
    public var isError: Bool
    /// In bytes, from the first ever written; older ones than are kept are passed over.
    public var offset: UInt64
    /// Goes on until the worker is gone.
    public var follows: Bool
    /// The node; region agents pass the call on by it.
    public var node: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      job: String = "",
      rank: UInt32 = 0,
      epoch: UInt64 = 0,
      isError: Bool = false,
      offset: UInt64 = 0,
      follows: Bool = false,
      node: String = ""
    ) {
      self.job = job
      self.rank = rank
      self.epoch = epoch
      self.isError = isError
      self.offset = offset
      self.follows = follows
      self.node = node
    }
  }
}

extension HearthV1 {
  /// Some of what a worker wrote.
  public struct LogPiece: Equatable, Sendable {
    /// Of the first byte.
    public var offset: UInt64
    /// The field `text`.
    public var text: [UInt8]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      offset: UInt64 = 0,
      text: [UInt8] = []
    ) {
      self.offset = offset
      self.text = text
    }
  }
}

extension HearthV1 {
  /// What a node has for jobs, in its hello.
  public struct NodeJobFacts: Equatable, Sendable {
    /// All its GPUs: those of its replicas first, in their order, then those that only jobs use.
    public var gpus: UInt32
    /// InfiniBand rail or fabric, within the region; and NVLink domain, its own name if empty.
    public var rail: String
    /// The field `domain`.
    public var domain: String
    /// Checkpoint drivers that work here: periodic, signal, transparent.
    public var drivers: [String]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      gpus: UInt32 = 0,
      rail: String = "",
      domain: String = "",
      drivers: [String] = []
    ) {
      self.gpus = gpus
      self.rail = rail
      self.domain = domain
      self.drivers = drivers
    }
  }
}

extension HearthV1 {
  /// Every worker that a node has, whenever something has changed, in an update.
  public struct NodeJobs: Equatable, Sendable {
    /// The field `workers`.
    public var workers: [HearthV1.WorkerState]
    /// GPUs that its engines have, a bit each.
    public var serving: UInt64
    /// Its replicas that are parked, a bit each, and where each replica is or was.
    public var parked: UInt64
    /// The field `replica_gpus`.
    public var replicaGpus: [UInt64]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      workers: [HearthV1.WorkerState] = [],
      serving: UInt64 = 0,
      parked: UInt64 = 0,
      replicaGpus: [UInt64] = []
    ) {
      self.workers = workers
      self.serving = serving
      self.parked = parked
      self.replicaGpus = replicaGpus
    }
  }
}

extension HearthV1 {
  /// Which worker of which attempt.
  public struct WorkerName: Equatable, Sendable {
    /// The field `job`.
    public var job: String
    /// The field `rank`.
    public var rank: UInt32
    /// The field `epoch`.
    public var epoch: UInt64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      job: String = "",
      rank: UInt32 = 0,
      epoch: UInt64 = 0
    ) {
      self.job = job
      self.rank = rank
      self.epoch = epoch
    }
  }
}

extension HearthV1 {
  /// A worker as its node has it.
  ///
  /// One that is gone is told until it is forgotten.
  public struct WorkerState: Equatable, Sendable {
    /// The field `name`.
    public var name: HearthV1.WorkerName?
    /// GPUs of the node, a bit each.
    public var gpus: UInt64
    /// The field `phase`.
    public var phase: HearthV1.WorkerPhase
    /// Its exit code, or minus the signal that ended it, once it exited.
    public var status: Int32
    /// Nobody knows how it ended.
    public var statusUnknown: Bool
    /// The newest complete checkpoint, or part of one; 0 for none.
    public var checkpointNumber: UInt64
    /// The field `checkpoint_step`.
    public var checkpointStep: UInt64
    /// The field `checkpoint_age_ns`.
    public var checkpointAgeNs: Int64
    /// No other worker has a part of it.
    public var checkpointIsWhole: Bool
    /// Why it could not be started, or checkpointed.
    public var fault: String
    /// Bytes of that checkpoint, and how long the worker was held for it.
    public var checkpointBytes: UInt64
    /// The field `checkpoint_pause_ns`.
    public var checkpointPauseNs: Int64
    /// Processor time and GPU time of one that exited.
    public var cpuNs: Int64
    /// The field `ran_ns`.
    public var ranNs: Int64
    /// Operations of its forward and backward passes, where the program counts them; 0 elsewhere.
    public var forwardOperations: Double
    /// The field `backward_operations`.
    public var backwardOperations: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: HearthV1.WorkerName? = nil,
      gpus: UInt64 = 0,
      phase: HearthV1.WorkerPhase = .init(rawValue: 0),
      status: Int32 = 0,
      statusUnknown: Bool = false,
      checkpointNumber: UInt64 = 0,
      checkpointStep: UInt64 = 0,
      checkpointAgeNs: Int64 = 0,
      checkpointIsWhole: Bool = false,
      fault: String = "",
      checkpointBytes: UInt64 = 0,
      checkpointPauseNs: Int64 = 0,
      cpuNs: Int64 = 0,
      ranNs: Int64 = 0,
      forwardOperations: Double = 0,
      backwardOperations: Double = 0
    ) {
      self.name = name
      self.gpus = gpus
      self.phase = phase
      self.status = status
      self.statusUnknown = statusUnknown
      self.checkpointNumber = checkpointNumber
      self.checkpointStep = checkpointStep
      self.checkpointAgeNs = checkpointAgeNs
      self.checkpointIsWhole = checkpointIsWhole
      self.fault = fault
      self.checkpointBytes = checkpointBytes
      self.checkpointPauseNs = checkpointPauseNs
      self.cpuNs = cpuNs
      self.ranNs = ranNs
      self.forwardOperations = forwardOperations
      self.backwardOperations = backwardOperations
    }
  }
}

extension HearthV1 {
  /// What a node is to do with workers.
  public struct WorkerCommand: Equatable, Sendable {
    /// What `command` may be.
    public enum Command: Equatable, Sendable {
      /// The field `start`.
      case start(HearthV1.WorkerStart)
      /// The field `checkpoint`.
      case checkpoint(HearthV1.WorkerCheckpoint)
      /// The field `stop`.
      case stop(HearthV1.WorkerStop)
      /// Kill what is left at once.
      case kill(HearthV1.WorkerName)
      /// Its end is known for good: it need not be told again.
      case forget(HearthV1.WorkerName)
    }

    /// The field `command`.
    public var command: Command?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      command: Command? = nil
    ) {
      self.command = command
    }
  }
}

extension HearthV1 {
  /// Starts a worker, unless the node has seen an epoch of it as high.
  public struct WorkerStart: Equatable, Sendable {
    /// The field `name`.
    public var name: HearthV1.WorkerName?
    /// The field `spec`.
    public var spec: HearthV1.JobSpec?
    /// The field `gpus`.
    public var gpus: UInt64
    /// The field `world_size`.
    public var worldSize: UInt32
    /// The field `local_rank`.
    public var localRank: UInt32
    /// The field `local_world_size`.
    public var localWorldSize: UInt32
    /// The field `node_rank`.
    public var nodeRank: UInt32
    /// The field `node_count`.
    public var nodeCount: UInt32
    /// Where the worker of rank 0 is: its host, and a port for the others to meet at.
    public var masterAddress: String
    /// The field `master_port`.
    public var masterPort: UInt32
    /// What it goes on from; 0 for nothing.
    public var checkpoint: UInt64
    /// All its variables, those of the description and those that tell it of the others.
    public var variables: [HearthV1.JobVariable]
    /// How long it goes on after the control plane last surely counted on it, in nanoseconds.
    public var cutOffNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: HearthV1.WorkerName? = nil,
      spec: HearthV1.JobSpec? = nil,
      gpus: UInt64 = 0,
      worldSize: UInt32 = 0,
      localRank: UInt32 = 0,
      localWorldSize: UInt32 = 0,
      nodeRank: UInt32 = 0,
      nodeCount: UInt32 = 0,
      masterAddress: String = "",
      masterPort: UInt32 = 0,
      checkpoint: UInt64 = 0,
      variables: [HearthV1.JobVariable] = [],
      cutOffNs: Int64 = 0
    ) {
      self.name = name
      self.spec = spec
      self.gpus = gpus
      self.worldSize = worldSize
      self.localRank = localRank
      self.localWorldSize = localWorldSize
      self.nodeRank = nodeRank
      self.nodeCount = nodeCount
      self.masterAddress = masterAddress
      self.masterPort = masterPort
      self.checkpoint = checkpoint
      self.variables = variables
      self.cutOffNs = cutOffNs
    }
  }
}

extension HearthV1 {
  /// Has a worker make its part of a checkpoint.
  public struct WorkerCheckpoint: Equatable, Sendable {
    /// The field `name`.
    public var name: HearthV1.WorkerName?
    /// The field `number`.
    public var number: UInt64
    /// The field `within_ns`.
    public var withinNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: HearthV1.WorkerName? = nil,
      number: UInt64 = 0,
      withinNs: Int64 = 0
    ) {
      self.name = name
      self.number = number
      self.withinNs = withinNs
    }
  }
}

extension HearthV1 {
  /// Has a worker end.
  public struct WorkerStop: Equatable, Sendable {
    /// The field `name`.
    public var name: HearthV1.WorkerName?
    /// Why, in words, for the notice that the program can see.
    public var cause: String
    /// From the notice to the end of what is left.
    public var graceNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      name: HearthV1.WorkerName? = nil,
      cause: String = "",
      graceNs: Int64 = 0
    ) {
      self.name = name
      self.cause = cause
      self.graceNs = graceNs
    }
  }
}

extension HearthV1 {
  /// A job as the control plane keeps it.
  ///
  /// Times are in nanoseconds since 1970; 0 for none.
  public struct StoredJob: Equatable, Sendable {
    /// The field `spec`.
    public var spec: HearthV1.JobSpec?
    /// The field `order`.
    public var order: UInt64
    /// The field `submitted_unix_ns`.
    public var submittedUnixNs: Int64
    /// waiting, starting, running, stopping, succeeded, failed or cancelled.
    public var phase: String
    /// The field `epoch`.
    public var epoch: UInt64
    /// The field `workers`.
    public var workers: [HearthV1.StoredWorker]
    /// The field `ordered_unix_ns`.
    public var orderedUnixNs: Int64
    /// The field `running_unix_ns`.
    public var runningUnixNs: Int64
    /// The field `ran_ns`.
    public var ranNs: Int64
    /// The field `stop`.
    public var stop: HearthV1.StoredStop?
    /// The field `checkpoint_number`.
    public var checkpointNumber: UInt64
    /// The field `checkpoint_step`.
    public var checkpointStep: UInt64
    /// The field `checkpoint_unix_ns`.
    public var checkpointUnixNs: Int64
    /// The field `checkpoint_asked`.
    public var checkpointAsked: UInt64
    /// The field `failures`.
    public var failures: UInt32
    /// The field `not_before_unix_ns`.
    public var notBeforeUnixNs: Int64
    /// The field `preemptions`.
    public var preemptions: UInt32
    /// The field `avoided`.
    public var avoided: [HearthV1.StoredAvoided]
    /// The field `incidents`.
    public var incidents: [HearthV1.StoredIncident]
    /// The field `is_cancelled`.
    public var isCancelled: Bool
    /// Of one that failed.
    public var endedCause: HearthV1.StoredCause?
    /// The field `gpu_seconds`.
    public var gpuSeconds: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      spec: HearthV1.JobSpec? = nil,
      order: UInt64 = 0,
      submittedUnixNs: Int64 = 0,
      phase: String = "",
      epoch: UInt64 = 0,
      workers: [HearthV1.StoredWorker] = [],
      orderedUnixNs: Int64 = 0,
      runningUnixNs: Int64 = 0,
      ranNs: Int64 = 0,
      stop: HearthV1.StoredStop? = nil,
      checkpointNumber: UInt64 = 0,
      checkpointStep: UInt64 = 0,
      checkpointUnixNs: Int64 = 0,
      checkpointAsked: UInt64 = 0,
      failures: UInt32 = 0,
      notBeforeUnixNs: Int64 = 0,
      preemptions: UInt32 = 0,
      avoided: [HearthV1.StoredAvoided] = [],
      incidents: [HearthV1.StoredIncident] = [],
      isCancelled: Bool = false,
      endedCause: HearthV1.StoredCause? = nil,
      gpuSeconds: Double = 0
    ) {
      self.spec = spec
      self.order = order
      self.submittedUnixNs = submittedUnixNs
      self.phase = phase
      self.epoch = epoch
      self.workers = workers
      self.orderedUnixNs = orderedUnixNs
      self.runningUnixNs = runningUnixNs
      self.ranNs = ranNs
      self.stop = stop
      self.checkpointNumber = checkpointNumber
      self.checkpointStep = checkpointStep
      self.checkpointUnixNs = checkpointUnixNs
      self.checkpointAsked = checkpointAsked
      self.failures = failures
      self.notBeforeUnixNs = notBeforeUnixNs
      self.preemptions = preemptions
      self.avoided = avoided
      self.incidents = incidents
      self.isCancelled = isCancelled
      self.endedCause = endedCause
      self.gpuSeconds = gpuSeconds
    }
  }
}

extension HearthV1 {
  /// A worker of a job that is kept.
  public struct StoredWorker: Equatable, Sendable {
    /// The field `rank`.
    public var rank: UInt32
    /// The field `epoch`.
    public var epoch: UInt64
    /// The field `node`.
    public var node: String
    /// The field `gpus`.
    public var gpus: UInt64
    /// The field `is_exited`.
    public var isExited: Bool
    /// The field `status`.
    public var status: Int32
    /// The field `status_unknown`.
    public var statusUnknown: Bool
    /// The field `is_leaving`.
    public var isLeaving: Bool
    /// The field `is_running`.
    public var isRunning: Bool

    /// Makes a message; fields that are left out have their defaults.
    public init(
      rank: UInt32 = 0,
      epoch: UInt64 = 0,
      node: String = "",
      gpus: UInt64 = 0,
      isExited: Bool = false,
      status: Int32 = 0,
      statusUnknown: Bool = false,
      isLeaving: Bool = false,
      isRunning: Bool = false
    ) {
      self.rank = rank
      self.epoch = epoch
      self.node = node
      self.gpus = gpus
      self.isExited = isExited
      self.status = status
      self.statusUnknown = statusUnknown
      self.isLeaving = isLeaving
      self.isRunning = isRunning
    }
  }
}

extension HearthV1 {
  /// How the workers of a job that is kept are being ended.
  public struct StoredStop: Equatable, Sendable {
    /// The field `cause`.
    public var cause: HearthV1.StoredCause?
    /// The field `deadline_unix_ns`.
    public var deadlineUnixNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      cause: HearthV1.StoredCause? = nil,
      deadlineUnixNs: Int64 = 0
    ) {
      self.cause = cause
      self.deadlineUnixNs = deadlineUnixNs
    }
  }
}

extension HearthV1 {
  /// Why workers were ended.
  public struct StoredCause: Equatable, Sendable {
    /// preempted, reclaimed, grown, lostNode, drained, finished, failed, startTimedOut, timeLimit
    /// or cancelled.
    public var kind: String
    /// The job, the node or who it was for.
    public var name: String
    /// The field `number`.
    public var number: UInt64
    /// The field `other`.
    public var other: UInt64
    /// The field `status`.
    public var status: Int32
    /// The field `status_unknown`.
    public var statusUnknown: Bool
    /// The field `flag`.
    public var flag: Bool

    /// Makes a message; fields that are left out have their defaults.
    public init(
      kind: String = "",
      name: String = "",
      number: UInt64 = 0,
      other: UInt64 = 0,
      status: Int32 = 0,
      statusUnknown: Bool = false,
      flag: Bool = false
    ) {
      self.kind = kind
      self.name = name
      self.number = number
      self.other = other
      self.status = status
      self.statusUnknown = statusUnknown
      self.flag = flag
    }
  }
}

extension HearthV1 {
  /// A node that a job stays away from.
  public struct StoredAvoided: Equatable, Sendable {
    /// The field `node`.
    public var node: String
    /// The field `until_unix_ns`.
    public var untilUnixNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      node: String = "",
      untilUnixNs: Int64 = 0
    ) {
      self.node = node
      self.untilUnixNs = untilUnixNs
    }
  }
}

extension HearthV1 {
  /// An incident that is kept.
  public struct StoredIncident: Equatable, Sendable {
    /// The field `at_unix_ns`.
    public var atUnixNs: Int64
    /// The field `epoch`.
    public var epoch: UInt64
    /// The field `cause`.
    public var cause: HearthV1.StoredCause?
    /// The field `gpus`.
    public var gpus: UInt32
    /// The field `lost_gpu_seconds`.
    public var lostGpuSeconds: Double

    /// Makes a message; fields that are left out have their defaults.
    public init(
      atUnixNs: Int64 = 0,
      epoch: UInt64 = 0,
      cause: HearthV1.StoredCause? = nil,
      gpus: UInt32 = 0,
      lostGpuSeconds: Double = 0
    ) {
      self.atUnixNs = atUnixNs
      self.epoch = epoch
      self.cause = cause
      self.gpus = gpus
      self.lostGpuSeconds = lostGpuSeconds
    }
  }
}
