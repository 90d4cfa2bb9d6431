public import FleetSpec
public import Jobs
public import Sharing

/// One job of a simulation: what a scheduler knows of it, and what only its program does.
public struct SimulatedJob: Sendable, Hashable {
  /// What it is.
  public var spec: JobSpec
  /// When it is submitted, since the start.
  public var arrival: Duration
  /// Its work: GPUs times the seconds that they take, however many they are.
  public var gpuSeconds: Double
  /// From the start of a worker until it trains: its image, its data, its last checkpoint.
  public var startTime: Duration = .seconds(30)
  /// How long it stands still while a checkpoint is made.
  public var checkpointTime: Duration = .seconds(10)

  /// Makes a job.
  public init(_ spec: JobSpec, arrival: Duration, gpuSeconds: Double) {
    self.spec = spec
    self.arrival = arrival
    self.gpuSeconds = gpuSeconds
  }
}

/// The jobs of a simulation, and the nodes that they share with conversations.
public struct JobMix: Sendable, Hashable {
  /// A node with its GPUs, those that no replica has included.
  public struct Node: Sendable, Hashable {
    /// The node as jobs see it.
    public var place: JobNode
    /// What kind of GPUs it has; nil where nobody says.
    public var gpu: GPUModel?

    /// Makes a node.
    public init(_ place: JobNode, gpu: GPUModel? = nil) {
      self.place = place
      self.gpu = gpu
    }
  }

  /// The nodes. The replicas of each have its first GPUs, in the order of the replicas.
  public var nodes: [Node]
  /// The jobs.
  public var jobs: [SimulatedJob]
  /// How they are run.
  public var settings = JobSettings()
  /// When replicas lend them their GPUs.
  public var sharing = SharingSettings()

  /// Makes a mix.
  public init(nodes: [Node], jobs: [SimulatedJob]) {
    self.nodes = nodes
    self.jobs = jobs
  }
}
